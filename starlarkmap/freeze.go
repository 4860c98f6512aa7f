// Program text to model: freezing, which needs a look at the values first.

package starlarkmap

import (
	"fmt"

	"go.starlark.net/resolve"
	"go.starlark.net/starlark"

	"github.com/dmap-dev/dmap/engine/problem"
)

const (
	// mostVisits is how many values freezing may visit. Shared tuples count each
	// time: the interpreter visits them each time too.
	mostVisits = 5_000_000
	// deepestFreeze is how deep they may be nested.
	deepestFreeze = 10_000
)

// freezeCheck walks values as freezing does and tells whether that would take too
// long or exhaust the stack, neither of which can be stopped once it has begun.
type freezeCheck struct {
	seen   map[any]bool
	visits int
	stop   func() bool
}

// check returns what is wrong with v, or "".
func (f *freezeCheck) check(v starlark.Value, depth int) string {
	f.visits++
	switch {
	case f.visits > mostVisits:
		return fmt.Sprintf("has more than %d parts (shared tuples count each time)", mostVisits)
	case depth > deepestFreeze:
		return fmt.Sprintf("is nested deeper than %d", deepestFreeze)
	case f.visits%1000 == 0 && f.stop():
		return "cannot be frozen in time"
	}
	switch v := v.(type) {
	case starlark.Tuple:
		return f.all(v, depth)
	case *starlark.List:
		if f.visited(v) {
			return ""
		}
		for i := range v.Len() {
			if bad := f.check(v.Index(i), depth+1); bad != "" {
				return bad
			}
		}
	case *starlark.Dict:
		if f.visited(v) {
			return ""
		}
		for key, value := range v.Entries() {
			if bad := f.all([]starlark.Value{key, value}, depth); bad != "" {
				return bad
			}
		}
	case *starlark.Set:
		if f.visited(v) {
			return ""
		}
		for e := range v.Elements() {
			if bad := f.check(e, depth+1); bad != "" {
				return bad
			}
		}
	case *record:
		if f.visited(v) {
			return ""
		}
		for _, name := range v.names {
			if bad := f.check(v.fields[name], depth+1); bad != "" {
				return bad
			}
		}
	case *starlark.Function:
		if f.visited(v) {
			return ""
		}
		return f.all(captured(v), depth)
	case *starlark.Builtin:
		if recv := v.Receiver(); recv != nil {
			return f.check(recv, depth+1)
		}
	}
	return ""
}

func (f *freezeCheck) all(list []starlark.Value, depth int) string {
	for _, v := range list {
		if bad := f.check(v, depth+1); bad != "" {
			return bad
		}
	}
	return ""
}

func (f *freezeCheck) visited(v any) bool {
	if f.seen[v] {
		return true
	}
	f.seen[v] = true
	return false
}

// captured returns the default values and closed-over variables of a function.
func captured(fn *starlark.Function) []starlark.Value {
	var out []starlark.Value
	for i := range fn.NumParams() {
		if v := fn.ParamDefault(i); v != nil {
			out = append(out, v)
		}
	}
	for i := range fn.NumFreeVars() {
		if _, v := fn.FreeVar(i); v != nil {
			out = append(out, v)
		}
	}
	return out
}

// freeze freezes the globals of a file, the maps from the given number on and
// their option functions: functions held only by the model would stay open.
func (ev *evaluation) freeze(f *file, globals starlark.StringDict, maps, functions int) error {
	check := &freezeCheck{seen: map[any]bool{}, stop: func() bool { return ev.watch.reason() != nil }}
	for _, name := range globals.Keys() {
		if bad := check.check(globals[name], 0); bad != "" {
			return ev.tooLargeToFreeze(fmt.Sprintf("global %q", name), bad, f.global(name))
		}
	}
	for _, fn := range ev.functions[functions:] {
		if bad := check.check(fn.callable, 0); bad != "" {
			return ev.tooLargeToFreeze("what the function refers to", bad, fn.set)
		}
	}
	globals.Freeze()
	for _, fn := range ev.functions[functions:] {
		fn.callable.Freeze()
	}
	for _, m := range ev.maps[maps:] {
		m.Freeze()
	}
	return nil
}

// global returns where a global of the file is bound first.
func (f *file) global(name string) problem.Origin {
	if m, ok := f.tree.Module.(*resolve.Module); ok {
		for _, b := range m.Globals {
			if b.First.Name == name {
				return originOf(b.First.NamePos)
			}
		}
	}
	return problem.Origin{File: f.name, Line: 1, Col: 1}
}

func (ev *evaluation) tooLargeToFreeze(what, why string, at problem.Origin) error {
	if p := ev.watch.reason(); p != nil {
		return p
	}
	return &problem.Problem{Code: problem.CodeSizeLimit, Origin: at, Msg: what + " " + why}
}

// frozenHint is for option functions.
const frozenHint = "a function returns its options; it changes nothing"

// frozenError says that something can no longer be changed, and why.
func (ev *evaluation) frozenError(what string) error {
	if ev.thread == nil {
		return problem.New(problem.CodeFrozen, frozenHint,
			"%s is frozen: it can be changed only while the map file runs", what)
	}
	if ev.calling {
		return problem.New(problem.CodeFrozen, "make it again in a function, or change a copy: m.copy(name)", "%s is frozen: a plan was made of it, or a file made it", what)
	}
	return problem.New(problem.CodeFrozen, "let the file define a function that makes it", "%s is frozen: a loaded file made it", what)
}
