// Program text to model: the value of container_map().

package starlarkmap

import (
	"errors"
	"fmt"
	"slices"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/starlarkmap/internal/sandbox"
	"github.com/dmap-dev/dmap/starlarkmap/internal/source"
)

// containerMap is a live map: its attributes read and set the model.
type containerMap struct {
	ev    *evaluation
	model *model.ContainerMap
	// check is false for check_integrity = False (row 122).
	check bool
	// incomplete: something that others refer to was left out because it was wrong.
	incomplete bool
	frozen     bool
	finished   bool
	byName     map[string]*container
	// order holds all containers in the order of their first mention, including pending
	// ones and, until the next call of tidy, those that were replaced.
	order  []*container
	untidy bool
	// edit sets and finds the named entries of the map.
	edit *model.Editor
}

func (ev *evaluation) newMap(m *model.ContainerMap, check bool) *containerMap {
	return &containerMap{ev: ev, model: m, check: check, byName: map[string]*container{}, edit: m.Edit()}
}

// String is shallow: its parts can refer back to the map.
func (m *containerMap) String() string {
	return fmt.Sprintf("<container_map %s (%s)>", sandbox.ClipMessage(m.model.Name), m.model.Origin)
}

func (m *containerMap) Type() string         { return "container_map" }
func (m *containerMap) Truth() starlark.Bool { return true }
func (m *containerMap) Hash() (uint32, error) {
	return 0, problem.New(problem.CodeRuntime, "use its name", "unhashable type: container_map")
}

// Freeze makes the map and its containers immutable.
func (m *containerMap) Freeze() {
	m.frozen = true
	m.edit.Ready()
	for _, c := range m.listed() {
		c.frozen = true
	}
}

func (m *containerMap) methods() []string {
	return []string{"check_integrity", "copy", "get_existing", "merge", "update"}
}

func (m *containerMap) AttrNames() []string {
	names := append(m.methods(), "name")
	for _, f := range model.MapFields() {
		names = append(names, f.Name)
	}
	slices.Sort(names)
	return names
}

func (m *containerMap) Attr(name string) (starlark.Value, error) {
	if slices.Contains(m.methods(), name) {
		return starlark.NewBuiltin(name, m.call).BindReceiver(m), nil
	}
	switch name {
	case "name":
		return starlark.String(m.model.Name), nil
	case "containers":
		return m.containers(), nil
	}
	if m.edit.Has(name) {
		return m.entries(name), nil
	}
	in, ok := m.model.Get(name)
	if !ok {
		return nil, nil
	}
	return valueOf(in), nil
}

// SetField sets a property. Whole tables such as volumes are replaced; containers can
// be assigned only while there are none.
func (m *containerMap) SetField(name string, v starlark.Value) error {
	if err := m.writable(); err != nil {
		return err
	}
	if slices.Contains(m.methods(), name) {
		return problem.New(problem.CodeUsage, "", "%s is a method of container_map", name)
	}
	switch {
	case name == "name":
		return problem.New(problem.CodeUsage, "", "the name of a container_map cannot be changed")
	case name == "containers":
		if len(m.listed()) > 0 {
			return problem.New(problem.CodeUsage, "use m.update({…}) or m.containers[name] = …", "map %q has containers already", m.model.Name)
		}
	case m.edit.Has(name):
		m.edit.Clear(name)
	}
	e, at := m.ev.here().Target()
	m.assign(name, v, e, at)
	return nil
}

// assign converts and sets a property; at is where its name was written.
func (m *containerMap) assign(name string, v starlark.Value, e syntax.Expr, at problem.Origin) {
	r := m.ev.reader(m.ev.here())
	in := r.read(v, e, at, name)
	in.Origin = at
	m.ev.note(r.problemsUnder(name), nil, m)
	if d, ok := in.Value.(model.Dict); ok && name == "containers" {
		in.Value = m.claim(d, r.found)
	}
	m.note(m.whole().Set(name, in))
	m.sync()
}

// note records problems of the map.
func (m *containerMap) note(ps problem.Problems) {
	m.ev.note(ps, nil, m)
}

// update sets everything in a dictionary (rows 115 to 119).
func (m *containerMap) update(v starlark.Value, e syntax.Expr, at problem.Origin) error {
	if err := m.writable(); err != nil {
		return err
	}
	r := m.ev.reader(m.ev.here())
	in := r.read(v, e, at, "")
	d, ok := in.Value.(model.Dict)
	if !ok && in.Value != nil {
		return problem.New(problem.CodeWrongType, "", "want a dict, got %s", in)
	}
	m.note(inContainers(r.problems))
	// Containers may be at the top level, under "containers", or both (row 116).
	d = m.claim(m.misspelt(d), r.found)
	for i, entry := range d {
		if sub, ok := entry.Value.Value.(model.Dict); ok && entry.Key.Value == "containers" {
			d[i].Value.Value = m.claim(sub, r.found)
		}
	}
	m.note(m.whole().Update(d))
	m.sync()
	return nil
}

// merge adds what another map or a dictionary says (row 120).
func (m *containerMap) merge(v starlark.Value, listsOnly bool) error {
	if err := m.writable(); err != nil {
		return err
	}
	if other, ok := v.(*containerMap); ok {
		other.commitAccessed() // what other only accessed so far is a part of it, too
		m.note(m.whole().Merge(other.whole(), listsOnly))
		m.sync()
		return nil
	}
	here := m.ev.here()
	r := m.ev.reader(here)
	in := r.read(v, source.Argument(here.Call(), 0), here.At, "")
	d, ok := in.Value.(model.Dict)
	if !ok {
		return problem.New(problem.CodeWrongType, "", "merge: want a container_map or a dict, got %s", in)
	}
	m.note(inContainers(r.problems))
	other, ps := model.FromDict(m.model.Name, m.misspelt(d))
	m.note(ps)
	m.note(m.whole().Merge(other, listsOnly))
	m.sync()
	return nil
}

// copy returns another map of the program, equal but for its name.
func (m *containerMap) copy(name string) starlark.Value {
	m.commitAccessed()
	d := m.whole().Copy()
	d.Name, d.Origin = name, m.ev.here().Start()
	same := m.ev.newMap(d, m.check)
	same.incomplete = m.incomplete
	m.ev.register(same)
	same.sync()
	return same
}

// writable returns why the map cannot be changed, or nil.
func (m *containerMap) writable() error {
	if m.frozen {
		return m.ev.frozenError(fmt.Sprintf("map %q", m.model.Name))
	}
	return nil
}

// call carries out the methods.
func (m *containerMap) call(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	switch b.Name() {
	case "get_existing":
		var name string
		if err := starlark.UnpackArgs(b.Name(), args, kwargs, "name", &name); err != nil {
			return nil, err
		}
		if c := m.existing(name); c != nil {
			return c, nil
		}
		return starlark.None, nil
	case "update":
		var d starlark.Value
		if err := starlark.UnpackArgs(b.Name(), args, kwargs, "values", &d); err != nil {
			return nil, err
		}
		here := m.ev.here()
		return starlark.None, m.update(d, source.Argument(here.Call(), 0), here.At)
	case "merge":
		var other starlark.Value
		var listsOnly bool
		if err := starlark.UnpackArgs(b.Name(), args, kwargs, "other", &other, "lists_only?", &listsOnly); err != nil {
			return nil, err
		}
		return starlark.None, m.merge(other, listsOnly)
	case "copy":
		if m.ev.thread == nil {
			return nil, m.ev.frozenError(fmt.Sprintf("map %q", m.model.Name))
		}
		var name string
		if err := starlark.UnpackArgs(b.Name(), args, kwargs, "name", &name); err != nil {
			return nil, err
		}
		return m.copy(name), nil
	}
	if err := starlark.UnpackArgs(b.Name(), args, kwargs); err != nil {
		return nil, err
	}
	return starlark.None, m.checkNow()
}

// checkNow validates the map in its present state (row 123).
func (m *containerMap) checkNow() error {
	if m.frozen {
		return nil // it was checked when it was frozen
	}
	m.commitAccessed()
	m.validate()
	return nil
}

// validate records what is wrong with the map as a whole.
func (m *containerMap) validate() {
	var ps problem.Problems
	if !errors.As(m.whole().Validate(), &ps) {
		return
	}
	if m.incomplete {
		// A reference to a part that was left out is not wrong by itself: the part's
		// own problem is reported.
		ps = slices.DeleteFunc(ps, func(p *problem.Problem) bool { return refersTo(p.Code) })
	}
	m.ev.keep(ps)
}

func refersTo(code problem.Code) bool {
	switch code {
	case problem.CodeUnknownName, problem.CodeUnknownAlias, problem.CodeMissingPath, problem.CodeNothingShared:
		return true
	}
	return false
}

// finish completes the map: it creates what was accessed, reports what was only read,
// and puts the containers in the order of their first mention.
func (m *containerMap) finish() {
	if m.finished {
		return
	}
	m.finished = true
	m.commitAccessed()
	// The model has its containers in the order of their definition: rebuild the list.
	m.model.Containers = nil
	for _, c := range m.listed() {
		if c.pending {
			m.ev.keep(problem.Problems{c.onlyRead()})
			continue
		}
		m.model.Containers = append(m.model.Containers, c.model)
	}
	if m.check {
		m.validate()
	}
}
