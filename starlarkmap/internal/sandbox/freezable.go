// Sandbox: whether freezing a value would end.

package sandbox

import (
	"fmt"

	"go.starlark.net/starlark"
)

const (
	// mostVisits is how many values freezing may visit. Shared tuples count every time,
	// because the interpreter visits them every time: x = (x, x), a few dozen times
	// over, never ends.
	mostVisits = 5_000_000
	// deepestFreeze is how deep the values may be nested: freezing recurses on the
	// stack of Go, whose overflow ends the process.
	deepestFreeze = 10_000
)

// FreezeCheck walks values as freezing does and reports whether freezing would take too
// long or exhaust the stack: neither can be stopped once it has begun.
type FreezeCheck struct {
	seen   map[any]bool
	visits int
	stop   func() bool
}

// NewFreezeCheck returns a check for several values, which may have parts in common. It
// gives up when the run of w is stopped.
func NewFreezeCheck(w *Watch) *FreezeCheck {
	return &FreezeCheck{seen: map[any]bool{}, stop: func() bool { return w.Reason() != nil }}
}

// Trouble returns why v cannot be frozen, or "".
func (f *FreezeCheck) Trouble(v starlark.Value) string { return f.check(v, 0) }

func (f *FreezeCheck) check(v starlark.Value, depth int) string {
	f.visits++
	switch {
	case f.visits > mostVisits:
		return fmt.Sprintf("has more than %d parts (shared tuples count each time)", mostVisits)
	case depth > deepestFreeze:
		return fmt.Sprintf("is nested deeper than %d", deepestFreeze)
	case f.visits%1000 == 0 && f.stop(): // the check itself must end in time too
		return "cannot be frozen in time"
	}
	switch v := v.(type) {
	case starlark.Tuple: // has no frozen mark: never "visited", see mostVisits
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
	case *Record:
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
	case *starlark.Builtin: // a bound method, such as [].append, holds its receiver
		if recv := v.Receiver(); recv != nil {
			return f.check(recv, depth+1)
		}
	}
	return ""
}

func (f *FreezeCheck) all(list []starlark.Value, depth int) string {
	for _, v := range list {
		if bad := f.check(v, depth+1); bad != "" {
			return bad
		}
	}
	return ""
}

// visited marks v as visited and reports whether it was before. The interpreter, too,
// visits what has a frozen mark only once.
func (f *FreezeCheck) visited(v any) bool {
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
