// Model: the resource containers.

package model

import (
	"cmp"

	"github.com/dmap-dev/dmap/engine/problem"
)

// containerTable describes containers as entries of a map. Their names and values are
// checked by the validator, because a container's name can also clash with other things
// in Docker.
func containerTable() table[*Container] {
	return table[*Container]{
		Field: Field{"containers", "dict: name to container(…) or dict", "the container configurations"},
		of:    "container name",
		list:  func(m *ContainerMap) *[]*Container { return &m.Containers },
		name: func(c *Container) (string, bool) {
			if c == nil {
				return "", false
			}
			return c.Name, true
		},
		value: func(_ *ContainerMap, _ string, c *Container) Input {
			props := c.Dict()
			if props == nil {
				props = Dict{}
			}
			return Input{Value: props, Origin: c.Origin}
		},
		clone: (*Container).Copy,
		put:   putContainer,
		join: func(c, other *Container, listsOnly bool) problem.Problems {
			return c.Merge(other, listsOnly).Under("containers > " + c.Name)
		},
	}
}

// putContainer defines or updates the container called name.
func putContainer(o *opened[*Container], k *converter, name string, at problem.Origin, in Input) {
	path := "containers > " + name
	var c *Container
	if i := o.index.find(name); i >= 0 {
		c = o.m.Containers[i]
	}
	switch v := in.Value.(type) {
	case *Container:
		if v != nil {
			giveContainer(o, name, c, v)
			return
		}
	case nil, Dict:
	default:
		k.problems.Add(problem.CodeWrongType, cmp.Or(in.Origin, at), path, "want container(…) or a dict, got %s", in)
		return
	}
	if c == nil {
		c = &Container{Name: name, Origin: at, Origins: problem.Origins{}}
		o.m.Containers = append(o.m.Containers, c)
	}
	d, _ := in.Value.(Dict)
	k.problems = append(k.problems, c.Update(d).Under(path)...)
}

// giveContainer makes given the container called name, replacing c unless c is nil. A
// container that the map already has under another name is copied: assigning one
// container to two names must not make a change of the one show in the other.
func giveContainer(o *opened[*Container], name string, c, given *Container) {
	switch {
	case c == given:
		return
	case c != nil:
		*c = *given.Copy()
		c.Name = name
		return
	}
	if i := o.index.find(given.Name); i >= 0 && o.m.Containers[i] == given { // it keeps its name there
		given = given.Copy()
	}
	given.Name = name
	o.m.Containers = append(o.m.Containers, given)
}
