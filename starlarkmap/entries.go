// Program text to model: m.volumes, m.host, and whatever else a map has by name.

package starlarkmap

import (
	"slices"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/problem"
)

// tables returns the properties of a map that hold named entries.
func tables() (names []string) {
	for _, f := range model.Resources() {
		names = append(names, f.Name)
	}
	return names
}

func isTable(property string) bool { return slices.Contains(tables(), property) }

// entries returns the view of a property that holds named entries. Containers have a
// view of their own, because accessing a container creates it.
func (m *containerMap) entries(property string) *mapping {
	return &mapping{
		kind:  property,
		ev:    m.ev,
		names: func() []string { return m.edit.Names(property) },
		find: func(name string) (starlark.Value, bool) {
			in, ok := m.edit.Get(property, name)
			if !ok {
				return nil, false
			}
			v := valueOf(in)
			v.Freeze() // it is a copy: changing it would have no effect
			return v, true
		},
		set: func(name string, v starlark.Value, e syntax.Expr, at problem.Origin) error {
			if err := m.writable(); err != nil {
				return err
			}
			r := m.ev.reader(m.ev.here())
			in := r.read(v, e, at, name)
			in.Origin = at
			m.note(append(r.problemsUnder(property+" > "+name), m.edit.Set(property, name, at, in)...))
			return nil
		},
		freeze: m.Freeze,
	}
}
