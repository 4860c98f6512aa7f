// Run: pulls of images.

package run

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dmap-dev/dmap/engine/docker/calls"
	"github.com/dmap-dev/dmap/engine/plan"
)

// errIdle ends a pull that makes no progress.
var errIdle = errors.New("no progress")

// pull fetches an image. A pull that took too long, or stood still, is not repeated.
// The engine's report may end early, so the image is looked up afterwards.
func (x *executor) pull(ctx context.Context, st *plan.Step) error {
	pulling, giveUp := context.WithCancelCause(ctx)
	defer giveUp(nil)
	x.progress()
	go x.watch(pulling, giveUp)
	err := x.call(pulling, calls.Pull, to("pull image", st.Target), func(ctx context.Context) error {
		return x.client.PullImage(ctx, st.Target, x.progress)
	})
	switch {
	case err == nil:
		return x.call(ctx, calls.Read, to("inspect image", st.Target), func(ctx context.Context) error {
			_, err := x.client.Image(ctx, st.Target)
			return err
		})
	case errors.Is(context.Cause(pulling), errIdle):
		return fmt.Errorf("cannot pull image %q: no progress for %s, so it was given up: check the connection from the engine to the registry, then run again", st.Target, x.calls.Times.Idle)
	}
	return err
}

// progress records that a pull makes progress.
func (x *executor) progress() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.pulled = time.Now()
}

// watch returns a pull up if no pull of the run has made progress for too long.
// Progress of the others counts, because an engine fetches only a few layers at a time,
// of whatever image, and does not mention those that wait for their turn.
func (x *executor) watch(ctx context.Context, giveUp context.CancelCauseFunc) {
	for {
		x.mu.Lock()
		left := x.calls.Times.Idle - time.Since(x.pulled)
		x.mu.Unlock()
		if left <= 0 {
			giveUp(errIdle)
			return
		}
		if !calls.Sleep(ctx, left) {
			return
		}
	}
}
