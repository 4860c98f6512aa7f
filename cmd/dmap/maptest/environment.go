// Tests of maps: t, what a test function is given.

package maptest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"

	"go.starlark.net/starlark"

	"github.com/dmap-dev/dmap/engine"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/starlarkmap"
)

// environment is what one test can reach.
type environment struct {
	root   *os.Root // the folder of the test file
	limits starlarkmap.Limits
	print  func(at model.Origin, text string)
}

// value returns t.
func (e *environment) value() starlark.Value {
	return newObject("t", map[string]method{
		"equal":    equal,
		"true":     isTrue,
		"contains": contains,
		"fails":    fails,
		"load":     e.load,
		"check":    check,
		"engine":   newEngine,
	})
}

// load is t.load(file, vars = {}, env = {}): the maps that a program makes, by name.
func (e *environment) load(c *invocation) (starlark.Value, error) {
	var file string
	var vars, env *starlark.Dict
	if err := c.unpack("file", &file, "vars?", &vars, "env?", &env); err != nil {
		return nil, err
	}
	args, err := textDict("load: vars", vars)
	if err != nil {
		return nil, err
	}
	variables, err := textDict("load: env", env)
	if err != nil {
		return nil, err
	}
	dir, name, err := e.locate(file)
	if err != nil {
		return nil, err
	}
	o := &starlarkmap.Options{FS: dir, Args: args, Limits: e.limits, Print: e.print,
		LookupEnv: func(name string) (string, bool) { v, ok := variables[name]; return v, ok }}
	for name := range variables {
		o.Env = append(o.Env, name)
	}
	program, err := starlarkmap.Load(starlarkmap.Context(c.thread), name, o)
	if err != nil {
		return nil, because("cannot load "+file, err)
	}
	maps := starlark.NewDict(len(program.Maps))
	for i, m := range program.Values() {
		if err := maps.SetKey(starlark.String(program.Maps[i].Name), m); err != nil {
			return nil, err
		}
	}
	maps.Freeze()
	return maps, nil
}

// locate returns the folder of a file and its name there. A program sees its own
// folder only, as it does when dmap runs it.
func (e *environment) locate(file string) (fs.FS, string, error) {
	bad := func(why string) (fs.FS, string, error) {
		return nil, "", &model.Problem{Code: starlarkmap.CodeLoad, Msg: fmt.Sprintf("cannot load %q: %s", file, why)}
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
	var ps model.Problems
	var single *model.Problem
	switch {
	case err == nil:
	case errors.As(err, &ps):
	case errors.As(err, &single):
		ps = model.Problems{single}
	default:
		return nil, err
	}
	var list []string
	for _, p := range ps {
		list = append(list, p.Error())
	}
	return textList(list), nil
}

// because puts what was tried before the text of an error. Its problems may stand in
// files that the test knows nothing of, so they are text from here on.
func because(what string, err error) error {
	p := &model.Problem{Code: starlarkmap.CodeRuntime, Msg: what + ": " + err.Error(), Cause: err}
	if strings.Contains(err.Error(), "\n") {
		p.Msg = what + ":\n    " + strings.ReplaceAll(err.Error(), "\n", "\n    ")
	}
	return p
}
