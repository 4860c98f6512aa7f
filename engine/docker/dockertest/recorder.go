// Test tools: a client that records its calls and lets a test intervene.

package dockertest

import (
	"context"
	"slices"
	"sync"

	"github.com/dmap-dev/dmap/engine/docker"
)

// Recorder is a [docker.Client] that passes calls on to another, records them in the
// order in which they began, and runs hooks around them. Client and Hooks must be set
// before its first call; after that it is safe for concurrent use.
type Recorder struct {
	Client docker.Client
	Hooks  []Hook

	mu    sync.Mutex
	calls []Call
}

// Call is one recorded call.
type Call struct {
	// Op and Target are as in a [docker.Error]: "create container", "web".
	Op, Target string
	Write      bool
	// Nth counts the calls of this Op and Target, from 1.
	Nth int
}

// String returns "create container web".
func (c Call) String() string {
	if c.Target == "" {
		return c.Op
	}
	return c.Op + " " + c.Target
}

// Hook intervenes in calls. Op and Target select them, and "" selects all; Nth selects
// the nth call of the same op and target, and 0 all of them. All hooks that match run,
// in their order.
type Hook struct {
	Op, Target string
	Nth        int
	// Before runs before the call. If it returns an error, the call is not made and
	// fails with that error.
	Before func(context.Context, Call) error
	// After runs after the call. It is given the call's error, or that of Before, and
	// returns the error that the caller gets.
	After func(context.Context, Call, error) error
}

func (h Hook) matches(c Call) bool {
	return (h.Op == "" || h.Op == c.Op) && (h.Target == "" || h.Target == c.Target) && (h.Nth == 0 || h.Nth == c.Nth)
}

// Calls returns all calls so far.
func (r *Recorder) Calls() []Call {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.calls)
}

// Writes returns, as text, the calls so far that could change something.
func (r *Recorder) Writes() []string {
	var out []string
	for _, c := range r.Calls() {
		if c.Write {
			out = append(out, c.String())
		}
	}
	return out
}

// Reset forgets the calls so far, also where hooks count them.
func (r *Recorder) Reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = nil
}

// note records a call, and numbers it among those of the same op and target.
func (r *Recorder) note(c Call) Call {
	r.mu.Lock()
	defer r.mu.Unlock()
	c.Nth = 1
	for _, earlier := range r.calls {
		if earlier.Op == c.Op && earlier.Target == c.Target {
			c.Nth++
		}
	}
	r.calls = append(r.calls, c)
	return c
}

// around makes a call with its hooks.
func (r *Recorder) around(ctx context.Context, c Call, send func() error) error {
	c = r.note(c)
	var hooks []Hook
	for _, h := range r.Hooks {
		if h.matches(c) {
			hooks = append(hooks, h)
		}
	}
	err := before(ctx, c, hooks)
	if err == nil {
		err = send()
	}
	for _, h := range hooks {
		if h.After != nil {
			err = h.After(ctx, c, err)
		}
	}
	return err
}

func before(ctx context.Context, c Call, hooks []Hook) error {
	for _, h := range hooks {
		if h.Before == nil {
			continue
		}
		if err := h.Before(ctx, c); err != nil {
			return err
		}
	}
	return nil
}
