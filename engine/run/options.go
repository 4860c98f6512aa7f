// Run: how a plan is carried out.

package run

import (
	"cmp"
	"context"
	"time"

	"github.com/dmap-dev/dmap/engine/docker/calls"
	"github.com/dmap-dev/dmap/engine/plan"
)

// Options say how to carry out a plan. The zero value is ready for use.
type Options struct {
	// RunID marks everything that the run creates, and no other run may have it; ""
	// means a random one.
	RunID string
	// Limits bound the calls in flight.
	Limits Limits
	// Times bound each call.
	Times Times
	// Events, unless nil, receives what happens, one call at a time and in order. It
	// must return soon.
	Events func(Event)
	// Drain, when closed, lets nothing new start; calls in flight finish. nil means
	// never.
	Drain <-chan struct{}
	// Draining, unless nil, is called, in order with Events, when Drain was noticed
	// while steps are in flight; it is told how many.
	Draining func(steps int)
	// Lock is a lock of the plan's map that the caller holds and will release. If it is
	// nil, [Do] takes the lock if the plan changes something of the map, without
	// waiting for another run.
	Lock *Lock
	// LockDir is [LockOptions.Dir] of a lock that [Do] takes.
	LockDir string
	// Warn is told what else a person should know, such as of the lock; nil is nobody.
	Warn func(text string)
}

// heard wraps Events so that every event counts as news: whoever watches the calls is
// not told right after an event that nothing is heard; see [calls.Watch].
func (o Options) heard(ctx context.Context) Options {
	if events := o.Events; events != nil {
		o.Events = func(e Event) {
			calls.Heard(ctx)
			events(e)
		}
	}
	return o
}

// Limits bound how many calls of each kind are in flight. Zero means the default. More
// helps little, since the engine itself is limited by its processors: starts gain a
// factor of 1.7 at most on two cores.
type Limits struct {
	Work  int // create, start, prepare, remove; default 4
	Stops int // stops only wait; default 16
	Pulls int // default 3
}

func (l Limits) withDefaults() Limits {
	l.Work = cmp.Or(l.Work, 4)
	l.Stops = cmp.Or(l.Stops, 16)
	l.Pulls = cmp.Or(l.Pulls, 3)
	return l
}

// Times bound the calls of a run.
type Times = calls.Times

// Event is one change in a run.
type Event struct {
	Step   *plan.Step
	Status Status
	// Warnings are the engine's, with [Done] only.
	Warnings []string
	Err      error // with Failed and Unknown
	Took     time.Duration
}

// Status is the state of a step.
type Status string

// The states of a step.
const (
	Begun   Status = "begun"
	Done    Status = "done"
	Failed  Status = "failed"
	Unknown Status = "unknown" // cut off: it may or may not have happened
	Skipped Status = "skipped" // a step that it needs was not done
	Waiting Status = "waiting" // the run ended before its turn
)

// Report says how each step of a plan ended.
type Report struct {
	RunID       string
	Results     []Result // in the order of the plan
	Interrupted bool     // ended early by Drain or the context
	Took        time.Duration
}

// Result is how one step ended.
type Result struct {
	Step     *plan.Step
	Status   Status
	Err      error
	Warnings []string
	Took     time.Duration
}

// Count returns how many steps ended with a status.
func (r *Report) Count(s Status) int {
	n := 0
	for _, res := range r.Results {
		if res.Status == s {
			n++
		}
	}
	return n
}
