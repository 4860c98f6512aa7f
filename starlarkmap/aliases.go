// Program text to model: m.volumes and m.host.

package starlarkmap

import (
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/problem"
)

// volumes returns the view m.volumes.
func (m *containerMap) volumes() *mapping {
	return &mapping{
		kind: "volumes",
		ev:   m.ev,
		names: func() (names []string) {
			for _, v := range m.model.Volumes {
				names = append(names, v.Alias)
			}
			return names
		},
		find: func(alias string) (starlark.Value, bool) {
			path, ok := m.model.VolumePath(alias)
			return starlark.String(path), ok
		},
		set:    m.alias("volumes", m.model.SetVolume),
		freeze: m.Freeze,
	}
}

// host returns the view m.host, where root is the host root (row 118).
func (m *containerMap) host() *mapping {
	return &mapping{
		kind: "host",
		ev:   m.ev,
		names: func() (names []string) {
			for _, h := range m.model.Host {
				names = append(names, h.Alias)
			}
			return names
		},
		find:   m.hostPath,
		set:    m.alias("host", m.model.SetHostPath),
		freeze: m.Freeze,
	}
}

func (m *containerMap) hostPath(alias string) (starlark.Value, bool) {
	if alias == "root" {
		if m.model.HostRoot == "" {
			return starlark.None, true
		}
		return starlark.String(m.model.HostRoot), true
	}
	h, ok := m.model.HostPath(alias)
	if !ok || h.Instances == nil {
		return starlark.String(h.Path), ok
	}
	d := starlark.NewDict(len(h.Instances))
	for _, p := range h.Instances {
		// A string always can be a key.
		if err := d.SetKey(starlark.String(p.Instance), starlark.String(p.Path)); err != nil {
			continue
		}
	}
	d.Freeze() // a copy: changing it would change nothing
	return d, true
}

// alias makes the assignment of one alias of volumes or host.
func (m *containerMap) alias(kind string, set func(string, model.Input) problem.Problems) func(string, starlark.Value, syntax.Expr, problem.Origin) error {
	return func(alias string, v starlark.Value, e syntax.Expr, at problem.Origin) error {
		if err := m.writable(); err != nil {
			return err
		}
		r := m.ev.reader(m.ev.here())
		in := r.read(v, e, at, alias)
		in.Origin = at
		m.note(append(r.problemsUnder(kind+" > "+alias), set(alias, in)...))
		return nil
	}
}
