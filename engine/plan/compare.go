// Plan: what of a container differs from the map, and how it is brought there.

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
	"github.com/dmap-dev/dmap/engine/state"
)

// difference is one way in which a container is not as the map says.
type difference struct {
	field string // API field; "" for others
	text  string // "Env changed"
}

// Looks names the containers that must be inspected before [Build]: for update all
// that it compares; for signal those that get one; for other actions those of which a
// limit has changed since they were made, which may have been changed in place.
func Looks(d *resolve.Desired, s *state.Snapshot, specs []string, req Request) []string {
	if req.Action == Signal {
		return signalled(d, s, req)
	}
	names := slices.DeleteFunc(slices.Clone(specs), func(name string) bool {
		c, ok := s.Containers[name]
		return !ok || req.Action != Update && !slices.ContainsFunc(madeOtherwise(d.Node(name), c, s), func(diff difference) bool {
			return docker.Updatable(diff.field)
		})
	})
	if req.Action == Update && req.RemoveOrphans {
		names = append(names, orphans(d, s)...) // whose ports become free
	}
	return names
}

// madeOtherwise says which fields of the map differ from those the container was made
// with, sorted: by what they mean, or, if an earlier version of dmap made it, by how
// they are written. It is nil for a container without dmap's labels.
func madeOtherwise(n *resolve.Node, c state.Container, s *state.Snapshot) []difference {
	made := identity.Read(c.Labels)
	if made.Spec == identity.Read(n.Spec.Labels).Spec {
		return nil
	}
	was, now := resolve.DecodeDigests(made.Fields), n.Meanings
	if was == nil {
		was, now = madeWith(c), n.Digests
	}
	if was == nil {
		return nil
	}
	fields := slices.Concat(slices.Collect(maps.Keys(was)), slices.Collect(maps.Keys(now)))
	slices.Sort(fields)
	var out []difference
	for _, f := range slices.Compact(fields) {
		before, had := was[f]
		digest, has := now[f]
		switch {
		case before == digest && f == volumesFrom && reordered(n, c, s):
			out = append(out, differs(f, "has another order"))
		case before == digest:
		case !had:
			out = append(out, differs(f, "is new"))
		case !has:
			out = append(out, differs(f, "is gone"))
		default:
			out = append(out, differs(f, "changed"))
		}
	}
	return out
}

// reordered reports whether a container takes the volumes of others in another order
// than it was made with, and two of those have one at the same path: it gets that of
// the last. Of containers outside the map nothing is known, so their order counts.
func reordered(n *resolve.Node, c state.Container, s *state.Snapshot) bool {
	sources := n.Spec.HostConfig.VolumesFrom
	if len(sources) < 2 || madeWith(c)[volumesFrom] == n.Digests[volumesFrom] {
		return false
	}
	f, _ := field.Find(volumesFrom)
	lent := map[string]docker.MountInfo{} // by the path in the container
	for _, from := range sources {
		ref, _ := f.Ref(from)
		_, mode, _ := strings.Cut(from, ":")
		source, known := s.Containers[ref.Name]
		if !known {
			return true
		}
		for _, m := range source.Mounts {
			m.RW = m.RW && !slices.Contains(strings.Split(mode, ","), "ro")
			if before, twice := lent[m.Destination]; twice && before != m {
				return true
			}
			lent[m.Destination] = m
		}
	}
	return false
}

// madeWith are the digests of the fields that the container was made with, as they were
// written; nil if no label of dmap tells.
func madeWith(c state.Container) map[string]string {
	return resolve.DecodeDigests(identity.Read(c.Labels).Spec)
}

func differs(field, how string) difference {
	return difference{field, strings.TrimPrefix(field, "HostConfig.") + " " + how}
}

// differences compares three ways: what the map says, what the container was made
// with, and, if it was inspected, what it is now. Fields that nobody set are never
// compared. Most of a container cannot change once it is made, so of one with dmap's
// labels only what can is compared with what it is now; of an adopted one, everything.
func (b *builder) differences(n *resolve.Node, c state.Container) comparison {
	found, ok := b.compared[n.Name]
	if !ok {
		found = b.compare(n, c)
		found.differences = slices.Clip(found.differences)
		b.compared[n.Name] = found
	}
	return found
}

// comparison is what came of one container's.
type comparison struct {
	differences []difference
	limits      []string // that the container has now, if it was inspected
}

func (b *builder) compare(n *resolve.Node, c state.Container) comparison {
	out := madeOtherwise(n, c, b.s)
	if c.Info == nil {
		return comparison{differences: out}
	}
	asked := *n.Spec
	asked.Labels = identity.Foreign(asked.Labels)
	unlike, _ := asked.Unlike(*c.Info, func(name string) string { return b.s.Containers[name].ID }) // data that was decoded from JSON can be encoded
	limits, _ := c.Info.Limits()
	was := madeWith(c)
	unlike = slices.DeleteFunc(unlike, func(f string) bool {
		return was != nil && fixed(f) || neverHad(n, c, was, f)
	})
	// A limit that was changed in place is not what the label says: what it is now counts.
	out = slices.DeleteFunc(out, func(diff difference) bool {
		switch {
		case !docker.Updatable(diff.field):
			return false
		case n.Digests[diff.field] != "":
			return !slices.Contains(unlike, diff.field)
		}
		return !slices.Contains(limits, diff.field) && !c.Info.Unlimited(diff.field)
	})
	add := func(name, text string) {
		if !slices.ContainsFunc(out, func(diff difference) bool { return diff.field == name }) {
			out = append(out, difference{name, text})
		}
	}
	for _, f := range unlike {
		add(f, differs(f, "differs on the engine").text)
	}
	if n.Digests[networkMode] != "" && !c.Info.Connected() {
		add(networkMode, "is not on the network "+c.Info.HostConfig.NetworkMode)
	}
	if lost := c.Info.LostLinks(n.Spec.HostConfig.Links); len(lost) > 0 {
		add("HostConfig.Links", "has lost the link "+strings.Join(lost, ", "))
	}
	slices.SortFunc(out, func(a, b difference) int { return strings.Compare(a.field, b.field) })
	return comparison{out, limits}
}

const (
	networkMode = "HostConfig.NetworkMode"
	volumesFrom = "HostConfig.VolumesFrom"
)

// fixed reports whether a field stays as it is as long as its container exists.
func fixed(name string) bool {
	f, _ := field.Find(name)
	return f.Change == field.Never
}

// neverHad reports whether a container was made with a limit that its engine does not
// have. An engine without one shows for some what can be asked for, too.
func neverHad(n *resolve.Node, c state.Container, was map[string]string, name string) bool {
	switch was[name] {
	case "":
		return false
	case n.Digests[name]:
		return c.Info.Dropped(name)
	}
	return !c.Info.Unlimited(name) && c.Info.Dropped(name)
}

// update brings an existing container to what the map says: in place if the engine
// can, else by making it anew. t is what start would do.
func (b *builder) update(n *resolve.Node, c state.Container, t todo) todo {
	if n.Spec == nil || c.Info == nil || t.create || n.Attached && !b.ours(c.Labels) { // what an adopted holder holds would be lost
		return t
	}
	if b.req.Recreate && b.requested[n.Name] {
		return anew(c, "recreation was asked for")
	}
	diffs := b.differences(n, c).differences
	diffs = append(diffs, b.moved(n, c)...)
	if image := b.s.Images[n.Image]; b.otherImage(n, c) && !n.Persistent && !n.Attached && !slices.ContainsFunc(diffs, ofImage) {
		diffs = append(diffs, difference{"", fmt.Sprintf("image %s is another one now (%s)", n.Image, short(image.ID))})
	}
	if len(diffs) == 0 {
		return t
	}
	var fields, why []string
	for _, diff := range diffs {
		fields, why = append(fields, diff.field), append(why, diff.text)
	}
	change, ok := n.Spec.Update(*c.Info, fields)
	if !ok {
		t = anew(c, strings.Join(why, ", "))
	} else {
		t.update, t.change = &change, strings.Join(why, ", ")
	}
	t.at = n.At(fields[0])
	return t
}

func ofImage(diff difference) bool { return diff.field == "Image" }

// anew makes an existing container again. It runs then, whether it did or not.
func anew(c state.Container, why string) todo {
	return todo{stop: isRunning(c), remove: true, create: true, start: true, why: why}
}

// otherImage tells whether the name of the image stands for another one than that
// from which the container was made.
func (b *builder) otherImage(n *resolve.Node, c state.Container) bool {
	now := b.s.Images[n.Image].ID
	return now != "" && c.ImageID != "" && now != c.ImageID
}

// short is an image id as people see it.
func short(id string) string {
	_, digest, ok := strings.Cut(id, ":")
	if !ok {
		digest = id
	}
	return digest[:min(12, len(digest))]
}

// moved tells which attached volumes are not mounted where the map wants them. A
// container that has them from a holder shows that nowhere else.
func (b *builder) moved(n *resolve.Node, c state.Container) []difference {
	var out []difference
	for _, name := range slices.Concat(n.Owns, n.Uses) {
		v := b.d.Volume(name)
		if v.Holder == "" || n.Attached || b.elsewhere(v) || n.Spec.HostConfig.MountsAt(v.Path) {
			continue
		}
		there := slices.ContainsFunc(c.Mounts, func(m docker.MountInfo) bool { return m.Name == name && m.Destination == v.Path })
		if !there {
			out = append(out, difference{"", fmt.Sprintf("volume %s is not mounted at %s", v.Alias, v.Path)})
		}
	}
	return out
}

// foreignLimits notes limits that neither the map nor the container's making set:
// somebody, or an earlier update, set them in place.
func (b *builder) foreignLimits(n *resolve.Node, c state.Container) {
	if c.Info == nil {
		return
	}
	was := madeWith(c)
	for _, f := range b.differences(n, c).limits {
		if n.Digests[f] == "" && was[f] == "" {
			b.note(n.Name, n.Origin, "has a limit that is not in the map: %s; --force-recreate lifts it", strings.TrimPrefix(f, "HostConfig."))
		}
	}
}
