// Plan: what a request may say.

package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dmap-dev/dmap/engine/problem"
)

// check refuses what has no meaning, and what the action would ignore: who asks for
// it expects something that will not happen.
func (r Request) check() error {
	var actions []Action
	for _, h := range Actions() {
		actions = append(actions, h.Action)
	}
	if !slices.Contains(actions, r.Action) {
		return unknown("action", r.Action, actions)
	}
	if policies := []PullPolicy{PullMissing, PullNever, PullAlways}; r.Pull != "" && !slices.Contains(policies, r.Pull) {
		return unknown("pull policy", r.Pull, policies)
	}
	for _, rule := range []struct {
		given bool
		what  string
		by    []Action // that use it
	}{
		{len(r.Options) > 0, "options", []Action{Create, Start, Startup, Update}},
		{r.Force, "force", []Action{Remove}},
		{r.Recreate, "recreation", []Action{Update}},
		{r.RemoveOrphans, "the removal of orphans", []Action{Update, Shutdown}},
		{r.Pull != "", "a pull policy", []Action{Create, Start, Startup, Update, Pull}},
		{r.Signal != "", "a signal", []Action{Signal}},
		{r.StopTimeout != nil, "a stop timeout", []Action{Start, Startup, Update, Restart, Stop, Shutdown}},
	} {
		if rule.given && !slices.Contains(rule.by, r.Action) {
			return &RequestError{
				Msg:  fmt.Sprintf("the action %s does not use %s", r.Action, rule.what),
				Hint: "used by " + strings.Join(texts(rule.by), ", "),
			}
		}
	}
	switch {
	case r.RemoveOrphans && len(r.Targets) > 0:
		return &RequestError{Msg: "orphans are removed with the whole map only", Hint: "name no containers"}
	case r.Action == Update && r.Pull == PullAlways:
		return &RequestError{Msg: "the action update cannot compare with images that are yet to be pulled", Hint: "pull them first, with the action pull"}
	case r.StopTimeout != nil && *r.StopTimeout < 0:
		return &RequestError{Msg: fmt.Sprintf("the stop timeout is %d seconds", *r.StopTimeout), Hint: "give 0 or more"}
	case r.Action == Signal && r.Basis:
		return &RequestError{Msg: "a plan that signals cannot be saved: nothing would tell that it was carried out already", Hint: "run it"}
	case r.Action == Pull && r.Pull == PullNever:
		return &RequestError{Msg: "the action pull cannot do its work when pulling is off", Hint: "give always or missing"}
	}
	return checkSignal(r.Signal)
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
