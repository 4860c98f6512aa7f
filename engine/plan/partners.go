// Plan: containers outside the map that those of the map link to, use or join.

package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/field"
	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/resolve"
	"github.com/dmap-dev/dmap/engine/snapshot"
)

// partner finds a container of the engine by what a request calls it: its name, its id, or
// the beginning of that.
func partner(s *snapshot.Snapshot, ref string) (c snapshot.Container, exists bool) {
	if c, exists = s.Called(ref); exists {
		return c, true
	}
	const short = 12
	for _, among := range []map[string]snapshot.Container{s.Containers, s.Others} {
		for _, name := range slices.Sorted(maps.Keys(among)) {
			if len(ref) >= short && strings.HasPrefix(among[name].ID, ref) {
				return among[name], true
			}
		}
	}
	return snapshot.Container{}, false
}

// madeFor is the id of the container that another one was tied to when it was made, under
// the name that its request has for it: the label tells or, of a namespace, the engine. ""
// if nothing does.
func madeFor(n *resolve.Node, c snapshot.Container, name string) string {
	if id := identity.Read(c.Labels).TiedTo()[name]; id != "" || n.Spec == nil {
		return id
	}
	host := n.Spec.HostConfig
	modes := [][2]string{{host.NetworkMode, c.NetworkMode}}
	if c.Info != nil {
		modes = append(modes, [2]string{host.PidMode, c.Info.HostConfig.PidMode}, [2]string{host.IpcMode, c.Info.HostConfig.IpcMode})
	}
	for _, mode := range modes {
		asked, joins := field.Joined(mode[0])
		if id, _ := field.Joined(mode[1]); joins && asked == name && identity.IsID(id) {
			return id
		}
	}
	return ""
}

// outdatedPartner says which container outside the map is another one than that which the
// container was made for; "" if none is, or nothing tells. A lost link is a difference.
func outdatedPartner(b *builder, n *resolve.Node, c snapshot.Container) string {
	for _, need := range b.d.Partners(n) {
		is, exists := partner(b.s, need.Name)
		if !exists {
			continue
		}
		was := madeFor(n, c, need.Name)
		if was != "" && was != is.ID || was == "" && need.Why == resolve.Uses && oldVolumes(n, c, is) {
			return fmt.Sprintf("%s %s, which was created anew", need.Why, need.Ref)
		}
	}
	return ""
}

// oldVolumes reports whether a container has, where the container that it uses has an
// anonymous volume, another one: that of an earlier container.
func oldVolumes(n *resolve.Node, c, used snapshot.Container) bool {
	if len(n.Spec.HostConfig.VolumesFrom) != 1 { // of several, another one may have lent it
		return false
	}
	return slices.ContainsFunc(used.Mounts, func(lent docker.MountInfo) bool {
		_, own := n.Spec.Volumes[lent.Destination]
		return !own && anonymous(lent) && !n.Spec.HostConfig.MountsAt(lent.Destination) && slices.ContainsFunc(c.Mounts, func(m docker.MountInfo) bool {
			return m.Destination == lent.Destination && anonymous(m) && m.Name != lent.Name
		})
	})
}

// missingPartners reports containers outside the map without which an engine creates or
// starts nothing that names them.
func missingPartners(b *builder) {
	if b.s.Links == nil { // nobody knows the others
		return
	}
	for _, n := range b.d.Nodes {
		t := b.todo[n.Name]
		for _, need := range b.d.Partners(n) {
			c, exists := partner(b.s, need.Name)
			mustRun := need.Why != resolve.Uses && t.start
			switch {
			case !exists && (mustRun || t.create && need.Why != resolve.Joins):
				b.problem(CodeState, n, "it is not of this map: create it first", "container %q %s %s, which does not exist", n.Name, need.Why, need.Ref)
			case exists && mustRun && !c.Runs():
				b.problem(CodeState, n, "it is not of this map: start it first", "container %q %s %s, which is not running", n.Name, need.Why, need.Ref)
			}
		}
	}
}
