// Resolve: names and dependencies of everything in a map.

package resolve

import (
	"fmt"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/internal/dag"
	"github.com/dmap-dev/dmap/engine/model"
)

// Map returns what Docker must hold of a valid map, without create requests.
// Call m.Validate first: a name that leads nowhere is left out here, and only a
// cycle is an error.
func Map(m *model.ContainerMap) (*Desired, error) {
	d := &Desired{
		Map:       m.Name,
		Mode:      m.Attached,
		CoreImage: toolImage(or(m.CoreImage, model.DefaultCoreImage)),
		nodes:     map[string]*Node{},
		volumes:   map[string]*Volume{},
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
		return nil, fmt.Errorf("dependency cycle: %s", strings.Join(cycle, " → "))
	}
	for _, name := range order {
		d.Nodes = append(d.Nodes, d.nodes[name])
	}
	return d, nil
}

// resolver holds what is needed while one map is resolved.
type resolver struct {
	m     *model.ContainerMap
	index *model.Index
	d     *Desired
}

// full returns a name of the map as Docker knows it (rows 9, 33, 79).
func (r *resolver) full(name string) string { return r.m.Name + "." + name }

// configuration adds the volumes, volume containers and instances of one
// configuration and returns the names of its instances.
func (r *resolver) configuration(c *model.Container) []string {
	needs := r.needs(c)
	var owns []string
	for i, alias := range c.Attaches {
		v := r.volume(c, alias, fmt.Sprintf("attaches[%d]", i))
		owns = append(owns, v.Name)
		if v.Holder != "" {
			r.d.nodes[v.Holder] = r.holder(v, c)
			needs = append(needs, Need{v.Holder, Attaches, alias})
		}
	}
	var names []string
	for _, ref := range c.Refs() {
		n := &Node{
			Name:       r.full(ref.Name()),
			Config:     c.Name,
			Instance:   ref.Instance,
			Persistent: c.Persistent,
			Image:      image(r.m, or(c.Image, c.Name)),
			Needs:      needs,
			Owns:       owns,
			Uses:       r.usedVolumes(c),
			Origin:     c.Origin,
			config:     c,
		}
		r.d.nodes[n.Name] = n
		names = append(names, n.Name)
	}
	return names
}

// needs returns the containers that uses and links lead to (rows 59, 60, 70).
func (r *resolver) needs(c *model.Container) []Need {
	var needs []Need
	for _, u := range c.Uses {
		alias, targets, _ := r.index.UseTargets(u)
		for _, t := range targets {
			needs = append(needs, Need{r.full(t.Name()), Uses, u.Name})
		}
		if alias != "" && r.d.Mode == model.AttachedContainer {
			needs = append(needs, Need{r.full(alias), Uses, u.Name})
		}
	}
	for _, l := range c.Links {
		if t, ok := r.index.LinkTarget(l); ok {
			needs = append(needs, Need{r.full(t.Name()), Links, l.Container})
		}
	}
	return needs
}

func (r *resolver) usedVolumes(c *model.Container) []string {
	var names []string
	for _, u := range c.Uses {
		if alias, _, _ := r.index.UseTargets(u); alias != "" {
			names = append(names, r.full(alias))
		}
	}
	return names
}

// volume adds an attached volume with what its owner says about it (row 90).
func (r *resolver) volume(c *model.Container, alias, at string) *Volume {
	path, _ := r.index.VolumePath(alias)
	v := &Volume{
		Name:   r.full(alias),
		Alias:  alias,
		Path:   path,
		Owner:  c.Name,
		Chown:  chown(c.User),
		Chmod:  c.Permissions,
		Origin: c.At(at),
	}
	if r.d.Mode == model.AttachedContainer {
		v.Holder = v.Name
	}
	r.d.volumes[v.Name] = v
	r.d.Volumes = append(r.d.Volumes, v)
	return v
}

// holder is the container that holds an attached volume (rows 81, 130). It needs
// no network, and runs as the owner's user where that is a number: a user name
// would have to be known to the base image.
func (r *resolver) holder(v *Volume, c *model.Container) *Node {
	n := &Node{
		Name:     v.Holder,
		Config:   v.Alias,
		Attached: true,
		Image:    toolImage(or(r.m.BaseImage, model.DefaultBaseImage)),
		Owns:     []string{v.Name},
		Origin:   v.Origin,
	}
	n.Spec = &docker.ContainerSpec{
		ContainerConfig: docker.ContainerConfig{
			Image:   n.Image,
			Volumes: map[string]struct{}{v.Path: {}},
		},
		HostConfig: docker.HostConfig{
			Binds:       []string{v.Name + ":" + v.Path},
			NetworkMode: "none",
		},
	}
	if user := processUser(c.User); isNumber(user) {
		n.Spec.User = user
	}
	return n
}

// processUser is the user part of "user:group" (rows 85, 86).
func processUser(user string) string {
	name, _, _ := strings.Cut(user, ":")
	return name
}

// chown returns what chown gets: "u" means "u:u" (row 86).
func chown(user string) string {
	if user == "" || strings.Contains(user, ":") {
		return user
	}
	return user + ":" + user
}

func isNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
