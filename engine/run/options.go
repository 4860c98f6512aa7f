// Run: how a plan is carried out.

package run

import (
	"time"

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

// Limits are the most calls in flight of each kind. Zero is the default; the
// engine's own limit is its processors, so more helps little (starts gain 1.7
// times at most on two cores).
type Limits struct {
	Work  int // create, start, prepare, remove; default 4
	Stops int // stops only wait; default 16
	Pulls int // default 3
}

func (l Limits) withDefaults() Limits {
	l.Work = or(l.Work, 4)
	l.Stops = or(l.Stops, 16)
	l.Pulls = or(l.Pulls, 3)
	return l
}

// Times are the longest a call may take, and the pauses around lost ones. Zero is
// the default.
type Times struct {
	Read   time.Duration // default 10 s
	Create time.Duration // default 60 s
	Start  time.Duration // default 120 s
	Stop   time.Duration // beyond the stop timeout; default 30 s
	Remove time.Duration // default 60 s
	Wait   time.Duration // for a temporary container to end; default 10 min
	Hold   time.Duration // for the container of an attached volume to end; default 30 s
	Pull   time.Duration // default 30 min
	Idle   time.Duration // without progress of any pull, after which one is given up; default 5 min
	Settle time.Duration // how long a create whose answer was lost is looked for; default 2 s
	Pause  time.Duration // before a call is repeated, doubled each time up to 2 s; default 200 ms
	Reach  time.Duration // how long an engine that cannot be reached may take to come back; default 30 s
}

func (d Times) withDefaults() Times {
	d.Read = or(d.Read, 10*time.Second)
	d.Create = or(d.Create, time.Minute)
	d.Start = or(d.Start, 2*time.Minute)
	d.Stop = or(d.Stop, 30*time.Second)
	d.Remove = or(d.Remove, time.Minute)
	d.Wait = or(d.Wait, 10*time.Minute)
	d.Hold = or(d.Hold, 30*time.Second)
	d.Pull = or(d.Pull, 30*time.Minute)
	d.Idle = or(d.Idle, 5*time.Minute)
	d.Settle = or(d.Settle, 2*time.Second)
	d.Pause = or(d.Pause, 200*time.Millisecond)
	d.Reach = or(d.Reach, 30*time.Second)
	return d
}

func or[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

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
