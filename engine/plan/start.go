// Plan: the action start.

package plan

import (
	"strings"

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
		return todo{start: true, why: notRunning(c)}
	case c.State == docker.StateDead:
		b.problem(CodeState, n, "remove it, or use the action startup", "container %q is dead", n.Name)
	}
	return todo{}
}

// notRunning says why a container that has ended is started. One that did its work runs
// again, with each further start: the engine cannot tell a job from a service that
// somebody stopped.
func notRunning(c snapshot.Container) string {
	if strings.HasPrefix(c.Status, "Exited (0)") {
		return "ended with exit code 0, and runs again because it is not persistent"
	}
	return "is not running"
}
