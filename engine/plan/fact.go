// Plan: facts of one kind: stated, and compared with the present ones.

package plan

import (
	"maps"
	"reflect"
	"slices"
)

// fact is one of the kinds of facts.
type fact interface {
	name() string
	// text says for people how it is; mark distinguishes it from others whose text is
	// the same.
	text() string
	mark() string
}

// changes compares facts with those of now, including ones that were found now and not
// there before.
func changes[F fact](kind string, were []F, found map[string]bool, now func(string) F) []Change {
	before := map[string]F{}
	names := maps.Clone(found)
	for _, was := range were {
		before[was.name()], names[was.name()] = was, true
	}
	var list []Change
	for _, name := range slices.Sorted(maps.Keys(names)) {
		was, known := before[name]
		is := now(name)
		if known && reflect.DeepEqual(was, is) {
			continue
		}
		c := Change{Kind: kind, Name: name, Was: "absent", Is: is.text()}
		if known {
			c.Was = was.text()
		}
		if c.Was == c.Is {
			c.Was, c.Is = c.Was+" "+was.mark(), c.Is+" "+is.mark()
		}
		list = append(list, c)
	}
	return list
}

// each states one kind of fact for all names, sorted by name.
func each[F, V any](names map[string]V, fact func(string) F) []F {
	var list []F
	for _, name := range slices.Sorted(maps.Keys(names)) {
		list = append(list, fact(name))
	}
	return list
}

// factsOf is the factList for facts of one type.
type factsOf[F fact] struct {
	kind string // "volume"
	list func(*Basis) *[]F
	now  func(f facts, name string) F
	// found adds, to the names of some things, those of others that decide only where they
	// are; nil: there are none.
	found func(f facts, names map[string]bool) map[string]bool
}

func (k factsOf[F]) with(f facts, names map[string]bool) map[string]bool {
	if k.found == nil {
		return names
	}
	return k.found(f, names)
}

func (k factsOf[F]) state(f facts, into *Basis, names map[string]bool) {
	*k.list(into) = each(k.with(f, names), func(name string) F { return k.now(f, name) })
}

func (k factsOf[F]) names(b *Basis) (names []string) {
	for _, one := range *k.list(b) {
		names = append(names, one.name())
	}
	return names
}

func (k factsOf[F]) changes(f facts, of *Basis) []Change {
	names := map[string]bool{}
	for _, name := range k.names(of) {
		names[name] = true
	}
	return changes(k.kind, *k.list(of), k.with(f, names), func(name string) F { return k.now(f, name) })
}

// foreign returns what a fact says about a thing that is not the map's.
func foreign(is bool) string {
	if is {
		return " and not of this map"
	}
	return ""
}
