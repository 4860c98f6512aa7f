// Plan: what a container has lost since it was made, as the list of containers tells.

package plan

import (
	"maps"
	"slices"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/field"
	"github.com/dmap-dev/dmap/engine/resolve"
	"github.com/dmap-dev/dmap/engine/snapshot"
)

// allDifferences adds what a container has lost to the other ways in which it is not as the
// map says.
func allDifferences(b *builder, n *resolve.Node, c snapshot.Container) []difference {
	out := b.differences(n, c).differences
	for _, diff := range lost(b.s, n, c) {
		if !slices.ContainsFunc(out, func(d difference) bool { return d.field == diff.field }) {
			out = append(out, diff)
		}
	}
	slices.SortStableFunc(out, func(a, b difference) int { return strings.Compare(a.field, b.field) })
	return out
}

// lost are the networks and links that a container of the map was made with and no longer
// has: somebody disconnected it, or recreated what it links to.
func lost(s *snapshot.Snapshot, n *resolve.Node, c snapshot.Container) []difference {
	var out []difference
	if onceEnded(n, c) { // it needs them no more
		return nil
	}
	if name := disconnected(n, c); name != "" {
		of := networkMode
		if n.Digests[endpoints] != "" {
			of = endpoints
		}
		out = append(out, difference{of, "is not on the network " + name})
	}
	if aliases := deadAliases(s, n, c); len(aliases) > 0 {
		out = append(out, difference{links, "has lost the link " + strings.Join(aliases, ", ")})
	}
	return out
}

// disconnected is a network that the container was made for and is not on; "" if there is
// none. What links to it there could never start again.
func disconnected(n *resolve.Node, c snapshot.Container) string {
	off := n.Spec != nil && n.Spec.NetworkDisabled || c.Info != nil && c.Info.Config.NetworkDisabled
	switch {
	case off || c.Networks == nil:
		return ""
	case n.Spec != nil && n.Spec.NetworkingConfig != nil && len(n.Spec.NetworkingConfig.EndpointsConfig) > 0:
		// It is on those alone, whatever NetworkMode says.
		for _, name := range slices.Sorted(maps.Keys(n.Spec.NetworkingConfig.EndpointsConfig)) {
			name = field.Network(name)
			if _, on := c.Networks[name]; !on && !field.IsID(name) { // engines show the name
				return name
			}
		}
		return ""
	case c.Connected():
		return ""
	}
	return field.Network(c.NetworkMode)
}

// deadAliases are the aliases of links that lead nowhere although there is a container of
// the name: it is not the one that was linked, and the linker could not start again.
func deadAliases(s *snapshot.Snapshot, n *resolve.Node, c snapshot.Container) []string {
	if s.Links == nil || !madeWith(n, c).same(links) { // what the map changed is another difference
		return nil
	}
	var out []string
	for _, line := range n.Spec.HostConfig.Links {
		target, alias, _ := strings.Cut(line, ":")
		if _, exists := partner(s, target); exists && alias != "" && !s.Links[c.Name+"/"+alias] {
			out = append(out, alias)
		}
	}
	return out
}

// revived deals with an existing container that the plan starts and that no engine can
// start any more: it is recreated, or a problem says what has to be done.
func revived(b *builder, n *resolve.Node, c snapshot.Container, row *action, t todo) todo {
	if !t.start || t.create || c.Runs() {
		return t
	}
	if cause := stuck(c); cause != "" && row.creates {
		if user := volumeUser(b.s, n, c); user != "" {
			b.note(n.Name, n.Origin, "could not be started (%s); not recreated, because %s uses its volumes", cause, user)
			return t
		}
		return todo{remove: true, create: true, start: true, why: "was never started, and no longer can be: " + cause}
	}
	name := removedNetwork(b.s, c)
	again := slices.Contains(slices.Collect(maps.Values(b.s.Networks)), name)
	switch {
	case name == "":
		return t
	case !again:
		b.problem(CodeState, n, "create that network, then run the action update", "container %q was on the network %q, which was removed", n.Name, name)
	case !row.renews:
		b.problem(CodeState, n, "the action update recreates the container", "container %q was on the network %q, which was removed and created again", n.Name, name)
	default:
		return todo{remove: true, create: true, start: true, why: "network " + name + " was removed and created again"}
	}
	return todo{}
}

// stuck is the error of the last attempt to start a container that never ran, if another
// attempt would fail in the same way: an engine that crashed left something of the
// container behind.
func stuck(c snapshot.Container) string {
	if c.State != docker.StateCreated || c.Info == nil {
		return ""
	}
	for _, text := range []string{"task already exists", "file exists", "container with id exists", "already exists: unknown"} {
		if strings.Contains(c.Info.State.Error, text) {
			return strings.Join(strings.Fields(c.Info.State.Error), " ")
		}
	}
	return ""
}

// volumeUser names a container that shares an anonymous volume with this one: it may have
// written there, although this one never ran.
func volumeUser(s *snapshot.Snapshot, n *resolve.Node, c snapshot.Container) string {
	for _, m := range c.Mounts {
		for _, among := range []map[string]snapshot.Container{s.Containers, s.Others} {
			for _, name := range slices.Sorted(maps.Keys(among)) {
				if user := among[name]; name != n.Name && anonymous(m) && user.State != docker.StateCreated && mountsVolume(user, m.Name) {
					return name
				}
			}
		}
	}
	return ""
}

// removedNetwork is a network that the container was started in and that exists no longer,
// though there may be another one of the name; "" if there is none.
func removedNetwork(s *snapshot.Snapshot, c snapshot.Container) string {
	for _, name := range slices.Sorted(maps.Keys(c.Networks)) {
		if id := c.Networks[name]; id != "" && canBeRemoved(name) && s.Networks != nil && s.Networks[id] == "" {
			return name
		}
	}
	return ""
}

// canBeRemoved reports whether a network is none of the engine's own.
func canBeRemoved(network string) bool {
	return network != field.DefaultNetwork && field.OwnNetwork(network)
}

// revivals returns what must be known about the containers that a plan starts as they are:
// those to inspect, for why a start failed, and whether it counts which networks there are.
func revivals(b *builder, names []string) (inspect []string, networks bool) {
	for _, name := range names {
		c, exists := b.container(b.d.Node(name))
		if t := b.todo[name]; !exists || !t.start || t.create || c.Runs() {
			continue
		}
		if c.State == docker.StateCreated {
			inspect = append(inspect, name)
		}
		for network, id := range c.Networks {
			networks = networks || id != "" && canBeRemoved(network)
		}
	}
	return inspect, networks && b.s.Networks == nil
}
