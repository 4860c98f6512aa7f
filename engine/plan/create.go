// Plan: the action create.

package plan

import (
	"github.com/dmap-dev/dmap/engine/resolve"
	"github.com/dmap-dev/dmap/engine/snapshot"
)

// Create creates what is absent, and starts nothing.
const Create Action = "create"

func create() *action {
	return &action{
		name: Create, help: "create what is missing, dependencies first",
		flags: []flag{withOptions, withPullPolicy},
		along: withNeeds, creates: true, exist: Create, others: Create, specs: true,
		decide: func(_ *builder, _ *resolve.Node, _ snapshot.Container, exists bool) todo {
			if exists {
				return todo{}
			}
			return absent(false)
		},
	}
}

// absent is the decision of actions that create about a container that does not exist.
func absent(start bool) todo { return todo{create: true, start: start, why: "does not exist"} }
