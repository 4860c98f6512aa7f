// Plan: the action start.

package plan

import (
	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/resolve"
	"github.com/dmap-dev/dmap/engine/snapshot"
)

// Start creates what is absent and starts what does not run.
const Start Action = "start"

func start() *action {
	return &action{
		name: Start, help: "create what is missing and start it, dependencies first",
		flags: []flag{withOptions, withPullPolicy, withStopTimeout},
		along: withNeeds, creates: true, starts: true, exist: Create, others: Start, tidies: true, specs: true,
		decide: startOne,
	}
}

// startOne brings a container up without changing it. Attached volumes and persistent
// containers are started only once: if one of them has ended, it has done what it is
// there for.
func startOne(b *builder, n *resolve.Node, c snapshot.Container, exists bool) todo {
	switch {
	case !exists:
		return absent(true)
	case c.State == docker.StateCreated:
		return todo{start: true, why: "was never started"}
	case c.State == docker.StateExited && !n.Attached && !n.Persistent:
		return todo{start: true, why: "is not running"}
	case c.State == docker.StateDead:
		b.problem(CodeState, n, "remove it, or use the action startup", "container %q is dead", n.Name)
	}
	return todo{}
}
