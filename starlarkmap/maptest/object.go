// Tests of maps: values with attributes, and Go data as values of Starlark.

package maptest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.starlark.net/starlark"

	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/starlarkmap"
)

// object is a value with methods, and attributes that are computed when they are read.
type object struct {
	kind  string
	attrs map[string]func() (starlark.Value, error)
}

func (o *object) String() string        { return "<" + o.kind + ">" }
func (o *object) Type() string          { return o.kind }
func (o *object) Freeze()               {} // nothing in it can be assigned
func (o *object) Truth() starlark.Bool  { return true }
func (o *object) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable type: %s", o.kind) }
func (o *object) AttrNames() []string   { return slices.Sorted(maps.Keys(o.attrs)) }

func (o *object) Attr(name string) (starlark.Value, error) {
	if read, ok := o.attrs[name]; ok {
		return read()
	}
	return nil, &problem.Problem{Code: problem.CodeUnknownName, Hint: problem.DidYouMean(name, o.AttrNames()),
		Msg: fmt.Sprintf("%s has no .%s", o.kind, name)}
}

// method is the implementation of a method; its arguments are not unpacked yet.
type method func(c *invocation) (starlark.Value, error)

// inTest returns a method that option functions cannot call: they only compute values.
// Planning calls them, so one that made a plan would call itself without end.
func inTest(do method) method {
	return func(c *invocation) (starlark.Value, error) {
		if !starlarkmap.Evaluates(c.thread) {
			return nil, fmt.Errorf("%s: an option function cannot call it, only the test itself", c.name)
		}
		return do(c)
	}
}

// invocation is one call of a method.
type invocation struct {
	thread *starlark.Thread
	name   string
	args   starlark.Tuple
	kwargs []starlark.Tuple
}

// unpack reads the arguments, as [starlark.UnpackArgs] does.
func (c *invocation) unpack(pairs ...any) error {
	return starlark.UnpackArgs(c.name, c.args, c.kwargs, pairs...)
}

func newObject(kind string, methods map[string]method) *object {
	o := &object{kind: kind, attrs: map[string]func() (starlark.Value, error){}}
	for name, do := range methods {
		b := starlark.NewBuiltin(name, func(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			return do(&invocation{t, name, args, kwargs})
		})
		o.attrs[name] = func() (starlark.Value, error) { return b, nil }
	}
	return o
}

// plain returns the JSON form of v as dictionaries, lists and plain values.
func plain(v any) (starlark.Value, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var data any
	if err := dec.Decode(&data); err != nil {
		return nil, err
	}
	return valueOf(data)
}

// valueOf converts the types that encoding/json produces, and lists and dictionaries of
// strings.
func valueOf(data any) (starlark.Value, error) {
	switch v := data.(type) {
	case nil:
		return starlark.None, nil
	case bool:
		return starlark.Bool(v), nil
	case string:
		return starlark.String(v), nil
	case int:
		return starlark.MakeInt(v), nil
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return starlark.MakeInt64(n), nil
		}
		f, err := v.Float64()
		return starlark.Float(f), err
	case []string:
		return textList(v), nil
	case map[string]string:
		d := starlark.NewDict(len(v))
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if err := d.SetKey(starlark.String(key), starlark.String(v[key])); err != nil {
				return nil, err
			}
		}
		return d, nil
	case []any:
		list := make([]starlark.Value, len(v))
		for i, e := range v {
			var err error
			if list[i], err = valueOf(e); err != nil {
				return nil, err
			}
		}
		return starlark.NewList(list), nil
	case map[string]any:
		d := starlark.NewDict(len(v))
		for _, key := range slices.Sorted(maps.Keys(v)) {
			e, err := valueOf(v[key])
			if err == nil {
				err = d.SetKey(starlark.String(key), e)
			}
			if err != nil {
				return nil, err
			}
		}
		return d, nil
	}
	return nil, fmt.Errorf("internal error: no value for %T", data)
}

// record returns a struct from Go data; Starlark values are kept as they are.
func record(fields map[string]any) (starlark.Value, error) {
	out := starlark.StringDict{}
	for name, data := range fields {
		v, ok := data.(starlark.Value)
		if !ok {
			var err error
			if v, err = valueOf(data); err != nil {
				return nil, err
			}
		}
		out[name] = v
	}
	s := starlarkmap.Struct(out)
	s.Freeze()
	return s, nil
}

// byName returns a frozen dictionary with one record for each item.
func byName[T any](items []T, name func(T) string, fields func(T) (starlark.Value, error)) (starlark.Value, error) {
	d := starlark.NewDict(len(items))
	items = slices.Clone(items)
	slices.SortFunc(items, func(a, b T) int { return strings.Compare(name(a), name(b)) })
	for _, item := range items {
		v, err := fields(item)
		if err == nil {
			err = d.SetKey(starlark.String(name(item)), v)
		}
		if err != nil {
			return nil, err
		}
	}
	d.Freeze()
	return d, nil
}

func textList(list []string) starlark.Value {
	out := make([]starlark.Value, len(list))
	for i, s := range list {
		out[i] = starlark.String(s)
	}
	return starlark.NewList(out)
}

// texts reads a list of strings.
func texts(what string, values []starlark.Value) ([]string, error) {
	var out []string
	for _, v := range values {
		s, ok := starlark.AsString(v)
		if !ok {
			return nil, fmt.Errorf("%s: want text, got %s", what, v.Type())
		}
		out = append(out, s)
	}
	return out, nil
}

// textDict reads a dictionary of strings.
func textDict(what string, d *starlark.Dict) (map[string]string, error) {
	out := map[string]string{}
	if d == nil {
		return out, nil
	}
	for _, item := range d.Items() {
		key, ok1 := starlark.AsString(item[0])
		value, ok2 := starlark.AsString(item[1])
		if !ok1 || !ok2 {
			return nil, fmt.Errorf("%s: want text for each name, got %s: %s", what, starlarkmap.Text(item[0], 100), starlarkmap.Text(item[1], 100))
		}
		out[key] = value
	}
	return out, nil
}
