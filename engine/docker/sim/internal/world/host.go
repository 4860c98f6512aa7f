// World: the machine that the engine claims to run on.

package world

import (
	"cmp"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/ids"
)

// Host is the machine of an engine. Fields that are not set have the same value in
// every simulation.
type Host struct {
	Name, ID string
	CPUs     int
}

// HostName returns the name of the host.
func (h Host) HostName() string { return cmp.Or(h.Name, "sim") }

// Processors returns how many processors the host has.
func (h Host) Processors() int {
	if h.CPUs > 0 {
		return h.CPUs
	}
	return 2
}

// EngineID returns the id of the engine on the host.
func (h Host) EngineID() string {
	if h.ID != "" {
		return h.ID
	}
	text := strings.ToUpper(ids.Of("engine", "id"))
	var parts []string
	for i := range 12 {
		parts = append(parts, text[4*i:4*i+4])
	}
	return strings.Join(parts, ":")
}
