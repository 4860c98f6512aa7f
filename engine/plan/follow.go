// Plan: containers that follow when what they belong to is made anew.

package plan

import (
	"github.com/dmap-dev/dmap/engine/resolve"
)

// follow replaces an existing container whose link target or volume source is
// created by this plan: its link or its volumes still belong to the old one, and
// the engine would refuse to start it. create only notes it.
func (b *builder) follow(n *resolve.Node, t todo) todo {
	c, ok := b.container(n)
	if !ok || t.create || n.Attached {
		return t
	}
	for _, need := range n.Needs {
		if !b.todo[need.Name].create || b.d.Node(need.Name).Attached {
			continue
		}
		if need.Why == resolve.Uses && b.d.Volume(b.d.Map+"."+need.Ref) != nil {
			continue // an attached volume outlives its owner's container
		}
		if b.req.Action == Create {
			b.note(n.Name, n.Origin, "%s %s, which is created anew: start replaces it", need.Why, need.Ref)
			return t
		}
		return todo{
			stop: isRunning(c), remove: true, create: true, start: isRunning(c) || t.start,
			why: string(need.Why) + " " + need.Ref + ", which is created anew",
		}
	}
	return t
}

// bring lets a container that follows, and all it needs, take part: it could not be
// made or started again without them. If it did not run, it will not be started,
// and what it needs has only to exist.
func (b *builder) bring(n *resolve.Node, t todo) (joined bool) {
	switch {
	case !t.create:
		return false
	case t.start:
		return b.join(n, b.req.Action)
	}
	return b.join(n, Create)
}

func (b *builder) join(n *resolve.Node, action Action) bool {
	if has := b.part[n.Name]; has == action || has == b.req.Action {
		return false // and so has all it needs
	}
	b.part[n.Name] = action
	for _, need := range n.Needs {
		b.join(b.d.Node(need.Name), action)
	}
	return true
}
