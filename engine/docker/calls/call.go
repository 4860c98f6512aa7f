// Calls: one call, its tries, and what became of a lost one.

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
	// For says in words what is waited for: `the engine to stop container "m.a"`.
	For string
	// Extra is what the object of the call is given beyond the deadline of the kind.
	Extra time.Duration
	// Make makes the call once.
	Make func(context.Context) error
	// Look finds out whether a call happened whose answer was lost: then it is done. If
	// Look fails, that stays unknown. Only for kinds that are looked at.
	Look func(context.Context) (happened bool, err error)
}

// Caller makes calls. The zero value is of no use; it is safe for concurrent use.
type Caller struct {
	// Times are those that were given, with their defaults.
	Times  Times
	policy map[Kind]Policy
}

// New returns a Caller.
func New(t Times) *Caller {
	t = t.withDefaults()
	return &Caller{Times: t, policy: t.table()}
}

// Do makes a call until it succeeds, fails for good, or was tried often enough.
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
	var earlier error // of a try that may have happened
	for try := 1; ; {
		err := within(ctx, p.Deadline+call.Extra, call.Make)
		kind := docker.KindOf(err)
		away := kind == docker.Unreachable
		if err == nil || !away && !slices.Contains(p.Again, kind) {
			return err
		}
		if docker.MayHaveHappened(err) {
			earlier = err
		} else if earlier != nil {
			err = earlier // this try says nothing about that one
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

func within(ctx context.Context, deadline time.Duration, call func(context.Context) error) error {
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
