// Spec: names of containers and volumes.

package spec

import (
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// CheckName refuses names that the engine refuses; shown is the name as it appears in
// the message.
func CheckName(name, shown string) error {
	if !ValidName(name) {
		return wire.BadRequest("Invalid container name (%s), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed", shown)
	}
	return nil
}

// ValidName reports whether a container or a volume may have a name.
func ValidName(name string) bool {
	if len(name) < 2 {
		return false
	}
	for i, r := range name {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
		if !letter && (i == 0 || !strings.ContainsRune("_.-", r)) {
			return false
		}
	}
	return true
}
