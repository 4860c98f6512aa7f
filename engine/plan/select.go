// Plan: which containers a request is about.

package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/internal/dag"
	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/engine/resolve"
)

// Selection is what a request is about.
type Selection struct {
	// Requested are the containers that were asked for, in the order asked.
	Requested []string
	// All are these and what goes with them: for actions that build up, and pull,
	// everything they need; for actions that take down, everything that needs them; for
	// the others nothing. In the order of work.
	All []string
	// Followers are the containers that need one of All, directly or not, and what
	// they need in turn: for actions that build up, those that may have to take part
	// if one of All is replaced.
	Followers []string
}

// RequestError says that a request names something wrong.
type RequestError struct {
	Target string // "" if the request as a whole is at fault
	Msg    string
	Hint   string
}

func (e *RequestError) Error() string {
	if e.Hint == "" {
		return e.Msg
	}
	return e.Msg + " (" + e.Hint + ")"
}

// up tells the actions that go dependencies first, and may create.
func (a Action) up() bool { return a == Create || a == Start || a == Startup || a == Update }

// down tells the actions that go dependents first.
func (a Action) down() bool { return a == Stop || a == Remove || a == Shutdown }

// NeedsSpecs tells whether a plan for the action needs create requests.
func (a Action) NeedsSpecs() bool { return a.up() || a == Restart }

// NeedsImages tells whether a plan for the action needs to know which images are there.
func (a Action) NeedsImages() bool { return a.NeedsSpecs() || a == Pull }

// Select finds the targets of a request and what goes with them. The error is a
// [RequestError], also for what the action could only ignore.
func Select(d *resolve.Desired, req Request) (*Selection, error) {
	if err := req.check(); err != nil {
		return nil, err
	}
	requested, err := targets(d, req.Targets)
	if err != nil {
		return nil, err
	}
	s := &Selection{Requested: requested}
	switch {
	case req.Action.up():
		s.All, _ = dag.Order(requested, needsOf(d))
		followers, _ := dag.Order(dependents(d, s.All), needsOf(d))
		s.Followers = without(followers, s.All)
	case req.Action == Pull:
		s.All, _ = dag.Order(requested, needsOf(d))
	case req.Action.down():
		s.All = dependents(d, requested)
	default:
		others := without(allNames(d), requested)
		s.All = without(allNames(d), others)
	}
	return s, nil
}

// dependents returns names and everything that needs them, farthest first.
func dependents(d *resolve.Desired, names []string) []string {
	users := dag.Reverse(allNames(d), needsOf(d))
	order, _ := dag.Order(names, func(name string) []string { return users[name] })
	return order
}

func allNames(d *resolve.Desired) []string {
	var all []string
	for _, n := range d.Nodes {
		all = append(all, n.Name)
	}
	return all
}

func without(list, other []string) []string {
	skip := make(map[string]bool, len(other))
	for _, name := range other {
		skip[name] = true
	}
	return slices.DeleteFunc(list, func(name string) bool { return skip[name] })
}

func needsOf(d *resolve.Desired) func(string) []string {
	return func(name string) []string {
		var names []string
		for _, need := range d.Node(name).Needs {
			names = append(names, need.Name)
		}
		return names
	}
}

// targets finds what each target means. A configuration's name means all its
// instances (row 37 has the form for one).
func targets(d *resolve.Desired, wanted []string) ([]string, error) {
	meaning := map[string][]string{} // by names without the map's
	var all []string
	for _, n := range d.Nodes {
		if n.Attached {
			continue
		}
		all = append(all, n.Name)
		for _, key := range keys(n) {
			meaning[key] = append(meaning[key], n.Name)
		}
	}
	if len(wanted) == 0 {
		return all, nil
	}
	var out []string
	for _, w := range wanted {
		names := meaning[w]
		if short, ok := identity.CutName(d.Map, w); ok && meaning[short] != nil {
			if names != nil {
				return nil, twoMeanings(d, w, short, meaning)
			}
			names = meaning[short]
		}
		if names == nil {
			return nil, unknownTarget(d, w, slices.Collect(maps.Keys(meaning)))
		}
		for _, name := range names {
			if !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	return out, nil
}

// twoMeanings refuses a target that can be read with and without the name of the
// map at its front: "web.db" is container db of the map web, or instance db of its
// container web.
func twoMeanings(d *resolve.Desired, w, short string, meaning map[string][]string) error {
	return &RequestError{
		Target: w,
		Msg:    fmt.Sprintf("%q can mean %s or %s", w, strings.Join(meaning[short], ", "), strings.Join(meaning[w], ", ")),
		Hint:   fmt.Sprintf("say %q or %q", short, identity.Name(d.Map, w)),
	}
}

func keys(n *resolve.Node) []string {
	if n.Instance == "" {
		return []string{n.Config}
	}
	return []string{n.Config, n.Ref()}
}

func unknownTarget(d *resolve.Desired, w string, known []string) error {
	e := &RequestError{Target: w, Msg: fmt.Sprintf("map %q has no container %q", d.Map, w)}
	if d.Volume(identity.Name(d.Map, w)) != nil {
		e.Hint = "it is an attached volume; name the container that owns or uses it"
		return e
	}
	slices.Sort(known)
	short, _ := identity.CutName(d.Map, w)
	e.Hint = problem.DidYouMean(short, known)
	if e.Hint == "" && len(known) > 0 {
		const most = 8
		if len(known) > most {
			known = append(known[:most:most], "…")
		}
		e.Hint = "it has " + strings.Join(known, ", ")
	}
	return e
}
