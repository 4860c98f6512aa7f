// Import of docker-map files: the program text.

package dockermap

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/problem"
)

// longestLine is the length up to which a list or dictionary of single values is
// written on one line.
const longestLine = 60

// program writes the map, under a comment that says where it comes from, what it needs
// and what is missing. ok is false if it becomes too long.
func (c *converter) program(properties, root *node) (text string, ok bool) {
	w := &writer{left: MostBytes}
	file := baseName(c.file)
	w.comment("# Written by dmap import dockermap from " + problem.PrintableLine(file) + ".")
	if env := slices.Sorted(maps.Keys(c.env)); len(env) > 0 {
		w.comment("#")
		w.comment("# It reads environment variables: pass --env " + strings.Join(env, " --env ") + ".")
	}
	if len(c.leftOut) > 0 {
		w.comment("#")
		w.comment("# Left out, because dmap has nothing that means the same:")
		for _, p := range c.leftOut {
			short := *p
			short.Origin.File = file
			w.comment("#   " + problem.PrintableLine(short.Error()))
		}
	}
	w.print("\n")
	w.comments(c.head, 0)
	w.print("container_map(" + quote(c.name))
	if pairs, _ := properties.value.([]pair); len(pairs) > 0 {
		w.print(", ")
		w.dict(pairs, 0)
	}
	w.print(")\n")
	w.comments(root.after, 0)
	return w.out.String(), w.left > 0
}

// writer writes Starlark, up to a limit.
type writer struct {
	out  strings.Builder
	left int
}

func (w *writer) print(s string) {
	if w.left -= len(s); w.left > 0 {
		w.out.WriteString(s)
	}
}

func (w *writer) comment(line string) { w.print(line + "\n") }

func (w *writer) comments(lines []string, level int) {
	for _, line := range lines {
		w.indent(level)
		w.comment(problem.PrintableLine(line))
	}
}

func (w *writer) indent(level int) { w.print(strings.Repeat("    ", level)) }

func (w *writer) value(n *node, level int) {
	switch v := n.value.(type) {
	case []*node:
		w.list(v, level)
	case []pair:
		if s, ok := shortDict(v); ok && level > 1 {
			w.print(s)
			return
		}
		w.dict(v, level)
	default:
		w.print(single(n))
	}
}

func (w *writer) list(elements []*node, level int) {
	if s, ok := shortList(elements); ok {
		w.print(s)
		return
	}
	w.print("[\n")
	for _, e := range elements {
		if w.left <= 0 {
			return
		}
		e = lifted(e)
		w.comments(e.before, level+1)
		w.indent(level + 1)
		w.value(e, level+1)
		w.print(",\n")
		w.comments(e.after, level+1)
	}
	w.indent(level)
	w.print("]")
}

// lifted moves the comments of the only pair of a dictionary to the dictionary.
func lifted(e *node) *node {
	pairs, ok := e.value.([]pair)
	if !ok || len(pairs) != 1 {
		return e
	}
	key := *pairs[0].key
	out := e.with([]pair{{&key, pairs[0].value}})
	out.before, out.after = slices.Concat(e.before, key.before), slices.Concat(key.after, e.after)
	key.before, key.after = nil, nil
	return out
}

func (w *writer) dict(pairs []pair, level int) {
	if len(pairs) == 0 {
		w.print("{}")
		return
	}
	w.print("{\n")
	for _, p := range pairs {
		if w.left <= 0 {
			return
		}
		w.comments(p.key.before, level+1)
		w.indent(level + 1)
		w.print(single(p.key) + ": ")
		w.value(p.value, level+1)
		w.print(",\n")
		w.comments(p.key.after, level+1)
	}
	w.indent(level)
	w.print("}")
}

// shortList writes single values, and dictionaries of one pair of them, on one line
// if they fit and have no comments.
func shortList(elements []*node) (string, bool) {
	parts := make([]string, 0, min(len(elements), longestLine))
	length := 0
	for _, e := range elements {
		s, ok := "", len(e.before)+len(e.after) == 0
		switch v := e.value.(type) {
		case []*node:
			ok = false
		case []pair:
			if ok = ok && len(v) == 1; ok {
				s, ok = shortDict(v)
			}
		default:
			s = single(e)
		}
		if length += len(s) + len(", "); !ok || length > longestLine+len(", ") {
			return "", false
		}
		parts = append(parts, s)
	}
	return "[" + strings.Join(parts, ", ") + "]", true
}

func shortDict(pairs []pair) (string, bool) {
	parts := make([]string, 0, min(len(pairs), longestLine))
	length := 0
	for _, p := range pairs {
		switch p.value.value.(type) {
		case []*node, []pair:
			return "", false
		}
		s := single(p.key) + ": " + single(p.value)
		if length += len(s) + len(", "); length > longestLine+len(", ") || len(p.key.before)+len(p.key.after) > 0 {
			return "", false
		}
		parts = append(parts, s)
	}
	return "{" + strings.Join(parts, ", ") + "}", true
}

// single returns the text of a value without parts.
func single(n *node) string {
	switch v := n.value.(type) {
	case nil:
		return "None"
	case bool:
		if v {
			return "True"
		}
		return "False"
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return floatText(v)
	case string:
		return quote(v)
	case expanded:
		return v.expression()
	}
	return fmt.Sprintf("<%s>", model.Input{Value: n.value}) // not valid Starlark: compare reports it
}

// floatText writes a float so that it is read back as a float.
func floatText(v float64) string {
	s := strconv.FormatFloat(v, 'g', -1, 64)
	if !strings.ContainsAny(s, ".e") {
		s += ".0"
	}
	return s
}

// expression returns the expression for a text with environment variables.
func (e expanded) expression() string {
	parts := make([]string, len(e))
	for i, p := range e {
		parts[i] = quote(p.literal)
		if p.variable != "" {
			parts[i] = "env(" + quote(p.variable) + ")"
		}
	}
	return strings.Join(parts, " + ")
}

// quote returns a string literal. Go's escapes are also Starlark's, for all valid
// UTF-8.
func quote(s string) string { return strconv.Quote(s) }

// listed returns names for a comment.
func listed(names []string) string {
	const most = 10
	if len(names) > most {
		names = append(slices.Clone(names[:most]), "…")
	}
	return strings.Join(names, ", ")
}
