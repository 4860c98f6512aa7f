// Tests of maps: t, the argument of a test function.

package maptest

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"

	"go.starlark.net/starlark"

	"github.com/dmap-dev/dmap/engine"
	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/starlarkmap"
)

// environment is everything that one test can reach.
type environment struct {
	root   *os.Root // the folder of the test file
	limits starlarkmap.Limits
	print  func(at problem.Origin, text string)
}

// value returns t.
func (e *environment) value() starlark.Value {
	return newObject("t", map[string]method{
		"equal":    equal,
		"true":     isTrue,
		"contains": contains,
		"fails":    fails,
		"maps":     inTest(e.maps),
		"check":    inTest(check),
		"engine":   inTest(newEngine),
	})
}

// maps is t.maps(file, vars = {}, env = {}): the maps that a program makes, by name.
// env holds the variables that the program may read; one that is None is not set. The
// method cannot be called load, which is a keyword of the language.
func (e *environment) maps(c *invocation) (starlark.Value, error) {
	var file string
	var vars, env *starlark.Dict
	if err := c.unpack("file", &file, "vars?", &vars, "env?", &env); err != nil {
		return nil, err
	}
	args, err := textDict("maps: vars", vars)
	if err != nil {
		return nil, err
	}
	allowed, variables, err := variables(env)
	if err != nil {
		return nil, err
	}
	dir, name, err := e.locate(file)
	if err != nil {
		return nil, err
	}
	o := &starlarkmap.Options{FS: dir, Args: args, Env: allowed, Limits: e.limits, Print: e.print,
		LookupEnv: func(name string) (string, bool) { v, ok := variables[name]; return v, ok }}
	program, err := starlarkmap.Load(starlarkmap.Context(c.thread), name, o)
	if err != nil {
		return nil, because("cannot load "+file, err)
	}
	made := starlark.NewDict(len(program.Maps))
	for i, m := range program.Values() {
		if err := made.SetKey(starlark.String(program.Maps[i].Name), m); err != nil {
			return nil, err
		}
	}
	made.Freeze()
	return made, nil
}

// variables reads env: all names, and the values of those that are set.
func variables(env *starlark.Dict) (names []string, set map[string]string, err error) {
	if env == nil {
		return nil, nil, nil
	}
	given := starlark.NewDict(env.Len())
	for _, item := range env.Items() {
		if item[1] == starlark.None {
			name, ok := starlark.AsString(item[0])
			if !ok {
				return nil, nil, fmt.Errorf("maps: env: want names (strings), got %s", item[0].Type())
			}
			names = append(names, name)
		} else if err := given.SetKey(item[0], item[1]); err != nil {
			return nil, nil, err
		}
	}
	set, err = textDict("maps: env", given)
	return slices.AppendSeq(names, maps.Keys(set)), set, err
}

// locate returns the folder of a file and its name there. A program sees only its own
// folder, as when dmap runs it.
func (e *environment) locate(file string) (fs.FS, string, error) {
	bad := func(why string) (fs.FS, string, error) {
		return nil, "", &problem.Problem{Code: problem.CodeLoad, Msg: fmt.Sprintf("cannot load %q: %s", file, why)}
	}
	clean := path.Clean(file)
	switch {
	case file == "" || strings.ContainsAny(file, "\\\x00"):
		return bad(`want a path such as "site.star"`)
	case path.IsAbs(file):
		return bad("absolute paths are not allowed")
	case clean == ".." || strings.HasPrefix(clean, "../"):
		return bad("outside the folder of the test file")
	}
	dir, err := fs.Sub(e.root.FS(), path.Dir(clean))
	if err != nil {
		return nil, "", err
	}
	return dir, path.Base(clean), nil
}

// check is t.check(map): the problems of a map, as texts.
func check(c *invocation) (starlark.Value, error) {
	var v starlark.Value
	if err := c.unpack("map", &v); err != nil {
		return nil, err
	}
	m, err := starlarkmap.MapOf(v)
	if err != nil {
		return nil, err
	}
	err = engine.Check(starlarkmap.Context(c.thread), m)
	var ps problem.Problems
	var single *problem.Problem
	switch {
	case err == nil:
	case errors.As(err, &ps):
	case errors.As(err, &single):
		ps = problem.Problems{single}
	default:
		return nil, err
	}
	var list []string
	for _, p := range ps {
		list = append(list, p.Error())
	}
	return textList(list), nil
}

// because puts what was tried before the text of an error. The problems become plain
// text here: their places may be in files that do not belong to the test.
func because(what string, err error) error {
	p := &problem.Problem{Code: problem.CodeRuntime, Msg: what + ": " + err.Error()}
	if strings.Contains(err.Error(), "\n") {
		p.Msg = what + ":\n    " + strings.ReplaceAll(err.Error(), "\n", "\n    ")
	}
	return p
}
