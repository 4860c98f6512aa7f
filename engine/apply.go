// Front door: plans that were saved.

package engine

import (
	"context"
	"errors"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/run"
	"github.com/dmap-dev/dmap/engine/state"
)

// Apply carries out a plan that was made earlier, with [plan.Request.Basis], and read
// back with [plan.Read]; see [run.Do]. It looks at the engine first, and again as soon
// as it has the lock of the map, if it needs that. The error is that of [Fresh] if the plan is not to be
// carried out: then nothing was changed, and the report, which is never nil, is empty.
func (e *Engine) Apply(ctx context.Context, p *plan.Plan, o run.Options) (report *run.Report, err error) {
	if err := Fresh(ctx, e.docker, p); err != nil {
		return &run.Report{}, err
	}
	if !p.ChangesMap() || o.Lock != nil {
		return run.Do(ctx, e.docker, p, o)
	}
	o.Lock, err = run.Acquire(ctx, e.docker, p.Map, run.LockOptions{Times: o.Times})
	if err != nil {
		return &run.Report{}, err
	}
	defer func() { err = errors.Join(err, o.Lock.Release()) }()
	if err := Fresh(ctx, e.docker, p); err != nil {
		return &run.Report{}, err
	}
	return run.Do(ctx, e.docker, p, o)
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
	now, err := state.Observe(ctx, r, p.Query())
	if err != nil {
		return err
	}
	return p.Stale(now)
}
