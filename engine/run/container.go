// Run: creating a container.

package run

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/calls"
	"github.com/dmap-dev/dmap/engine/docker/field"
	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/plan"
)

// createContainer creates. A container of the name that is just what was asked for
// is taken: this run made it and the answer was lost, or another run did, whose
// call was still under way when this plan was made.
func (x *executor) createContainer(ctx context.Context, name string, spec docker.ContainerSpec) (id string, warnings []string, err error) {
	spec.Labels = identity.WithRun(spec.Labels, x.runID)
	look := func(ctx context.Context) (made bool, err error) {
		id, err = x.lookFor(ctx, name, spec, x.calls.Times.Settle)
		return id != "", err
	}
	create := func(ctx context.Context) (err error) {
		id, warnings, err = x.client.CreateContainer(ctx, name, spec)
		return err
	}
	err = x.calls.Do(ctx, calls.Call{Kind: calls.CreateContainer, For: to("create container", name), Make: create, Look: look})
	if docker.KindOf(err) == docker.NameTaken {
		if id, _ = x.lookFor(ctx, name, spec, x.calls.Times.Create); id != "" {
			return id, nil, nil
		}
		err = fmt.Errorf("%w; it appeared after the plan was made: plan again", err)
	}
	return id, warnings, err
}

// createPlanned creates the container of a step, and remembers it for the steps that need
// it.
func (x *executor) createPlanned(ctx context.Context, st *plan.Step) (warnings []string, err error) {
	id, warnings, err := x.createContainer(ctx, st.Target, x.tied(st))
	if err != nil {
		return warnings, err
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.created == nil {
		x.created = map[string]string{}
	}
	x.created[st.Target] = id
	return warnings, nil
}

// tied is the create request of a step, with a label of what the container is tied to:
// what this run made, or else what was there when the plan was made.
func (x *executor) tied(st *plan.Step) docker.ContainerSpec {
	spec := *st.Create
	deps := map[string]string{}
	x.mu.Lock()
	for name, id := range st.Deps {
		if made := x.created[name]; made != "" {
			id = made
		}
		if id != "" {
			deps[name] = id
		}
	}
	x.mu.Unlock()
	spec.Labels = identity.WithDeps(spec.Labels, deps)
	return spec
}

// lookFor returns the id of the container of a name if it is the one asked for, else "". An engine gives the name away before it shows the container,
// which may take long if an image's files are copied into a volume; so as long as
// there is none it looks again.
func (x *executor) lookFor(ctx context.Context, name string, spec docker.ContainerSpec, most time.Duration) (id string, err error) {
	pause := x.calls.Times.Settle / 20
	for end := time.Now().Add(most); time.Now().Before(end); {
		info, err := x.inspect(ctx, name)
		switch {
		case err == nil && x.answers(info, spec):
			return info.ID, nil
		case err == nil:
			return "", nil
		case !calls.Sleep(ctx, pause):
			return "", ctx.Err()
		}
		pause = min(2*pause, time.Second)
	}
	return "", nil
}

// answers reports whether a container was made by this run, or by another one from the
// same request. What labels do not tell of that request, the engine shows.
func (x *executor) answers(c docker.ContainerInfo, spec docker.ContainerSpec) bool {
	has, asked := identity.Read(c.Config.Labels), identity.Read(spec.Labels)
	if has.Run == x.runID || !has.Answers(asked, x.runID) {
		return has.Run == x.runID
	}
	spec.Labels = identity.Foreign(spec.Labels)
	unlike, err := spec.DifferingFields(c, func(string) string { return "" })
	return err == nil && !slices.ContainsFunc(unlike, field.IsShown)
}

func (x *executor) inspect(ctx context.Context, id string) (info docker.ContainerInfo, err error) {
	err = x.call(ctx, calls.Read, to("inspect container", id), func(ctx context.Context) (err error) {
		info, err = x.client.Container(ctx, id)
		return err
	})
	return info, err
}
