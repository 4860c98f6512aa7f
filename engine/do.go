// Front door: plan, lock, plan again, run.

package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dmap-dev/dmap/engine/docker/calls"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/engine/run"
	"github.com/dmap-dev/dmap/engine/snapshot"
)

// Options say how [Engine.Do] and [Engine.Apply] carry a plan out. With the zero value
// they do not wait for another run, and report nothing.
type Options struct {
	// Options are those of the run. If they contain a Lock, the caller holds the lock
	// of the map and will release it.
	run.Options
	// LockTimeout is how long to wait for another run that is changing the map.
	LockTimeout time.Duration
	// Waiting, unless nil, is called once if another run is waited for, with what
	// [run.LockedError] says about it.
	Waiting func(holder string)
	// Review, unless nil, sees the plan that is about to be carried out, even one
	// without steps. If it returns an error, the work ends before anything is changed.
	// It must not change the plan.
	Review func(*plan.Plan) error
}

// Do plans what a request means for m, and carries the plan out as the only run that
// changes the map. What is found before the lock is taken may be the passing state of
// another run, so everything is planned again under the lock; that second plan is the
// one that is reviewed and carried out. A request that needs no change takes no lock,
// unless another run is under way: before "nothing to do", or a problem with the state
// of the engine, is believed, that run is waited for.
//
// The report, which is never nil, is that of [run.Do]; it has no results if no plan was
// carried out. The error is that of [Plan], of Review, a [*run.LockedError], or that of
// [run.Do]; it is also [run.ErrInterrupted] if Drain ended the wait for the lock.
func (e *Engine) Do(ctx context.Context, m *model.ContainerMap, req plan.Request, o Options) (*run.Report, error) {
	if m == nil {
		return &run.Report{}, errNoMap
	}
	return e.carryOut(ctx, m.Name, o, func(ctx context.Context) decision {
		w, err := newWorld(e.docker, m)
		if err != nil {
			return decision{err: err}
		}
		p, err := w.plan(ctx, req)
		return decision{p, err, w.snapshot}
	})
}

// decision is what is to be carried out, or why nothing is, together with what was
// known about the engine when that was decided.
type decision struct {
	plan *plan.Plan
	err  error
	seen snapshot.Snapshot
}

// needsLock reports whether a decision about a map that was made without its lock has
// to be made again under it.
func (d decision) needsLock(mapName string) bool {
	switch {
	case d.err == nil && d.plan.ChangesMap():
		return true
	case d.err == nil && len(d.plan.Steps) > 0: // pulls, which may happen beside any other run
		return false
	case d.err != nil && !passes(d.err):
		return false
	}
	return run.Claimed(mapName, d.seen.Volumes) || len(d.busy(false)) > 0
}

// passes reports whether an error is about the state of the engine, which another run
// may be changing: it may be gone when that run has ended.
func passes(err error) bool {
	var problems problem.Problems
	return errors.As(err, new(*plan.StaleError)) || errors.As(err, &problems) && plan.AreOfState(problems)
}

// carryOut calls decide for what to do: once without the lock of the map and, if that
// is needed, again under it.
func (e *Engine) carryOut(ctx context.Context, mapName string, o Options, decide func(context.Context) decision) (report *run.Report, err error) {
	d := decide(ctx)
	if o.Lock == nil && d.needsLock(mapName) {
		takesDown := d.err == nil && d.plan.TakesDown()
		if o.Lock, err = e.lock(ctx, mapName, takesDown, o); err != nil {
			return &run.Report{Interrupted: errors.Is(err, run.ErrInterrupted)}, err
		}
		defer func() { err = errors.Join(err, o.Lock.Release()) }()
		d = decide(ctx)
		if busy := d.busy(o.Lock.TookOver()); len(busy) > 0 {
			if err := e.settle(ctx, o.Times, busy); err != nil {
				return &run.Report{}, err
			}
			d = decide(ctx)
		}
	}
	if d.err == nil && o.Review != nil {
		d.err = o.Review(d.plan)
	}
	if d.err != nil {
		return &run.Report{}, d.err
	}
	return e.Run(ctx, d.plan, o.Options)
}

// lock takes the lock of a map. Whatever ends the run also ends the wait.
func (e *Engine) lock(ctx context.Context, mapName string, takesDown bool, o Options) (*run.Lock, error) {
	select {
	case <-o.Drain: // a nil channel never delivers
		return nil, run.ErrInterrupted
	default:
	}
	waiting, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		select {
		case <-o.Drain:
			cancel(run.ErrInterrupted)
		case <-waiting.Done():
		}
	}()
	lock, err := run.Acquire(waiting, e.docker, mapName, run.LockOptions{
		Wait: o.LockTimeout, Dir: o.LockDir, TakesDown: takesDown, Warn: o.Warn, Times: o.Times,
		Waiting: func(holder string) {
			calls.Heard(ctx)
			if o.Waiting != nil {
				o.Waiting(holder)
			}
		},
	})
	if err != nil && errors.Is(context.Cause(waiting), run.ErrInterrupted) {
		return nil, fmt.Errorf("%w: %w", run.ErrInterrupted, err)
	}
	return lock, err
}
