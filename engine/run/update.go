// Run: changing the limits of a container in place.

package run

import (
	"context"

	"github.com/dmap-dev/dmap/engine/docker/calls"
	"github.com/dmap-dev/dmap/engine/plan"
)

// updateContainer changes limits in place.
func (x *executor) updateContainer(ctx context.Context, st *plan.Step) (warnings []string, err error) {
	id, _, err := x.container(ctx, st)
	if err != nil {
		return nil, err
	}
	err = x.call(ctx, calls.UpdateContainer, to("update container", st.Target), func(ctx context.Context) (err error) {
		warnings, err = x.client.UpdateContainer(ctx, id, *st.Update)
		return err
	})
	return warnings, x.unlessReplaced(ctx, st, err)
}
