// Run: stopping a container.

package run

import (
	"context"
	"time"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/calls"
	"github.com/dmap-dev/dmap/engine/plan"
)

// stopContainer gives the engine as long as the container may take to stop. A
// container that is gone counts as stopped, unless another one took its place.
func (x *executor) stopContainer(ctx context.Context, st *plan.Step) error {
	id, info, err := x.container(ctx, st)
	if err != nil {
		return err
	}
	timeout := st.StopTimeout
	if timeout == nil {
		timeout = info.Config.StopTimeout
	}
	extra := 10 * time.Second // the engine's own default
	switch {
	case timeout == nil:
	case *timeout < 0: // the engine waits without limit
		extra = longest
	default:
		extra = time.Duration(*timeout) * time.Second
	}
	err = x.calls.Do(ctx, calls.Call{Kind: calls.StopContainer, For: to("stop container", st.Target), Extra: extra,
		Make: func(ctx context.Context) error { return x.client.StopContainer(ctx, id, st.StopTimeout) },
		Look: func(ctx context.Context) (stopped bool, err error) {
			info, err := x.inspect(ctx, id)
			return err == nil && !info.State.Running, err
		}})
	if docker.KindOf(err) == docker.NotFound {
		return x.replaced(ctx, st)
	}
	return named(err, st.Target)
}

// longest is longer than any call is given.
const longest = 1 << 62 * time.Nanosecond
