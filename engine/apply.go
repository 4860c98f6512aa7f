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
	if p == nil {
		return &run.Report{}, errNoPlan
	}
	return e.carryOut(ctx, p.Map, o, func(ctx context.Context) decision {
		w := world{reader: e.docker}
		err := w.fresh(ctx, p)
		return decision{p, err, w.snapshot.Volumes}
	})
}

var errNoPlan = errors.New("engine: the plan is nil")

// Fresh tells whether a plan may be carried out on an engine as it is now: nil if all
// that decided it is as it was. The error is a [problem.Problems] if the plan cannot be
// one, a [*plan.EngineError] on another engine, a [*plan.StaleError] that names what
// changed, or a [*docker.Error]. It only reads.
func Fresh(ctx context.Context, r docker.Reader, p *plan.Plan) error {
	w := world{reader: r}
	return w.fresh(ctx, p)
}

func (w *world) fresh(ctx context.Context, p *plan.Plan) error {
	if p == nil {
		return errNoPlan
	}
	if err := p.Check(); err != nil {
		return err
	}
	return w.until(ctx, func() (plan.Missing, error) { return p.Stale(&w.snapshot) })
}
