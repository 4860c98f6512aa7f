// Plan: the state of making one plan.

package plan

import (
	"errors"
	"fmt"
	"slices"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/engine/resolve"
	"github.com/dmap-dev/dmap/engine/snapshot"
)

// The codes of problems found while planning.
const (
	CodeForeign      problem.Code = "foreign-object"
	CodeImageMissing problem.Code = "image-missing"
	CodeState        problem.Code = "wrong-state"
)

// AreOfState reports whether all problems are about the present state of the engine:
// once that has changed, the same request may be fine.
func AreOfState(problems problem.Problems) bool {
	return !slices.ContainsFunc(problems, func(p *problem.Problem) bool {
		return p.Code != CodeForeign && p.Code != CodeImageMissing && p.Code != CodeState
	})
}

// builder holds the state of making one plan.
type builder struct {
	d        *resolve.Desired
	s        *snapshot.Snapshot
	req      Request
	rows     map[Action]*action
	act      *action    // the action of the request
	kinds    []resource // the kinds of things that containers need beside other containers
	plan     *Plan
	problems problem.Problems

	order     []*resolve.Node // the selection first, then the others
	requested map[string]bool
	// part has, for each container that takes part, the action by which it is decided:
	// the requested one, or create for what only has to exist.
	part   map[string]*action
	users  map[string][]string        // who needs a container; both named as in Docker
	owners map[string][]*resolve.Node // the instances that own a volume
	todo   todos
	steps  map[string]bool // ids
	broken error           // mistakes of the planner itself
	pulls  []string
	// makes and prepares are the volumes that the plan creates and prepares.
	makes, prepares map[string]bool
	// compared holds the comparisons made so far, by the container's name.
	compared map[string]comparison
	freed    map[string][]string // the ports and addresses that become free, with the stops that free them
}

// resource is a row of the table of kinds. The planner knows none of them by name: it
// asks every row what is created before a container, what decides, and what is in the
// way.
type resource struct {
	// listed reports whether the snapshot holds those of the map.
	listed func(*snapshot.Snapshot) bool
	facts  factList

	// decide finds out which ones the plan creates; nil: create finds out by itself.
	decide func(*builder)
	// create adds steps that create what n needs, before the steps of n. needs returns
	// those of them that the creation of n waits for.
	create func(b *builder, n *resolve.Node)
	needs  func(b *builder, n *resolve.Node) []string
	// foreign reports whether one is in the way that was not made for n, and adds that
	// as a problem.
	foreign func(b *builder, n *resolve.Node) bool
	// concern adds the names of those that the decision about n depends on, and of
	// containers whose state also decides.
	concern func(b *builder, n *resolve.Node, names, containers map[string]bool)
}

// facts reads a snapshot on behalf of a plan.
type facts struct {
	plan  *Plan
	act   *action
	s     *snapshot.Snapshot
	asked []string // targets
}

// factList is all the facts of one kind in a basis.
type factList interface {
	// state puts the facts about the named things into a basis.
	state(f facts, into *Basis, names map[string]bool)
	names(*Basis) []string
	changes(f facts, of *Basis) []Change
}

// todo is what happens to one container.
type todo struct {
	stop, remove, create, start bool
	why                         string
	at                          problem.Origin // where the cause stands; zero means where the container does

	update *inPlace
	change string // why that
	other  *Step  // of a kind that only its action has; it waits for nothing
}

// cause returns where the map holds the cause of what happens to a container.
func (t todo) cause(n *resolve.Node) problem.Origin {
	if t.at == (problem.Origin{}) {
		return n.Origin
	}
	return t.at
}

// inPlace changes a container while it exists.
type inPlace struct {
	docker.ContainerUpdate
	fields []string // that it changes
}

// todos are what happens to each container, by name.
type todos map[string]todo

// stops, and so on, return the steps of one kind of those of the named containers that
// have one.
func (t todos) stops(names ...string) []string {
	return t.steps(StopContainer, names, func(t todo) bool { return t.stop })
}

func (t todos) removals(names ...string) []string {
	return t.steps(RemoveContainer, names, func(t todo) bool { return t.remove })
}

func (t todos) creations(names ...string) []string {
	return t.steps(CreateContainer, names, func(t todo) bool { return t.create })
}

func (t todos) updates(names ...string) []string {
	return t.steps(UpdateContainer, names, func(t todo) bool { return t.update != nil })
}

func (t todos) starts(names ...string) []string {
	return t.steps(StartContainer, names, func(t todo) bool { return t.start })
}

func (t todos) steps(op Op, names []string, has func(todo) bool) []string {
	var ids []string
	for _, name := range names {
		if has(t[name]) {
			ids = append(ids, id(op, name))
		}
	}
	return ids
}

// step adds a step. The steps that it needs must be in the plan already; whoever calls
// step knows which they are. If one were missing, the step would begin too early, so
// that is an error of the planner. Steps that wait for nothing else wait for all pulls:
// nothing is touched before every image is there.
func (b *builder) step(st Step, needs []string, at problem.Origin, why ...string) {
	st.ID = id(st.Op, st.Target)
	if c := b.s.Containers[st.Target]; st.ContainerID != "" && c.Renamed(st.Target) {
		st.Called = c.Name
	}
	if st.Op == RemoveContainer {
		st.Forget = limitRecords(b.s, b.d.Map, st.Target)
	}
	for _, need := range needs {
		if !b.steps[need] {
			b.broken = errors.Join(b.broken, fmt.Errorf("internal error: step %q needs %q, which is not in the plan yet", st.ID, need))
		}
		if !slices.Contains(st.Needs, need) {
			st.Needs = append(st.Needs, need)
		}
	}
	if len(st.Needs) == 0 {
		st.Needs = slices.Clone(b.pulls)
	}
	st.Why = []string{} // a list in JSON, never null
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
