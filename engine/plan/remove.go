// Plan: the action remove.

package plan

import (
	"github.com/dmap-dev/dmap/engine/resolve"
	"github.com/dmap-dev/dmap/engine/snapshot"
)

// Remove removes what does not run.
const Remove Action = "remove"

func remove() *action {
	return &action{
		name: Remove, help: "remove stopped containers, dependents first; volumes stay",
		compose: "rm",
		flags:   []flag{withForce},
		along:   withUsers, tidies: true,
		decide: func(b *builder, n *resolve.Node, c snapshot.Container, exists bool) todo {
			if exists && !n.Attached && c.Runs() && !b.req.Force {
				b.problem(CodeState, n, "stop it first, use the action shutdown, or --force", "container %q is running", n.Name)
				return todo{}
			}
			return todo{remove: exists && !n.Attached} // holders of attached volumes stay, as the volumes do
		},
	}
}
