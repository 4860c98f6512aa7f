// Run: signals to containers.

package run

import (
	"context"
	"fmt"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/calls"
	"github.com/dmap-dev/dmap/engine/plan"
)

// signalContainer sends a signal once. If its answer was lost nobody can know whether
// it arrived, and sending it twice is not the same as once, so it is not repeated. Only
// SIGKILL leaves a trace: the container is down, or has been restarted since.
func (x *executor) signalContainer(ctx context.Context, st *plan.Step) error {
	id, info, err := x.container(ctx, st)
	if err != nil {
		return err
	}
	send := func(ctx context.Context) error { return x.client.SignalContainer(ctx, id, st.Signal) }
	if st.Signal != docker.SIGKILL {
		if info.State.Paused {
			return fmt.Errorf("container %q was paused after the plan was made: plan again", st.Target)
		}
		return x.unlessReplaced(ctx, st, x.call(ctx, calls.SignalContainer, to("signal container", st.Target), send))
	}
	killed := func(ctx context.Context) (bool, error) {
		now, err := x.inspect(ctx, id)
		if docker.KindOf(err) == docker.NotFound {
			return true, nil
		}
		return err == nil && (!now.State.Running || !now.State.StartedAt.Equal(info.State.StartedAt)), err
	}
	err = x.calls.Do(ctx, calls.Call{Kind: calls.KillContainer, For: to("kill container", st.Target), Make: send, Look: killed})
	switch docker.KindOf(err) {
	case docker.NotFound:
		return x.replaced(ctx, st)
	case docker.Conflict: // it has ended by itself, or by an earlier attempt
		if done, _ := killed(ctx); done {
			return nil
		}
	}
	return named(err, st.Target)
}
