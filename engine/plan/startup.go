// Plan: the action startup.

package plan

import (
	"slices"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/resolve"
	"github.com/dmap-dev/dmap/engine/snapshot"
)

// Startup starts, and recreates what cannot run any more.
const Startup Action = "startup"

func startup() *action {
	return &action{
		name: Startup, help: "start, and recreate containers that ended beyond recovery",
		flags: []flag{withOptions, withPullPolicy, withStopTimeout},
		along: withNeeds, creates: true, starts: true, renews: true, exist: Create, others: Startup, tidies: true, specs: true,
		inspects: func(c snapshot.Container, _ Request) bool { return c.State == docker.StateExited },
		fact: func(f *ContainerFact, c snapshot.Container) {
			if c.State == docker.StateExited {
				f.ExitCode = &c.Info.State.ExitCode
			}
		},
		decide: func(b *builder, n *resolve.Node, c snapshot.Container, exists bool) todo {
			if exists && beyondRecovery(b.req, n, c) {
				return todo{remove: true, create: true, start: true, why: "ended beyond recovery"}
			}
			return resume(b, n, c, exists)
		},
	}
}

// beyondRecovery reports whether a container ended with an exit code that says so.
// Holders of attached volumes and persistent containers may end with any code.
func beyondRecovery(req Request, n *resolve.Node, c snapshot.Container) bool {
	codes := req.Unrecoverable
	if codes == nil {
		codes = []int{-127, -1}
	}
	return c.State == docker.StateExited && !n.Attached && !n.Persistent && c.Info != nil && slices.Contains(codes, c.Info.State.ExitCode)
}

// resume starts containers, recreates those that are dead, and restarts those that run
// without their data.
func resume(b *builder, n *resolve.Node, c snapshot.Container, exists bool) todo {
	switch {
	case exists && c.State == docker.StateDead:
		return todo{remove: true, create: true, start: true, why: "is dead"}
	case exists && c.Runs() && renewed(b, n):
		return todo{stop: true, start: true, why: "its volume is new"}
	}
	return startOne(b, n, c, exists)
}

// renewed reports whether an attached volume of the container is created by this plan.
func renewed(b *builder, n *resolve.Node) bool {
	return slices.ContainsFunc(n.Owns, func(v string) bool {
		_, exists := b.s.Volumes[v]
		return !exists && !b.elsewhere(b.d.Volume(v))
	})
}
