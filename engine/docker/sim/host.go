// Part of the simulated engine: the machine that it says it runs on.

package sim

import (
	"cmp"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/ids"
)

// host is the machine of an engine. What is not given is the same in every simulation.
type host struct {
	Name, ID string
	CPUs     int
}

func (h host) name() string { return cmp.Or(h.Name, "sim") }

func (h host) cpus() int {
	if h.CPUs > 0 {
		return h.CPUs
	}
	return 2
}

// id is the id of the engine on the host.
func (h host) id() string {
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
