// Import of docker-map files: extends and abstract, written out.

package dockermap

import (
	"slices"
	"strconv"
	"strings"

	"github.com/dmap-dev/dmap/engine/problem"
)

// heritage knows what each configuration extends.
type heritage struct {
	c        *converter
	names    []string
	given    map[string]pair
	extends  map[string][]string
	abstract map[string]bool
	done     map[string][]pair
}

func (c *converter) heritage(configurations []pair) *heritage {
	h := &heritage{c: c, given: map[string]pair{}, extends: map[string][]string{}, abstract: map[string]bool{}, done: map[string][]pair{}}
	for _, p := range configurations {
		name, isText := p.key.value.(string)
		first, twice := h.given[name]
		_, isDict := p.value.value.([]pair)
		switch {
		case !isText:
			c.wrong(problem.CodeWrongType, p.key.at, "containers", "put it in quotes", "want the name of a container (text), got %s", p.key.input())
		case p.value.isSet() && !isDict:
			c.wrong(problem.CodeUnknownKey, p.key.at, "", problem.DidYouMean(name, mapKeys()),
				"%q is not a property of a map, and a container needs a dictionary, got %s", name, p.value.input())
		case twice:
			c.wrong(problem.CodeDuplicate, p.key.at, "containers > "+name, "", "the container is defined twice")
			c.problems[len(c.problems)-1].Related = []problem.Related{{Origin: first.key.at, Msg: "first defined"}}
		default:
			h.names = append(h.names, name)
			h.given[name] = p
		}
	}
	for _, name := range h.names {
		h.read(name)
	}
	h.cycles()
	return h
}

// read reads extends and abstract of one configuration.
func (h *heritage) read(name string) {
	pairs := entries(h.given[name])
	where := "containers > " + name
	switch v := get(pairs, "abstract"); {
	case !v.isSet():
	case hasType[bool](v.value):
		h.abstract[name] = v.value.(bool)
	default:
		h.c.wrong(problem.CodeWrongType, v.at, where+" > abstract", "", "want true or false, got %s", v.input())
	}
	v := get(pairs, "extends")
	if !v.isSet() {
		return
	}
	for _, e := range elements(v) {
		base, isText := e.value.(string)
		_, known := h.given[base]
		switch {
		case !isText:
			h.c.wrong(problem.CodeWrongType, e.at, where+" > extends", "", "want the name of a container, got %s", e.input())
		case !known:
			h.c.wrong(problem.CodeUnknownName, e.at, where+" > extends", problem.DidYouMean(base, h.names), "cannot extend %q: no container has this name", base)
		default:
			h.extends[name] = append(h.extends[name], base)
		}
	}
}

// cycles refuses configurations that extend themselves (D20), and cuts each cycle, so
// that propertiesOf ends and the other problems of the file are still found.
func (h *heritage) cycles() {
	const open, closed = 1, 2
	state := map[string]int{}
	var path []string
	var visit func(name string)
	visit = func(name string) {
		state[name] = open
		path = append(path, name)
		h.extends[name] = slices.DeleteFunc(h.extends[name], func(base string) bool {
			if state[base] == open {
				cycle := append(slices.Clone(path[slices.Index(path, base):]), base)
				h.c.wrong(problem.CodeCycle, get(entries(h.given[name]), "extends").at, "containers > "+name+" > extends", "",
					"containers extend one another: %s", chain(cycle))
				return true
			}
			if state[base] == 0 {
				visit(base)
			}
			return false
		})
		path = path[:len(path)-1]
		state[name] = closed
	}
	for _, name := range h.names {
		if state[name] == 0 {
			visit(name)
		}
	}
}

// chain returns the way around a cycle for a message, shortened if it is long.
func chain(names []string) string {
	const most = 12
	if len(names) > most {
		names = slices.Concat(names[:most-1], []string{"…"}, names[len(names)-1:])
	}
	return strings.Join(names, " → ")
}

// propertiesOf returns the properties of a configuration with what it inherits: its
// bases from left to right, then its own.
func (h *heritage) propertiesOf(name string) []pair {
	// Without remembering results, a base that many extend, over several levels, would be
	// worked out again for each way to it.
	if pairs, ok := h.done[name]; ok {
		return pairs
	}
	own := h.c.oneOptionName(name, entries(h.given[name]))
	var pairs []pair
	for _, base := range h.extends[name] {
		pairs = h.c.inherit(pairs, h.propertiesOf(base))
	}
	pairs = h.c.inherit(pairs, own)
	h.done[name] = pairs
	return pairs
}

// oneOptionName renames host_config to the older of its two names, so that what is
// inherited under the other one is merged with it.
func (c *converter) oneOptionName(container string, pairs []pair) []pair {
	given, old := get(pairs, "host_config"), get(pairs, "start_options")
	if given == nil {
		return pairs
	}
	if given.isSet() && old.isSet() {
		c.wrong(problem.CodeDuplicate, given.at, "containers > "+container+" > host_config", "put all of them in one of the two",
			"host_config and start_options are two names of one property")
	}
	var out []pair
	for _, p := range pairs {
		switch p.key.value {
		case "start_options":
			if given.isSet() {
				continue
			}
		case "host_config":
			if !given.isSet() {
				continue
			}
			p.key = p.key.with("start_options")
			p.key.was = "host_config"
		}
		out = append(out, p)
	}
	return out
}

// inherit joins two sets of properties; the newer wins. Properties that only control
// inheritance are left out.
func (c *converter) inherit(older, newer []pair) []pair {
	return slices.DeleteFunc(merged(older, newer, c.joined), func(p pair) bool {
		return p.key.value == "extends" || p.key.value == "abstract"
	})
}

// merged returns the pairs of both dictionaries; join returns the value of a key that
// both have.
func merged(older, newer []pair, join func(key string, older, newer *node) *node) []pair {
	out := slices.Clone(older)
	at := make(map[any]int, len(older)+len(newer))
	for i, p := range older {
		at[p.key.value] = i
	}
	for _, p := range newer {
		i, both := at[p.key.value]
		if !both {
			at[p.key.value] = len(out)
			out = append(out, p)
			continue
		}
		out[i] = pair{p.key, join(p.key.name(), out[i].value, p.value)}
	}
	return out
}

// joined joins two values of one property. An empty single value removes the older one;
// empty lists and options add nothing.
func (c *converter) joined(property string, older, newer *node) *node {
	if !older.isSet() {
		return newer
	}
	switch property {
	case "instances", "shares", "binds", "attaches", "uses", "exposes", "links", "networks", "exec_commands", "clients":
		if !newer.isSet() {
			return older
		}
		return newer.with(c.union(property, elements(older), elements(newer)))
	case "create_options", "start_options":
		if !newer.isSet() {
			return older
		}
		before, ok := older.value.([]pair)
		after, okToo := newer.value.([]pair)
		if !ok || !okToo {
			return newer
		}
		if !c.copies(len(before)+len(after), newer.at) {
			return newer
		}
		return newer.with(merged(before, after, func(_ string, _, newer *node) *node { return newer }))
	}
	return newer
}

// copies counts the values that inheritance copies, and reports whether the limit
// allows them: a small file can ask for very many.
func (c *converter) copies(n int, at problem.Origin) bool {
	if c.elements > mostNodes {
		return false
	}
	if c.elements += n; c.elements > mostNodes {
		c.wrong(problem.CodeSizeLimit, at, "", "extend fewer containers", "what containers inherit adds up to more than %d values", mostNodes)
		return false
	}
	return true
}

// union joins two lists: a newer element replaces the older one of the same key in
// place, others are appended.
func (c *converter) union(property string, older, newer []*node) []*node {
	if len(newer) == 0 || !c.copies(len(older)+len(newer), newer[0].at) {
		return older
	}
	out := slices.Clone(older)
	at := map[string]int{}
	for i, e := range older {
		at[elementKey(property, e)] = i
	}
	for _, e := range newer {
		key := elementKey(property, e)
		i, ok := at[key]
		if ok {
			out[i] = e
			continue
		}
		at[key] = len(out)
		out = append(out, e)
	}
	return out
}

// elementKey returns the key by which elements of a list property count as the same:
// the whole element for links and commands, else its first part.
func elementKey(property string, e *node) string {
	first, rest := tuple(e)
	if first == nil {
		return identity(e)
	}
	key := identity(first)
	// One container can be linked under several aliases, and one command be run in several
	// ways: there the rest counts as well.
	if property != "links" && property != "exec_commands" {
		return key
	}
	for _, r := range rest {
		if r.isSet() {
			key += "\x00" + identity(r)
		}
	}
	return key
}

// identity returns a text that is equal for equal values only.
func identity(n *node) string {
	var b strings.Builder
	n.walk(func(n *node) {
		switch v := n.value.(type) {
		case string:
			b.WriteString(strconv.Quote(v))
		case []pair:
			b.WriteString("{")
			for _, p := range v {
				b.WriteString(strconv.Quote(p.key.name()))
			}
		case []*node:
			b.WriteString("[" + strconv.Itoa(len(v)))
		default:
			b.WriteString(n.input().String())
		}
	})
	return b.String()
}

// elements returns the elements of a list property: those of a list, a pair for each
// entry of a dictionary; anything else is the only element.
func elements(n *node) []*node {
	switch v := n.value.(type) {
	case nil:
		return nil
	case []*node:
		return v
	case []pair:
		out := make([]*node, len(v))
		for i, p := range v {
			e := list(p.key.at, p.key.with(p.key.value), p.value)
			e.before, e.after = p.key.before, p.key.after
			out[i] = e
		}
		return out
	}
	return []*node{n}
}

// tuple splits an element: "a", [a, b], {a: b} or {a: [b, c]}. For any other form,
// first is nil.
func tuple(e *node) (first *node, rest []*node) {
	switch v := e.value.(type) {
	case string, int64, expanded:
		return e, nil
	case []*node:
		if len(v) == 0 {
			return nil, nil
		}
		first, rest = v[0], v[1:]
	case []pair:
		if len(v) != 1 {
			return nil, nil
		}
		first, rest = v[0].key, []*node{v[0].value}
	default:
		return nil, nil
	}
	if len(rest) == 1 { // [a, [b, c]] is [a, b, c]
		if nested, ok := rest[0].value.([]*node); ok {
			rest = nested
		}
	}
	return first, rest
}
