// Calls: one call, its attempts, and whether a lost one happened.

package calls

import (
	"context"
	"slices"
	"time"

	"github.com/dmap-dev/dmap/engine/docker"
)

// Call is one call to make.
type Call struct {
	Kind Kind
	// For names, for people, what the call waits for: `the engine to stop container
	// "m.a"`.
	For string
	// Extra is time that the object of the call gets beyond the deadline of the kind,
	// such as a container's own stop timeout.
	Extra time.Duration
	// Make makes the call once.
	Make func(context.Context) error
	// Look finds out whether a call whose answer was lost has happened; if so, it
	// counts as done. If Look fails, that stays unknown. It is only for kinds whose
	// [Policy] says Look.
	Look func(context.Context) (happened bool, err error)
}

// Caller makes calls. The zero value cannot be used. It is safe for concurrent use.
type Caller struct {
	// Times are those that were given to [New], with defaults for zero.
	Times  Times
	policy map[Kind]Policy
}

// New returns a Caller.
func New(t Times) *Caller {
	t = t.withDefaults()
	return &Caller{Times: t, policy: t.table()}
}

// Do makes a call until it succeeds, fails for good, or has used up its attempts.
//
// Two counts are kept apart. An attempt that was sent counts towards Tries; one that
// found no engine does not, but all such attempts in a row must fit into Reach. And
// once an attempt may have happened, its error is the one returned: a later attempt
// that certainly did not happen says nothing about the earlier one, and reporting it
// would let the caller believe that nothing was done.
func (c *Caller) Do(ctx context.Context, call Call) error {
	p := c.policy[call.Kind]
	ctx, end := begin(ctx, call.For)
	defer end()
	if p.Total > 0 {
		limited, cancel := context.WithTimeout(ctx, p.Total)
		defer cancel()
		ctx = limited
	}
	pause := p.Pause
	back := time.Now().Add(p.Reach)
	var earlier error // of an attempt that may have happened
	for try := 1; ; {
		err := withDeadline(ctx, p.Deadline+call.Extra, call.Make)
		kind := docker.KindOf(err)
		away := kind == docker.Unreachable
		if err == nil || !away && !slices.Contains(p.Again, kind) {
			return err
		}
		if docker.MayHaveHappened(err) {
			earlier = err
		} else if earlier != nil {
			err = earlier // this attempt says nothing about that one
		}
		if ctx.Err() != nil {
			return err
		}
		if p.Look && !away {
			happened, lookErr := call.Look(ctx)
			if lookErr != nil {
				return err
			}
			if happened {
				return nil
			}
		}
		if !away {
			try++
			back = time.Now().Add(p.Reach)
		}
		if try > p.Tries || away && !time.Now().Before(back) || !Sleep(ctx, pause) {
			return err
		}
		pause = min(2*pause, max(p.Pause, 2*time.Second))
	}
}

func withDeadline(ctx context.Context, deadline time.Duration, call func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	return call(ctx)
}

// Sleep waits, and reports whether ctx is still alive.
func Sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
