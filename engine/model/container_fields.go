// Model: the table of container properties: how each is set, read and explained.

package model

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/dmap-dev/dmap/engine/problem"
)

// Field describes one property of a container or a map for help, completion and
// documentation.
type Field struct {
	Name string
	// Forms describes the accepted forms in a few words.
	Forms string
	// Doc is one line of text.
	Doc string
}

type containerField struct {
	Field
	set func(*Container, *converter, string, Input)
	get func(*Container) any
}

// containerFields is a function, not a variable, so that nobody can change it.
func containerFields() []containerField {
	return []containerField{
		{Field{"image", "string", "image to run; the container's name if not set"},
			func(c *Container, k *converter, p string, in Input) { c.Image = k.text(p, in) },
			func(c *Container) any { return textOrNone(c.Image) }},
		{Field{"instances", "string or list", "names of instances; each becomes a container of its own"},
			func(c *Container, k *converter, p string, in Input) { c.Instances = k.names(p, in, true) },
			func(c *Container) any { return texts(c.Instances) }},
		{Field{"shares", "string or list", "paths inside the container that become volumes"},
			func(c *Container, k *converter, p string, in Input) { c.Shares = k.names(p, in, false) },
			func(c *Container) any { return texts(c.Shares) }},
		{Field{"binds", bindForms + ", a list or a dict of these", "aliases of host paths to mount"},
			func(c *Container, k *converter, p string, in Input) { c.Binds = k.binds(p, in) },
			func(c *Container) any { return typed(c.Binds) }},
		{Field{"uses", useForms + ", a list or a dict of these", "containers or attached aliases whose volumes to mount"},
			func(c *Container, k *converter, p string, in Input) { c.Uses = k.uses(p, in) },
			func(c *Container) any { return typed(c.Uses) }},
		{Field{"links", linkForms + ", a list or a dict of these", "containers to connect to"},
			func(c *Container, k *converter, p string, in Input) { c.Links = k.links(p, in) },
			func(c *Container) any { return typed(c.Links) }},
		{Field{"attaches", "string or list", "aliases of volumes owned by this container, for others to use"},
			func(c *Container, k *converter, p string, in Input) { c.Attaches = k.names(p, in, false) },
			func(c *Container) any { return texts(c.Attaches) }},
		{Field{"user", `name, id, "user:group" or (user, group)`, "user of the process and owner of the attached volumes"},
			func(c *Container, k *converter, p string, in Input) { c.User = k.user(p, in) },
			func(c *Container) any { return textOrNone(c.User) }},
		{Field{"permissions", "mode as chmod takes it", "mode of the attached volumes"},
			func(c *Container, k *converter, p string, in Input) { c.Permissions = k.permissions(p, in) },
			func(c *Container) any { return textOrNone(c.Permissions) }},
		{Field{"create_options", "dict, or function returning one", "further options of the Engine API"},
			func(c *Container, k *converter, p string, in Input) { c.CreateOptions = k.options(p, in) },
			func(c *Container) any { return c.CreateOptions.value() }},
		{Field{"start_options", "dict, or function returning one", "further options; they win over create_options"},
			func(c *Container, k *converter, p string, in Input) { c.StartOptions = k.options(p, in) },
			func(c *Container) any { return c.StartOptions.value() }},
		{Field{"persistent", "bool", "started once only, never cleaned up; once it has ended, update leaves it alone"},
			func(c *Container, k *converter, p string, in Input) { c.Persistent = k.flag(p, in) },
			func(c *Container) any { return c.Persistent }},
	}
}

// ContainerFields lists the properties of a container, in the order in which they
// are shown.
func ContainerFields() []Field {
	var out []Field
	for _, f := range containerFields() {
		out = append(out, f.Field)
	}
	return out
}

func containerFieldNames() []string {
	var out []string
	for _, f := range containerFields() {
		out = append(out, f.Name)
	}
	return out
}

// Set converts in and sets one property by name, replacing what it held. Each
// value remembers its place in c.Origins. A value that cannot be converted is
// left out and reported, with paths that start at the property.
func (c *Container) Set(name string, in Input) problem.Problems {
	fields := containerFields()
	i := slices.IndexFunc(fields, func(f containerField) bool { return f.Name == name })
	if i < 0 {
		hint := cmp.Or(elsewhere(name), problem.DidYouMean(name, containerFieldNames()),
			fmt.Sprintf("options of Docker belong in create_options = {%q: …}", name))
		return unknownField("property", name, in.Origin, hint)
	}
	if c.Origins == nil {
		c.Origins = problem.Origins{}
	}
	c.Origins.Clear(name)
	k := &converter{set: c.Origins}
	fields[i].set(c, k, name, in)
	return k.problems
}

// Get returns one property by name as an Input that [Container.Set] takes back,
// with its places. ok is false for an unknown name.
func (c *Container) Get(name string) (in Input, ok bool) {
	for _, f := range containerFields() {
		if f.Name == name {
			in = Input{Value: f.get(c), Origin: c.Origins[name]}
			if list, isList := in.Value.(List); isList {
				for i := range list {
					list[i].Origin, _ = c.Origins.At(index(name, i))
				}
			}
			if _, isFunc := in.Value.(OptionFunc); isFunc {
				in.Text = c.optionText(name)
			}
			return in, true
		}
	}
	return Input{}, false
}

func (c *Container) optionText(name string) string {
	if name == "start_options" {
		return c.StartOptions.Text
	}
	return c.CreateOptions.Text
}

// Update sets every property of d (row 119: lists are replaced, not merged).
func (c *Container) Update(d Dict) problem.Problems {
	k := &converter{set: c.Origins}
	k.keyOnce("", d)
	ps := k.problems
	for _, e := range d {
		name, ok := e.Key.Value.(string)
		if !ok {
			ps.Add(problem.CodeWrongType, e.Key.Origin, "", "want the name of a property (string), got %s", e.Key)
			continue
		}
		e.Value.Origin = cmp.Or(e.Value.Origin, e.Key.Origin)
		found := c.Set(name, e.Value)
		for _, p := range found {
			if p.Code == problem.CodeUnknownKey {
				p.Origin = e.Key.Origin
			}
		}
		ps = append(ps, found...)
	}
	return ps
}

// Dict returns the properties that are set, in the order of [ContainerFields]:
// data that [Container.Update] takes back.
func (c *Container) Dict() Dict {
	var d Dict
	for _, f := range containerFields() {
		in, _ := c.Get(f.Name)
		if !isNone(in.Value) {
			d = append(d, Entry{Input{Value: f.Name}, in})
		}
	}
	return d
}

// Copy returns a deep copy. Only functions and option values, which are never changed,
// are shared.
func (c *Container) Copy() *Container {
	d := *c
	d.Instances = slices.Clone(c.Instances)
	d.Shares = slices.Clone(c.Shares)
	d.Binds = slices.Clone(c.Binds)
	d.Uses = slices.Clone(c.Uses)
	d.Links = slices.Clone(c.Links)
	d.Attaches = slices.Clone(c.Attaches)
	d.Origins = cloneOrigins(c.Origins)
	return &d
}

func cloneOrigins(o problem.Origins) problem.Origins {
	if o == nil {
		return nil
	}
	d := make(problem.Origins, len(o))
	for k, v := range o {
		d[k] = v
	}
	return d
}

// unknownField reports a name that is not a property.
func unknownField(kind, name string, at problem.Origin, hint string) problem.Problems {
	var ps problem.Problems
	ps.Add(problem.CodeUnknownKey, at, "", "unknown %s %q", kind, name).Hint = hint
	return ps
}

// value returns the options as an Input holds them.
func (o Options) value() any {
	switch {
	case o.Func != nil:
		return o.Func
	case o.Values != nil:
		return o.Values
	}
	return nil
}

// isNone reports whether a value means the same as leaving the property out.
func isNone(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case bool:
		return !v
	case List:
		return len(v) == 0
	case Dict:
		return len(v) == 0
	}
	return false
}

func textOrNone(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func texts(list []string) any {
	out := make(List, len(list))
	for i, s := range list {
		out[i] = Input{Value: s}
	}
	return out
}

func typed[T HostShare | Use | Link](list []T) any {
	out := make(List, len(list))
	for i, e := range list {
		out[i] = Input{Value: e}
	}
	return out
}

// Input returns the shortest form that means the same: "alias" or {alias: "ro"}.
func (h HostShare) Input() Input { return flagged(h.Volume, h.ReadOnly) }

// Input returns the shortest form that means the same: "name" or {name: "ro"}.
func (u Use) Input() Input { return flagged(u.Name, u.ReadOnly) }

// Input returns the shortest form that means the same: "name" or {name: alias}.
func (l Link) Input() Input {
	if l.Alias == "" {
		return Input{Value: l.Container}
	}
	return Input{Value: Dict{{Input{Value: l.Container}, Input{Value: l.Alias}}}}
}

func flagged(name string, readOnly bool) Input {
	if !readOnly {
		return Input{Value: name}
	}
	return Input{Value: Dict{{Input{Value: name}, Input{Value: "ro"}}}}
}
func fieldNames(fields []Field) []string {
	var out []string
	for _, f := range fields {
		out = append(out, f.Name)
	}
	return out
}
