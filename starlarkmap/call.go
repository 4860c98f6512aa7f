// Program text to model: calling a function of a program after it has run.

package starlarkmap

import (
	"context"
	"maps"

	"go.starlark.net/starlark"

	"github.com/dmap-dev/dmap/engine/problem"
)

// call names a function to be called after the program has run.
type call struct {
	function string
	args     starlark.Tuple
}

// Call evaluates a program as [Load] does, then calls one of its functions, all within
// the same limits. While it runs, the function can do what the program can: make maps,
// even several of the same name, but load nothing. The files are frozen by then. The
// result includes the maps the function made.
//
// Builtins in args may use [Evaluates], [Context], [Catch] and [MapOf].
func Call(ctx context.Context, filename string, opts *Options, function string, args ...starlark.Value) (*Program, error) {
	return evaluate(ctx, filename, opts, &call{function: function, args: args})
}

func (ev *evaluation) call(globals starlark.StringDict) error {
	fn, ok := globals[ev.then.function].(starlark.Callable)
	if !ok {
		return problem.New(problem.CodeUnknownName, problem.DidYouMean(ev.then.function, globals.Keys()),
			"%s has no function %q", ev.sources.Main, ev.then.function)
	}
	ev.calling = true
	maps := len(ev.maps)
	err := ev.onThread(ev.then.function, &ev.thread, func(t *starlark.Thread) error {
		_, err := starlark.Call(t, fn, ev.then.args, nil)
		return err
	})
	if err != nil {
		return ev.whyStopped(err)
	}
	ev.finish(maps)
	return nil
}

// whyStopped returns err or, if the run was told to stop, the reason for that: a
// builtin that was cut off knows only that it was.
func (ev *evaluation) whyStopped(err error) error {
	why := ev.watch.Reason()
	if why == nil {
		return err
	}
	p := *why
	cut := ev.sources.Problems(err, nil)[0]
	p.Origin, p.Trace = cut.Origin, cut.Trace
	return &p
}

// finish completes the maps from the given index on.
func (ev *evaluation) finish(from int) {
	for _, m := range ev.maps[from:] {
		m.finish()
	}
}

// Evaluates reports whether an evaluation runs on t. Option functions are called later,
// on threads of their own: they may only compute values, so builtins that do more
// should refuse them.
func Evaluates(t *starlark.Thread) bool { return t.Local(evaluationKey) != nil }

// Context returns the context for the work of a builtin: it ends when the evaluation
// that runs on t is told to stop.
func Context(t *starlark.Thread) context.Context {
	if ev, ok := t.Local(evaluationKey).(*evaluation); ok {
		return ev.watch.Ctx
	}
	return context.Background()
}

// Catch calls fn without arguments on the thread of a builtin and returns what is
// wrong: the problems of values it made as well as the error that ended it, or nil. The
// error is non-nil if the evaluation was told to stop; the builtin must then return it.
func Catch(t *starlark.Thread, fn starlark.Callable) (problem.Problems, error) {
	ev, ok := t.Local(evaluationKey).(*evaluation)
	if !ok {
		return nil, problem.New(problem.CodeUsage, "", "it can be called only while the map file runs")
	}
	made, found, dropped := len(ev.maps), len(ev.findings), maps.Clone(ev.dropped)
	_, err := starlark.Call(t, fn, nil, nil)
	if ev.watch.Reason() != nil {
		return nil, err
	}
	var ps problem.Problems
	if err != nil {
		ps = ev.sources.Problems(err, nil)
		ev.maps = ev.maps[:made] // maps that it did not finish are not judged
	} else {
		ev.finish(made)
	}
	ps = append(completed(ev.findings[found:]).Unique(), ps...)
	ev.findings, ev.dropped = ev.findings[:found], dropped
	return ps, nil
}
