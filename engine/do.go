// Front door: plan, lock, plan again, run.

package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/run"
)

// Options say how [Engine.Do] and [Engine.Apply] carry a plan out. The zero value is
// ready for use: it does not wait for another run, and nobody is told anything.
type Options struct {
	// Options are those of the run. With a Lock in them, the caller has the lock of the
	// map, and gives it back.
	run.Options
	// LockTimeout is how long to wait for another run that changes the map.
	LockTimeout time.Duration
	// Waiting is told once that another run is waited for, with what
	// [run.LockedError] says of it; nil is nobody.
	Waiting func(holder string)
	// Review sees the plan that is about to be carried out, one without steps too. Its
	// error ends the work before anything is changed. It must not change the plan; nil
	// agrees to all.
	Review func(*plan.Plan) error
}

// Do plans what a request means for m, and carries the plan out as the only run that
// changes the map. Another run may end between the plan and the lock, so the plan is
// made again under the lock, and that one is reviewed and carried out.
//
// The report, which is never nil, is that of [run.Do]; it has no results if no plan was
// carried out. The error is that of [Plan], of Review, a [*run.LockedError], or that of
// [run.Do]; it is [run.ErrInterrupted] too if Drain ended the waiting for the lock.
func (e *Engine) Do(ctx context.Context, m *model.ContainerMap, req plan.Request, o Options) (*run.Report, error) {
	return e.carryOut(ctx, o, func(ctx context.Context) (*plan.Plan, error) { return e.Plan(ctx, m, req) })
}

// carryOut calls decide for the plan, once before the lock is taken, and once under it.
func (e *Engine) carryOut(ctx context.Context, o Options, decide func(context.Context) (*plan.Plan, error)) (report *run.Report, err error) {
	p, err := decide(ctx)
	if err != nil {
		return &run.Report{}, err
	}
	if p.ChangesMap() && o.Lock == nil {
		if o.Lock, err = e.lock(ctx, p.Map, o); err != nil {
			return &run.Report{Interrupted: errors.Is(err, run.ErrInterrupted)}, err
		}
		defer func() { err = errors.Join(err, o.Lock.Release()) }()
		if p, err = decide(ctx); err != nil {
			return &run.Report{}, err
		}
	}
	if o.Review != nil {
		if err := o.Review(p); err != nil {
			return &run.Report{}, err
		}
	}
	return e.Run(ctx, p, o.Options)
}

// lock takes the lock of a map. What ends the run ends the waiting.
func (e *Engine) lock(ctx context.Context, mapName string, o Options) (*run.Lock, error) {
	waiting, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		select {
		case <-o.Drain: // nil is never
			cancel(run.ErrInterrupted)
		case <-waiting.Done():
		}
	}()
	lock, err := run.Acquire(waiting, e.docker, mapName, run.LockOptions{Wait: o.LockTimeout, Waiting: o.Waiting, Times: o.Times})
	if err != nil && errors.Is(context.Cause(waiting), run.ErrInterrupted) {
		return nil, fmt.Errorf("%w: %w", run.ErrInterrupted, err)
	}
	return lock, err
}
