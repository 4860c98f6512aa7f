// Run: changing the limits of a container in place.

package run

import (
	"context"
	"errors"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/calls"
	"github.com/dmap-dev/dmap/engine/plan"
)

// updateContainer changes limits in place. Records of what is set are made before, and
// those of what is lifted are removed after: wherever a run ends, no limit of dmap's is
// without one.
func (x *executor) updateContainer(ctx context.Context, st *plan.Step) (warnings []string, err error) {
	id, info, err := x.container(ctx, st)
	if err != nil {
		return nil, err
	}
	for _, field := range st.Record {
		if err := x.recordLimit(ctx, st, info, field); err != nil {
			return nil, err
		}
	}
	err = x.call(ctx, calls.UpdateContainer, to("update container", st.Target), func(ctx context.Context) (err error) {
		warnings, err = x.client.UpdateContainer(ctx, id, *st.Update)
		return err
	})
	switch {
	case err == nil:
		return warnings, x.forgetLimits(ctx, st.Target, st.Forget)
	case docker.MayHaveHappened(err):
		return warnings, x.unlessReplaced(ctx, st, err)
	}
	// The engine refused: a record would claim what somebody else sets later.
	return warnings, errors.Join(x.unlessReplaced(ctx, st, err), x.forgetLimits(ctx, st.Target, st.Record))
}
