// Run: the records of limits that were set in place.

package run

import (
	"context"
	"fmt"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/plan"
)

// recordLimit makes the empty volume that says dmap set a limit of a container in place.
// One of an earlier container of the name is replaced: it says nothing any more.
func (x *executor) recordLimit(ctx context.Context, st *plan.Step, c docker.ContainerInfo, field string) error {
	mark := identity.Read(c.Config.Labels)
	wanted := identity.Mark{Map: x.plan.Map, Role: identity.RoleLimit, Name: mark.Name, Instance: mark.Instance, LimitOf: st.ContainerID, Limit: field}
	spec := docker.VolumeSpec{Name: identity.Limit(st.Target, field), Labels: identity.WithRun(wanted.VolumeLabels(), x.runID)}
	for range 2 {
		info, err := x.newVolume(ctx, spec)
		if err != nil {
			return err
		}
		switch found := identity.Read(info.Labels); {
		case !found.IsLimit(x.plan.Map):
			return fmt.Errorf("cannot record that a limit was set: volume %q exists and is not dmap's", spec.Name)
		case found.LimitOf == wanted.LimitOf:
			return nil
		}
		if err := x.removeVolume(ctx, spec.Name); err != nil && docker.KindOf(err) != docker.NotFound {
			return err
		}
	}
	return fmt.Errorf("cannot record that a limit was set: somebody keeps changing the volume %q", spec.Name)
}

// forgetLimits removes such records of a container's name. A volume that is no record of
// the map stays: a saved plan could name any.
func (x *executor) forgetLimits(ctx context.Context, container string, fields []string) error {
	for _, field := range fields {
		name := identity.Limit(container, field)
		info, err := x.volume(ctx, name)
		if err == nil && identity.Read(info.Labels).IsLimit(x.plan.Map) {
			err = x.removeVolume(ctx, name)
		}
		if err != nil && docker.KindOf(err) != docker.NotFound {
			return err
		}
	}
	return nil
}
