// Model to program text: a map written as a program.

package starlarkmap

import (
	"strconv"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/problem"
)

// Format returns the map as the text of a program that makes an equal one: one
// container_map() call with a dictionary, in the order of the map, four spaces for each
// level, a comma after each entry. Values that are not set are left out, and places are
// lost. A function cannot be written back: in place of its property stands a comment
// that names the function. A nil map gives "".
func Format(m *model.ContainerMap) string {
	if m == nil {
		return ""
	}
	f := &formatter{}
	f.out.WriteString("container_map(" + syntax.Quote(m.Name, false))
	if d := m.Dict(); len(d) > 0 {
		f.out.WriteString(", ")
		f.dict(d, 0)
	}
	f.out.WriteString(")\n")
	return f.out.String()
}

type formatter struct{ out strings.Builder }

// longestLine is the length up to which a list or dictionary without nested ones is
// written on one line.
const longestLine = 60

func (f *formatter) value(in model.Input, level int) {
	switch v := in.Value.(type) {
	case nil:
		f.out.WriteString("None")
	case bool:
		f.out.WriteString(starlark.Bool(v).String())
	case int64:
		f.out.WriteString(strconv.FormatInt(v, 10))
	case float64:
		f.out.WriteString(floatText(v))
	case string:
		f.out.WriteString(syntax.Quote(v, false))
	case model.HostShare:
		f.value(v.Input(), level)
	case model.Use:
		f.value(v.Input(), level)
	case model.Link:
		f.value(v.Input(), level)
	case model.List:
		f.list(v, level)
	case model.Dict:
		f.dict(v, level)
	default:
		f.out.WriteString("<" + in.String() + ">")
	}
}

// floatText writes a float so that it is read back as the same float, never as an int.
func floatText(v float64) string {
	f := starlark.Float(v)
	if !strings.ContainsAny(f.String(), "0123456789") {
		return "float(" + syntax.Quote(f.String(), false) + ")"
	}
	return f.String()
}

func (f *formatter) list(list model.List, level int) {
	if text, ok := short(list, nil); ok {
		f.out.WriteString(text)
		return
	}
	f.out.WriteString("[\n")
	for _, e := range list {
		f.indent(level + 1)
		f.value(e, level+1)
		f.out.WriteString(",\n")
	}
	f.indent(level)
	f.out.WriteString("]")
}

func (f *formatter) dict(d model.Dict, level int) {
	if text, ok := short(nil, d); ok && level > 1 {
		f.out.WriteString(text)
		return
	}
	if len(d) == 0 {
		f.out.WriteString("{}")
		return
	}
	f.out.WriteString("{\n")
	for _, e := range d {
		f.indent(level + 1)
		if _, computed := e.Value.Value.(model.OptionFunc); computed {
			f.computed(e)
			continue
		}
		f.key(e.Key, level+1)
		f.out.WriteString(": ")
		f.value(e.Value, level+1)
		f.out.WriteString(",\n")
	}
	f.indent(level)
	f.out.WriteString("}")
}

// computed writes a comment in place of a property that holds a function.
func (f *formatter) computed(e model.Entry) {
	name, at, _ := strings.Cut(e.Value.Text, " at ")
	text := "# " + e.Key.Value.(string) + ": computed by " + name
	if at != "" {
		text += " (" + at + ")"
	}
	f.out.WriteString(problem.PrintableLine(text) + "\n")
}

// key writes a key; the pair (53, "udp") as a tuple.
func (f *formatter) key(in model.Input, level int) {
	list, ok := in.Value.(model.List)
	if !ok {
		f.value(in, level)
		return
	}
	f.out.WriteString("(")
	for _, e := range list {
		f.value(e, level)
		f.out.WriteString(", ")
	}
	f.out.WriteString(")")
}

func (f *formatter) indent(level int) { f.out.WriteString(strings.Repeat("    ", level)) }

// short writes a list or dictionary of single values on one line, if it fits.
func short(list model.List, d model.Dict) (string, bool) {
	var one formatter
	var parts []string
	for _, e := range list {
		if !single(e) {
			return "", false
		}
		one.out.Reset()
		one.value(e, 2)
		parts = append(parts, one.out.String())
	}
	for _, e := range d {
		if !single(e.Value) {
			return "", false
		}
		one.out.Reset()
		one.key(e.Key, 2)
		one.out.WriteString(": ")
		one.value(e.Value, 2)
		parts = append(parts, one.out.String())
	}
	text := strings.Join(parts, ", ")
	if len(text) > longestLine {
		return "", false
	}
	if d != nil {
		return "{" + text + "}", true
	}
	return "[" + text + "]", true
}

// single reports whether a value has no parts, or is the short form of one pair.
func single(in model.Input) bool {
	switch v := in.Value.(type) {
	case model.List, model.OptionFunc:
		return false
	case model.Dict:
		return len(v) == 0
	}
	return true
}
