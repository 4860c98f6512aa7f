// Plan: what of a container differs from the map, and how it is brought there.

package plan

import (
	"maps"
	"slices"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/field"
	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/resolve"
	"github.com/dmap-dev/dmap/engine/snapshot"
)

// difference is one way in which a container is not as the map says.
type difference struct {
	field string // API field; "" for others
	text  string // "Env changed"
}

// madeOtherwise says which fields of the map differ from those the container was made
// with, as far as its label and, if it was inspected, the engine tell; sorted. It is nil
// for a container without dmap's labels.
func madeOtherwise(n *resolve.Node, c snapshot.Container, s *snapshot.Snapshot) []difference {
	m := madeWith(n, c)
	if m.was == nil {
		return nil
	}
	fields := slices.Concat(slices.Collect(maps.Keys(m.was)), slices.Collect(maps.Keys(m.now)))
	slices.Sort(fields)
	var out []difference
	for _, f := range slices.Compact(fields) {
		before, had := m.was[f]
		now, has := m.now[f]
		switch {
		case before == now && f == volumesFrom && reordered(n, c, s):
			out = append(out, differs(f, "has another order"))
		case before == now:
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
func reordered(n *resolve.Node, c snapshot.Container, s *snapshot.Snapshot) bool {
	sources := n.Spec.HostConfig.VolumesFrom
	if len(sources) < 2 || sameOrder(n, c) {
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

// sameOrder reports whether a container names those whose volumes it takes in the order
// of the map. Meanings do not tell; before it is inspected, it may not.
func sameOrder(n *resolve.Node, c snapshot.Container) bool {
	if m := madeWith(n, c); m.earlier {
		return m.same(volumesFrom)
	}
	f, _ := field.Find(volumesFrom)
	return c.Info != nil && slices.EqualFunc(c.Info.HostConfig.VolumesFrom, n.Spec.HostConfig.VolumesFrom, func(a, b string) bool {
		one, _ := f.Ref(a)
		other, _ := f.Ref(b)
		return one == other
	})
}

func differs(field, how string) difference {
	return difference{field, strings.TrimPrefix(field, "HostConfig.") + " " + how}
}

// differences compares three ways: what the map says, what the container was made
// with, and, if it was inspected, what it is now. Fields that nobody set are never
// compared. Most of a container cannot change once it is made: of one with dmap's labels,
// what cannot is compared with what it is now only where the label does not tell; of an
// adopted one, everything is.
func (b *builder) differences(n *resolve.Node, c snapshot.Container) comparison {
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

func (b *builder) compare(n *resolve.Node, c snapshot.Container) comparison {
	out := madeOtherwise(n, c, b.s)
	if c.Info == nil {
		return comparison{differences: out}
	}
	asked := *n.Spec
	asked.Labels = identity.Foreign(asked.Labels)
	unlike, _ := asked.DifferingFields(*c.Info, func(name string) string { return b.s.Containers[name].ID }) // data that was decoded from JSON can be encoded
	limits, _ := c.Info.Limits()
	was := madeWith(n, c)
	unlike = slices.DeleteFunc(unlike, func(f string) bool {
		return was.was != nil && fixed(f) && was.tells(f) || was.neverHad(c, f)
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
	set := setInPlace(b.s, b.d.Map, n.Name)
	add := func(name, text string) {
		if !slices.ContainsFunc(out, func(diff difference) bool { return diff.field == name }) {
			out = append(out, difference{name, text})
		}
	}
	for _, f := range unlike {
		how := "differs on the engine"
		if was.was != nil && fixed(f) {
			how = "changed" // in the map, for it cannot on the engine
		}
		add(f, differs(f, how).text)
	}
	for f := range set {
		// Also one that is there no more, if it can be lifted in place: its record goes with it.
		if r, _ := field.Find(f); n.Record[f] == "" && (slices.Contains(limits, f) || r.Lift != "") {
			add(f, differs(f, "is gone").text)
		}
	}
	if lost := c.Info.LostLinks(n.Spec.HostConfig.Links); len(lost) > 0 {
		add(links, "has lost the link "+strings.Join(lost, ", "))
	}
	slices.SortFunc(out, func(a, b difference) int { return strings.Compare(a.field, b.field) })
	return comparison{out, limits}
}

const (
	networkMode = "HostConfig.NetworkMode"
	endpoints   = "NetworkingConfig"
	links       = "HostConfig.Links"
	volumesFrom = "HostConfig.VolumesFrom"
)

// fixed reports whether a field stays as it is as long as its container exists.
func fixed(name string) bool {
	f, _ := field.Find(name)
	return f.Change == field.Never
}

// neverHad reports whether a container was made with a limit that its engine does not
// have. An engine without one shows for some what can be asked for, too.
func (m made) neverHad(c snapshot.Container, name string) bool {
	switch m.was[name] {
	case "":
		return false
	case m.now[name]:
		return c.Info.Dropped(name)
	}
	return !c.Info.Unlimited(name) && c.Info.Dropped(name)
}
