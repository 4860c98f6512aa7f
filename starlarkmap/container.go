// Program text to model: the value of container() and m.containers.x.

package starlarkmap

import (
	"fmt"
	"slices"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/starlarkmap/internal/sandbox"
)

// container is a live container configuration: reading and assigning its
// attributes reads and sets the model.
type container struct {
	ev    *evaluation
	model *model.Container
	// owner is the map it belongs to, or nil; name is its name there.
	owner *containerMap
	name  string
	// pending: it was created by access, and nothing was assigned yet.
	pending bool
	// named is where it was first accessed by name; read is where a property was first
	// read while pending.
	named, read problem.Origin
	// replaced is where another container replaced it.
	replaced problem.Origin
	frozen   bool
	// accessed: it was created by access alone (row 7).
	accessed bool
	// listed: it has its place in the order of the map.
	listed bool
	place  int
	// gone: another container replaced it, and it is still in the order.
	gone bool
}

func (ev *evaluation) newContainer(at problem.Origin) *container {
	return &container{ev: ev, model: &model.Container{Origin: at, Origins: problem.Origins{}}}
}

// String is shallow: containers can refer to each other in circles.
func (c *container) String() string {
	name := c.name
	if c.owner != nil {
		name = c.owner.model.FullName(name)
	}
	if name == "" {
		return fmt.Sprintf("<container (%s)>", c.model.Origin)
	}
	return fmt.Sprintf("<container %s (%s)>", sandbox.ClipMessage(name), c.model.Origin)
}

func (c *container) Type() string         { return "container" }
func (c *container) Truth() starlark.Bool { return true }
func (c *container) Freeze()              { c.frozen = true }
func (c *container) Hash() (uint32, error) {
	return 0, problem.New(problem.CodeRuntime, "use its name", "unhashable type: container")
}

func (c *container) AttrNames() []string {
	names := []string{"name"}
	for _, f := range model.ContainerFields() {
		names = append(names, f.Name)
	}
	slices.Sort(names)
	return names
}

func (c *container) Attr(name string) (starlark.Value, error) {
	in, ok := c.model.Get(name)
	if !ok && name != "name" {
		return nil, nil
	}
	c.noteRead()
	switch {
	case name == "name" && c.name == "":
		return starlark.None, nil
	case name == "name":
		return starlark.String(c.name), nil
	case isOptions(name):
		return c.options(name, in), nil
	}
	if _, isList := in.Value.(model.List); isList {
		return &listView{c: c, property: name}, nil
	}
	return valueOf(in), nil
}

func isOptions(property string) bool {
	return property == "create_options" || property == "start_options"
}

// noteRead remembers that a property was read before anything was assigned. It is an
// error if nothing is assigned later either: a typo must not create a container (row
// 7).
func (c *container) noteRead() {
	if !c.pending || c.frozen || c.read != (problem.Origin{}) || c.ev.probing() {
		return
	}
	c.read = c.ev.here().At
}

// onlyRead returns the problem of a container that was read but never defined.
func (c *container) onlyRead() *problem.Problem {
	return &problem.Problem{Code: problem.CodeUnknownName, Origin: c.named, Path: "container_map > containers",
		Msg:     fmt.Sprintf("map %q has no container %q", c.owner.model.Name, c.name),
		Hint:    problem.DidYouMean(c.name, c.owner.containers().names()),
		Related: []problem.Related{{Origin: c.read, Msg: "read"}},
	}
}

// SetField sets a property (row 5).
func (c *container) SetField(name string, v starlark.Value) error {
	if err := c.writable(); err != nil {
		return err
	}
	if name == "name" {
		return problem.New(problem.CodeUsage, `a container gets its name where it is put in a map: m.containers["name"] = …`, "the name of a container cannot be set")
	}
	e, at := c.ev.here().Target()
	c.assign(name, v, e, at)
	return nil
}

// assign converts and sets a property; at is where its name was written.
func (c *container) assign(name string, v starlark.Value, e syntax.Expr, at problem.Origin) {
	r := c.ev.reader(c.ev.here())
	in := r.read(v, e, at, name)
	in.Origin = at
	c.set(name, in, r)
}

// set is the only way in which a property changes.
func (c *container) set(name string, in model.Input, r *reader) {
	c.commit()
	ps := r.problemsUnder(name)
	if !r.full() {
		ps = append(ps, c.model.Set(name, in)...)
	}
	c.ev.note(ps, c, nil)
}

// commit makes a pending container part of its map.
func (c *container) commit() {
	if !c.pending {
		return
	}
	c.pending = false
	c.owner.put(c)
}

// writable returns why the container cannot be changed, or nil.
func (c *container) writable() error {
	switch {
	case c.frozen:
		return c.ev.frozenError(fmt.Sprintf("container %q", c.name))
	case c.replaced != (problem.Origin{}):
		return problem.New(problem.CodeFrozen, "take it from the map again", "container %q was replaced at %s", c.name, c.replaced)
	}
	return nil
}

// options returns create_options or start_options: a live view of the values, or
// the function.
func (c *container) options(name string, in model.Input) starlark.Value {
	if fn, ok := in.Value.(model.OptionFunc); ok {
		return &optionFuncValue{fn: fn, text: in.Text}
	}
	values := func() model.Dict {
		in, _ := c.model.Get(name)
		d, _ := in.Value.(model.Dict)
		return d
	}
	return &mapping{
		kind: name,
		ev:   c.ev,
		names: func() (names []string) {
			for _, e := range values() {
				names = append(names, e.Key.Value.(string))
			}
			return names
		},
		find: func(key string) (starlark.Value, bool) {
			in, ok := values().Get(key)
			if !ok {
				return nil, false
			}
			v := valueOf(in)
			v.Freeze() // it is a copy: changing it would have no effect
			return v, true
		},
		set: func(key string, v starlark.Value, e syntax.Expr, at problem.Origin) error {
			return c.setOption(name, values(), key, v, e, at)
		},
		freeze: c.Freeze,
	}
}

func (c *container) setOption(property string, d model.Dict, key string, v starlark.Value, e syntax.Expr, at problem.Origin) error {
	if err := c.writable(); err != nil {
		return err
	}
	r := c.ev.reader(c.ev.here())
	entry := model.Entry{Key: model.Input{Value: key, Origin: at}, Value: r.read(v, e, at, key)}
	d = slices.Clone(d) // the model, and copies of this container, hold the old one
	i := slices.IndexFunc(d, func(e model.Entry) bool { return e.Key.Value == key })
	if i < 0 {
		d = append(d, entry)
	} else {
		d[i] = entry
	}
	before, _ := c.model.Get(property)
	if before.Origin == (problem.Origin{}) {
		before.Origin = at
	}
	c.set(property, model.Input{Value: d, Origin: before.Origin}, r)
	return nil
}

// copy returns a separate container with the same properties.
func (c *container) copy() *container {
	return &container{ev: c.ev, model: c.model.Copy()}
}
