// Plan: from desired and snapshot to steps.

package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/engine/resolve"
	"github.com/dmap-dev/dmap/engine/state"
)

// The codes of problems found while planning.
const (
	CodeForeign      problem.Code = "foreign-object"
	CodeImageMissing problem.Code = "image-missing"
	CodeState        problem.Code = "wrong-state"
)

// Build decides what to do. d must have the specs that [Wants] names. The error is a
// [problem.Problems] with everything that stands in the way.
func Build(d *resolve.Desired, s *state.Snapshot, sel *Selection, req Request) (*Plan, error) {
	b := newBuilder(d, s, sel, req)
	b.decide()
	b.deadLinks()
	b.images()
	b.leftovers()
	b.cleanUp()
	b.takeDown()
	b.removeOrphans()
	b.buildUp()
	b.signals()
	b.notes()
	if req.Basis {
		b.plan.Basis = b.basis(sel)
	}
	if err := b.problems.Err(b.d.Source); err != nil {
		return nil, err
	}
	return b.plan, nil
}

// Wants tells what [Build] will need beyond the snapshot: the create requests of
// the selection and of what follows from recreating some of it, and the images
// that are not on the engine, so that their registries can be asked.
func Wants(d *resolve.Desired, s *state.Snapshot, sel *Selection, req Request) (specs, images []string) {
	if !req.Action.NeedsImages() {
		return nil, nil
	}
	b := newBuilder(d, s, sel, req)
	b.decide()
	for _, n := range b.order {
		// What update will make anew, and who follows, is known when all are compared.
		takesPart := b.part[n.Name] != "" || req.Action == Update && slices.Contains(sel.Followers, n.Name)
		if takesPart && req.Action.NeedsSpecs() {
			specs = append(specs, n.Name)
		}
	}
	needed := b.neededImages()
	for _, ref := range slices.Sorted(maps.Keys(needed)) {
		if s.Images[ref].ID == "" && req.Pull != PullNever {
			images = append(images, ref)
		}
	}
	return specs, images
}

// builder holds what is needed while one plan is made.
type builder struct {
	d        *resolve.Desired
	s        *state.Snapshot
	req      Request
	plan     *Plan
	problems problem.Problems

	order     []*resolve.Node // the selection first, then the others
	requested map[string]bool
	// part has the action by which each container that takes part is decided: the
	// requested one, or create for what only has to exist.
	part   map[string]Action
	users  map[string][]string        // who needs a container, by names in Docker
	owners map[string][]*resolve.Node // the instances that own a volume
	todo   map[string]todo
	steps  map[string]bool // ids
	pulls  []string
	// compared has the comparisons made so far, by the container's name.
	compared map[string]comparison
	freed    map[string][]string // what becomes free, with the stops that free it
}

// todo is what happens to one container.
type todo struct {
	stop, remove, create, start, signal bool
	why                                 string
	at                                  problem.Origin // where the cause stands; zero: where the container does

	update *docker.ContainerUpdate // in place
	change string                  // why that
}

func newBuilder(d *resolve.Desired, s *state.Snapshot, sel *Selection, req Request) *builder {
	b := &builder{
		d: d, s: s, req: req,
		plan: &Plan{ // in JSON lists, never null
			Schema: Schema, Map: d.Map, Action: req.Action,
			Targets: append([]string{}, sel.Requested...), Steps: []Step{},
		},
		requested: map[string]bool{},
		part:      map[string]Action{},
		users:     map[string][]string{},
		owners:    map[string][]*resolve.Node{},
		steps:     map[string]bool{},
		compared:  map[string]comparison{},
	}
	for _, name := range sel.Requested {
		b.requested[name] = true
	}
	for _, name := range sel.All {
		b.part[name] = req.Action
		b.order = append(b.order, d.Node(name))
	}
	for _, n := range d.Nodes {
		if b.part[n.Name] == "" {
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

// step adds a step. Steps that wait for nothing else wait for all pulls: nothing
// is touched before every image is there.
func (b *builder) step(st Step, needs []string, at problem.Origin, why ...string) {
	st.ID = id(st.Op, st.Target)
	for _, need := range needs {
		if b.steps[need] && !slices.Contains(st.Needs, need) {
			st.Needs = append(st.Needs, need)
		}
	}
	if len(st.Needs) == 0 && st.Op != PullImage {
		st.Needs = slices.Clone(b.pulls)
	}
	st.Why = []string{} // in JSON a list, never null
	for _, w := range why {
		if w != "" {
			st.Why = append(st.Why, w)
		}
	}
	if at != (problem.Origin{}) {
		st.Origin = &at
	}
	b.steps[st.ID] = true
	b.plan.Steps = append(b.plan.Steps, st)
}

func id(op Op, target string) string { return string(op) + " " + target }

func (b *builder) note(target string, at problem.Origin, format string, args ...any) {
	n := Note{Target: target, Text: fmt.Sprintf(format, args...)}
	if at != (problem.Origin{}) {
		n.Origin = &at
	}
	b.plan.Notes = append(b.plan.Notes, n)
}

func (b *builder) problem(code problem.Code, n *resolve.Node, hint, format string, args ...any) {
	b.problems = append(b.problems, &problem.Problem{
		Code: code, Origin: n.Origin, Msg: fmt.Sprintf(format, args...), Hint: hint,
	})
}

// images adds the pulls, and reports images that cannot be had.
func (b *builder) images() {
	needed := b.neededImages()
	for _, ref := range slices.Sorted(maps.Keys(needed)) {
		b.image(ref, needed[ref])
	}
}

// neededImages are the images of what is created, or pulled for, each with a
// container that asks for it.
func (b *builder) neededImages() map[string]*resolve.Node {
	needed := map[string]*resolve.Node{}
	for _, n := range b.order {
		always := b.pullPolicy() == PullAlways && b.req.Action.up()
		wanted := b.part[n.Name] != "" && (always || b.req.Action == Pull)
		if needed[n.Image] == nil && (b.todo[n.Name].create || wanted) {
			needed[n.Image] = n
		}
	}
	for _, v := range b.d.Volumes {
		n := b.preparedFor(v)
		if b.req.Action == Pull {
			n = b.preparable(v)
		}
		if n != nil && needed[b.d.CoreImage] == nil {
			needed[b.d.CoreImage] = n
		}
	}
	return needed
}

func (b *builder) image(ref string, n *resolve.Node) {
	found := b.s.Images[ref]
	if found.ID != "" && b.pullPolicy() != PullAlways || found.ID == ref {
		return // an id names one image for ever
	}
	if found.ID == "" {
		hint := b.imageHint(ref, n)
		switch {
		case b.req.Pull == PullNever:
			b.problem(CodeImageMissing, n, hint, "image %q of %s is not on the engine, and pulling is off", ref, n.Ref())
			return
		case found.Missing != nil:
			b.problem(CodeImageMissing, n, hint, "image %q of %s is neither on the engine nor to be had: %s", ref, n.Ref(), reason(found.Missing))
			return
		}
	}
	b.step(Step{Op: PullImage, Target: ref}, nil, n.At("Image"), "image of "+n.Ref())
	b.pulls = append(b.pulls, id(PullImage, ref))
}

// imageHint says how to come by an image that is missing. The tool images stand in no
// map, so who does not know of them cannot know what to correct.
func (b *builder) imageHint(ref string, n *resolve.Node) string {
	const make = "make it here (docker build, docker load), "
	switch {
	case n.Attached:
		return make + `name another one in base_image of the map, or write attached = "volume", which needs none`
	case ref == b.d.CoreImage:
		return make + "or name another one with a shell, chown and chmod in core_image of the map"
	}
	return make + "or correct its name"
}

// reason is the engine's own message of an error, in one line.
func reason(err error) string {
	text := err.Error()
	if e, ok := err.(*docker.Error); ok {
		text = e.Msg
	}
	return strings.Join(strings.Fields(text), " ")
}

// notes reports existing containers that differ from the map and stay as they are,
// and those that do not stay, with what they lose.
func (b *builder) notes() {
	if !b.req.Action.NeedsSpecs() {
		return
	}
	for _, n := range b.order {
		c, ok := b.container(n)
		if !ok || b.part[n.Name] == "" {
			continue
		}
		if b.todo[n.Name].remove {
			b.leftBehind(n, c)
			continue
		}
		if c.State == docker.StatePaused && !b.todo[n.Name].stop {
			b.note(n.Name, n.Origin, "is paused")
		}
		b.noteDifferences(n, c)
	}
	if b.req.Action.up() && b.req.Action != Create {
		for _, v := range b.d.Volumes {
			b.noteRecord(v)
		}
	}
}

// noteDifferences reports what of an existing container differs from the map and
// stays as it is.
func (b *builder) noteDifferences(n *resolve.Node, c state.Container) {
	diffs := b.differences(n, c).differences
	if b.part[n.Name] == Update {
		diffs = nil // the steps tell
		b.foreignLimits(n, c)
	}
	var parts []string
	for _, diff := range diffs {
		parts = append(parts, diff.text)
	}
	if len(parts) > 0 {
		b.note(n.Name, n.At(diffs[0].field), "differs from the map: %s", strings.Join(parts, ", "))
	}
	if b.otherImage(n, c) && !n.Attached && !slices.ContainsFunc(diffs, ofImage) {
		b.note(n.Name, n.At("Image"), "runs an older image: %s has changed since", n.Image)
	}
}
