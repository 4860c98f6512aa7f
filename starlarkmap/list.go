// Program text to model: the live lists of a container.

package starlarkmap

import (
	"fmt"
	"slices"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/starlarkmap/internal/sandbox"
	"github.com/dmap-dev/dmap/starlarkmap/internal/source"
)

// listView is one list property of a container. It holds nothing itself, so that any
// number of views agree; every change converts its elements as an assignment does (rows
// 113, 114).
type listView struct {
	c        *container
	property string
}

// inputs returns the elements with their places.
func (l *listView) inputs() model.List {
	in, _ := l.c.model.Get(l.property)
	list, _ := in.Value.(model.List)
	return list
}

func (l *listView) values() []starlark.Value {
	inputs := l.inputs()
	out := make([]starlark.Value, len(inputs))
	for i, in := range inputs {
		out[i] = valueOf(in)
	}
	return out
}

func (l *listView) String() string {
	var texts []string
	for _, v := range l.values() {
		texts = append(texts, v.String())
	}
	return "[" + strings.Join(texts, ", ") + "]"
}

func (l *listView) Type() string         { return "list" }
func (l *listView) Truth() starlark.Bool { return l.Len() > 0 }
func (l *listView) Hash() (uint32, error) {
	return 0, problem.New(problem.CodeRuntime, "", "unhashable type: list")
}
func (l *listView) Freeze()                          { l.c.Freeze() }
func (l *listView) Len() int                         { return len(l.inputs()) }
func (l *listView) Index(i int) starlark.Value       { return valueOf(l.inputs()[i]) }
func (l *listView) Iterate() starlark.Iterator       { return starlark.NewList(l.values()).Iterate() }
func (l *listView) list() *starlark.List             { return starlark.NewList(l.values()) }
func (l *listView) Plain() starlark.Value            { return l.list() }
func (l *listView) Slice(a, b, s int) starlark.Value { return l.list().Slice(a, b, s) }

// SetIndex is x[i] = v.
func (l *listView) SetIndex(i int, v starlark.Value) error {
	e, at := l.c.ev.here().Target()
	return l.change(v, e, at, func(list model.List, in model.Input) model.List {
		list[i] = in
		return list
	})
}

// Has is v in x, in any form in which v may be written.
func (l *listView) Has(v starlark.Value) (bool, error) {
	return l.find(v) >= 0, nil
}

// find returns the index of v, or -1.
func (l *listView) find(v starlark.Value) int {
	typed := l.convert(starlark.NewList([]starlark.Value{v}))
	if len(typed) != 1 {
		return -1
	}
	return slices.IndexFunc(l.inputs(), func(in model.Input) bool { return in.Value == typed[0].Value })
}

// convert returns v as elements of this property; elements of wrong forms are left out.
func (l *listView) convert(v starlark.Value) model.List {
	var scratch model.Container
	r := l.c.ev.reader(source.Site{})
	r.plainOnly = true // the values are only compared
	in := r.read(v, nil, problem.Origin{}, l.property)
	if len(scratch.Set(l.property, in)) > 0 {
		return nil
	}
	out, _ := scratch.Get(l.property)
	list, _ := out.Value.(model.List)
	return list
}

// EqualList compares with a plain list or tuple, in any form of its elements.
func (l *listView) EqualList(v starlark.Value) bool {
	n := starlark.Len(v)
	typed := l.convert(v)
	if len(typed) != n || l.Len() != n {
		return false
	}
	return slices.EqualFunc(l.inputs(), typed, func(a, b model.Input) bool { return a.Value == b.Value })
}

func (l *listView) CompareSameType(op syntax.Token, y starlark.Value, _ int) (bool, error) {
	return sandbox.SameOrNot(op, "list", l.EqualList(y.(*listView).list()))
}

// joined is the result of the last live list + list. The sum is a plain list, which
// knows no places: x.binds = x.binds + [...] finds those of the old elements here.
type joined struct {
	list   *starlark.List
	inputs model.List
}

// isSum reports whether v is that sum, and was not changed since.
func (j joined) isSum(v starlark.Value) bool {
	list, ok := v.(*starlark.List)
	return ok && list == j.list && list.Len() == len(j.inputs)
}

// Binary is x + list, and the + of x += list.
func (l *listView) Binary(op syntax.Token, y starlark.Value, side starlark.Side) (starlark.Value, error) {
	more, ok := y.(starlark.Indexable)
	if _, isText := y.(starlark.String); op != syntax.PLUS || !ok || isText {
		return nil, nil
	}
	var others []starlark.Value
	for i := range more.Len() {
		others = append(others, more.Index(i))
	}
	values := append(l.values(), others...)
	if side == starlark.Right {
		values = append(others, l.values()...)
	}
	list := starlark.NewList(values)
	l.c.ev.keepPlaces(l, list, others, side)
	return list, nil
}

// keepPlaces remembers the places of the elements of a sum, in case it is assigned to a
// list property.
func (ev *evaluation) keepPlaces(l *listView, sum *starlark.List, others []starlark.Value, side starlark.Side) {
	if ev.thread == nil {
		return // nothing can be assigned any more
	}
	here := ev.here()
	var e syntax.Expr
	if a := here.Assign(); a != nil && a.Op == syntax.PLUS_EQ {
		e = a.RHS
	}
	in := ev.reader(here).read(starlark.NewList(others), e, here.At, l.property)
	inputs, _ := in.Value.(model.List)
	if side == starlark.Right {
		inputs = append(inputs, l.inputs()...)
	} else {
		inputs = append(l.inputs(), inputs...)
	}
	ev.joined = joined{sum, inputs}
}

func (l *listView) AttrNames() []string {
	return []string{"append", "clear", "extend", "index", "insert", "pop", "remove"}
}

func (l *listView) Attr(name string) (starlark.Value, error) {
	if slices.Contains(l.AttrNames(), name) {
		return starlark.NewBuiltin(name, l.call).BindReceiver(l), nil
	}
	return nil, nil
}

// change replaces the elements by what edit returns for them and for the converted v.
func (l *listView) change(v starlark.Value, e syntax.Expr, at problem.Origin, edit func(model.List, model.Input) model.List) error {
	if err := l.c.writable(); err != nil {
		return err
	}
	r := l.c.ev.reader(l.c.ev.here())
	in := r.read(v, e, at, l.property)
	before, _ := l.c.model.Get(l.property)
	whole := before.Origin
	if whole == (problem.Origin{}) {
		whole = at
	}
	l.c.set(l.property, model.Input{Value: edit(l.inputs(), in), Origin: whole}, r)
	return nil
}

// call carries out the methods.
func (l *listView) call(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(kwargs) > 0 {
		return nil, problem.New(problem.CodeUsage, "", "%s takes no keywords", b.Name())
	}
	if err := l.c.writable(); err != nil && b.Name() != "index" {
		return nil, err
	}
	here := l.c.ev.here()
	switch b.Name() {
	case "append":
		return l.insert(b, args, here, l.Len(), 0)
	case "insert":
		at := 0
		if err := starlark.UnpackPositionalArgs(b.Name(), args, nil, 2, &at, new(starlark.Value)); err != nil {
			return nil, err
		}
		if at < 0 {
			at += l.Len()
		}
		return l.insert(b, args[1:], here, min(max(at, 0), l.Len()), 1)
	case "extend":
		return l.extend(b, args, here)
	case "index":
		return l.index(b, args)
	case "remove":
		i, err := l.index(b, args)
		if err != nil {
			return nil, err
		}
		n, _ := starlark.AsInt32(i)
		return l.cut(n, here)
	case "pop":
		return l.pop(b, args, here)
	}
	if err := starlark.UnpackPositionalArgs(b.Name(), args, nil, 0); err != nil {
		return nil, err
	}
	return starlark.None, l.change(starlark.None, nil, here.At, func(model.List, model.Input) model.List { return nil })
}

// insert inserts the only value in args at i; it is argument number arg of the call.
func (l *listView) insert(b *starlark.Builtin, args starlark.Tuple, here source.Site, i, arg int) (starlark.Value, error) {
	var v starlark.Value
	if err := starlark.UnpackPositionalArgs(b.Name(), args, nil, 1, &v); err != nil {
		return nil, err
	}
	return starlark.None, l.change(v, source.Argument(here.Call(), arg), here.At, func(list model.List, in model.Input) model.List {
		return slices.Insert(list, i, in)
	})
}

func (l *listView) extend(b *starlark.Builtin, args starlark.Tuple, here source.Site) (starlark.Value, error) {
	var v starlark.Iterable
	if err := starlark.UnpackPositionalArgs(b.Name(), args, nil, 1, &v); err != nil {
		return nil, err
	}
	if s, ok := v.(*listView); ok {
		v = s.list()
	}
	return starlark.None, l.change(v, source.Argument(here.Call(), 0), here.At, func(list model.List, in model.Input) model.List {
		more, ok := in.Value.(model.List)
		if !ok {
			more = model.List{in} // the model says what is wrong with it
		}
		return append(list, more...)
	})
}

func (l *listView) index(b *starlark.Builtin, args starlark.Tuple) (starlark.Value, error) {
	var v starlark.Value
	if err := starlark.UnpackPositionalArgs(b.Name(), args, nil, 1, &v); err != nil {
		return nil, err
	}
	if i := l.find(v); i >= 0 {
		return starlark.MakeInt(i), nil
	}
	return nil, problem.New(problem.CodeRuntime, "", "%s: %s is not in %s of container %q", b.Name(), describe(v), l.property, l.c.name)
}

func (l *listView) pop(b *starlark.Builtin, args starlark.Tuple, here source.Site) (starlark.Value, error) {
	i, n := l.Len()-1, l.Len()
	if err := starlark.UnpackPositionalArgs(b.Name(), args, nil, 0, &i); err != nil {
		return nil, err
	}
	if i < 0 {
		i += n
	}
	if i < 0 || i >= n {
		return nil, fmt.Errorf("pop: index %d out of range: %s of container %q has %d elements", i, l.property, l.c.name, n)
	}
	v := l.Index(i)
	_, err := l.cut(i, here)
	return v, err
}

// cut removes the element at i.
func (l *listView) cut(i int, here source.Site) (starlark.Value, error) {
	return starlark.None, l.change(starlark.None, nil, here.At, func(list model.List, _ model.Input) model.List {
		return slices.Delete(list, i, i+1)
	})
}
