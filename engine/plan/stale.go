// Plan: whether what decided a plan is still so.

package plan

import (
	"fmt"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/snapshot"
)

// StaleError says that what decided a plan has changed since.
type StaleError struct {
	Changes []Change
}

// Error names all changes, on one line.
func (e *StaleError) Error() string {
	var texts []string
	for _, c := range e.Changes {
		texts = append(texts, c.String())
	}
	return "the plan is stale: " + strings.Join(texts, "; ") + " (nothing was changed: make a new plan)"
}

// EngineError says that a plan was made for another engine.
type EngineError struct {
	Engine string // the id of the engine it was made for
	Found  string // the id of the engine at hand
}

func (e *EngineError) Error() string {
	return fmt.Sprintf("the plan was made for another engine: for %s, this one is %s (nothing was changed: apply it there, or make a new plan)", e.Engine, e.Found)
}

// Stale compares what decided the plan with what is there now or, like [Make], says
// what is missing for that. The error is an [*EngineError] or a [*StaleError]. Without
// an error, and with nothing missing, the same request would lead to the same steps.
func (p *Plan) Stale(now *snapshot.Snapshot) (Missing, error) {
	if now.Engine != nil && now.Engine.ID != p.Basis.Engine {
		return Missing{}, &EngineError{Engine: p.Basis.Engine, Found: now.Engine.ID}
	}
	if missing := p.unknown(now); !missing.Empty() {
		return missing, nil
	}
	act, _ := actionOf(p.Action)
	f := facts{p, act, now, p.Basis.Asked}
	e := &StaleError{Changes: changes("container", p.Basis.Containers, f.withFound(map[string]bool{}), f.container)}
	for _, r := range resources() {
		e.Changes = append(e.Changes, r.facts.changes(f, p.Basis)...)
	}
	e.Changes = append(e.Changes, changes("image", p.Basis.Images, map[string]bool{}, f.image)...)
	if len(e.Changes) == 0 {
		return Missing{}, nil
	}
	return Missing{}, e
}

// unknown returns what is missing to compare the basis of the plan with what is there.
func (p *Plan) unknown(now *snapshot.Snapshot) (missing Missing) {
	missing.Engine = now.Engine == nil
	if !listed(now) {
		missing.Map = p.Map
	}
	var images, inspect []string
	for _, im := range p.Basis.Images {
		images = append(images, im.Name)
	}
	for _, c := range p.Basis.Containers {
		state := now.Containers[c.Name].State
		if c.Live != "" || c.ExitCode != nil && state == docker.StateExited || c.Started != "" && state == docker.StateRunning {
			inspect = append(inspect, c.Name)
		}
	}
	missing.Images, missing.Inspect = now.Unknown(images), now.Uninspected(inspect)
	return missing
}

func (c ContainerFact) name() string { return c.Name }
func (c ContainerFact) mark() string {
	if c.Live == "" {
		return "(" + c.ID[:min(len(c.ID), 12)] + ")"
	}
	return fmt.Sprintf("(%s, limits and networks %s)", c.ID[:min(len(c.ID), 12)], c.Live)
}

func (c ContainerFact) text() string {
	text := c.State
	if c.Absent {
		text = "absent"
	}
	if c.ExitCode != nil {
		text += fmt.Sprintf(" with exit code %d", *c.ExitCode)
	}
	if c.Started != "" {
		text += " since " + c.Started
	}
	if c.Called != "" {
		text += " and called " + c.Called
	}
	return text + foreign(c.Foreign)
}

func (i ImageFact) name() string { return i.Name }
func (i ImageFact) mark() string { return "" }

func (i ImageFact) text() string {
	if i.Absent {
		return "absent"
	}
	return i.ID
}
