// Model: single entries of a map, set and read by name.

package model

import "github.com/dmap-dev/dmap/engine/problem"

// Editor sets and reads single entries of one map by name, in constant time: it keeps
// an index of the lists, so that a program that sets 20,000 entries one by one does not
// search all of them each time. While it is in use, others may add entries and replace
// whole lists, but not rename an entry in place.
type Editor struct {
	m      *ContainerMap
	tables map[string]entries // by property
}

// Edit returns an Editor for the map.
func (m *ContainerMap) Edit() *Editor {
	e := &Editor{m: m, tables: map[string]entries{}}
	for _, r := range resources() {
		e.tables[r.field().Name] = r.open(m)
	}
	return e
}

// Has reports whether a property holds named entries.
func (e *Editor) Has(property string) bool { return e.tables[property] != nil }

// Set converts in and sets one entry of "volumes", "host" or "containers"; at is where
// its name was written. What cannot be converted is left out and reported.
//
// In host, the name "root" sets HostRoot (row 118). A container is defined or updated
// from a dictionary, None (nothing set) or a *[Container], which the map then owns; one
// that the map already has under another name is copied.
func (e *Editor) Set(property, name string, at problem.Origin, in Input) problem.Problems {
	table := e.tables[property]
	if table == nil {
		return unknownField("property of a container_map with entries", property, at, problem.DidYouMean(property, fieldNames(Resources())))
	}
	return e.m.withConverter(func(k *converter) { table.set(k, name, at, in) })
}

// Get returns one entry as an Input that Set accepts.
func (e *Editor) Get(property, name string) (in Input, ok bool) {
	if table := e.tables[property]; table != nil {
		return table.get(name)
	}
	return Input{}, false
}

// Names returns the names of the entries of a property, in order.
func (e *Editor) Names(property string) []string {
	if table := e.tables[property]; table != nil {
		return table.names()
	}
	return nil
}

// Ready brings the index up to date. After it several goroutines may use Get and Names
// at the same time, as long as nobody changes the map.
func (e *Editor) Ready() {
	for _, table := range e.tables {
		table.refresh()
	}
}

// Clear removes all entries of a property.
func (e *Editor) Clear(property string) {
	if table := e.tables[property]; table != nil {
		table.clear()
	}
}

// withConverter runs f, which sets values of the map, and returns what is wrong with
// them.
func (m *ContainerMap) withConverter(f func(*converter)) problem.Problems {
	if m.Origins == nil {
		m.Origins = problem.Origins{}
	}
	k := &converter{set: m.Origins}
	f(k)
	return k.problems
}
