// Import of docker-map files: values of a file with their places and comments.

package dockermap

import (
	"strings"

	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/problem"
)

// node is one value. Nodes that anchors share are shared here too, so they are never
// changed: a different value is a new node.
type node struct {
	// value is nil, bool, int64, float64, string, expanded, []*node or []pair.
	value any
	at    problem.Origin
	// before and after are the comment lines around an element of a list, or around the
	// pair of which this is the key.
	before, after []string
	// was is the name of a key in the file, if it was renamed.
	was string
}

// pair is one entry of a dictionary, in the order of the file.
type pair struct{ key, value *node }

// expanded is a text of !path, as literal parts and variables.
type expanded []part

// part is a literal, or the name of an environment variable.
type part struct{ literal, variable string }

func text(s string, at problem.Origin) *node { return &node{value: s, at: at} }

func list(at problem.Origin, elements ...*node) *node { return &node{value: elements, at: at} }

func dict(at problem.Origin, pairs ...pair) *node { return &node{value: pairs, at: at} }

// with returns a node with another value and the same comments.
func (n *node) with(value any) *node {
	c := *n
	c.value = value
	return &c
}

// isSet reports whether there is a value. A property without one counts as left out.
func (n *node) isSet() bool { return n != nil && n.value != nil }

// isEmpty reports whether a value means as much as none.
func (n *node) isEmpty() bool {
	if !n.isSet() {
		return true
	}
	switch v := n.value.(type) {
	case bool:
		return !v
	case string:
		return v == ""
	case []*node:
		return len(v) == 0
	case []pair:
		return len(v) == 0
	}
	return false
}

// shown returns a key as written in the file.
func (n *node) shown() string {
	if n.was != "" {
		return n.was
	}
	return n.name()
}

// name returns a key as text.
func (n *node) name() string {
	if s, ok := n.value.(string); ok {
		return s
	}
	return strings.TrimPrefix(n.input().String(), "int ")
}

// get returns the value of a string key, or nil.
func get(pairs []pair, key string) *node {
	for _, p := range pairs {
		if p.key.value == key {
			return p.value
		}
	}
	return nil
}

// input returns the value for the model, with a sample in place of each variable.
func (n *node) input() model.Input {
	in := model.Input{Value: n.value, Origin: n.at}
	switch v := n.value.(type) {
	case expanded:
		in.Value = v.sample()
	case []*node:
		inputs := make(model.List, len(v))
		for i, e := range v {
			inputs[i] = e.input()
		}
		in.Value = inputs
	case []pair:
		entries := make(model.Dict, len(v))
		for i, p := range v {
			entries[i] = model.Entry{Key: p.key.input(), Value: p.value.input()}
		}
		in.Value = entries
	}
	return in
}

func (e expanded) sample() string {
	var b strings.Builder
	for _, p := range e {
		b.WriteString(p.literal)
		if p.variable != "" {
			b.WriteString(sample(p.variable))
		}
	}
	return b.String()
}

// variables returns the environment variables in the node.
func (n *node) variables() map[string]bool {
	found := map[string]bool{}
	n.walk(func(n *node) {
		e, _ := n.value.(expanded)
		for _, p := range e {
			if p.variable != "" {
				found[p.variable] = true
			}
		}
	})
	return found
}

// walk visits the node and all values in it.
func (n *node) walk(visit func(*node)) {
	visit(n)
	switch v := n.value.(type) {
	case []*node:
		for _, e := range v {
			e.walk(visit)
		}
	case []pair:
		for _, p := range v {
			p.value.walk(visit)
		}
	}
}
