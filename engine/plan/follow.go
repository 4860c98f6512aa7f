// Plan: containers that follow when what they belong to is made anew.

package plan

import (
	"fmt"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/resolve"
	"github.com/dmap-dev/dmap/engine/state"
)

// follow replaces an existing container that belongs to an older link target or
// volume source than there is, or will be: the engine would refuse to start it, or
// it would go on with the volumes of the old one. create replaces only what itself
// was never started, and notes the others.
func (b *builder) follow(n *resolve.Node, t todo) todo {
	c, ok := b.container(n)
	if !ok || t.create || n.Attached {
		return t
	}
	why := b.outdated(n, c)
	switch {
	case why == "":
		return t
	case n.Persistent && (c.State == docker.StateExited || c.State == docker.StateDead): // row 102
		b.note(n.Name, n.Origin, "%s; left alone, because it is persistent and has ended", why)
		return t
	case b.req.Action == Create && c.State != docker.StateCreated:
		b.note(n.Name, n.Origin, "%s: start replaces it", why)
		return t
	}
	return todo{
		stop: isRunning(c), remove: true, create: true, start: isRunning(c) || t.start,
		why: why,
	}
}

// outdated says which link target or volume source of an existing container is
// anew; "" if none is. It is so when this plan creates it. It is also so when it
// was never started although the container was, since nothing starts before what
// it needs: then an earlier run created it and came no further.
func (b *builder) outdated(n *resolve.Node, c state.Container) string {
	for _, need := range n.Needs {
		other := b.d.Node(need.Name)
		if other.Attached || need.Why == resolve.Uses && b.isVolume(need) {
			continue // an attached volume outlives its containers
		}
		is, exists := b.container(other)
		switch {
		case b.todo[need.Name].create:
			return fmt.Sprintf("%s %s, which is created anew", need.Why, need.Ref)
		case b.part[need.Name] != "" && exists && is.State == docker.StateCreated && c.State != docker.StateCreated:
			return fmt.Sprintf("%s %s, which was created anew", need.Why, need.Ref)
		}
	}
	return ""
}

// isVolume tells whether the map names an attached volume there, not a container.
func (b *builder) isVolume(need resolve.Need) bool {
	return b.d.Volume(b.d.Map+"."+need.Ref) != nil
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

// deadLinks reports containers that the engine would refuse to start, because what
// they link will not run: start does not start an ended persistent one again, and
// restart nothing but what is named.
func (b *builder) deadLinks() {
	for _, n := range b.d.Nodes {
		if !b.todo[n.Name].start || len(n.Spec.HostConfig.Links) == 0 {
			continue // on a network of their own, names are looked up when they are used
		}
		for _, need := range n.Needs {
			target, ok := b.container(b.d.Node(need.Name))
			ended := ok && target.State == docker.StateExited
			switch {
			case need.Why != resolve.Links || isRunning(target) || b.todo[need.Name].start:
			case ended && b.d.Node(need.Name).Persistent:
				b.problem(CodeState, n, "the action restart starts it again", "container %q links %s, which is persistent and has ended", n.Name, need.Ref)
			case b.req.Action == Restart:
				b.problem(CodeState, n, "start it first", "container %q links %s, which is not running", n.Name, need.Ref)
			}
		}
	}
}
