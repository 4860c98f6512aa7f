// Plan: requests that are refused before anything is looked at.

package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dmap-dev/dmap/engine/problem"
)

// check refuses what makes no sense, and what the action would ignore: whoever asks for
// it expects something that would not happen.
func (r Request) check() error {
	if err := r.Action.Check(); err != nil {
		return err
	}
	row, _ := actionOf(r.Action)
	if policies := []PullPolicy{PullMissing, PullNever, PullAlways}; r.Pull != "" && !slices.Contains(policies, r.Pull) {
		return unknown("pull policy", r.Pull, policies)
	}
	for _, given := range r.flags() {
		if !slices.Contains(row.flags, given) {
			by := actionNames(func(other *action) bool { return slices.Contains(other.flags, given) })
			return &RequestError{
				Msg:  fmt.Sprintf("the action %s does not use %s", r.Action, given),
				Hint: "used by " + strings.Join(texts(by), ", "),
			}
		}
	}
	switch {
	case r.RemoveOrphans && len(r.Targets) > 0:
		return &RequestError{Msg: "orphans are removed with the whole map only", Hint: "name no containers"}
	case r.StopTimeout != nil && *r.StopTimeout < 0:
		return &RequestError{Msg: fmt.Sprintf("the stop timeout is %d seconds", *r.StopTimeout), Hint: "give 0 or more"}
	case row.refuse != nil:
		return row.refuse(r)
	}
	return nil
}

// Check refuses an unknown action, with a suggestion.
func (a Action) Check() error {
	if _, known := actionOf(a); known {
		return nil
	}
	return unknown("action", a, actionNames(func(*action) bool { return true }))
}

// actionNames returns the actions whose rows satisfy of, in the order of the table.
func actionNames(of func(*action) bool) []Action {
	var names []Action
	for _, row := range actions() {
		if of(row) {
			names = append(names, row.name)
		}
	}
	return names
}

func unknown[T ~string](what string, word T, known []T) error {
	hint := problem.DidYouMean(string(word), texts(known))
	if hint == "" {
		hint = "one of " + strings.Join(texts(known), ", ")
	}
	return &RequestError{Msg: fmt.Sprintf("unknown %s %q", what, word), Hint: hint}
}

func texts[T ~string](list []T) []string {
	var out []string
	for _, one := range list {
		out = append(out, string(one))
	}
	return out
}
