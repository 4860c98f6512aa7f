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

// selection is what a request is about.
type selection struct {
	// requested are the containers that were asked for, in that order.
	requested []string
	// all are the requested containers and those included with them, in the order of
	// work: for actions that build up, and for pull, everything they need; for actions
	// that take down, everything that needs them; for the others, nothing more.
	all []string
	// followers are the containers that need one of all, directly or indirectly, and
	// whatever those need in turn: with actions that build up, they may have to take
	// part if one of all is replaced.
	followers []string
}

// choose finds the targets of a request and what is included with them. The error is a
// [RequestError], also for what the action could only ignore.
func choose(d *resolve.Desired, req Request) (*selection, error) {
	if err := req.check(); err != nil {
		return nil, err
	}
	requested, err := targets(d, req.Targets)
	if err != nil {
		return nil, err
	}
	s := &selection{requested: requested}
	row, _ := actionOf(req.Action)
	switch row.along {
	case withNeeds:
		s.all, _ = dag.Order(requested, needsOf(d))
	case withUsers:
		s.all = dependents(d, requested)
	default:
		s.all = inOrder(d, requested)
	}
	if row.creates {
		followers, _ := dag.Order(dependents(d, s.all), needsOf(d))
		s.followers = without(followers, s.all)
	}
	return s, nil
}

// dependents returns names and everything that needs them, the most distant first.
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

// targets finds what each target means. The name of a configuration means all its
// instances (row 37 has the form for a single one).
func targets(d *resolve.Desired, wanted []string) ([]string, error) {
	meaning := map[string][]string{} // by name, without the map's in front
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

// twoMeanings refuses a target that can be read both with and without the name of the
// map in front: "web.db" is the container db of the map web, or the instance db of its
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

// Targets returns the containers that targets mean, in the order of the map; no target
// means all of them. The error is a [RequestError].
func Targets(d *resolve.Desired, wanted []string) ([]string, error) {
	names, err := targets(d, wanted)
	if err != nil {
		return nil, err
	}
	return inOrder(d, names), nil
}

// inOrder sorts names in the order of the map.
func inOrder(d *resolve.Desired, names []string) []string {
	return without(allNames(d), without(allNames(d), names))
}
