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
// back with [plan.Read], in the way in which [Engine.Do] carries out one that it makes.
// Instead of planning it checks whether the plan still fits. If not, the error is that
// of [Fresh], and nothing was changed.
func (e *Engine) Apply(ctx context.Context, p *plan.Plan, o Options) (*run.Report, error) {
	if p == nil {
		return &run.Report{}, errNoPlan
	}
	return e.carryOut(ctx, p.Map, o, func(ctx context.Context) decision {
		w := world{reader: e.docker}
		err := w.fresh(ctx, p)
		return decision{p, err, w.snapshot}
	})
}

var errNoPlan = errors.New("engine: the plan is nil")

// Fresh reports whether a plan may be carried out on an engine: it returns nil if
// everything that decided the plan is still as it was. The error is a
// [problem.Problems] if the plan cannot be one of ours, a [*plan.EngineError] on
// another engine, a [*plan.StaleError] that names what has changed, or a
// [*docker.Error]. Fresh only reads.
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
