// Plan: containers in the network, or another namespace, of one that began after them.

package plan

import (
	"maps"
	"slices"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/field"
	"github.com/dmap-dev/dmap/engine/resolve"
)

// joined are the containers whose namespaces a container joins.
func joined(b *builder, n *resolve.Node) []resolve.Need {
	return slices.DeleteFunc(slices.Concat(n.Needs, b.d.Partners(n)), func(need resolve.Need) bool { return need.Why != resolve.Joins })
}

// rejoin restarts a container that joins one which began after it, or is started by this
// plan: until then it sits in a namespace that nobody else is in.
func rejoin(b *builder, n *resolve.Node, t todo) todo {
	c, ok := b.container(n)
	if !ok || t.stop || t.create || c.State != docker.StateRunning {
		return t
	}
	for _, need := range joined(b, n) {
		target, _ := partner(b.s, need.Name)
		later := c.Info != nil && target.Info != nil && target.State == docker.StateRunning && c.Info.State.StartedAt.Before(target.Info.State.StartedAt)
		switch {
		case b.todo[need.Name].start:
			t.why = "joins " + need.Ref + ", which is started"
		case later:
			t.why = "joins " + need.Ref + ", which was started after it"
		default:
			continue
		}
		t.stop, t.start = true, true
		return t
	}
	return t
}

// beginnings are running containers of which it counts when they began, together with
// those that they join: only an inspection tells.
func beginnings(b *builder, names []string) []string {
	var out []string
	for _, name := range names {
		n := b.d.Node(name)
		if c, ok := b.container(n); !ok || c.State != docker.StateRunning {
			continue
		}
		for _, need := range joined(b, n) {
			if target, ok := partner(b.s, need.Name); ok && target.State == docker.StateRunning {
				out = append(out, name, target.Name)
			}
		}
	}
	return out
}

// noteJoiners says who stays behind in a namespace that restart ends: it touches nothing
// but what is named.
func noteJoiners(b *builder) {
	const text = "joins %s, which is restarted without it: it stays in a namespace that nobody else is in until it is restarted too"
	for _, n := range b.d.Nodes {
		if !b.todo[n.Name].stop {
			continue
		}
		for _, user := range b.users[n.Name] {
			joins := slices.ContainsFunc(b.d.Node(user).Needs, func(need resolve.Need) bool { return need.Name == n.Name && need.Why == resolve.Joins })
			if joins && b.s.Containers[user].Runs() && !b.todo[user].stop {
				b.note(user, b.d.Node(user).Origin, text, n.Ref())
			}
		}
		for _, name := range slices.Sorted(maps.Keys(b.s.Others)) {
			if id, ok := field.Joined(b.s.Others[name].NetworkMode); ok && id == b.s.Containers[n.Name].ID && b.s.Others[name].Runs() {
				b.note(name, n.Origin, text, n.Ref())
			}
		}
	}
}
