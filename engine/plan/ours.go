// Plan: whose a container or volume is.

package plan

import (
	"fmt"
	"slices"

	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/resolve"
	"github.com/dmap-dev/dmap/engine/snapshot"
)

// ours reports whether dmap made a thing for this map.
func (b *builder) ours(labels map[string]string) bool {
	return identity.Read(labels).IsOf(b.d.Map)
}

// adopts reports whether the request takes over a thing that dmap did not make.
func (b *builder) adopts(labels map[string]string) bool {
	return b.req.Adopt && identity.Read(labels).IsForeign()
}

// isMadeFor reports whether dmap made a container for exactly this node.
func (b *builder) isMadeFor(n *resolve.Node, labels map[string]string) bool {
	return identity.Read(labels).IsPart(n.Mark(b.d.Map))
}

// container returns the container of a node if it exists and may be touched. Any other
// is a problem, which foreign reports.
func (b *builder) container(n *resolve.Node) (c snapshot.Container, ok bool) {
	c, ok = b.s.Containers[n.Name]
	if !ok || b.isMadeFor(n, c.Labels) || b.adopts(c.Labels) {
		return c, ok
	}
	return snapshot.Container{}, false
}

// foreign reports, as problems, things in the way that were not made for n.
func (b *builder) foreign(n *resolve.Node) bool {
	if c, ok := b.s.Containers[n.Name]; ok && !b.isMadeFor(n, c.Labels) {
		if !b.adopts(c.Labels) {
			b.problem(CodeForeign, n, wayOut(c.Labels), "container %q exists, but %s", n.Name, b.madeBy(c.Labels))
			return true
		}
		b.note(n.Name, n.Origin, "adopted for this run: %s; it gets dmap's labels when it is created anew", b.madeBy(c.Labels))
	}
	if renamed(b, n) {
		return true
	}
	return slices.ContainsFunc(b.kinds, func(r resource) bool { return r.foreign(b, n) })
}

// renamed deals with the container of n where somebody renamed it, and with another one
// that has its name. What would create n, or lead others to it by its name, cannot do so:
// a second program would run on the same data. The other actions go by its id.
func renamed(b *builder, n *resolve.Node) bool {
	c, exists := b.s.Containers[n.Name]
	switch other, taken := b.s.Called(n.Name); {
	case taken && other.ID != c.ID && b.act.creates:
		b.problem(CodeForeign, n, wayOut(other.Labels), "container %q exists, but %s", n.Name, b.madeBy(other.Labels))
	case !exists || !c.Renamed(n.Name):
		return false
	case b.act.creates:
		b.problem(CodeState, n, fmt.Sprintf("rename it back (docker rename %s %s), or remove it", c.Name, n.Name), "container %q was renamed to %q", n.Name, c.Name)
	default:
		b.note(n.Name, n.Origin, "was renamed to %s", c.Name)
		return false
	}
	return true
}

// madeBy says whose a thing is that has a name of the map but is not what the map means
// by it.
func (b *builder) madeBy(labels map[string]string) string {
	switch mark := identity.Read(labels); {
	case mark.IsForeign():
		return "was not made by dmap"
	case !mark.IsOf(b.d.Map):
		return fmt.Sprintf("belongs to the map %q", mark.Map)
	case mark.Role == identity.RoleAttached:
		return fmt.Sprintf("was made as the holder of volume %s", mark.Part())
	default:
		return fmt.Sprintf("was made as container %s", mark.Part())
	}
}

// wayOut says what can be done about it. Taking over is not offered for what belongs to
// a map.
func wayOut(labels map[string]string) string {
	if !identity.Read(labels).IsForeign() {
		return "remove it first, or use another name in the map"
	}
	return "remove or rename it, or take it over with --adopt"
}
