// Run: removing a container.

package run

import (
	"context"
	"time"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/calls"
	"github.com/dmap-dev/dmap/engine/plan"
)

// removePlanned removes the container of a step. One that is gone counts as removed,
// unless another one took its place.
func (x *executor) removePlanned(ctx context.Context, st *plan.Step) error {
	id, _, err := x.container(ctx, st)
	if err != nil {
		return err
	}
	found, err := x.removeContainer(ctx, id, st.Target, st.Force)
	if err == nil && !found {
		err = x.replaced(ctx, st)
	}
	if err != nil {
		return err
	}
	return x.forgetLimits(ctx, st.Target, st.Forget)
}

// removeContainer removes the container with an id and a name; if it is gone already,
// that is what was wanted. found reports whether it was there to be removed.
func (x *executor) removeContainer(ctx context.Context, id, name string, force bool) (found bool, err error) {
	err = x.call(ctx, calls.RemoveContainer, to("remove container", name), func(ctx context.Context) error {
		err := x.client.RemoveContainer(ctx, id, force)
		if docker.KindOf(err) == docker.RemovalInProgress {
			return x.gone(ctx, id)
		}
		return err
	})
	if docker.KindOf(err) == docker.NotFound {
		return false, nil
	}
	return err == nil, named(err, name)
}

// gone waits until a container that somebody else is removing no longer exists.
func (x *executor) gone(ctx context.Context, id string) error {
	for {
		if _, err := x.client.Container(ctx, id); err != nil {
			return err
		}
		if !calls.Sleep(ctx, 100*time.Millisecond) {
			return ctx.Err()
		}
	}
}
