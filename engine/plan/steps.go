// Plan: the steps that carry the decisions out, in their order.

package plan

import (
	"fmt"
	"slices"

	"github.com/dmap-dev/dmap/engine/resolve"
)

// takeDown adds stops and removals, dependents first. b.order has dependencies first
// for actions that build up, and dependents first for those that take down.
func (b *builder) takeDown() {
	order := slices.Clone(b.order)
	if b.act.along != withUsers {
		order = slices.Clone(b.d.Nodes)
		slices.Reverse(order)
	}
	for _, n := range order {
		t := b.todo[n.Name]
		c := b.s.Containers[n.Name]
		why := t.why
		if b.act.along == withUsers {
			why = b.dependent(n)
		}
		if t.stop {
			b.step(Step{Op: StopContainer, Target: n.Name, ContainerID: c.ID, Foreign: !b.ours(c.Labels), StopTimeout: b.req.StopTimeout},
				b.todo.stops(b.users[n.Name]...), t.cause(n), why)
		}
		if t.remove {
			needs := append(b.todo.removals(b.users[n.Name]...), b.todo.stops(n.Name)...)
			b.step(Step{Op: RemoveContainer, Target: n.Name, ContainerID: c.ID, Foreign: !b.ours(c.Labels), Force: b.req.Force && !t.stop},
				needs, t.cause(n), why)
		}
	}
}

// needNames returns the containers that n needs.
func needNames(n *resolve.Node) []string {
	var names []string
	for _, need := range n.Needs {
		names = append(names, need.Name)
	}
	return names
}

// dependent says why a container goes down that nobody asked for.
func (b *builder) dependent(n *resolve.Node) string {
	if b.requested[n.Name] {
		return "asked for"
	}
	for _, need := range n.Needs {
		if b.part[need.Name] != nil {
			return fmt.Sprintf("%s %s", need.Why, need.Ref)
		}
	}
	return ""
}

// others adds the steps of kinds that only the action has.
func (b *builder) others() {
	for _, n := range b.order {
		t := b.todo[n.Name]
		if t.other == nil {
			continue
		}
		c, st := b.s.Containers[n.Name], *t.other
		st.Target, st.ContainerID, st.Foreign = n.Name, c.ID, !b.ours(c.Labels)
		b.step(st, nil, t.cause(n), t.why)
	}
}

// buildUp adds creations, starts and preparations, dependencies first.
func (b *builder) buildUp() {
	b.freed = becomesFree(b.plan.Steps, b.s)
	for _, r := range b.kinds {
		if r.decide != nil {
			r.decide(b)
		}
	}
	for _, n := range b.order {
		t := b.todo[n.Name]
		for _, r := range b.kinds {
			if b.part[n.Name] != nil {
				r.create(b, n)
			}
		}
		if t.create {
			b.create(n, t)
		}
		if t.update != nil {
			c := b.s.Containers[n.Name]
			st := Step{Op: UpdateContainer, Target: n.Name, ContainerID: c.ID, Foreign: !b.ours(c.Labels), Update: &t.update.ContainerUpdate}
			recordLimits(&st, madeWith(n, c), setInPlace(b.s, b.d.Map, n.Name), t.update.fields)
			b.step(st, b.todo.stops(n.Name), t.cause(n), t.change)
		}
		if !n.Attached && b.preparesOwned(n) {
			b.prepareOwned(n)
		}
		if t.start {
			b.start(n, t)
		}
		if n.Attached && b.preparesOwned(n) {
			b.prepareOwned(n)
		}
	}
}

// create adds the creation of n. It also waits until the old containers that use n are
// gone: a user that is absent is created by the next run, whatever happens to this one;
// a user that outlived the container it belongs to could not be told from a current
// one.
func (b *builder) create(n *resolve.Node, t todo) {
	needs := append(b.todo.removals(b.users[n.Name]...), b.todo.removals(n.Name)...)
	for _, r := range b.kinds {
		needs = append(needs, r.needs(b, n)...)
	}
	needs = append(needs, b.todo.creations(needNames(n)...)...)
	var deps map[string]string
	for _, need := range b.ties(n) {
		if deps == nil {
			deps = map[string]string{}
		}
		deps[need.Name] = ""
		if !b.todo[need.Name].create {
			deps[need.Name] = b.s.Containers[need.Name].ID
		}
	}
	for _, need := range b.d.Partners(n) {
		if c, exists := b.s.Called(need.Name); exists {
			if deps == nil {
				deps = map[string]string{}
			}
			deps[need.Name] = c.ID
		}
	}
	b.step(Step{Op: CreateContainer, Target: n.Name, Create: n.Spec, Deps: deps}, needs, t.cause(n), t.why, b.neededBy(n))
}

func (b *builder) start(n *resolve.Node, t todo) {
	needs := slices.Concat(b.todo.creations(n.Name), b.todo.stops(n.Name), b.todo.updates(n.Name), b.todo.starts(needNames(n)...))
	if !n.Attached {
		for _, name := range slices.Concat(n.Owns, n.Uses) {
			if b.prepares[name] {
				needs = append(needs, id(PrepareVolume, name))
			}
		}
	}
	if n.Spec != nil {
		// The engine refuses a port or an address that another container still holds,
		// so the start waits for the stop that frees it.
		for _, one := range claimed(n.Spec) {
			needs = append(needs, b.freed[one]...)
		}
	}
	st := Step{Op: StartContainer, Target: n.Name, Wait: n.Attached}
	why := t.why
	switch {
	case !t.create:
		c := b.s.Containers[n.Name]
		st.ContainerID, st.Foreign = c.ID, !b.ours(c.Labels)
	case t.remove:
		why = "is created anew"
	default:
		why = "is new"
	}
	b.step(st, needs, t.cause(n), why, b.neededBy(n))
}

// neededBy names who needs a container that nobody asked for. For one that is replaced
// there is a better reason.
func (b *builder) neededBy(n *resolve.Node) string {
	if b.requested[n.Name] || b.todo[n.Name].remove {
		return ""
	}
	for _, user := range b.users[n.Name] {
		if b.part[user] != nil {
			return "needed by " + b.d.Node(user).Ref()
		}
	}
	return ""
}
