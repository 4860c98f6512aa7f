// World: the machine that it says it runs on.

package world

import (
	"cmp"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/ids"
)

// Host is the machine of an engine. What is not given is the same in every simulation.
type Host struct {
	Name, ID string
	CPUs     int
}

// HostName is the name of the host.
func (h Host) HostName() string { return cmp.Or(h.Name, "sim") }

// Processors is how many processors the host has.
func (h Host) Processors() int {
	if h.CPUs > 0 {
		return h.CPUs
	}
	return 2
}

// EngineID is the id of the engine on the host.
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
