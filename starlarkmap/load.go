// Program text to model: the entry point.

package starlarkmap

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"go.starlark.net/starlark"

	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/starlarkmap/internal/sandbox"
	"github.com/dmap-dev/dmap/starlarkmap/internal/source"
)

// Load evaluates the map program called filename and returns what it made. A nil opts
// means the zero [Options]: the file is read from disk, and only files in and below its
// folder can be loaded.
//
// Every error is a [problem.Problems]; [problem.Write] prints it. If there is none,
// every map has passed [model.ContainerMap.Validate], except those made with
// check_integrity = False. The maps belong to the caller; the Starlark values are
// frozen. When ctx ends, the evaluation is cancelled. The option functions of the maps
// do not use ctx; they get their own when they are called.
func Load(ctx context.Context, filename string, opts *Options) (*Program, error) {
	return evaluate(ctx, filename, opts, nil)
}

// evaluate runs the program and then, unless it is nil, the call that follows.
func evaluate(ctx context.Context, filename string, opts *Options, then *call) (*Program, error) {
	ev, ps := newEvaluation(filename, opts)
	if len(ps) > 0 {
		return nil, ps.Err(nil)
	}
	defer ev.modules.close()
	ev.then = then
	var program *Program
	bounds := sandbox.Bounds{Steps: ev.limits.Steps, Time: ev.limits.Time, Heap: ev.limits.Heap, Grace: ev.limits.Grace,
		StepsField: "Steps", TimeField: "Time"}
	err, returned := sandbox.Supervise(ctx, bounds, func(w *sandbox.Watch) error {
		ev.watch = w
		var err error
		program, err = ev.run()
		return err
	})
	switch {
	case !returned:
		// The evaluation is still running: none of its data may be touched.
		return nil, problem.Problems{err.(*problem.Problem)}
	case err != nil:
		return nil, ev.sources.Problems(err, nil).Err(ev.sources)
	}
	return program, nil
}

func newEvaluation(filename string, opts *Options) (*evaluation, problem.Problems) {
	ev := &evaluation{asked: map[string]bool{}}
	if opts != nil {
		ev.options = *opts
	}
	ev.limits = ev.options.Limits.WithDefaults()
	ev.printer = &printer{to: ev.options.Print, left: ev.limits.PrintBytes}
	ev.modules = newModules(ev, filename)
	ev.predeclared = ev.ownBuiltins()
	var ps problem.Problems
	for _, name := range ev.options.Builtins.Keys() {
		if _, ours := ev.predeclared[name]; ours || sandbox.Hidden(name) {
			ps = append(ps, problem.New(problem.CodeUsage, "", "Options.Builtins cannot replace %q", name))
			continue
		}
		v := ev.options.Builtins[name]
		v.Freeze()
		ev.predeclared[name] = v
	}
	ev.sources = source.New(filename, source.Limits{Nesting: ev.limits.Nesting, Clauses: ev.limits.Clauses}, slices.Sorted(maps.Keys(ev.predeclared)))
	ev.sources.LoadOf = func(name string) string { return loadOf(ev.modules.packages["stdlib"], name) }
	return ev, ps
}

// run evaluates the main file and everything it loads, and completes the maps.
func (ev *evaluation) run() (*Program, error) {
	main, err := ev.modules.main()
	var globals starlark.StringDict
	if err == nil {
		globals, err = ev.execute(main, &ev.thread)
	}
	if err == nil && ev.then != nil {
		err = ev.call(globals)
	}
	if err != nil {
		// The problems of values made before the failure are reported as well.
		ev.keep(ev.sources.Problems(err, ev.watch.Reason()))
		ev.keepReads()
	} else {
		ev.unusedVariables()
	}
	ev.thread = nil // from here on option functions may read the evaluation
	if ps := ev.problems(); len(ps) > 0 {
		return nil, source.Stop(ps.Sorted(ev.sources))
	}
	return ev.program(globals), nil
}

// program returns the result and drops the syntax trees, many times the size of the
// text.
func (ev *evaluation) program(globals starlark.StringDict) *Program {
	p := &Program{Globals: globals, Source: ev.sources, main: ev.sources.Main, Steps: ev.steps}
	for _, m := range ev.maps {
		p.Maps = append(p.Maps, m.model)
		p.values = append(p.values, m)
		p.Warnings = append(p.Warnings, m.misread()...)
	}
	for _, c := range ev.loose {
		if c.owner == nil && !c.frozen {
			p.Warnings = append(p.Warnings, &problem.Problem{Code: problem.CodeUnused, Origin: c.model.Origin,
				Msg: "this container is in no map", Hint: `put it in one: m.containers["name"] = …`})
		}
	}
	for _, f := range ev.sources.Order {
		p.Files = append(p.Files, FileDigest{Name: f.Name, SHA256: f.SHA256})
	}
	p.Warnings = p.Warnings.Sorted(ev.sources)
	ev.sources.DropTrees()
	return p
}

// execute runs one file on its own thread, which *current points to meanwhile, and
// freezes what it made.
func (ev *evaluation) execute(f *source.File, current **starlark.Thread) (starlark.StringDict, error) {
	program, err := ev.sources.Compile(f, ev.predeclared.Has)
	if err != nil {
		return nil, err
	}
	// A load statement executes a file while another one runs: what this file made is
	// what comes after these positions.
	maps, functions := len(ev.maps), len(ev.functions)
	var globals starlark.StringDict
	err = ev.onThread(f.Name, current, func(thread *starlark.Thread) (err error) {
		globals, err = program.Init(thread, ev.predeclared)
		return err
	})
	if err != nil {
		return nil, err
	}
	for name := range globals { // the loops that stand in for x.a *= y leave their variables
		if sandbox.Hidden(name) {
			delete(globals, name)
		}
	}
	for _, m := range ev.maps[maps:] {
		m.finish()
	}
	return globals, ev.freeze(f, globals, maps, functions)
}

// onThread calls run with a new thread under watch, which *current points to
// meanwhile.
func (ev *evaluation) onThread(name string, current **starlark.Thread, run func(*starlark.Thread) error) error {
	thread := &starlark.Thread{Name: name, Load: ev.modules.load}
	thread.SetLocal(evaluationKey, ev)
	outer := *current
	*current = thread
	defer func() { *current = outer }()
	ev.watch.Begin(thread)
	err := run(thread)
	ev.watch.End(thread)
	ev.steps += int64(thread.ExecutionSteps())
	return err
}

// keepReads reports containers that were read but never defined on the line where the
// program failed: that is probably why it failed.
func (ev *evaluation) keepReads() {
	last := ev.findings[len(ev.findings)-1].problem.Origin
	for _, m := range ev.maps {
		for _, c := range m.listed() {
			if c.pending && c.read.File == last.File && c.read.Line == last.Line {
				ev.keep(problem.Problems{c.onlyRead()})
			}
		}
	}
}

// unusedVariables reports variables the caller set and the program never asked for.
// These problems have no place in the program.
func (ev *evaluation) unusedVariables() {
	asked := slices.Sorted(maps.Keys(ev.asked))
	for _, name := range slices.Sorted(maps.Keys(ev.options.Args)) {
		if !ev.asked[name] {
			p := problem.New(problem.CodeVariable, problem.DidYouMean(name, asked), "the variable %q is set, but %s never asks for it", name, ev.sources.Main)
			ev.keep(problem.Problems{p})
		}
	}
}

// Map returns the map of that name; "" means the only one. The error lists the maps
// that exist.
func (p *Program) Map(name string) (*model.ContainerMap, error) {
	var names []string
	for _, m := range p.Maps {
		if m.Name == name {
			return m, nil
		}
		names = append(names, m.Name)
	}
	switch {
	case len(p.Maps) == 0:
		return nil, problem.New(problem.CodeUnknownName, `call container_map("name", …)`, "%s makes no map", p.main)
	case name != "":
		return nil, problem.New(problem.CodeUnknownName, problem.DidYouMean(name, names), "%s has no map %q", p.main, name)
	case len(p.Maps) > 1:
		return nil, problem.New(problem.CodeUnknownName, "name one", "%s makes several maps: %s", p.main, fmt.Sprintf("%q", names))
	}
	return p.Maps[0], nil
}
