// Run: pulls of images.

package run

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/plan"
)

// errIdle ends a pull that does not go on.
var errIdle = errors.New("no progress")

// pull fetches an image. A registry that fails is asked again; a pull that took too
// long, or stood still, is not. An engine's report may end early, so the image is
// looked up.
func (x *executor) pull(ctx context.Context, st *plan.Step) error {
	limited, cancel := context.WithTimeout(ctx, x.times.Pull)
	defer cancel()
	pulling, giveUp := context.WithCancelCause(limited)
	defer giveUp(nil)
	x.progress()
	go x.watch(pulling, giveUp)
	err := x.fetch(pulling, st.Target)
	switch {
	case err == nil:
		return x.attempt(ctx, x.times.Read, func(ctx context.Context) error {
			_, err := x.client.Image(ctx, st.Target)
			return err
		}, nil)
	case errors.Is(context.Cause(pulling), errIdle):
		return fmt.Errorf("cannot pull image %q: no progress for %s, so it was given up: check the way from the engine to the registry, then run again", st.Target, x.times.Idle)
	}
	return err
}

// fetch pulls, and again if the registry fails.
func (x *executor) fetch(ctx context.Context, ref string) (err error) {
	pause := x.times.Pause
	for range tries {
		err = x.attempt(ctx, x.times.Pull, func(ctx context.Context) error { return x.client.PullImage(ctx, ref, x.progress) }, nil)
		if docker.KindOf(err) != docker.Internal || !sleep(ctx, pause) {
			break
		}
		pause = 3 * pause
	}
	return err
}

// progress notes that a pull goes on.
func (x *executor) progress() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.pulled = time.Now()
}

// watch gives a pull up when none of the run has made progress for too long. That of
// others counts because an engine fetches a few layers at a time, of whatever image,
// and says nothing of those that wait for their turn.
func (x *executor) watch(ctx context.Context, giveUp context.CancelCauseFunc) {
	for {
		x.mu.Lock()
		left := x.times.Idle - time.Since(x.pulled)
		x.mu.Unlock()
		if left <= 0 {
			giveUp(errIdle)
			return
		}
		if !sleep(ctx, left) {
			return
		}
	}
}
