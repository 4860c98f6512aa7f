// Program text to model: values for builtins of the caller.

package starlarkmap

import (
	"go.starlark.net/starlark"

	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/starlarkmap/internal/sandbox"
)

// Values returns the maps of the program as Starlark values, in the order of Maps.
// Another program can read but not change them.
func (p *Program) Values() []starlark.Value { return p.values }

// MapOf returns the map behind a value of container_map(). If the map is still being
// made, it is completed and can no longer be changed. It may be invalid; see
// [model.ContainerMap.Validate]. The model belongs to the program.
func MapOf(v starlark.Value) (*model.ContainerMap, error) {
	m, ok := v.(*containerMap)
	if !ok {
		return nil, problem.New(problem.CodeWrongType, "", "want a container_map, got %s", describe(v))
	}
	if m.frozen {
		return m.model, nil
	}
	m.check = false // the caller judges the map
	m.finish()
	check := sandbox.NewFreezeCheck(m.ev.watch)
	for _, fn := range m.ev.functions {
		if bad := check.Trouble(fn.callable); bad != "" {
			return nil, m.ev.tooLargeToFreeze("what the function refers to", bad, fn.set)
		}
	}
	for _, fn := range m.ev.functions {
		fn.callable.Freeze()
	}
	m.Freeze()
	return m.model, nil
}

// Struct returns the value of struct(**fields), which it keeps.
func Struct(fields starlark.StringDict) starlark.Value { return sandbox.NewRecord(fields) }

// Equal compares two values as == does in a program.
func Equal(x, y starlark.Value) (bool, error) { return sandbox.Equal(x, y) }

// Text writes a value as repr() does. A text of more than limit bytes is cut, and a
// much larger one is replaced by the value's type.
func Text(v starlark.Value, limit int) string {
	if s, ok := v.(starlark.String); ok {
		return sandbox.Clip(starlark.String(sandbox.Clip(string(s), limit)).String(), limit)
	}
	text, err := sandbox.TextOf(v, 100*limit)
	if err != nil {
		return v.Type() + "(…)"
	}
	return sandbox.Clip(text, limit)
}
