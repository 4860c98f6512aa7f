// Resolve: names and dependencies of everything in a map.

package resolve

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/dmap-dev/dmap/engine/internal/dag"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/problem"
)

// Map returns what Docker must hold for a valid map, without create requests. Call
// m.Validate first: a name that refers to nothing is left out here. The error is a
// [problem.Problems]: a cycle, which options can close too by naming containers of the
// map, or a nil map or container.
func Map(m *model.ContainerMap) (*Desired, error) {
	if m == nil {
		return nil, noMap()
	}
	if i := slices.Index(m.Containers, nil); i >= 0 {
		return nil, problem.Problems{{
			Code:   problem.CodeWrongValue,
			Origin: m.Origin,
			Path:   fmt.Sprintf("container_map > containers[%d]", i),
			Msg:    "there is no container at this place",
		}}.Err(m.Source)
	}
	d := &Desired{
		Map:       m.Name,
		Mode:      m.Attached,
		CoreImage: toolImage(cmp.Or(m.CoreImage, model.DefaultCoreImage)),
		nodes:     map[string]*Node{},
		Resources: Resources{volumes: map[string]*Volume{}},
		Source:    m.Source,
	}
	if d.Mode == "" {
		d.Mode = model.AttachedContainer
	}
	r := &resolver{m: m, index: m.Index(), d: d}
	var names []string
	for _, c := range m.Containers {
		names = append(names, r.configuration(c)...)
	}
	order, cycle := dag.Order(names, func(name string) []string {
		var needs []string
		for _, n := range d.nodes[name].Needs {
			needs = append(needs, n.Name)
		}
		return needs
	})
	if cycle != nil {
		return nil, d.cycle(cycle)
	}
	for _, name := range order {
		d.Nodes = append(d.Nodes, d.nodes[name])
	}
	return d, nil
}

func noMap() error {
	return problem.Problems{{Code: problem.CodeWrongValue, Path: "container_map", Msg: "there is no map"}}
}

// cycle returns the error that names the containers that need one another, and where
// the map says so.
func (d *Desired) cycle(way []string) error {
	p := &problem.Problem{
		Code: problem.CodeCycle,
		Path: d.nodes[way[0]].path(),
		Msg:  "containers need one another: " + strings.Join(way, " → "),
		Hint: "leave out one of these",
	}
	for i, name := range way[1:] {
		n := d.nodes[way[i]]
		need := n.Needs[slices.IndexFunc(n.Needs, func(need Need) bool { return need.Name == name })]
		if i == 0 {
			p.Origin = need.Origin
		}
		if need.Origin != (problem.Origin{}) {
			p.Related = append(p.Related, problem.Related{Origin: need.Origin, Msg: n.Ref() + " " + string(need.Why) + " " + need.Ref})
		}
	}
	return problem.Problems{p}.Err(d.Source)
}

// resolver holds the state while one map is resolved.
type resolver struct {
	m     *model.ContainerMap
	index *model.Index
	d     *Desired
}

// configuration adds the instances of one configuration, and what they need beside
// other containers, and returns the names of the instances.
func (r *resolver) configuration(c *model.Container) []string {
	d := draft{needs: r.needs(c)}
	for _, add := range kinds() {
		add(r, c, &d)
	}
	d.needs, d.uses = r.byOptions(c, d.needs, d.uses)
	var names []string
	for _, ref := range c.Refs() {
		n := &Node{
			Name:       r.m.FullName(ref.Name()),
			Config:     c.Name,
			Instance:   ref.Instance,
			Persistent: c.Persistent,
			Image:      image(r.m, cmp.Or(c.Image, c.Name)),
			Needs:      d.needs,
			Owns:       d.owns,
			Uses:       d.uses,
			Origin:     c.Origin,
			config:     c,
		}
		r.d.nodes[n.Name] = n
		names = append(names, n.Name)
	}
	return names
}

// needs returns the containers that uses and links refer to (rows 59, 60, 70).
func (r *resolver) needs(c *model.Container) []Need {
	var needs []Need
	for i, u := range c.Uses {
		at := c.At(fmt.Sprintf("uses[%d]", i))
		alias, targets, _ := r.index.UseTargets(u)
		for _, t := range targets {
			needs = append(needs, Need{r.m.FullName(t.Name()), Uses, u.Name, at})
		}
		if alias != "" && r.d.Mode == model.AttachedContainer {
			needs = append(needs, Need{r.m.FullName(alias), Uses, u.Name, at})
		}
	}
	for i, l := range c.Links {
		if t, ok := r.index.LinkTarget(l); ok {
			needs = append(needs, Need{r.m.FullName(t.Name()), Links, l.Container, c.At(fmt.Sprintf("links[%d]", i))})
		}
	}
	return needs
}

// processUser returns the user part of "user:group" (rows 85, 86).
func processUser(user string) string {
	name, _, _ := strings.Cut(user, ":")
	return name
}
