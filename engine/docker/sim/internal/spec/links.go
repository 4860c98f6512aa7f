// Spec: legacy links.

package spec

import (
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// Link is one legacy link.
type Link struct {
	Target string // container id
	Name   string // the target's last known name
	Alias  string
	Apart  bool // the target is gone, and was not on the default network
}

// ParseLink reads NAME, NAME:ALIAS or /NAME:/SELF/ALIAS.
func ParseLink(text string) (name, alias string, err error) {
	if text == "" {
		return "", "", wire.Failure("empty string specified for links")
	}
	parts := strings.Split(text, ":")
	if len(parts) > 2 {
		return "", "", wire.Failure("bad format for links: %s", text)
	}
	if len(parts) == 1 {
		return text, text, nil
	}
	name, alias = parts[0], parts[1]
	if strings.HasPrefix(name, "/") && strings.HasPrefix(alias, "/") {
		alias = alias[strings.LastIndex(alias, "/")+1:]
	}
	return strings.TrimPrefix(name, "/"), alias, nil
}
