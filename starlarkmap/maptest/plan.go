// Tests of maps: plans and reports as values.

package maptest

import (
	"fmt"
	"slices"
	"strings"

	"go.starlark.net/starlark"

	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/engine/run"
)

// planValue is what e.plan() returns.
func planValue(p *plan.Plan) (starlark.Value, error) {
	steps := make([]starlark.Value, len(p.Steps))
	byID := map[string]starlark.Value{}
	var ids []string
	for i := range p.Steps {
		var err error
		if steps[i], err = stepValue(&p.Steps[i]); err != nil {
			return nil, err
		}
		byID[p.Steps[i].ID] = steps[i]
		ids = append(ids, p.Steps[i].ID)
	}
	notes := make([]starlark.Value, len(p.Notes))
	for i, n := range p.Notes {
		var err error
		if notes[i], err = record(map[string]any{"target": n.Target, "text": n.Text, "origin": place(n.Origin)}); err != nil {
			return nil, err
		}
	}
	var text strings.Builder
	if err := p.WriteText(&text); err != nil {
		return nil, err
	}
	known := func(id string) error {
		if byID[id] != nil {
			return nil
		}
		return &problem.Problem{Code: problem.CodeUnknownName, Msg: fmt.Sprintf("the plan has no step %q", id), Hint: problem.DidYouMean(id, ids)}
	}
	o := newObject("plan", map[string]method{
		"before": func(c *invocation) (starlark.Value, error) {
			var first, second string
			if err := c.unpack("first", &first, "second", &second); err != nil {
				return nil, err
			}
			if err := known(first); err != nil {
				return nil, err
			}
			if err := known(second); err != nil {
				return nil, err
			}
			return starlark.Bool(needs(p, second, first)), nil
		},
		"step": func(c *invocation) (starlark.Value, error) {
			var id string
			if err := c.unpack("id", &id); err != nil {
				return nil, err
			}
			return byID[id], known(id)
		},
	})
	for name, v := range map[string]starlark.Value{
		"action": starlark.String(p.Action), "targets": textList(p.Targets), "text": starlark.String(text.String()),
		"steps": starlark.NewList(steps), "notes": starlark.NewList(notes),
	} {
		v.Freeze()
		o.attrs[name] = func() (starlark.Value, error) { return v, nil }
	}
	return o, nil
}

// needs reports whether a step waits for another one, directly or not: it never begins
// before the other is done.
func needs(p *plan.Plan, step, other string) bool {
	seen := map[string]bool{step: true}
	for todo := []string{step}; len(todo) > 0; todo = todo[1:] {
		st := p.Step(todo[0])
		if st == nil {
			continue
		}
		if slices.Contains(st.Needs, other) {
			return true
		}
		for _, need := range st.Needs {
			if !seen[need] {
				seen[need] = true
				todo = append(todo, need)
			}
		}
	}
	return false
}

// stepValue has the fields of a step, None where they do not belong to it.
func stepValue(st *plan.Step) (starlark.Value, error) {
	fields := map[string]any{
		"id": st.ID, "op": string(st.Op), "target": st.Target, "needs": st.Needs, "why": st.Why, "origin": place(st.Origin),
		"create": nil, "update": nil, "volume": nil, "prepare": nil,
	}
	var err error
	set := func(name string, v any, there bool) {
		if there && err == nil {
			fields[name], err = plain(v)
		}
	}
	set("create", st.Create, st.Create != nil)
	set("update", st.Update, st.Update != nil)
	set("volume", st.Volume, st.Volume != nil)
	set("prepare", st.Prepare, st.Prepare != nil)
	if err != nil {
		return nil, err
	}
	return record(fields)
}

// place returns a place as text, or None.
func place(at *problem.Origin) any {
	if at == nil {
		return nil
	}
	return at.String()
}

// reportValue is what e.run() returns.
func reportValue(p *plan.Plan, r *run.Report) (starlark.Value, error) {
	var done, failed, skipped []string
	errs := map[string]string{}
	for _, res := range r.Results {
		switch res.Status {
		case run.Done:
			done = append(done, res.Step.ID)
		case run.Failed, run.Unknown:
			failed = append(failed, res.Step.ID)
		default:
			skipped = append(skipped, res.Step.ID)
		}
		if res.Err != nil {
			errs[res.Step.ID] = res.Err.Error()
		}
	}
	planned, err := planValue(p)
	if err != nil {
		return nil, err
	}
	return record(map[string]any{
		"ok": len(failed)+len(skipped) == 0, "plan": planned,
		"done": done, "failed": failed, "skipped": skipped, "errors": errs,
	})
}
