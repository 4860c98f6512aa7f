// Program text to model: container_map(), container(), host_share(), link(),
// var(), env() and print().

package starlarkmap

import (
	"fmt"
	"os"
	"slices"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/starlarkmap/internal/sandbox"
	"github.com/dmap-dev/dmap/starlarkmap/internal/source"
)

// ownBuiltins returns the names that a map program has in addition to those of
// Starlark.
func (ev *evaluation) ownBuiltins() starlark.StringDict {
	out := ev.guards().All()
	out["print"] = starlark.NewBuiltin("print", ev.print)
	add := func(name string, fn sandbox.Func) {
		out[name] = starlark.NewBuiltin(name, ev.whileRunning(fn))
	}
	add("container_map", ev.makeMap)
	add("container", ev.makeContainer)
	add("var", ev.variable)
	add("env", ev.environment)
	out["host_share"] = starlark.NewBuiltin("host_share", makeHostShare)
	out["link"] = starlark.NewBuiltin("link", makeLink)
	return out
}

// whileRunning refuses calls from option functions: they run after everything was
// frozen, when what they make could no longer become part of a map.
func (ev *evaluation) whileRunning(fn sandbox.Func) sandbox.Func {
	return func(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if t.Local(evaluationKey) != ev {
			return nil, problem.New(problem.CodeUsage, "call it in the program and use the result", "%s() can be called only while the map file runs", b.Name())
		}
		return fn(t, b, args, kwargs)
	}
}

// makeMap is container_map(name, initial = None, **properties).
func (ev *evaluation) makeMap(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	here := ev.here()
	places := here.Arguments()
	call := mapCall{check: true}
	call.positional(args, here)
	for _, kw := range kwargs {
		call.keyword(string(kw[0].(starlark.String)), kw[1], places)
	}
	name, ok := call.name.(starlark.String)
	if !ok {
		hint := `write container_map("name", …)`
		if call.name == nil {
			return nil, problem.New(problem.CodeUsage, hint, "container_map needs a name")
		}
		return nil, problem.New(problem.CodeWrongType, hint, "container_map: want a name (string), got %s", describe(call.name))
	}
	m := ev.newMap(&model.ContainerMap{Name: string(name), Origin: here.Start(), Origins: problem.Origins{}, Source: ev.sources}, call.check)
	ev.register(m)
	ev.note(call.problems, nil, m)
	if call.initial != nil && call.initial != starlark.None {
		if err := m.update(call.initial, call.initialExpr, here.At); err != nil {
			return nil, err
		}
	}
	m.assignAll(call.properties, here)
	return m, nil
}

// mapCall is a call of container_map, taken apart.
type mapCall struct {
	name, initial starlark.Value
	initialExpr   syntax.Expr
	check         bool
	properties    []property
	problems      problem.Problems
}

// property is a keyword argument with the places of its name and value.
type property struct {
	name  string
	given starlark.Value
	where source.Pair
}

func (c *mapCall) positional(args starlark.Tuple, here source.Site) {
	if len(args) > 0 {
		c.name = args[0]
	}
	if len(args) > 1 {
		c.initial, c.initialExpr = args[1], source.Argument(here.Call(), 1)
	}
	if len(args) > 2 {
		c.problems = append(c.problems, problem.New(problem.CodeUsage, "write the others as keywords",
			"container_map() takes a name and a dict by position, got %d values", len(args)))
	}
}

func (c *mapCall) keyword(name string, v starlark.Value, places map[starlark.Value]source.Pair) {
	where := places[starlark.String(name)]
	twice := func() {
		c.problems = append(c.problems, &problem.Problem{Code: problem.CodeUsage, Origin: where.Origin(problem.Origin{}),
			Msg: fmt.Sprintf("%q is given twice", name)})
	}
	switch name {
	case "name":
		if c.name != nil {
			twice()
		}
		c.name = v
	case "initial":
		if c.initial != nil {
			twice()
		}
		c.initial, c.initialExpr = v, where.Value
	case "check_integrity":
		flag, ok := v.(starlark.Bool)
		if !ok {
			c.problems = append(c.problems, &problem.Problem{Code: problem.CodeWrongType, Origin: where.Origin(problem.Origin{}),
				Path: name, Msg: "want True or False, got " + describe(v)})
		}
		c.check = !ok || bool(flag)
	default:
		if slices.ContainsFunc(c.properties, func(p property) bool { return p.name == name }) {
			twice()
		}
		c.properties = append(c.properties, property{name, v, where})
	}
}

// assignAll sets the keywords of container_map, after the dictionary (row 115).
func (m *containerMap) assignAll(properties []property, here source.Site) {
	var fields []string
	for _, f := range model.MapFields() {
		fields = append(fields, f.Name)
	}
	for _, p := range properties {
		at := p.where.Origin(here.Start())
		if slices.Contains(fields, p.name) {
			m.assign(p.name, p.given, p.where.Value, at)
			continue
		}
		unknown := &problem.Problem{Code: problem.CodeUnknownKey, Origin: at,
			Msg: fmt.Sprintf("unknown property of a container_map %q", p.name)}
		unknown.Hint = model.MeantField(p.name, "initial", "check_integrity")
		if _, ok := p.given.(*container); ok {
			unknown.Hint = fmt.Sprintf("containers have a keyword of their own: containers = {%q: …}", p.name)
		}
		if _, ok := p.given.(*starlark.Dict); ok && unknown.Hint == "" {
			unknown.Hint = fmt.Sprintf("if it is a container, write containers = {%q: {…}}", p.name)
		}
		m.note(problem.Problems{unknown})
	}
	m.twoRoots(properties, here)
}

// twoRoots reports host_root and host = {"root": …} that differ (row 118).
func (m *containerMap) twoRoots(properties []property, here source.Site) {
	var d model.Dict
	for _, p := range properties {
		if p.name == "host_root" || p.name == "host" {
			r := m.ev.reader(here)
			d = append(d, model.Entry{
				Key:   model.Input{Value: p.name},
				Value: r.read(p.given, p.where.Value, p.where.Origin(here.At), p.name),
			})
		}
	}
	if len(d) < 2 {
		return
	}
	_, ps := model.FromDict(m.model.Name, d)
	ps = slices.DeleteFunc(ps, func(p *problem.Problem) bool { return p.Code != problem.CodeDuplicate })
	m.note(ps)
}

// makeContainer is container(**properties).
func (ev *evaluation) makeContainer(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	here := ev.here()
	places := here.Arguments()
	c := ev.newContainer(here.Start())
	ev.loose = append(ev.loose, c)
	if len(args) > 0 {
		ev.note(problem.Problems{problem.New(problem.CodeUsage, `write container(image = "…", …)`,
			"container() takes keywords only, got %s", describe(args[0]))}, c, nil)
	}
	given := map[string]bool{}
	for _, kw := range kwargs {
		name := string(kw[0].(starlark.String))
		where := places[kw[0]]
		at := where.Origin(here.Start())
		if given[name] {
			ev.note(problem.Problems{{Code: problem.CodeUsage, Origin: at, Msg: fmt.Sprintf("%q is given twice", name)}}, c, nil)
		}
		given[name] = true
		c.assign(name, kw[1], where.Value, at)
	}
	return c, nil
}

// makeHostShare is host_share(volume, readonly = False) (rows 41, 114).
func makeHostShare(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var volume string
	var access starlark.Value = starlark.False
	if err := unpack(b, args, kwargs, "volume", &volume, "readonly?", &access); err != nil {
		return nil, err
	}
	var c model.Container
	flag := model.Input{Value: other(access.Type())}
	switch v := access.(type) {
	case starlark.Bool:
		flag.Value = bool(v)
	case starlark.String:
		flag.Value = string(v)
	case starlark.NoneType:
		flag.Value = nil
	}
	pairs := model.List{{Value: model.List{{Value: volume}, flag}}}
	if ps := c.Set("binds", model.Input{Value: pairs}); len(ps) > 0 {
		ps[0].Path, ps[0].Msg = "", "host_share: "+ps[0].Msg
		return nil, ps[0]
	}
	return hostShare(c.Binds[0]), nil
}

// makeLink is link(container, alias = None) (row 71).
func makeLink(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var target string
	var alias starlark.Value = starlark.None
	if err := unpack(b, args, kwargs, "container", &target, "alias?", &alias); err != nil {
		return nil, err
	}
	text, ok := alias.(starlark.String)
	if !ok && alias != starlark.None {
		return nil, problem.New(problem.CodeWrongType, "", "link: alias: want a string or None, got %s", describe(alias))
	}
	return link{Container: target, Alias: string(text)}, nil
}

// unpack is starlark.UnpackArgs with a suggestion for every misspelt keyword: the
// original compares only the first half of the parameter names.
func unpack(b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple, pairs ...any) error {
	var names []string
	for i := 0; i < len(pairs); i += 2 {
		name := pairs[i].(string)
		if name[len(name)-1] == '?' {
			name = name[:len(name)-1]
		}
		names = append(names, name)
	}
	for _, kw := range kwargs {
		name := string(kw[0].(starlark.String))
		if !slices.Contains(names, name) {
			return problem.New(problem.CodeUsage, problem.DidYouMean(name, names), "%s has no parameter %q", b.Name(), name)
		}
	}
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, pairs...); err != nil {
		return problem.New(problem.CodeUsage, "", "%s", err)
	}
	return nil
}

// variable is var(name, default = None): what the caller set with Options.Args.
func (ev *evaluation) variable(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var name string
	var standard starlark.Value
	if err := unpack(b, args, kwargs, "name", &name, "default?", &standard); err != nil {
		return nil, err
	}
	ev.asked[name] = true
	if value, ok := ev.options.Args[name]; ok {
		return starlark.String(value), nil
	}
	if standard == nil {
		return nil, problem.New(problem.CodeVariable, fmt.Sprintf("set it (--var %s=…), or give a default: var(%q, default = …)", name, name), "variable %q is not set", name)
	}
	return standard, nil
}

// environment is env(name, default = None): an environment variable the caller
// allowed with Options.Env.
func (ev *evaluation) environment(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var name string
	var standard starlark.Value
	if err := unpack(b, args, kwargs, "name", &name, "default?", &standard); err != nil {
		return nil, err
	}
	if !slices.Contains(ev.options.Env, name) {
		return nil, problem.New(problem.CodeVariable, fmt.Sprintf("allow it: --env %s", name), "environment variable %q is not allowed", name)
	}
	look := ev.options.LookupEnv
	if look == nil {
		look = os.LookupEnv
	}
	if value, ok := look(name); ok {
		return starlark.String(value), nil
	}
	if standard == nil {
		return nil, problem.New(problem.CodeVariable, fmt.Sprintf("set it, or give a default: env(%q, default = …)", name), "environment variable %q is not set", name)
	}
	return standard, nil
}

// print passes its text to Options.Print, up to a limit.
func (ev *evaluation) print(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	msg, err := ev.guards().Message("print", args, kwargs)
	if err != nil {
		return nil, err
	}
	at := positionOf(t)
	if ev.thread == t {
		at = ev.here().Start()
	}
	ev.printer.print(at, msg)
	return starlark.None, nil
}

// guards returns the guards of the evaluation's limits.
func (ev *evaluation) guards() sandbox.Guards {
	return sandbox.Guards{Elements: ev.limits.Elements, TextBytes: ev.limits.TextBytes}
}
