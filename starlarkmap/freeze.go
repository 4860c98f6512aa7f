// Program text to model: freezing values, after checking that it will end.

package starlarkmap

import (
	"fmt"

	"go.starlark.net/starlark"

	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/starlarkmap/internal/sandbox"
	"github.com/dmap-dev/dmap/starlarkmap/internal/source"
)

// freeze freezes the globals of a file, and the maps and option functions from the
// given indices on: a function that only the model holds is not reached from the
// globals and would stay mutable.
func (ev *evaluation) freeze(f *source.File, globals starlark.StringDict, maps, functions int) error {
	// Check everything before freezing anything: freezing cannot be stopped, and the parts
	// that values share count once over all of them.
	check := sandbox.NewFreezeCheck(ev.watch)
	for _, name := range globals.Keys() {
		if bad := check.Trouble(globals[name]); bad != "" {
			return ev.tooLargeToFreeze(fmt.Sprintf("global %q", name), bad, f.Global(name))
		}
	}
	for _, fn := range ev.functions[functions:] {
		if bad := check.Trouble(fn.callable); bad != "" {
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

func (ev *evaluation) tooLargeToFreeze(what, why string, at problem.Origin) error {
	if p := ev.watch.Reason(); p != nil {
		return p
	}
	return &problem.Problem{Code: problem.CodeSizeLimit, Origin: at, Msg: what + " " + why}
}

// frozenHint is the hint for option functions that try to change something.
const frozenHint = "a function returns its options; it changes nothing"

// frozenError returns the error that something can no longer be changed, and why.
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
