// Plan: the one question, and its answer: a plan, or what must be known before there can be one.

package plan

import (
	"maps"
	"slices"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/field"
	"github.com/dmap-dev/dmap/engine/resolve"
	"github.com/dmap-dev/dmap/engine/snapshot"
)

// Missing is what must be known before a decision can be made.
type Missing struct {
	snapshot.Query
	// Specs are the names of the containers whose create requests are missing, and
	// Keywords the options of the call: see [resolve.Desired.Specify].
	Specs    []string
	Keywords resolve.Keywords
}

// Empty reports whether nothing is missing.
func (m Missing) Empty() bool { return m.Query.Empty() && len(m.Specs) == 0 }

// Make decides what a request means: what d asks for, against what is known of the
// engine. As long as something is missing that the plan depends on, there is no plan:
// find it out, add it to d and s, and ask again. Each answer can lead to other questions,
// never to the same ones.
//
// The error is a [RequestError] if the request names something wrong, or could only be
// ignored, and a [problem.Problems] with everything that stands in the way.
func Make(d *resolve.Desired, s *snapshot.Snapshot, req Request) (*Plan, Missing, error) {
	sel, err := choose(d, req)
	if err != nil {
		return nil, Missing{}, err
	}
	if missing := (Missing{Query: firstLook(d, s, sel, req)}); !missing.Empty() {
		return nil, missing, nil
	}
	b := newBuilder(d, s, sel, req)
	b.decide()
	if missing, err := b.missing(sel); err != nil || !missing.Empty() {
		return nil, missing, err
	}
	p, err := b.build(sel)
	return p, Missing{}, err
}

// firstLook asks for what every decision depends on.
func firstLook(d *resolve.Desired, s *snapshot.Snapshot, sel *selection, req Request) snapshot.Query {
	q := snapshot.Query{Engine: req.Basis && s.Engine == nil}
	if !listed(s) {
		q.Map = d.Map
	}
	act, _ := actionOf(req.Action)
	concerned := slices.Concat(sel.all, sel.followers)
	if act.needsImages() {
		images := []string{d.CoreImage}
		for _, name := range concerned {
			images = append(images, d.Node(name).Image)
		}
		q.Images = s.Unknown(images)
	}
	if act.inspects != nil {
		q.Inspect = s.Uninspected(slices.DeleteFunc(concerned, func(name string) bool { return !act.inspects(s.Containers[name], req) }))
	}
	return q
}

// missing asks for what follows from the decisions so far: the create requests of what
// takes part, the registries of images that are not on the engine, then the engine's API
// version and the inspections for which the create requests are the cause.
func (b *builder) missing(sel *selection) (Missing, error) {
	if !b.act.needsImages() {
		return Missing{}, nil
	}
	var names []string
	for _, n := range b.order {
		// What update will make anew, and who follows, is known when all are compared.
		takesPart := b.part[n.Name] != nil || b.act.compares && slices.Contains(sel.followers, n.Name)
		if takesPart && b.act.specs {
			names = append(names, n.Name)
		}
	}
	missing := Missing{Keywords: resolve.Keywords{Options: b.req.Options, For: sel.requested}}
	missing.Specs = slices.DeleteFunc(slices.Clone(names), func(name string) bool { return b.d.Node(name).Digests != nil })
	for _, ref := range slices.Sorted(maps.Keys(b.neededImages())) {
		if found := b.s.Images[ref]; found.ID == "" && !found.Asked && b.req.Pull != PullNever {
			missing.Registries = append(missing.Registries, ref)
		}
	}
	if !missing.Empty() {
		return missing, nil
	}
	if b.d.CheckAPI(names, field.Oldest) != nil {
		if missing.Engine = b.s.Engine == nil; !missing.Engine {
			if err := b.d.CheckAPI(names, b.s.Engine.APIVersion); err != nil {
				return Missing{}, err
			}
		}
	}
	inspect := b.inspections(names)
	if b.act.starts {
		inspect = append(inspect, beginnings(b, names)...)
	}
	stopped, networks := revivals(b, names)
	missing.Inspect, missing.Networks = unique(b.s.Uninspected(append(inspect, stopped...))), networks
	return missing, nil
}

// inspections are those of the named containers that must be inspected before they can be
// compared: for update all; for other actions those of which only the engine shows what
// they were made with, and those of which a limit has changed since, which may have been
// changed in place, or was.
func (b *builder) inspections(names []string) []string {
	names = slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		n := b.d.Node(name)
		c, ok := b.s.Containers[name]
		return !ok || !b.act.compares && !madeWith(n, c).untold() && len(setInPlace(b.s, b.d.Map, n.Name)) == 0 && !slices.ContainsFunc(madeOtherwise(n, c, b.s), func(diff difference) bool {
			return docker.Updatable(diff.field) || diff.field == volumesFrom
		})
	})
	if b.act.compares && b.req.RemoveOrphans {
		names = append(names, orphans(b.d, b.s)...) // whose ports become free
	}
	return names
}

// unique leaves out what was there before.
func unique(names []string) []string {
	var out []string
	for _, name := range names {
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// build turns the decisions into a plan. The error is a [problem.Problems] with
// everything that stands in the way.
func (b *builder) build(sel *selection) (*Plan, error) {
	b.deadLinks()
	missingPartners(b)
	b.images()
	b.leftovers()
	b.takeDown()
	if b.act.steps != nil {
		b.act.steps(b)
	}
	b.removeOrphans()
	portsTaken(b)
	b.buildUp()
	neededNames(b)
	b.others()
	b.notes()
	if b.req.Basis {
		b.plan.Basis = b.basis(sel)
	}
	if err := b.problems.Err(b.d.Source); err != nil {
		return nil, err
	}
	if b.broken != nil {
		return nil, b.broken
	}
	return b.plan, nil
}

func newBuilder(d *resolve.Desired, s *snapshot.Snapshot, sel *selection, req Request) *builder {
	b := &builder{
		d: d, s: s, req: req, rows: map[Action]*action{}, kinds: resources(),
		plan: &Plan{ // in JSON lists, never null
			Schema: Schema, Map: d.Map, Action: req.Action,
			Targets: append([]string{}, sel.requested...), Steps: []Step{},
		},
		requested: map[string]bool{},
		part:      map[string]*action{},
		users:     map[string][]string{},
		owners:    map[string][]*resolve.Node{},
		steps:     map[string]bool{},
		compared:  map[string]comparison{},
	}
	for _, row := range actions() {
		b.rows[row.name] = row
	}
	b.act = b.rows[req.Action]
	for _, name := range sel.requested {
		b.requested[name] = true
	}
	for _, name := range sel.all {
		b.part[name] = b.act
		b.order = append(b.order, d.Node(name))
	}
	for _, n := range d.Nodes {
		if b.part[n.Name] == nil {
			b.order = append(b.order, n)
		}
		for _, need := range n.Needs {
			b.users[need.Name] = append(b.users[need.Name], n.Name)
		}
		for _, v := range n.Owns {
			if !n.Attached {
				b.owners[v] = append(b.owners[v], n)
			}
		}
	}
	return b
}
