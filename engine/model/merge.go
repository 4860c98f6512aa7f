// Model: joining two maps into one, and copies.

package model

import (
	"cmp"
	"slices"

	"github.com/dmap-dev/dmap/engine/problem"
)

// Merge adds what other says to the map (row 120). Lists become their union, in order:
// binds and uses count as the same if their names are equal, and take the newer access;
// links if target and alias are equal. Single values and entries of volumes and host
// are replaced by those that other sets; option dictionaries are merged key by key.
// With listsOnly, only lists change in what both maps have. Containers, volumes and
// host paths that only other has are added either way. The map keeps its name (row 1),
// and shares no memory with other except option values, which are never changed. There
// are problems only if other holds values that no conversion would have produced.
func (m *ContainerMap) Merge(other *ContainerMap, listsOnly bool) (ps problem.Problems) {
	if other == nil || other == m {
		return nil
	}
	if !listsOnly {
		ps = append(ps, m.mergeValues(other)...)
	}
	for _, r := range resources() {
		ps = append(ps, r.merge(m, other, listsOnly)...)
	}
	return ps
}

func (m *ContainerMap) mergeValues(other *ContainerMap) (ps problem.Problems) {
	for _, f := range valueFields() {
		if in, _ := other.Get(f.Name); !isNone(in.Value) {
			ps = append(ps, m.Set(f.Name, in)...)
		}
	}
	return ps
}

// Merge adds what d says to the container, by the rules of [ContainerMap.Merge].
// The container keeps its name.
func (c *Container) Merge(d *Container, listsOnly bool) (ps problem.Problems) {
	if d == nil || d == c {
		return nil
	}
	for _, f := range containerFields() {
		old, _ := c.Get(f.Name)
		in, _ := d.Get(f.Name)
		if isNone(in.Value) {
			continue
		}
		list, isList := old.Value.(List)
		more, _ := in.Value.(List)
		switch {
		case isList:
			in = Input{Value: union(list, more), Origin: cmp.Or(old.Origin, in.Origin)}
		case listsOnly:
			continue
		default:
			in = mergeValue(old, in)
		}
		ps = append(ps, c.Set(f.Name, in)...)
	}
	return ps
}

// mergeValue returns the newer value, or both dictionaries joined by their keys.
func mergeValue(old, in Input) Input {
	before, wasDict := old.Value.(Dict)
	after, isDict := in.Value.(Dict)
	if !wasDict || !isDict {
		return in
	}
	joined := slices.Clone(before)
	for _, e := range after {
		i := slices.IndexFunc(joined, func(o Entry) bool { return sameKey(o.Key, e.Key) })
		if i < 0 {
			joined = append(joined, e)
			continue
		}
		joined[i] = e
	}
	return Input{Value: joined, Origin: cmp.Or(in.Origin, old.Origin)}
}

func sameKey(a, b Input) bool {
	x, ok := a.Value.(string)
	y, okToo := b.Value.(string)
	return ok && okToo && x == y
}

// union appends the elements of more that are not in list. An element with the key of
// an older one replaces it where it stands.
func union(list, more List) List {
	out := slices.Clone(list)
	at := make(map[any]int, len(list)+len(more))
	for i, e := range list {
		setOnce(at, elementKey(e), i)
	}
	for _, e := range more {
		i, ok := at[elementKey(e)]
		switch {
		case !ok:
			at[elementKey(e)] = len(out)
			out = append(out, e)
		case out[i].Value != e.Value:
			out[i] = e
		}
	}
	return out
}

// elementKey returns the key by which elements of a list property count as the same.
// They are strings or typed values. A link without an alias has that of its target's
// name, so that "db" and ("db", "db") are one.
func elementKey(in Input) any {
	switch v := in.Value.(type) {
	case HostShare:
		return v.Volume
	case Use:
		return v.Name
	case Link:
		if v.Alias == "" {
			v.Alias = v.Container
		}
		return v
	}
	return in.Value
}

// Copy returns a deep copy with the same name. Only functions and option values, which
// are never changed, are shared.
func (m *ContainerMap) Copy() *ContainerMap {
	d := *m
	for _, r := range resources() {
		r.copy(&d)
	}
	d.Origins = cloneOrigins(m.Origins)
	return &d
}
