// Model: what all kinds of named things share: set, get, merge, copy, validate.

package model

import (
	"cmp"
	"slices"

	"github.com/dmap-dev/dmap/engine/problem"
)

// resource is a [table] of any type of entries, as the rest of the package sees it.
type resource interface {
	field() Field
	// open makes an index of the entries that a map has.
	open(m *ContainerMap) entries
	// dict returns all entries as data that setAll accepts.
	dict(m *ContainerMap) Dict
	// merge adds the entries of another map. Of entries that both have, the other's
	// wins, unless addOnly is set.
	merge(m, other *ContainerMap, addOnly bool) problem.Problems
	// copy replaces the entries of m by copies. It completes a shallow copy of a map,
	// whose lists still belong to the original.
	copy(m *ContainerMap)
	// validate reports what is wrong with the entries of a map, each by itself.
	validate(m *ContainerMap, bad report)
}

// report adds a problem about the value at a path of the map.
type report func(code problem.Code, path, format string, args ...any) *problem.Problem

// entries are the entries of one table in one map, found by name.
type entries interface {
	names() []string
	// setAll sets the entries of a dictionary, set a single one.
	setAll(k *converter, in Input)
	set(k *converter, name string, at problem.Origin, in Input)
	get(name string) (in Input, ok bool)
	clear()
	refresh()
}

// table describes one kind of named things. A field may be nil only where its comment
// says so.
type table[T any] struct {
	Field
	// of says what the keys are: "alias".
	of   string
	list func(*ContainerMap) *[]T
	// name returns the name of an entry; ok is false for a nil entry, which is skipped.
	name func(T) (name string, ok bool)
	// read converts an entry; ok is false if that is impossible. It may be nil if put
	// is set.
	read func(k *converter, path, name string, in Input) (entry T, ok bool)
	// value returns an entry as data that read accepts, with the place of its name.
	value func(m *ContainerMap, path string, entry T) Input
	// parts returns the names of those parts of an entry that have places of their own;
	// nil if there are none.
	parts func(T) []string
	// clone copies what an entry points to; nil if it holds no pointers.
	clone func(T) T
	// check reports what is wrong with one entry; nil if the validator does it
	// elsewhere.
	check func(bad report, path string, entry T)

	// extra is a key that does not name an entry but sets another value of the map; nil
	// if there is none.
	extra *extraEntry
	// put sets an entry in its own way, and join merges two entries of one name. If
	// they are nil, the newer entry replaces the older.
	put  func(o *opened[T], k *converter, name string, at problem.Origin, in Input)
	join func(entry, other T, addOnly bool) problem.Problems
}

// extraEntry is a key of a table that stands for another value of the map, such as
// "root" in host for HostRoot.
type extraEntry struct {
	name string
	set  func(m *ContainerMap, k *converter, path string, in Input)
	get  func(m *ContainerMap) Input
}

func (t table[T]) field() Field { return t.Field }

// forget removes the places of an entry that is about to be replaced, and of its parts.
// Otherwise a problem of the new entry would point to the line that set the old one. It
// deletes key by key: [problem.Origins.Clear] goes through all places of the map, and
// setting many entries would take quadratic time.
func (t table[T]) forget(o problem.Origins, path string, entry T) {
	delete(o, path)
	for _, part := range t.partsOf(entry) {
		delete(o, key(path, part))
	}
}

func (t table[T]) partsOf(entry T) []string {
	if t.parts == nil {
		return nil
	}
	return t.parts(entry)
}

func (t table[T]) cloneOf(entry T) T {
	if t.clone == nil {
		return entry
	}
	return t.clone(entry)
}

func (t table[T]) dict(m *ContainerMap) Dict {
	var d Dict
	for _, entry := range *t.list(m) {
		if name, ok := t.name(entry); ok {
			in := t.value(m, key(t.Name, name), entry)
			d = append(d, Entry{Input{Value: name, Origin: in.Origin}, in})
		}
	}
	return d
}

func (t table[T]) merge(m, other *ContainerMap, addOnly bool) (ps problem.Problems) {
	list := t.list(m)
	found := newLookUp(list, t.name)
	for _, entry := range *t.list(other) {
		name, ok := t.name(entry)
		if !ok {
			continue
		}
		path := key(t.Name, name)
		switch i := found.find(name); {
		case i < 0:
			*list = append(*list, t.cloneOf(entry))
		case t.join != nil:
			ps = append(ps, t.join((*list)[i], entry, addOnly)...)
			continue
		case addOnly:
			continue
		default:
			t.forget(m.Origins, path, (*list)[i])
			(*list)[i] = t.cloneOf(entry)
		}
		m.movePlace(other, path)
		for _, part := range t.partsOf(entry) {
			m.movePlace(other, key(path, part))
		}
	}
	return ps
}

func (t table[T]) copy(m *ContainerMap) {
	list := t.list(m)
	*list = slices.Clone(*list)
	for i, entry := range *list {
		if _, ok := t.name(entry); ok {
			(*list)[i] = t.cloneOf(entry)
		}
	}
}

// validate checks the names and each entry by itself.
func (t table[T]) validate(m *ContainerMap, bad report) {
	if t.check == nil {
		return
	}
	seen := map[string]bool{}
	for _, entry := range *t.list(m) {
		name, _ := t.name(entry)
		path := key(t.Name, name)
		if seen[name] {
			bad(problem.CodeDuplicate, path, "%s %s is defined twice in %s", t.of, quote(name), t.Name)
			continue
		}
		seen[name] = true
		if !IsName(name) {
			bad(problem.CodeNameSyntax, path, "%s cannot be an %s: %s", quote(name), t.of, nameRule)
		}
		t.check(bad, path, entry)
	}
}

func (t table[T]) open(m *ContainerMap) entries {
	return &opened[T]{t, m, newLookUp(t.list(m), t.name)}
}

// opened is a table together with the entries of one map.
type opened[T any] struct {
	table[T]
	m     *ContainerMap
	index *lookUp[string, T]
}

func (o *opened[T]) setAll(k *converter, in Input) {
	for _, entry := range k.dict(o.Name, in, o.of) {
		o.set(k, entry.Key.Value.(string), entry.Key.Origin, entry.Value)
	}
}

func (o *opened[T]) set(k *converter, name string, at problem.Origin, in Input) {
	if o.put != nil {
		o.put(o, k, name, at, in)
		return
	}
	path := key(o.Name, name)
	in.Origin = cmp.Or(in.Origin, at)
	list, i := o.index.list, o.index.find(name)
	if i >= 0 {
		o.forget(o.m.Origins, path, (*list)[i])
	}
	k.note(path, in.Origin)
	if o.extra != nil && name == o.extra.name {
		o.extra.set(o.m, k, path, in)
		return
	}
	entry, ok := o.read(k, path, name, in)
	switch {
	case !ok:
	case i < 0:
		*list = append(*list, entry)
	default:
		(*list)[i] = entry
	}
}

func (o *opened[T]) names() []string {
	out := make([]string, 0, len(*o.index.list))
	for _, entry := range *o.index.list {
		if name, ok := o.name(entry); ok {
			out = append(out, name)
		}
	}
	return out
}

func (o *opened[T]) get(name string) (in Input, ok bool) {
	if o.extra != nil && name == o.extra.name {
		return o.extra.get(o.m), true
	}
	i := o.index.find(name)
	if i < 0 {
		return Input{}, false
	}
	return o.value(o.m, key(o.Name, name), (*o.index.list)[i]), true
}

func (o *opened[T]) clear() { *o.index.list = nil }

func (o *opened[T]) refresh() { o.index.refresh() }

// movePlace takes over the place where other set a value.
func (m *ContainerMap) movePlace(other *ContainerMap, field string) {
	at, ok := other.Origins[field]
	if !ok {
		delete(m.Origins, field)
		return
	}
	if m.Origins == nil {
		m.Origins = problem.Origins{}
	}
	m.Origins[field] = at
}
