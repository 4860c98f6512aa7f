// Program text to model: live views that look like dictionaries: m.volumes,
// m.host, m.containers, create_options, ctx.host.

package starlarkmap

import (
	"slices"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/starlarkmap/internal/sandbox"
	"github.com/dmap-dev/dmap/starlarkmap/internal/source"
)

// mapping gives access by attribute and by index to named values that live elsewhere.
// It holds nothing itself, so that any number of views of one thing agree.
type mapping struct {
	kind  string
	names func() []string
	// find returns an existing value; it never creates one.
	find func(name string) (starlark.Value, bool)
	// access is what m.x and m["x"] do when find finds no x: create it, or return an
	// error. Nil means that nothing can be created.
	access func(name string) (starlark.Value, error)
	// set assigns v. e is the expression v came from, nil if unknown; at is where that
	// was written. A nil set means that nothing can be assigned.
	set func(name string, v starlark.Value, e syntax.Expr, at problem.Origin) error
	// ev is the evaluation to which the view belongs; nil for views outside of one.
	ev     *evaluation
	freeze func()
}

func (m *mapping) Type() string         { return m.kind }
func (m *mapping) Truth() starlark.Bool { return len(m.names()) > 0 }
func (m *mapping) Hash() (uint32, error) {
	return 0, problem.New(problem.CodeRuntime, "", "unhashable type: %s", m.kind)
}
func (m *mapping) Len() int { return len(m.names()) }

func (m *mapping) Freeze() {
	if m.freeze != nil {
		m.freeze()
	}
}

// String is shallow: the values can refer to each other in circles.
func (m *mapping) String() string {
	out := "{"
	for i, name := range m.names() {
		if i > 0 {
			out += ", "
		}
		v, _ := m.find(name)
		text := "..."
		switch v := v.(type) {
		case starlark.String, starlark.Int, starlark.Bool, *container:
			text = v.String()
		}
		out += syntax.Quote(name, false) + ": " + text
		if len(out) > sandbox.LongestMessage {
			return out + ", ...}"
		}
	}
	return out + "}"
}

// methods returns the names that are methods and cannot be read as entries by
// attribute.
func (m *mapping) methods() []string { return []string{"get", "items", "keys", "update", "values"} }

func (m *mapping) AttrNames() []string {
	names := append(slices.Clone(m.names()), m.methods()...)
	slices.Sort(names)
	return slices.Compact(names)
}

func (m *mapping) Attr(name string) (starlark.Value, error) {
	if slices.Contains(m.methods(), name) {
		return starlark.NewBuiltin(name, m.call).BindReceiver(m), nil
	}
	if v, ok := m.find(name); ok {
		return v, nil
	}
	if m.access == nil || m.ev.probing() {
		return nil, nil
	}
	return m.access(name)
}

func (m *mapping) SetField(name string, v starlark.Value) error {
	if slices.Contains(m.methods(), name) {
		return problem.New(problem.CodeUsage, `write x["`+name+`"] = …`, "%s is a method of %s", name, m.kind)
	}
	return m.assign(name, v)
}

func (m *mapping) assign(name string, v starlark.Value) error {
	if m.set == nil {
		return problem.New(problem.CodeFrozen, "", "%s cannot be changed", m.kind)
	}
	e, at := m.ev.here().Target()
	return m.set(name, v, e, at)
}

// name returns a key as a name.
func (m *mapping) name(key starlark.Value) (string, error) {
	if s, ok := key.(starlark.String); ok {
		return string(s), nil
	}
	return "", problem.New(problem.CodeWrongType, "", "%s: want a name (string), got %s", m.kind, describe(key))
}

func (m *mapping) Get(key starlark.Value) (starlark.Value, bool, error) {
	name, err := m.name(key)
	if err != nil {
		return nil, false, err
	}
	if v, ok := m.find(name); ok {
		return v, true, nil
	}
	if m.access == nil {
		return nil, false, problem.New(problem.CodeUnknownName, problem.DidYouMean(name, m.names()), "%s has no %q", m.kind, name)
	}
	v, err := m.access(name)
	return v, err == nil, err
}

func (m *mapping) SetKey(key, v starlark.Value) error {
	name, err := m.name(key)
	if err != nil {
		return err
	}
	return m.assign(name, v)
}

// Has is "x" in m; it never creates anything.
func (m *mapping) Has(key starlark.Value) (bool, error) {
	name, err := m.name(key)
	if err != nil {
		return false, err
	}
	_, ok := m.find(name)
	return ok, nil
}

func (m *mapping) Iterate() starlark.Iterator {
	return starlark.NewList(stringValues(m.names())).Iterate()
}

func (m *mapping) Items() []starlark.Tuple {
	var out []starlark.Tuple
	for _, name := range m.names() {
		v, _ := m.find(name)
		out = append(out, starlark.Tuple{starlark.String(name), v})
	}
	return out
}

// dict returns the present entries. Plain returns the dictionary that the mapping
// shows.
func (m *mapping) Plain() starlark.Value { return m.dict() }

func (m *mapping) dict() *starlark.Dict {
	d := starlark.NewDict(m.Len())
	for _, item := range m.Items() {
		// A string is always hashable.
		if err := d.SetKey(item[0], item[1]); err != nil {
			continue
		}
	}
	return d
}

func stringValues(list []string) []starlark.Value {
	out := make([]starlark.Value, len(list))
	for i, s := range list {
		out[i] = starlark.String(s)
	}
	return out
}

// call carries out the methods.
func (m *mapping) call(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	switch b.Name() {
	case "get":
		return m.getOr(b, args, kwargs)
	case "update":
		return m.update(b, args, kwargs)
	}
	if err := starlark.UnpackArgs(b.Name(), args, kwargs); err != nil {
		return nil, err
	}
	list := starlark.NewList(nil)
	for _, item := range m.Items() {
		var v starlark.Value = item
		switch b.Name() {
		case "keys":
			v = item[0]
		case "values":
			v = item[1]
		}
		if err := list.Append(v); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// getOr is get(name, default = None); it never creates anything.
func (m *mapping) getOr(b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var name string
	var standard starlark.Value = starlark.None
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "name", &name, "default?", &standard); err != nil {
		return nil, err
	}
	if v, ok := m.find(name); ok {
		return v, nil
	}
	return standard, nil
}

func (m *mapping) update(b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var from starlark.IterableMapping = starlark.NewDict(0)
	if err := starlark.UnpackPositionalArgs(b.Name(), args, nil, 0, &from); err != nil {
		return nil, err
	}
	if m.set == nil {
		return nil, problem.New(problem.CodeFrozen, "", "%s cannot be changed", m.kind)
	}
	here := m.ev.here()
	places := here.Arguments()
	for _, item := range append(from.Items(), kwargs...) {
		name, err := m.name(item[0])
		if err != nil {
			return nil, err
		}
		at, where := here.At, places[item[0]]
		if where.Key != nil {
			at = source.OriginAt(where.Key)
		}
		if err := m.set(name, item[1], where.Value, at); err != nil {
			return nil, err
		}
	}
	return starlark.None, nil
}

// describe returns a value for a message: its type, and the value itself if it is
// short.
func describe(v starlark.Value) string {
	switch v := v.(type) {
	case starlark.NoneType:
		return "None"
	case starlark.Bool, starlark.Float:
		return v.Type() + " " + v.String()
	case starlark.Int:
		return model.Input{Value: intOf(v)}.String()
	case starlark.String:
		return model.Input{Value: string(v)}.String()
	}
	return v.Type()
}
