// Plan: the action shutdown.

package plan

import (
	"github.com/dmap-dev/dmap/engine/resolve"
	"github.com/dmap-dev/dmap/engine/snapshot"
)

// Shutdown stops what runs and removes it.
const Shutdown Action = "shutdown"

func shutdown() *action {
	return &action{
		name: Shutdown, help: "stop and remove, dependents first; volumes stay",
		compose: "down",
		flags:   []flag{withOrphanRemoval, withStopTimeout},
		along:   withUsers, tidies: true, orphans: true,
		decide: func(_ *builder, n *resolve.Node, c snapshot.Container, exists bool) todo {
			there := exists && !n.Attached // holders of attached volumes stay, as the volumes do
			return todo{stop: there && c.Runs(), remove: there}
		},
	}
}
