// Plan: containers that follow when what they belong to is recreated.

package plan

import (
	"fmt"
	"slices"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/field"
	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/resolve"
	"github.com/dmap-dev/dmap/engine/snapshot"
)

// follow replaces an existing container that belongs to an older link target or volume
// source than the one that is there, or will be: the engine would refuse to start it,
// or it would go on with the volumes of the old one. The action create only replaces
// containers that never started, and notes the others.
func (b *builder) follow(n *resolve.Node, t todo) todo {
	c, ok := b.container(n)
	if !ok || t.create || n.Attached {
		return t
	}
	why, now := b.outdated(n, c)
	switch {
	case why == "":
		return t
	case onceEnded(n, c) && !(b.req.UpdatePersistent && b.compares(n)): // row 102
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

// outdated says which link target or volume source of an existing container is a new
// one; "" if none is. That is so if this plan creates it (now), or if it is not the one
// that the container was tied to when it was made.
func (b *builder) outdated(n *resolve.Node, c snapshot.Container) (why string, now bool) {
	for _, need := range b.ties(n) {
		is, exists := b.container(b.d.Node(need.Name))
		switch {
		case b.todo[need.Name].create:
			return fmt.Sprintf("%s %s, which is created anew", need.Why, need.Ref), true
		case b.part[need.Name] != nil && exists && !slices.Contains([]string{"", is.ID}, madeFor(n, c, need.Name)):
			return fmt.Sprintf("%s %s, which was created anew", need.Why, need.Ref), false
		}
	}
	if b.part[n.Name] == nil {
		return "", false
	}
	return outdatedPartner(b, n, c), false
}

// ties returns those needs of a container that are for one particular container, and
// not for another of the same name. An attached volume outlives its containers, so it
// is not among them.
func (b *builder) ties(n *resolve.Node) []resolve.Need {
	return slices.DeleteFunc(slices.Clone(n.Needs), func(need resolve.Need) bool {
		return b.d.Node(need.Name).Attached || need.Why == resolve.Uses && b.isVolume(need)
	})
}

// isVolume reports whether the map names an attached volume there, rather than a
// container.
func (b *builder) isVolume(need resolve.Need) bool {
	return b.d.Volume(identity.Name(b.d.Map, need.Ref)) != nil
}

// bring makes a container that follows, and everything it needs, take part: without
// them it could not be created or started again. If it was not running, it will not be
// started, and what it needs only has to exist.
func (b *builder) bring(n *resolve.Node, t todo) (joined bool) {
	switch {
	case !t.create && !(t.stop && t.start):
		return false
	case !t.start:
		return b.join(n, b.act.exist)
	}
	return b.join(n, b.act.others)
}

func (b *builder) join(n *resolve.Node, action Action) bool {
	if has := b.part[n.Name]; has != nil && (has.name == action || has == b.act) {
		return false // and so does everything it needs
	}
	b.part[n.Name] = b.rows[action]
	for _, need := range n.Needs {
		b.join(b.d.Node(need.Name), action)
	}
	return true
}

// deadLinks reports containers that the engine would refuse to start because what they
// link to or join will not be running: start does not restart a persistent container
// that has ended, and restart starts nothing but what is named.
func (b *builder) deadLinks() {
	for _, n := range b.d.Nodes {
		if !b.todo[n.Name].start {
			continue
		}
		for _, need := range n.Needs {
			target, ok := b.container(b.d.Node(need.Name))
			ended := ok && target.State == docker.StateExited
			late := need.Why == resolve.Links && len(n.Spec.HostConfig.Links) == 0 // on a user-defined network, names are looked up when they are used
			switch {
			case need.Why == resolve.Links && !late && target.Runs() && !b.todo[need.Name].create && disconnected(b.d.Node(need.Name), target) == field.DefaultNetwork:
				b.problem(CodeState, n, "the action update recreates that one", "container %q %s %s, which is not on the network %s any more", n.Name, need.Why, need.Ref, field.DefaultNetwork)
			case late || need.Why != resolve.Links && need.Why != resolve.Joins || target.Runs() || b.todo[need.Name].start:
			case ended && b.d.Node(need.Name).Persistent:
				hint := fmt.Sprintf("if it is to run, start it again: dmap run FILE restart %s; nothing can link or join a job that has done its work: leave that out", need.Ref)
				b.problem(CodeState, n, hint, "container %q %s %s, which is persistent and has ended", n.Name, need.Why, need.Ref)
			case !b.act.creates:
				b.problem(CodeState, n, "start it first", "container %q %s %s, which is not running", n.Name, need.Why, need.Ref)
			}
		}
	}
}
