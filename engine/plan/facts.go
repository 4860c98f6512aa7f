// Plan: the facts of an engine that decide a plan.

package plan

import (
	"maps"
	"slices"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/resolve"
	"github.com/dmap-dev/dmap/engine/snapshot"
)

// basis states the facts that the plan depends on: how each container stands that
// takes part or may have to, and those that they need; for actions that may create,
// their volumes and whoever owns these; and the images of what is created.
func (b *builder) basis(sel *selection) *Basis {
	containers, volumes := map[string]bool{}, map[string]bool{}
	for _, name := range slices.Concat(sel.all, sel.followers) {
		n := b.d.Node(name)
		containers[name] = true
		if b.act.along == withUsers {
			continue
		}
		for _, need := range n.Needs {
			containers[need.Name] = true
		}
		if b.act.creates {
			b.volumeBasis(n, containers, volumes)
		}
	}
	f := facts{b.plan, b.act, b.s, b.req.Targets}
	images := map[string]bool{}
	for ref := range b.neededImages() {
		images[ref] = true
	}
	for name := range containers {
		if n := b.d.Node(name); b.act.compares && n != nil { // it compares them
			images[n.Image] = true
		}
	}
	return &Basis{
		Engine:     b.s.Engine.ID,
		Asked:      slices.Clone(b.req.Targets),
		Containers: each(f.withFound(containers), f.container),
		Volumes:    each(volumes, f.volume),
		Images:     each(images, f.image),
	}
}

// volumeBasis adds the volumes that a container owns, with their records, and all
// containers that own them: whether they ran decides too.
func (b *builder) volumeBasis(n *resolve.Node, containers, volumes map[string]bool) {
	for _, name := range n.Owns {
		v := b.d.Volume(name)
		volumes[name] = true
		if v.Prepared() != "" {
			volumes[identity.Record(name)] = true
		}
		for _, owner := range b.owners[name] {
			containers[owner.Name] = true
		}
	}
}

// facts reads a snapshot for a plan.
type facts struct {
	plan  *Plan
	act   *action
	s     *snapshot.Snapshot
	asked []string // targets
}

// withFound adds the containers of the snapshot that decide although no part of the
// map is called so: leftovers of interrupted runs, orphans, and for cleanup all.
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
	if c.State == docker.StateRestarting {
		fact.State = docker.StateRunning
	}
	if c.Info != nil && f.act.fact != nil {
		f.act.fact(&fact, c)
	}
	return fact
}

func (f facts) volume(name string) VolumeFact {
	v, ok := f.s.Volumes[name]
	if !ok {
		return VolumeFact{Name: name, Absent: true}
	}
	mark := identity.Read(v.Labels)
	fact := VolumeFact{Name: name, Run: mark.Run, Foreign: !mark.IsOf(f.plan.Map)}
	if fact.Run == "" && !v.CreatedAt.IsZero() {
		fact.Created = v.CreatedAt.UTC().Format(timeForm)
	}
	return fact
}

func (f facts) image(ref string) ImageFact {
	id := f.s.Images[ref].ID
	return ImageFact{Name: ref, Absent: id == "", ID: id}
}

// each states one kind of fact for all names, in their order.
func each[F, V any](names map[string]V, fact func(string) F) []F {
	var list []F
	for _, name := range slices.Sorted(maps.Keys(names)) {
		list = append(list, fact(name))
	}
	return list
}
