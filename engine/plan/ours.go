// Plan: whose a container or volume is.

package plan

import (
	"fmt"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/resolve"
	"github.com/dmap-dev/dmap/engine/state"
)

// ours tells whether dmap made it for this map.
func (b *builder) ours(labels map[string]string) bool {
	return labels[docker.LabelMap] == b.d.Map
}

// adopts tells whether the request takes over what dmap did not make. What dmap
// made for another map is that one's.
func (b *builder) adopts(labels map[string]string) bool {
	return b.req.Adopt && labels[docker.LabelMap] == ""
}

// is tells whether dmap made a container for just this node: two parts of a map, or
// of two versions of it, can come to the same name.
func (b *builder) is(n *resolve.Node, labels map[string]string) bool {
	role := docker.RoleContainer
	if n.Attached {
		role = docker.RoleAttached
	}
	return b.ours(labels) && labels[docker.LabelRole] == role &&
		labels[docker.LabelName] == n.Config && labels[docker.LabelInstance] == n.Instance
}

// container returns the container of a node, if it exists and may be touched. Any
// other is a problem, see foreign.
func (b *builder) container(n *resolve.Node) (c state.Container, ok bool) {
	c, ok = b.s.Containers[n.Name]
	if !ok || b.is(n, c.Labels) || b.adopts(c.Labels) {
		return c, ok
	}
	return state.Container{}, false
}

// foreign reports containers and volumes in the way that were not made for n.
func (b *builder) foreign(n *resolve.Node) bool {
	if c, ok := b.s.Containers[n.Name]; ok && !b.is(n, c.Labels) {
		if !b.adopts(c.Labels) {
			b.problem(CodeForeign, n, wayOut(c.Labels), "container %q exists, but %s", n.Name, b.madeBy(c.Labels))
			return true
		}
		b.note(n.Name, n.Origin, "adopted for this run: %s; it gets dmap's labels when it is created anew", b.madeBy(c.Labels))
	}
	for _, name := range n.Owns {
		v, ok := b.s.Volumes[name]
		if n.Attached != (b.d.Volume(name).Holder != "") {
			continue // its holder tells
		}
		if ok && !b.ours(v.Labels) && !b.adopts(v.Labels) && b.req.Action.up() {
			b.problem(CodeForeign, n, wayOut(v.Labels), "volume %q exists, but %s", name, b.madeBy(v.Labels))
			return true
		}
	}
	return false
}

// madeBy says whose a thing is that is not what the map has of that name.
func (b *builder) madeBy(labels map[string]string) string {
	ref := resolve.Node{Config: labels[docker.LabelName], Instance: labels[docker.LabelInstance]}
	switch other := labels[docker.LabelMap]; {
	case other == "":
		return "was not made by dmap"
	case other != b.d.Map:
		return fmt.Sprintf("belongs to the map %q", other)
	case labels[docker.LabelRole] == docker.RoleAttached:
		return fmt.Sprintf("was made as the holder of volume %s", ref.Ref())
	default:
		return fmt.Sprintf("was made as container %s", ref.Ref())
	}
}

// wayOut is what a person can do about it. What belongs to a map is not offered to
// be taken over.
func wayOut(labels map[string]string) string {
	if labels[docker.LabelMap] != "" {
		return "remove it first, or use another name in the map"
	}
	return "remove or rename it, or take it over with --adopt"
}
