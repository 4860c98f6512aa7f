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
	// RunID marks everything the run creates, and must be of no other run; "" is a
	// random one.
	RunID string
	// Limits bound the calls in flight.
	Limits Limits
	// Times bound each call.
	Times Times
	// Events receives what happens, one call at a time, in order; nil for none. It
	// must return soon.
	Events func(Event)
	// Drain, when closed, starts nothing new; calls in flight finish. nil is never.
	Drain <-chan struct{}
	// Draining is told, in order with Events, that Drain was heard while steps are in
	// flight, and how many; nil is nobody.
	Draining func(steps int)
	// Lock is a lock of the plan's map that the caller has and gives back. With nil,
	// [Do] takes it if the plan changes something of the map, without waiting for
	// another run.
	Lock *Lock
}

// heard makes that whoever is told of the run is not told of silence; see [calls.Watch].
func (o Options) heard(ctx context.Context) Options {
	if events := o.Events; events != nil {
		o.Events = func(e Event) {
			calls.Heard(ctx)
			events(e)
		}
	}
	return o
}

// Limits are the most calls in flight of each kind. Zero is the default; the
// engine's own limit is its processors, so more helps little (starts gain 1.7
// times at most on two cores).
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
	// Warnings are those of the engine, with [Done] only.
	Warnings []string
	Err      error // with Failed and Unknown
	Took     time.Duration
}

// Status is where a step stands.
type Status string

// The states of a step.
const (
	Begun   Status = "begun"
	Done    Status = "done"
	Failed  Status = "failed"
	Unknown Status = "unknown" // cut off: it may or may not have happened
	Skipped Status = "skipped" // a step it needs was not done
	Waiting Status = "waiting" // the run ended before its turn
)

// Report says how each step of a plan ended.
type Report struct {
	RunID       string
	Results     []Result // in the order of the plan
	Interrupted bool     // by Drain or the context
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

// Count returns how many steps ended so.
func (r *Report) Count(s Status) int {
	n := 0
	for _, res := range r.Results {
		if res.Status == s {
			n++
		}
	}
	return n
}
