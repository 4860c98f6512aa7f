// Plan: the action restart.

package plan

import (
	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/resolve"
	"github.com/dmap-dev/dmap/engine/snapshot"
)

// Restart stops and starts what is named, and nothing else.
const Restart Action = "restart"

func restart() *action {
	return &action{
		name: Restart, help: "stop and start the named containers only",
		flags: []flag{withStopTimeout},
		specs: true, steps: noteJoiners,
		// How long a container has been running decides whether a saved plan has
		// already restarted it.
		inspects: func(c snapshot.Container, req Request) bool { return req.Basis && c.State == docker.StateRunning },
		fact: func(f *ContainerFact, c snapshot.Container) {
			if c.State == docker.StateRunning {
				f.Started = c.Info.State.StartedAt.UTC().Format(timeForm)
			}
		},
		decide: func(b *builder, n *resolve.Node, c snapshot.Container, exists bool) todo {
			switch {
			case !exists:
				return b.mustExist(n)
			case c.Runs():
				return todo{stop: true, start: true, why: "restart was asked for"}
			case c.State == docker.StateExited:
				return todo{start: true, why: "is not running"}
			}
			return todo{}
		},
	}
}
