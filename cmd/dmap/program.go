// Command line: loading a map program and choosing its map.

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/starlarkmap"
)

// programFlags are the flags of all verbs that evaluate a program.
type programFlags struct {
	vars   settings
	env    variables
	limits limits
}

func (f *programFlags) add(flags *pflag.FlagSet) {
	flags.Var(&f.vars, "var", "set what the program gets for var(\"NAME\"); repeatable")
	flags.Var(&f.env, "env", "let the program read this environment variable; repeatable")
	limitFlag(flags, &f.limits, "the evaluation")
}

// load evaluates a file; "-" is standard input.
func (a *app) load(ctx context.Context, file string, f programFlags) (*starlarkmap.Program, error) {
	o := f.evaluation()
	for _, v := range f.vars {
		a.mask.learn(v.name, v.value)
	}
	for _, name := range f.env {
		a.mask.learn(name, os.Getenv(name))
	}
	o.Print = func(at problem.Origin, text string) { fmt.Fprintf(a.Err, "%s: %s\n", at, text) }
	if file == "-" {
		src, err := a.readInput(ctx, o.Limits.WithDefaults().SourceBytes+1)
		if err != nil {
			return nil, err
		}
		o.Src, file = src, "stdin.star"
	}
	program, err := starlarkmap.Load(ctx, file, o)
	if err != nil {
		return nil, isYAML(file, err)
	}
	for _, w := range a.mask.problems(program.Warnings) {
		fmt.Fprintf(a.Err, "warning: %s\n", w)
	}
	return program, nil
}

// isYAML adds a hint to the errors of a file that is YAML rather than Starlark.
func isYAML(file string, err error) error {
	var problems problem.Problems
	ext := strings.ToLower(filepath.Ext(file))
	if (ext != ".yaml" && ext != ".yml") || !errors.As(err, &problems) {
		return err
	}
	for _, p := range problems {
		if p.Code == problem.CodeSyntax {
			p.Hint = "a YAML file of docker-map becomes a map with: dmap import dockermap " + file
		}
	}
	return err
}

// evaluation returns the options of the evaluation that the flags ask for. If a
// variable is set twice, the later value counts.
func (f programFlags) evaluation() *starlarkmap.Options {
	o := &starlarkmap.Options{Env: f.env, Args: map[string]string{}, Limits: f.limits.Limits}
	for _, v := range f.vars {
		o.Args[v.name] = v.value
	}
	return o
}

// choose returns the map a request is about: the one named, the only one, or the one
// whose name all targets begin with.
func choose(file string, maps []*model.ContainerMap, name string, targets []string) (*model.ContainerMap, error) {
	var names []string
	for _, m := range maps {
		if m.Name == name {
			return m, nil
		}
		names = append(names, m.Name)
	}
	list := strings.Join(names, ", ")
	switch {
	case len(maps) == 0:
		return nil, problem.Problems{{Code: problem.CodeUnknownName, Msg: file + " makes no map", Hint: `call container_map("name", {...})`}}
	case name != "":
		e := &usageError{text: fmt.Sprintf("the program has no map %q, it has %s", name, list)}
		if hint := problem.DidYouMean(name, names); hint != "" {
			e.text += "; " + hint
		}
		return nil, e
	case len(maps) == 1:
		return maps[0], nil
	}
	for _, m := range maps {
		if len(targets) > 0 && allOf(m.Name, targets) {
			return m, nil
		}
	}
	return nil, &usageError{text: fmt.Sprintf("the program has the maps %s; choose one with --map, or write targets as map.name", list)}
}

// allOf reports whether all targets begin with the name of the map.
func allOf(mapName string, targets []string) bool {
	for _, t := range targets {
		if _, ok := identity.CutName(mapName, t); !ok {
			return false
		}
	}
	return true
}
