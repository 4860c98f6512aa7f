// Run: the calls on volumes, and the preparation of volumes.

package run

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/calls"
	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/plan"
)

// createVolume creates a volume. The engine returns an existing volume as if it were
// new, so the labels say whose it is; another run of the same map may have made it.
func (x *executor) createVolume(ctx context.Context, st *plan.Step) error {
	spec := *st.Volume
	spec.Labels = identity.WithRun(spec.Labels, x.runID)
	info, err := x.newVolume(ctx, spec)
	if err != nil {
		return err
	}
	if !identity.Read(info.Labels).IsPart(identity.Read(spec.Labels)) {
		return fmt.Errorf("cannot create volume %q: one that is not dmap's appeared after the plan was made: plan again", spec.Name)
	}
	return nil
}

func (x *executor) newVolume(ctx context.Context, spec docker.VolumeSpec) (info docker.VolumeInfo, err error) {
	err = x.call(ctx, calls.CreateVolume, to("create volume", spec.Name), func(ctx context.Context) (err error) {
		info, err = x.client.CreateVolume(ctx, spec)
		return err
	})
	return info, err
}

func (x *executor) removeVolume(ctx context.Context, name string) error {
	return x.call(ctx, calls.RemoveVolume, to("remove volume", name), func(ctx context.Context) error { return x.client.RemoveVolume(ctx, name) })
}

// prepare runs the commands one after the other and then records that they succeeded. A
// record of another preparation is withdrawn first: a run that ends in the middle must
// not leave behind a record that is false. Until the record is made, repeating all of
// it is harmless.
func (x *executor) prepare(ctx context.Context, st *plan.Step) error {
	volume, err := x.volume(ctx, st.Target)
	if err != nil {
		return err
	}
	record := st.Prepare.Record
	mark, wanted := identity.Read(volume.Labels), identity.Read(record.Labels)
	if !mark.MayTouch(x.plan.Map, st.Prepare.Foreign) || !st.Prepare.Foreign && mark.Name != wanted.Name {
		return fmt.Errorf("cannot prepare volume %q: it was replaced by one that is not dmap's after the plan was made: plan again", st.Target)
	}
	was, err := x.recorded(ctx, record.Name)
	if err != nil {
		return err
	}
	begun, err := x.recorded(ctx, identity.Unfinished(st.Target))
	if err != nil {
		return err
	}
	unfinished := begun.Begins(x.plan.Map, mark)
	switch {
	case !was.Records(x.plan.Map, mark):
	case unfinished: // what the record says may no longer be true
	case was.Prepared == wanted.Prepared:
		return nil // prepared since the plan was made
	case was.Prepared != st.Prepare.Was:
		return fmt.Errorf("cannot prepare volume %q: it was prepared as %s after the plan was made: plan again", st.Target, was.Prepared)
	}
	if was.Records(x.plan.Map, mark) {
		unfinished = true
		if err := x.withdraw(ctx, record, mark); err != nil {
			return err
		}
	}
	for _, spec := range st.Prepare.Containers {
		if err := x.temporary(ctx, st.Prepare.Name, spec); err != nil {
			return fmt.Errorf("cannot prepare volume %q: %s: %w", st.Target, command(spec), err)
		}
	}
	if err := x.record(ctx, record, mark); err != nil || !unfinished {
		return err
	}
	return x.removeRecord(ctx, identity.Unfinished(st.Target))
}

// withdraw takes back the record that a volume was prepared. Without any record, an
// owner that has run counts as one, so another volume is made first which says that a
// preparation has begun.
func (x *executor) withdraw(ctx context.Context, record docker.VolumeSpec, volume identity.Mark) error {
	mark := identity.Read(record.Labels)
	mark.Role = identity.RolePrepare
	err := x.record(ctx, docker.VolumeSpec{Name: identity.Unfinished(mark.Volume), Labels: mark.VolumeLabels()}, volume)
	if err != nil {
		return err
	}
	return x.removeRecord(ctx, record.Name)
}

// recorded returns what the record with a name says; nothing if there is none.
func (x *executor) recorded(ctx context.Context, name string) (identity.Mark, error) {
	info, err := x.volume(ctx, name)
	if docker.KindOf(err) == docker.NotFound {
		return identity.Mark{}, nil
	}
	return identity.Read(info.Labels), err
}

func (x *executor) volume(ctx context.Context, name string) (info docker.VolumeInfo, err error) {
	err = x.call(ctx, calls.Read, to("inspect volume", name), func(ctx context.Context) (err error) {
		info, err = x.client.Volume(ctx, name)
		return err
	})
	return info, err
}

// temporary creates a container, starts it, waits for its end, checks its exit code,
// and removes it whatever happened, even if ctx has ended meanwhile.
func (x *executor) temporary(ctx context.Context, name string, spec docker.ContainerSpec) (err error) {
	id, _, err := x.createContainer(ctx, name, spec)
	for try := 0; try < 2 && docker.KindOf(err) == docker.NameTaken && x.removeLeftover(ctx, name); try++ {
		id, _, err = x.createContainer(ctx, name, spec)
	}
	defer func() { err = errors.Join(err, x.cleanUp(ctx, id, name, err)) }()
	if err != nil {
		return err
	}
	if err := x.start(ctx, id, name); err != nil {
		return named(err, name)
	}
	err = x.wait(ctx, calls.AwaitHelper, id, name)
	if docker.KindOf(err) == docker.Cancelled && ctx.Err() == nil {
		return fmt.Errorf("it still ran after %s and was ended", x.calls.Times.Wait)
	}
	if err != nil {
		return err
	}
	info, err := x.inspect(ctx, id)
	switch {
	case err != nil:
		return named(err, name)
	case info.State.StartedAt.IsZero() || info.State.Running || info.State.ExitCode != 0: // waiting for a container that never ran ends at once, with 0
		return fmt.Errorf("container %q did not do its work: it is %s", name, info.State.Status)
	}
	return nil
}

// removeLeftover removes the temporary container of a run that died, whose create the engine
// ended after the plan was made, and reports whether the name is free now. The lock tells
// that no other run is at work.
func (x *executor) removeLeftover(ctx context.Context, name string) bool {
	info, err := x.inspect(ctx, name)
	switch {
	case docker.KindOf(err) == docker.NotFound: // its creation failed after all
		return true
	case err != nil || !identity.Read(info.Config.Labels).IsHelper(x.plan.Map):
		return false
	}
	_, err = x.removeContainer(ctx, info.ID, name, true)
	return err == nil
}

// cleanUp removes a temporary container, including one whose create was cut off. Once
// ctx has ended, it goes on for a short time only.
func (x *executor) cleanUp(run context.Context, id, name string, after error) error {
	ctx, cancel := context.WithCancel(context.WithoutCancel(run))
	defer cancel()
	stop := context.AfterFunc(run, func() {
		if calls.Sleep(ctx, x.calls.Times.Read) {
			cancel()
		}
	})
	defer stop()
	if kind := docker.KindOf(after); id == "" && (kind == docker.Cancelled || kind == docker.OutcomeUnknown) {
		id, _ = x.lookFor(ctx, name, docker.ContainerSpec{}, x.calls.Times.Settle)
	}
	if id == "" {
		return nil
	}
	_, err := x.removeContainer(ctx, id, name, true)
	return err
}

// record makes the empty volume that says that a volume was prepared, or is being
// prepared. A record of an earlier volume with that name is replaced; it holds nothing.
func (x *executor) record(ctx context.Context, spec docker.VolumeSpec, volume identity.Mark) error {
	spec.Labels = identity.WithVolumeOf(identity.WithRun(spec.Labels, x.runID), volume.Run)
	wanted := identity.Read(spec.Labels)
	for range 2 {
		info, err := x.newVolume(ctx, spec)
		if err != nil {
			return err
		}
		switch found := identity.Read(info.Labels); {
		case found.IsPart(wanted) && found.VolumeOf == wanted.VolumeOf && found.Prepared == wanted.Prepared:
			return nil
		case !found.IsOf(x.plan.Map) || found.Role != wanted.Role:
			return fmt.Errorf("cannot record that a volume was prepared: %q exists and is not dmap's", spec.Name)
		}
		if err := x.removeRecord(ctx, spec.Name); err != nil {
			return err
		}
	}
	return fmt.Errorf("cannot record that a volume was prepared: somebody keeps changing %q", spec.Name)
}

// removeRecord removes a record; if it is gone already, that is what was wanted.
func (x *executor) removeRecord(ctx context.Context, name string) error {
	err := x.removeVolume(ctx, name)
	if docker.KindOf(err) == docker.NotFound {
		return nil
	}
	return err
}

func command(spec docker.ContainerSpec) string {
	return strings.Join(append(append([]string{}, spec.Entrypoint...), spec.Cmd...), " ")
}
