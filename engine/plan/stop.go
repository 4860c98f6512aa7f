// Plan: the action stop.

package plan

import (
	"github.com/dmap-dev/dmap/engine/resolve"
	"github.com/dmap-dev/dmap/engine/snapshot"
)

// Stop stops what runs.
const Stop Action = "stop"

func stop() *action {
	return &action{
		name: Stop, help: "stop, dependents first",
		flags: []flag{withStopTimeout},
		along: withUsers, tidies: true,
		decide: func(_ *builder, n *resolve.Node, c snapshot.Container, exists bool) todo {
			return todo{stop: exists && !n.Attached && c.Runs()}
		},
	}
}
