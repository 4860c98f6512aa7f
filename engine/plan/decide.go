// Plan: what happens to each container.

package plan

import (
	"slices"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/resolve"
	"github.com/dmap-dev/dmap/engine/state"
)

// decide fills todo, dependencies before dependents. A container that follows lets
// others take part, so all is decided again until nobody joins any more.
func (b *builder) decide() {
	for joined := true; joined; {
		joined = false
		b.todo, b.problems, b.plan.Notes = map[string]todo{}, nil, nil
		for _, n := range b.d.Nodes {
			var t todo
			if b.part[n.Name] != "" && b.req.Action.decides() && !b.foreign(n) {
				t = b.one(n)
			}
			if b.req.Action.up() {
				t = b.follow(n, t)
				joined = b.bring(n, t) || joined
			}
			if t != (todo{}) {
				b.todo[n.Name] = t
			}
		}
	}
}

// decides tells the actions that do something to each container, or leave it alone.
// cleanup looks for what ended, and pull at images only.
func (a Action) decides() bool { return a != Cleanup && a != Pull }

// one applies the table of actions to one container.
func (b *builder) one(n *resolve.Node) todo {
	c, ok := b.container(n)
	if ok && c.State == docker.StateRemoving {
		b.problem(CodeState, n, "wait until it is gone, then run again", "container %q is being removed", n.Name)
		return todo{}
	}
	switch b.req.Action {
	case Create, Start, Startup:
		return b.up(n, c, ok, b.part[n.Name])
	case Update:
		t := b.up(n, c, ok, b.part[n.Name])
		if ok && b.part[n.Name] == Update {
			t = b.update(n, c, t)
		}
		return t
	case Restart:
		return b.restart(n, c, ok)
	case Signal:
		return b.signal(n, c, ok)
	}
	if n.Attached || !ok { // attached volumes stay (row 94)
		return todo{}
	}
	return b.down(n, c)
}

func (b *builder) up(n *resolve.Node, c state.Container, exists bool, action Action) todo {
	starts := action != Create
	if !exists {
		return todo{create: true, start: starts, why: "does not exist"}
	}
	switch c.State {
	case docker.StateCreated:
		if starts {
			return todo{start: true, why: "was never started"}
		}
	case docker.StateExited:
		return b.exited(n, c, action)
	case docker.StateDead:
		if action == Startup || action == Update {
			return todo{remove: true, create: true, start: true, why: "is dead"}
		}
		if starts {
			b.problem(CodeState, n, "remove it, or use the action startup", "container %q is dead", n.Name)
		}
	default:
		if (action == Startup || action == Update) && b.renewed(n) {
			return todo{stop: true, start: true, why: "its volume is new"}
		}
	}
	return todo{}
}

// exited decides about a container that ran and ended. Attached volumes and
// persistent containers are started only once (rows 91, 102).
func (b *builder) exited(n *resolve.Node, c state.Container, action Action) todo {
	if n.Attached || n.Persistent || action == Create {
		return todo{}
	}
	codes := b.req.Unrecoverable
	if codes == nil {
		codes = []int{-127, -1}
	}
	if action == Startup && c.Info != nil && slices.Contains(codes, c.Info.State.ExitCode) {
		return todo{remove: true, create: true, start: true, why: "ended beyond recovery"}
	}
	return todo{start: true, why: "is not running"}
}

// renewed tells whether an attached volume of the container is made anew.
func (b *builder) renewed(n *resolve.Node) bool {
	return slices.ContainsFunc(n.Owns, func(v string) bool {
		_, exists := b.s.Volumes[v]
		return !exists && !b.elsewhere(b.d.Volume(v))
	})
}

func (b *builder) restart(n *resolve.Node, c state.Container, exists bool) todo {
	if !exists {
		return b.absent(n)
	}
	switch c.State {
	case docker.StateRunning, docker.StatePaused, docker.StateRestarting:
		return todo{stop: true, start: true, why: "restart was asked for"}
	case docker.StateExited:
		return todo{start: true, why: "is not running"}
	}
	return todo{}
}

// absent reports a container that has to exist.
func (b *builder) absent(n *resolve.Node) todo {
	if _, foreign := b.s.Containers[n.Name]; !foreign {
		b.problem(CodeState, n, "start creates it", "container %q does not exist", n.Name)
	}
	return todo{}
}

func (b *builder) down(n *resolve.Node, c state.Container) todo {
	running := isRunning(c)
	switch b.req.Action {
	case Stop:
		return todo{stop: running}
	case Shutdown:
		return todo{stop: running, remove: true}
	}
	if running && !b.req.Force {
		b.problem(CodeState, n, "stop it first, use the action shutdown, or --force", "container %q is running", n.Name)
		return todo{}
	}
	return todo{remove: true}
}

func isRunning(c state.Container) bool {
	return c.State == docker.StateRunning || c.State == docker.StatePaused || c.State == docker.StateRestarting
}
