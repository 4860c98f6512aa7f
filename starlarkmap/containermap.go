// Program text to model: the value of container_map().

package starlarkmap

import (
	"errors"
	"fmt"
	"slices"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"github.com/dmap-dev/dmap/engine/model"
)

// containerMap is a live map: its attributes read and set the model.
type containerMap struct {
	ev    *evaluation
	model *model.ContainerMap
	// check is false for check_integrity = False (row 122).
	check bool
	// incomplete: something that others refer to was left out, being wrong.
	incomplete bool
	frozen     bool
	finished   bool
	byName     map[string]*container
	// order holds all containers in the order of their first mention, pending ones
	// too.
	order []*container
}

// String is shallow.
func (m *containerMap) String() string {
	return fmt.Sprintf("<container_map %s (%s)>", clipMessage(m.model.Name), m.model.Origin)
}

func (m *containerMap) Type() string         { return "container_map" }
func (m *containerMap) Truth() starlark.Bool { return true }
func (m *containerMap) Hash() (uint32, error) {
	return 0, problem(CodeRuntime, "use its name", "unhashable type: container_map")
}

// Freeze ends all changes of the map and its containers.
func (m *containerMap) Freeze() {
	m.frozen = true
	for _, c := range m.order {
		c.frozen = true
	}
}

func (m *containerMap) methods() []string {
	return []string{"check_integrity", "get_existing", "update"}
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
	switch name {
	case "name":
		return starlark.String(m.model.Name), nil
	case "containers":
		return m.containers(), nil
	case "volumes":
		return m.volumes(), nil
	case "host":
		return m.host(), nil
	case "check_integrity", "get_existing", "update":
		return starlark.NewBuiltin(name, m.call).BindReceiver(m), nil
	}
	in, ok := m.model.Get(name)
	if !ok {
		return nil, nil
	}
	return valueOf(in), nil
}

// SetField sets a property. Whole volumes and host are replaced; containers can be
// assigned while there are none.
func (m *containerMap) SetField(name string, v starlark.Value) error {
	if err := m.writable(); err != nil {
		return err
	}
	switch name {
	case "name":
		return problem(CodeUsage, "", "the name of a container_map cannot be changed")
	case "check_integrity", "get_existing", "update":
		return problem(CodeUsage, "", "%s is a method of container_map", name)
	case "containers":
		if len(m.order) > 0 {
			return problem(CodeUsage, "use m.update({…}) or m.containers[name] = …", "map %q has containers already", m.model.Name)
		}
	case "volumes":
		m.model.Volumes = nil
	case "host":
		m.model.Host = nil
	}
	e, at := m.ev.here().target()
	m.assign(name, v, e, at)
	return nil
}

// assign converts and sets a property; the property itself is written at.
func (m *containerMap) assign(name string, v starlark.Value, e syntax.Expr, at model.Origin) {
	r := m.ev.reader(m.ev.here())
	in := r.read(v, e, at, name)
	in.Origin = at
	m.ev.note(r.problemsUnder(name), nil, m)
	if d, ok := in.Value.(model.Dict); ok && name == "containers" {
		in.Value = m.claim(d, r.found)
	}
	m.note(m.model.Set(name, in))
	m.sync()
}

// note records problems of the map.
func (m *containerMap) note(ps model.Problems) {
	m.ev.note(ps, nil, m)
}

// update sets everything in a dictionary (rows 115 to 119).
func (m *containerMap) update(v starlark.Value, e syntax.Expr, at model.Origin) error {
	if err := m.writable(); err != nil {
		return err
	}
	r := m.ev.reader(m.ev.here())
	in := r.read(v, e, at, "")
	d, ok := in.Value.(model.Dict)
	if !ok && in.Value != nil {
		return problem(model.CodeWrongType, "", "want a dict, got %s", in)
	}
	m.note(r.problemsUnder(""))
	d = m.claim(d, r.found)
	for i, entry := range d {
		if sub, ok := entry.Value.Value.(model.Dict); ok && entry.Key.Value == "containers" {
			d[i].Value.Value = m.claim(sub, r.found)
		}
	}
	m.note(m.model.Update(d))
	m.sync()
	return nil
}

// claim makes the containers among the values of d belong to the map under their
// keys, and leaves out those that belong elsewhere.
func (m *containerMap) claim(d model.Dict, found map[*model.Container]*container) model.Dict {
	if len(found) == 0 {
		return d
	}
	out := make(model.Dict, 0, len(d))
	for _, entry := range d {
		given, ok := entry.Value.Value.(*model.Container)
		name, isText := entry.Key.Value.(string)
		if ok && isText {
			c := m.own(found[given], name, entry.Key.Origin)
			if c == nil {
				continue
			}
			entry.Value.Value = c.model
		}
		out = append(out, entry)
	}
	return out
}

// own takes c into the map as name, in place of one that may be there; nil if it
// belongs to a map already, which is noted.
func (m *containerMap) own(c *container, name string, at model.Origin) *container {
	if c.owner != nil && !c.frozen {
		p := &model.Problem{Code: model.CodeDuplicate, Origin: at, Path: "containers > " + name,
			Msg:  fmt.Sprintf("the container is %q of map %q already", c.name, c.owner.model.Name),
			Hint: "make one container() for each place",
		}
		p.Related = []model.Related{{Origin: c.model.Origin, Msg: "made"}}
		m.note(model.Problems{p})
		return nil
	}
	if c.frozen {
		c = c.copy() // one from a loaded file serves as many maps as it likes
	}
	c.owner, c.name = m, name
	if there := m.byName[name]; there != nil && there.pending {
		there.pending, there.model = false, c.model
		m.order[slices.Index(m.order, there)] = c
		c.listed = true
	} else if there != nil {
		there.replaced = at
		m.order = slices.DeleteFunc(m.order, func(o *container) bool { return o == there })
		m.model.Containers = slices.DeleteFunc(m.model.Containers, func(o *model.Container) bool { return o == there.model })
	}
	m.byName[name] = c
	return c
}

// put adds a container that the map owns to the model. The model is known not to
// have it, and needs not search.
func (m *containerMap) put(c *container) {
	c.model.Name = c.name
	m.model.Containers = append(m.model.Containers, c.model)
	m.list(c)
}

// list gives a container its place in the order.
func (m *containerMap) list(c *container) {
	if !c.listed {
		c.listed = true
		m.order = append(m.order, c)
	}
}

// sync gives every container of the model its value, after the model was changed
// as a whole.
func (m *containerMap) sync() {
	there := make(map[*model.Container]bool, len(m.model.Containers))
	for _, mc := range m.model.Containers {
		there[mc] = true
		c := m.byName[mc.Name]
		switch {
		case c == nil:
			c = &container{ev: m.ev, model: mc, owner: m, name: mc.Name}
			m.byName[mc.Name] = c
		case c.pending:
			c.pending, c.model = false, mc
		}
		m.list(c)
	}
	for name, c := range m.byName {
		if !c.pending && !there[c.model] {
			delete(m.byName, name) // the model did not take it
		}
	}
}

// writable tells why the map cannot be changed, or nil.
func (m *containerMap) writable() error {
	if m.frozen {
		return m.ev.frozenError(fmt.Sprintf("map %q", m.model.Name))
	}
	return nil
}

// existing returns the container of that name if something defined it.
func (m *containerMap) existing(name string) *container {
	if c := m.byName[name]; c != nil && !c.pending {
		return c
	}
	return nil
}

// containers returns the view m.containers.
func (m *containerMap) containers() *mapping {
	return &mapping{
		kind: "containers",
		ev:   m.ev,
		names: func() (names []string) {
			for _, c := range m.order {
				if !c.pending {
					names = append(names, c.name)
				}
			}
			return names
		},
		find: func(name string) (starlark.Value, bool) {
			c := m.existing(name)
			return c, c != nil
		},
		access: m.access,
		set:    m.setContainer,
		freeze: m.Freeze,
	}
}

// access returns a container that is created by this access (row 7).
func (m *containerMap) access(name string) (starlark.Value, error) {
	if c := m.byName[name]; c != nil {
		return c, nil
	}
	if m.frozen {
		return nil, problem(model.CodeUnknownName, model.DidYouMean(name, m.containers().names()),
			"map %q has no container %q", m.model.Name, name)
	}
	here := m.ev.here()
	c := m.ev.newContainer(here.start())
	c.owner, c.name, c.pending = m, name, true
	c.named = m.ev.sources.refine(here.at)
	m.byName[name] = c
	m.list(c)
	return c, nil
}

// setContainer is m.containers.name = v.
func (m *containerMap) setContainer(name string, v starlark.Value, e syntax.Expr, at model.Origin) error {
	if err := m.writable(); err != nil {
		return err
	}
	if given, ok := v.(*container); ok {
		if given.owner == m && given.name == name && !given.frozen {
			given.commit()
			return nil
		}
		if c := m.own(given, name, at); c != nil {
			m.put(c)
		}
		return nil
	}
	r := m.ev.reader(m.ev.here())
	in := r.read(v, e, at, name)
	d, isDict := in.Value.(model.Dict)
	if !isDict && in.Value != nil {
		m.note(model.Problems{{Code: model.CodeWrongType, Origin: in.Origin, Path: "containers > " + name,
			Msg: fmt.Sprintf("want container(…) or a dict, got %s", in)}})
		return nil
	}
	c := m.own(m.ev.newContainer(at), name, at)
	m.put(c)
	m.ev.note(append(r.problemsUnder(""), c.model.Update(d)...), c, nil)
	return nil
}

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
func (m *containerMap) alias(kind string, set func(string, model.Input) model.Problems) func(string, starlark.Value, syntax.Expr, model.Origin) error {
	return func(alias string, v starlark.Value, e syntax.Expr, at model.Origin) error {
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
		return starlark.None, m.update(d, argument(here.call(), 0), here.at)
	}
	if err := starlark.UnpackArgs(b.Name(), args, kwargs); err != nil {
		return nil, err
	}
	return starlark.None, m.checkNow()
}

// checkNow validates the map as it is (row 123).
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
	var ps model.Problems
	if !errors.As(m.model.Validate(), &ps) {
		return
	}
	if m.incomplete {
		// What refers to a part that was left out is not wrong by itself.
		ps = slices.DeleteFunc(ps, func(p *model.Problem) bool { return refersTo(p.Code) })
	}
	m.ev.keep(ps)
}

func refersTo(code model.Code) bool {
	switch code {
	case model.CodeUnknownName, model.CodeUnknownAlias, model.CodeMissingPath, model.CodeNothingShared:
		return true
	}
	return false
}

// commitAccessed creates what was accessed and not merely read (row 7).
func (m *containerMap) commitAccessed() {
	for _, c := range m.order {
		if c.pending && c.read == (model.Origin{}) {
			c.commit()
		}
	}
}

// finish ends the map's making: it creates what was accessed, reports what was
// only read, and puts the containers in the order of their first mention.
func (m *containerMap) finish() {
	if m.finished {
		return
	}
	m.finished = true
	m.commitAccessed()
	m.model.Containers = nil
	for _, c := range m.order {
		if c.pending {
			m.ev.keep(model.Problems{c.onlyRead()})
			continue
		}
		m.model.Containers = append(m.model.Containers, c.model)
	}
	if m.check {
		m.validate()
	}
}
