// Plan: containers that follow when what they belong to is made anew.

package plan

import (
	"fmt"
	"slices"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/resolve"
	"github.com/dmap-dev/dmap/engine/snapshot"
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
	why, now := b.outdated(n, c)
	switch {
	case why == "":
		return t
	case n.Persistent && (c.State == docker.StateExited || c.State == docker.StateDead): // row 102
		if now {
			b.note(n.Name, n.Origin, "%s; left alone, because it is persistent and has ended", why)
		}
		return t
	case !b.act.starts && c.State != docker.StateCreated:
		b.note(n.Name, n.Origin, "%s: start replaces it", why)
		return t
	}
	return todo{
		stop: c.Runs(), remove: true, create: true, start: c.Runs() || t.start,
		why: why,
	}
}

// outdated says which link target or volume source of an existing container is
// anew; "" if none is. It is so when this plan creates it (now), and when it is not
// the one that the container was tied to when it was made.
func (b *builder) outdated(n *resolve.Node, c snapshot.Container) (why string, now bool) {
	was := identity.Read(c.Labels).TiedTo()
	for _, need := range b.ties(n) {
		is, exists := b.container(b.d.Node(need.Name))
		switch {
		case b.todo[need.Name].create:
			return fmt.Sprintf("%s %s, which is created anew", need.Why, need.Ref), true
		case b.part[need.Name] != nil && exists && was[need.Name] != "" && was[need.Name] != is.ID:
			return fmt.Sprintf("%s %s, which was created anew", need.Why, need.Ref), false
		}
	}
	return "", false
}

// ties are the needs of a container that belong to one container, and not to
// another of the same name. An attached volume outlives its containers.
func (b *builder) ties(n *resolve.Node) []resolve.Need {
	return slices.DeleteFunc(slices.Clone(n.Needs), func(need resolve.Need) bool {
		return b.d.Node(need.Name).Attached || need.Why == resolve.Uses && b.isVolume(need)
	})
}

// isVolume reports whether the map names an attached volume there, not a container.
func (b *builder) isVolume(need resolve.Need) bool {
	return b.d.Volume(identity.Name(b.d.Map, need.Ref)) != nil
}

// bring lets a container that follows, and all it needs, take part: it could not be
// made or started again without them. If it did not run, it will not be started,
// and what it needs has only to exist.
func (b *builder) bring(n *resolve.Node, t todo) (joined bool) {
	switch {
	case !t.create:
		return false
	case !t.start:
		return b.join(n, b.act.exist)
	}
	return b.join(n, b.act.others)
}

func (b *builder) join(n *resolve.Node, action Action) bool {
	if has := b.part[n.Name]; has != nil && (has.name == action || has == b.act) {
		return false // and so has all it needs
	}
	b.part[n.Name] = b.rows[action]
	for _, need := range n.Needs {
		b.join(b.d.Node(need.Name), action)
	}
	return true
}

// deadLinks reports containers that the engine would refuse to start, because what
// they link or join will not run: start does not start an ended persistent one again,
// and restart nothing but what is named.
func (b *builder) deadLinks() {
	for _, n := range b.d.Nodes {
		if !b.todo[n.Name].start {
			continue
		}
		for _, need := range n.Needs {
			target, ok := b.container(b.d.Node(need.Name))
			ended := ok && target.State == docker.StateExited
			late := need.Why == resolve.Links && len(n.Spec.HostConfig.Links) == 0 // on a network of their own, names are looked up when they are used
			switch {
			case late || need.Why != resolve.Links && need.Why != resolve.Joins || target.Runs() || b.todo[need.Name].start:
			case ended && b.d.Node(need.Name).Persistent:
				b.problem(CodeState, n, "the action restart starts it again", "container %q %s %s, which is persistent and has ended", n.Name, need.Why, need.Ref)
			case !b.act.creates:
				b.problem(CodeState, n, "start it first", "container %q %s %s, which is not running", n.Name, need.Why, need.Ref)
			}
		}
	}
}
