// Plan: the facts about an engine that decide a plan.

package plan

import (
	"slices"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/identity"
)

// basis states the facts that the plan depends on: the state of each container that
// takes part or may have to, and of those that these need; for actions that may create,
// what these need beside containers; and the images of what is created.
func (b *builder) basis(sel *selection) *Basis {
	containers := map[string]bool{}
	names := make([]map[string]bool, len(b.kinds)) // of each kind
	for i := range names {
		names[i] = map[string]bool{}
	}
	for _, name := range slices.Concat(sel.all, sel.followers) {
		n := b.d.Node(name)
		containers[name] = true
		if b.act.along == withUsers {
			continue
		}
		for _, need := range n.Needs {
			containers[need.Name] = true
		}
		for i, r := range b.kinds {
			if b.act.creates {
				r.concern(b, n, names[i], containers)
			}
		}
	}
	f := facts{b.plan, b.act, b.s, b.req.Targets}
	images := map[string]bool{}
	for ref := range b.neededImages() {
		images[ref] = true
	}
	for name := range containers {
		if n := b.d.Node(name); b.act.compares && n != nil { // update compares them
			images[n.Image] = true
		}
	}
	basis := &Basis{
		Engine:     b.s.Engine.ID,
		Asked:      slices.Clone(b.req.Targets),
		Containers: each(f.withFound(containers), f.container),
		Images:     each(images, f.image),
	}
	for i, r := range b.kinds {
		r.facts.state(f, basis, names[i])
	}
	return basis
}

// withFound adds the containers of the snapshot that matter although no part of the map
// has their name: leftovers of interrupted runs, orphans, and for cleanup all of them.
func (f facts) withFound(names map[string]bool) map[string]bool {
	for name, c := range f.s.Containers {
		mark := identity.Read(c.Labels)
		leftover := f.act.tidies && mark.IsHelper(f.plan.Map)
		orphan := f.act.orphans && len(f.asked) == 0 && mark.IsOf(f.plan.Map)
		if f.act.all || leftover || orphan {
			names[name] = true
		}
	}
	return names
}

func (f facts) container(name string) ContainerFact {
	c, ok := f.s.Containers[name]
	if !ok {
		return ContainerFact{Name: name, Absent: true}
	}
	fact := ContainerFact{Name: name, ID: c.ID, State: c.State, Foreign: !identity.Read(c.Labels).IsOf(f.plan.Map)}
	if c.Renamed(name) {
		fact.Called = c.Name
	}
	if c.State == docker.StateRestarting {
		fact.State = docker.StateRunning
	}
	if c.Info != nil && f.act.fact != nil {
		f.act.fact(&fact, c)
	}
	return fact
}

func (f facts) image(ref string) ImageFact {
	id := f.s.Images[ref].ID
	return ImageFact{Name: ref, Absent: id == "", ID: id}
}
