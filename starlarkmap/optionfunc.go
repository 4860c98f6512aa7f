// Program text to model: functions given as create_options and start_options.

package starlarkmap

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"go.starlark.net/starlark"

	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/starlarkmap/internal/sandbox"
	"github.com/dmap-dev/dmap/starlarkmap/internal/source"
)

// optionFuncValue is what a program gets when it reads a property that holds a
// function. It can be assigned to another container, but not called.
type optionFuncValue struct {
	fn   model.OptionFunc
	text string
}

func (v *optionFuncValue) String() string        { return "<function " + v.text + ">" }
func (v *optionFuncValue) Type() string          { return "option_function" }
func (v *optionFuncValue) Freeze()               {} // the function is frozen with its file
func (v *optionFuncValue) Truth() starlark.Bool  { return true }
func (v *optionFuncValue) Hash() (uint32, error) { return starlark.String(v.text).Hash() }

// optionCall is everything needed to call a function later.
type optionCall struct {
	property string
	fn       starlark.Callable
	withCtx  bool
	set      problem.Origin
	// keys holds the places of the keys in the dictionaries that the function returns.
	keys    map[string]source.PairOrigin
	limits  Limits
	sources *source.Files
}

// optionFunc turns a callable, given for label at a place, into a function of the
// model. What is wrong with its parameters is reported now, not when it is called.
func (ev *evaluation) optionFunc(r *reader, fn starlark.Callable, at problem.Origin, label string) (model.OptionFunc, string) {
	withCtx, wrong := takesCtx(fn)
	if wrong != "" {
		r.problems = append(r.problems, &problem.Problem{Code: problem.CodeWrongType, Origin: at, Msg: wrong, Path: strings.Join(r.path, " > "),
			Hint: "write def f(ctx) or def f()"})
		return nil, ""
	}
	ev.functions = append(ev.functions, function{fn, at})
	call := optionCall{property: label, fn: fn, withCtx: withCtx, set: at, limits: ev.limits, sources: ev.sources}
	text := fn.Name()
	if f, ok := fn.(*starlark.Function); ok {
		text += " at " + source.OriginOf(f.Position()).String()
		call.keys = ev.sources.ReturnedKeys(f.Position())
	}
	return call.call, text
}

// takesCtx reports whether a function is called with ctx: its first parameter has no
// default or is named ctx. wrong is why it cannot be called at all, or "".
func takesCtx(callable starlark.Callable) (withCtx bool, wrong string) {
	fn, ok := callable.(*starlark.Function)
	if !ok {
		return true, ""
	}
	n := fn.NumParams()
	if fn.HasKwargs() {
		n--
	}
	if fn.HasVarargs() {
		n--
	}
	positional := n - fn.NumKwonlyParams()
	required := 0
	for i := range n {
		if fn.ParamDefault(i) != nil {
			continue
		}
		if i >= positional {
			name, _ := fn.Param(i)
			return false, fmt.Sprintf("the function needs a keyword %q; it is called with one value (ctx) or none", name)
		}
		required++
	}
	if required > 1 {
		return false, fmt.Sprintf("the function takes %d values; it is called with one (ctx) or none", required)
	}
	if positional == 0 {
		return fn.HasVarargs(), ""
	}
	first, _ := fn.Param(0)
	return required == 1 || first == "ctx", ""
}

// call runs the function for one container instance. It is safe for concurrent use:
// each call has its own thread, and everything it can reach is frozen.
func (c optionCall) call(ctx context.Context, to model.OptionCall) (model.Dict, error) {
	b := sandbox.Bounds{Steps: c.limits.CallSteps, Time: c.limits.CallTime, Heap: c.limits.Heap, Grace: c.limits.Grace,
		StepsField: "CallSteps", TimeField: "CallTime"}
	var result model.Dict
	err, _ := sandbox.Supervise(ctx, b, func(w *sandbox.Watch) (err error) {
		result, err = c.run(w, to)
		return err
	})
	if err != nil {
		return nil, c.failure(err, to) // result may still be written to: it is not read
	}
	return result, nil
}

// run calls the function on a new thread and converts what it returns.
func (c optionCall) run(w *sandbox.Watch, to model.OptionCall) (model.Dict, error) {
	thread := &starlark.Thread{Name: c.property + " " + to.Name}
	w.Begin(thread)
	defer w.End(thread)
	var args starlark.Tuple
	if c.withCtx {
		args = starlark.Tuple{ctxValue(to)}
	}
	v, err := starlark.Call(thread, c.fn, args, nil)
	if err != nil {
		ps := c.sources.Problems(err, w.Reason())
		return nil, ps[0]
	}
	return c.convert(v)
}

// convert turns the result into data: a dict, or None for no options.
func (c optionCall) convert(v starlark.Value) (model.Dict, error) {
	at := c.set
	if f, ok := c.fn.(*starlark.Function); ok {
		at = source.OriginOf(f.Position())
	}
	// The real evaluation is over, and read by other calls at the same time: the reader
	// must not add problems to it.
	r := (&evaluation{limits: c.limits}).reader(source.Site{})
	r.plainOnly = true
	in := r.read(v, nil, at, c.property)
	if len(r.problems) > 0 {
		return nil, r.problems[0]
	}
	if in.Value == nil {
		return nil, nil
	}
	d, ok := in.Value.(model.Dict)
	if !ok {
		return nil, &problem.Problem{Code: problem.CodeWrongType, Origin: at, Msg: fmt.Sprintf("it returned %s, want a dict or None", in)}
	}
	for i, e := range d {
		name, _ := e.Key.Value.(string)
		if where, known := c.keys[name]; known {
			d[i].Key.Origin, d[i].Value.Origin = where.Key, where.Value
		}
	}
	// The model checks the values as it does those of a fixed dictionary.
	var scratch model.Container
	if ps := scratch.Set("create_options", model.Input{Value: d, Origin: at}); len(ps) > 0 {
		ps[0].Msg = trimProperty(ps[0].Path) + ps[0].Msg
		ps[0].Path = ""
		return nil, ps[0]
	}
	return scratch.CreateOptions.Values, nil
}

// trimProperty returns "mem_limit: " for "create_options.mem_limit".
func trimProperty(path string) string {
	const property = "create_options"
	if len(path) <= len(property)+1 {
		return ""
	}
	return path[len(property)+1:] + ": "
}

// failure returns the error that names the instance whose options failed, the place,
// and where the function was set.
func (c optionCall) failure(err error, to model.OptionCall) error {
	ps := c.sources.Problems(err, nil)
	p := *ps[0]
	whose := fmt.Sprintf("%s of container %q", c.property, identity.Name(to.Map, to.Container))
	if to.Instance != "" {
		whose += fmt.Sprintf(" (instance %q)", to.Instance)
	}
	p.Msg = whose + " failed: " + p.Msg
	if p.Code == problem.CodeRuntime {
		p.Code = problem.CodeOptionFunc
		p.Hint = fmt.Sprintf("ctx.container was %q, ctx.instance %s", to.Container, quoteOrNone(to.Instance))
	}
	if p.Code == problem.CodeFrozen && p.Hint == "" {
		p.Hint = frozenHint
	}
	if p.Origin == (problem.Origin{}) {
		p.Origin = c.set
	}
	p.Related = append(p.Related, problem.Related{Origin: c.set, Msg: "set"})
	return problem.Problems{&p}.Sorted(c.sources)[0]
}

func quoteOrNone(instance string) string {
	if instance == "" {
		return "None"
	}
	return strconv.Quote(instance)
}

// ctxValue returns the function's argument: ctx.map, ctx.container, ctx.instance,
// ctx.name, ctx.host.
func ctxValue(call model.OptionCall) starlark.Value {
	instance := starlark.Value(starlark.None)
	if call.Instance != "" {
		instance = starlark.String(call.Instance)
	}
	host := &mapping{
		kind:  "ctx.host",
		names: func() []string { return sortedNames(call.Host) },
		find: func(alias string) (starlark.Value, bool) {
			path, ok := call.Host[alias]
			return starlark.String(path), ok
		},
	}
	ctx := sandbox.NewRecord(map[string]starlark.Value{
		"map":       starlark.String(call.Map),
		"container": starlark.String(call.Container),
		"instance":  instance,
		"name":      starlark.String(call.Name),
		"host":      host,
	})
	ctx.Freeze()
	return ctx
}
