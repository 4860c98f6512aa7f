// Program text to model: which containers belong to a map.

package starlarkmap

import (
	"cmp"
	"fmt"
	"slices"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/problem"
)

// claim makes the containers among the values of d members of the map under their keys,
// and leaves out those that belong elsewhere.
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

// own takes c into the map as name, replacing a container of that name. It returns nil,
// after reporting it, if c already belongs to a map.
func (m *containerMap) own(c *container, name string, at problem.Origin) *container {
	if c.owner != nil && !c.frozen {
		p := &problem.Problem{Code: problem.CodeDuplicate, Origin: at, Path: "containers > " + name,
			Msg:  fmt.Sprintf("the container is %q of map %q already", c.name, c.owner.model.Name),
			Hint: "make one container() for each place",
		}
		p.Related = []problem.Related{{Origin: c.model.Origin, Msg: "made"}}
		m.note(problem.Problems{p})
		return nil
	}
	if c.frozen {
		c = c.copy() // a frozen one, from a loaded file, may serve many maps
	}
	c.owner, c.name = m, name
	if there := m.byName[name]; there != nil && there.pending {
		there.pending, there.model = false, c.model
		m.order[there.place] = c
		c.listed, c.place = true, there.place
	} else if there != nil {
		there.replaced, there.gone = at, true
		m.untidy = true
	}
	m.byName[name] = c
	return c
}

// put adds a container that the map owns to the model. The caller knows that the model
// does not have it, so nothing is searched.
func (m *containerMap) put(c *container) {
	c.model.Name = c.name
	m.model.Containers = append(m.model.Containers, c.model)
	m.addToOrder(c)
}

// addToOrder gives a container its place in the order.
func (m *containerMap) addToOrder(c *container) {
	if !c.listed {
		c.listed, c.place = true, len(m.order)
		m.order = append(m.order, c)
	}
}

// listed returns all containers in the order of their first mention, including pending
// ones.
func (m *containerMap) listed() []*container {
	m.tidy()
	return m.order
}

// whole returns the model, tidied, to be read or changed as a whole.
func (m *containerMap) whole() *model.ContainerMap {
	m.tidy()
	return m.model
}

// tidy removes replaced containers from the lists. It does so for all at once, when the
// lists are next read: a program may replace thousands one after the other, and
// removing each at once would take quadratic time.
func (m *containerMap) tidy() {
	if !m.untidy {
		return
	}
	m.untidy = false
	gone := map[*model.Container]bool{}
	order := m.order[:0]
	for _, c := range m.order {
		if c.gone {
			gone[c.model] = true
			continue
		}
		c.place = len(order)
		order = append(order, c)
	}
	clear(m.order[len(order):])
	m.order = order
	m.model.Containers = slices.DeleteFunc(m.model.Containers, func(mc *model.Container) bool { return gone[mc] })
}

// sync gives every container of the model its Starlark value, after the model was
// changed as a whole.
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
		m.addToOrder(c)
	}
	for name, c := range m.byName {
		if !c.pending && !there[c.model] {
			delete(m.byName, name) // the model refused it
		}
	}
}

// existing returns the container of that name if it has been defined, or nil.
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
			for _, c := range m.listed() {
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

// access creates a container because it was accessed (row 7).
func (m *containerMap) access(name string) (starlark.Value, error) {
	if c := m.byName[name]; c != nil {
		return c, nil
	}
	if m.frozen && m.ev.thread == nil { // read by an option function, after the program

		hint := problem.DidYouMean(name, m.containers().names())
		return nil, problem.New(problem.CodeUnknownName, cmp.Or(hint, frozenHint), "map %q is frozen, and has no container %q", m.model.Name, name)
	}
	if m.frozen {
		return nil, problem.New(problem.CodeUnknownName, problem.DidYouMean(name, m.containers().names()),
			"map %q has no container %q", m.model.Name, name)
	}
	here := m.ev.here()
	c := m.ev.newContainer(here.Start())
	c.owner, c.name, c.pending = m, name, true
	c.named = m.ev.sources.Refine(here.At)
	m.byName[name] = c
	m.addToOrder(c)
	return c, nil
}

// setContainer is m.containers.name = v.
func (m *containerMap) setContainer(name string, v starlark.Value, e syntax.Expr, at problem.Origin) error {
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
		m.note(problem.Problems{{Code: problem.CodeWrongType, Origin: in.Origin, Path: "containers > " + name,
			Msg: fmt.Sprintf("want container(…) or a dict, got %s", in)}})
		return nil
	}
	c := m.own(m.ev.newContainer(at), name, at)
	m.put(c)
	m.ev.note(append(r.problemsUnder(""), c.model.Update(d)...), c, nil)
	return nil
}

// commitAccessed creates the containers that were accessed and not merely read (row 7).
func (m *containerMap) commitAccessed() {
	for _, c := range m.listed() {
		if c.pending && c.read == (problem.Origin{}) {
			c.accessed = true
			c.commit()
		}
	}
}

// misread warns of containers that exist only because they were accessed and whose
// names are close to that of a container with properties: probably typing errors.
func (m *containerMap) misread() (ps problem.Problems) {
	var names []string
	var bare []*container
	for _, c := range m.listed() {
		if c.accessed && len(c.model.Dict()) == 0 {
			bare = append(bare, c)
		} else {
			names = append(names, c.name)
		}
	}
	for _, c := range bare {
		if hint := problem.DidYouMean(c.name, names); hint != "" {
			ps = append(ps, &problem.Problem{Code: problem.CodeUnused, Origin: c.named, Hint: hint, Path: "container_map > containers",
				Msg: fmt.Sprintf("this access makes an empty container %q", c.name)})
		}
	}
	return ps
}
