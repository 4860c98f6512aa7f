// Front door: plans that were saved.

package engine

import (
	"context"
	"errors"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/run"
)

// Apply carries out a plan that was made earlier, with [plan.Request.Basis], and read
// back with [plan.Read], as [Engine.Do] does with one that it makes. Instead of planning
// it looks whether the plan still fits. The error is that of [Fresh] if it does not: then
// nothing was changed.
func (e *Engine) Apply(ctx context.Context, p *plan.Plan, o Options) (*run.Report, error) {
	return e.carryOut(ctx, o, func(ctx context.Context) (*plan.Plan, error) { return p, Fresh(ctx, e.docker, p) })
}

// Fresh tells whether a plan may be carried out on an engine as it is now: nil if all
// that decided it is as it was. The error is a [problem.Problems] if the plan cannot be
// one, a [*plan.EngineError] on another engine, a [*plan.StaleError] that names what
// changed, or a [*docker.Error]. It only reads.
func Fresh(ctx context.Context, r docker.Reader, p *plan.Plan) error {
	if p == nil {
		return errors.New("engine: the plan is nil")
	}
	if err := p.Check(); err != nil {
		return err
	}
	w := world{reader: r}
	return w.until(ctx, func() (plan.Missing, error) { return p.Stale(&w.snapshot) })
}
