// Program text to model: Starlark values as inputs of the model, with their places.

package starlarkmap

import (
	"fmt"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/starlarkmap/internal/source"
)

// other is a value that no property accepts; the model names it in its messages.
type other string

func (o other) String() string { return string(o) }

const (
	// deepestValue is how deep the values of a program may be nested; it also ends the
	// reading of a list that contains itself.
	deepestValue = 64
)

// reader turns values of one call or assignment into inputs.
type reader struct {
	ev   *evaluation
	file *source.File
	left int
	// found are the containers among the values.
	found map[*model.Container]*container
	// path holds the keys of the dictionaries being read.
	path []string
	// problems have no path yet, or only one of keys.
	problems problem.Problems
	// plainOnly: functions are refused.
	plainOnly bool
}

func (ev *evaluation) reader(s source.Site) *reader {
	return &reader{ev: ev, file: s.File, left: ev.limits.Elements, found: map[*model.Container]*container{}}
}

// read converts v. e is the expression v came from, nil if unknown; at is the place of
// v if its own is unknown. label names the property, for functions.
func (r *reader) read(v starlark.Value, e syntax.Expr, at problem.Origin, label string) model.Input {
	return r.value(v, e, at, label, 0)
}

func (r *reader) value(v starlark.Value, e syntax.Expr, at problem.Origin, label string, depth int) model.Input {
	if e != nil {
		at = source.OriginAt(e)
	}
	in := model.Input{Origin: at}
	if depth > deepestValue || r.left <= 0 {
		r.tooLarge(at, depth)
		return in
	}
	r.left--
	switch v := v.(type) {
	case starlark.NoneType:
	case starlark.Bool:
		in.Value = bool(v)
	case starlark.Int:
		in.Value = intOf(v)
	case starlark.Float:
		in.Value = float64(v)
	case starlark.String:
		in.Value = string(v)
	case *starlark.List, starlark.Tuple:
		in.Value = r.list(v.(starlark.Indexable), e, at, label, depth)
	case *starlark.Dict:
		in.Value = r.dict(v, e, at, depth)
	case *mapping:
		in.Value = r.dict(v.dict(), nil, at, depth)
	case *listView:
		in.Value = v.inputs()
	case hostShare:
		in.Value = model.HostShare(v)
	case link:
		in.Value = model.Link(v)
	case *container:
		in.Value = v.model
		r.found[v.model] = v
	case *optionFuncValue:
		in.Value, in.Text = v.fn, v.text
	case starlark.Callable:
		if r.plainOnly {
			in.Value = other("function")
			break
		}
		if fn, text := r.ev.optionFunc(r, v, at, label); fn != nil {
			in.Value, in.Text = fn, text
		}
	default:
		in.Value = other(v.Type())
	}
	return in
}

func (r *reader) tooLarge(at problem.Origin, depth int) {
	if r.full() {
		return
	}
	p := &problem.Problem{Code: problem.CodeSizeLimit, Origin: at, Msg: "the value has too many parts"}
	if depth > deepestValue {
		p.Msg = fmt.Sprintf("the value is nested deeper than %d", deepestValue)
	}
	r.problems = append(r.problems, p)
}

// full reports whether a value was too large and only a part of it was read.
func (r *reader) full() bool {
	n := len(r.problems)
	return n > 0 && r.problems[n-1].Code == problem.CodeSizeLimit
}

// intOf returns an int64, or a value that the model refuses.
func intOf(i starlark.Int) any {
	if n, ok := i.Int64(); ok {
		return n
	}
	return other("int beyond 64 bits")
}

func (r *reader) list(v starlark.Indexable, e syntax.Expr, at problem.Origin, label string, depth int) model.List {
	if joined := r.ev.joined; joined.isSum(v) {
		return joined.inputs
	}
	var parts []syntax.Expr
	if e != nil && r.file != nil {
		parts = r.file.Elements(e, v.Len())
		if c, ok := r.file.Literal(e).(*syntax.Comprehension); ok {
			at = source.OriginAt(c.Body)
		}
	}
	out := make(model.List, v.Len())
	for i := range out {
		var part syntax.Expr
		if parts != nil {
			part = parts[i]
		}
		out[i] = r.value(v.Index(i), part, at, label, depth+1)
		if r.left <= 0 {
			r.tooLarge(at, depth)
			return out[:i]
		}
	}
	return out
}

func (r *reader) dict(v *starlark.Dict, e syntax.Expr, at problem.Origin, depth int) model.Dict {
	var places map[starlark.Value]source.Pair
	if e != nil && r.file != nil {
		places = r.file.Pairs(e)
	}
	out := make(model.Dict, 0, v.Len())
	for _, item := range v.Items() {
		var where source.Pair
		switch item[0].(type) {
		case starlark.String, starlark.Int:
			where = places[item[0]]
		}
		key := r.value(item[0], where.Key, at, "", depth+1)
		name, _ := key.Value.(string)
		r.path = append(r.path, label(name))
		out = append(out, model.Entry{Key: key, Value: r.value(item[1], where.Value, key.Origin, name, depth+1)})
		r.path = r.path[:len(r.path)-1]
		if r.left <= 0 {
			r.tooLarge(at, depth)
			return out
		}
	}
	return out
}

// problemsUnder returns the problems found while reading, with the property name before
// their paths.
func (r *reader) problemsUnder(name string) problem.Problems {
	if name == "" {
		return r.problems
	}
	return r.problems.Under(name)
}

// valueOf converts plain data of the model to a Starlark value.
func valueOf(in model.Input) starlark.Value {
	switch v := in.Value.(type) {
	case bool:
		return starlark.Bool(v)
	case int64:
		return starlark.MakeInt64(v)
	case float64:
		return starlark.Float(v)
	case string:
		return starlark.String(v)
	case model.HostShare:
		return hostShare(v)
	case model.Link:
		return link(v)
	case model.Use:
		return useValue(v)
	case model.List:
		list := make([]starlark.Value, len(v))
		for i, e := range v {
			list[i] = valueOf(e)
		}
		return starlark.NewList(list)
	case model.Dict:
		return dictOf(v)
	}
	return starlark.None
}

func dictOf(d model.Dict) *starlark.Dict {
	out := starlark.NewDict(len(d))
	for _, e := range d {
		// Keys are strings, ints and tuples of them, which are always hashable.
		if err := out.SetKey(keyOf(e.Key), valueOf(e.Value)); err != nil {
			continue
		}
	}
	return out
}

// keyOf converts a key: the pair (53, "udp") becomes a tuple.
func keyOf(in model.Input) starlark.Value {
	v := valueOf(in)
	list, ok := v.(*starlark.List)
	if !ok {
		return v
	}
	out := make(starlark.Tuple, list.Len())
	for i := range out {
		out[i] = list.Index(i)
	}
	return out
}
