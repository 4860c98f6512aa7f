// Run: one step, and whether a call happened whose answer was lost.

package run

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/calls"
	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/plan"
)

// executor carries out single steps. It is safe for concurrent use.
type executor struct {
	client docker.Client
	runID  string
	plan   *plan.Plan
	calls  *calls.Caller

	mu      sync.Mutex
	created map[string]string // ids of the containers that this run made, by name
	pulled  time.Time         // when a pull last made progress
}

// container returns the id of the container that a step means, which is the one that
// this run made or else the one that the step was planned for, and what inspecting the
// latter returned: nothing if it is gone. A container that was renamed, is of another
// map, or gave its place to somebody else's, is not what the plan means; those are
// errors. Each step looks again: a stop may take long, and what somebody renamed in the
// meantime is not to be removed.
func (x *executor) container(ctx context.Context, st *plan.Step) (id string, info docker.ContainerInfo, err error) {
	x.mu.Lock()
	made := x.created[st.Target]
	x.mu.Unlock()
	switch {
	case st.ContainerID == "" && made == "":
		return "", info, fmt.Errorf("step %q: the plan neither names nor creates the container", st.ID)
	case st.ContainerID == "":
		return made, info, nil
	}
	info, err = x.inspect(ctx, st.ContainerID)
	switch {
	case docker.KindOf(err) == docker.NotFound:
		return st.ContainerID, docker.ContainerInfo{}, x.replaced(ctx, st)
	case err != nil:
		return "", info, named(err, st.Target)
	case info.Name != cmp.Or(st.Called, st.Target):
		return "", info, fmt.Errorf("container %q was renamed to %q after the plan was made: plan again", st.Target, info.Name)
	}
	mark := identity.Read(info.Config.Labels)
	if st.Foreign && !mark.IsForeign() {
		if mark, err = x.own(ctx, info); err != nil {
			return "", info, named(err, st.Target)
		}
	}
	if !mark.MayTouch(x.plan.Map, st.Foreign) {
		return "", info, fmt.Errorf("container %q is not of the map %q: plan again", st.Target, x.plan.Map)
	}
	return st.ContainerID, info, nil
}

// own is what the labels of a container say that it has not only from its image.
func (x *executor) own(ctx context.Context, info docker.ContainerInfo) (identity.Mark, error) {
	var image docker.ImageInfo
	err := x.call(ctx, calls.Read, to("inspect image", info.ImageID), func(ctx context.Context) (err error) {
		image, err = x.client.Image(ctx, info.ImageID)
		return err
	})
	mark := identity.Read(info.Config.Labels)
	switch kind := docker.KindOf(err); {
	case kind == docker.ImageMissing || kind == docker.NotFound:
		return mark, nil
	case err == nil && mark.InheritedFrom(identity.Read(image.Config.Labels)):
		return identity.Mark{}, nil
	}
	return mark, err
}

// replaced is called when the container that a step was planned for is gone. It returns
// an error if the name now belongs to another container, which the plan knows nothing
// about: a stop that counted as done would leave that one running. A container that
// this run made is meant to be there, and so is one that an earlier run of the same
// plan made.
func (x *executor) replaced(ctx context.Context, st *plan.Step) error {
	info, err := x.inspect(ctx, st.Target)
	x.mu.Lock()
	made := x.created[st.Target]
	x.mu.Unlock()
	switch {
	case docker.KindOf(err) == docker.NotFound:
		return nil
	case err != nil:
		return named(err, st.Target)
	case info.ID == made:
		return nil
	}
	create := x.plan.Step(string(plan.CreateContainer) + " " + st.Target)
	if create != nil && create.Create != nil && x.answers(info, x.tied(create)) {
		return nil
	}
	return fmt.Errorf("container %q was replaced by another one after the plan was made: plan again", st.Target)
}

// unlessReplaced returns the error of a call on the container of a step. If another
// container has taken its place, it says so instead, since that says more than that the
// container is gone.
func (x *executor) unlessReplaced(ctx context.Context, st *plan.Step, err error) error {
	if docker.KindOf(err) == docker.NotFound {
		if replaced := x.replaced(ctx, st); replaced != nil {
			return replaced
		}
	}
	return named(err, st.Target)
}

// call makes a call of a kind that is not looked up when its answer is lost.
func (x *executor) call(ctx context.Context, kind calls.Kind, what string, do func(context.Context) error) error {
	return x.calls.Do(ctx, calls.Call{Kind: kind, For: what, Make: do})
}

// to says, for people, that the engine is waited for, and what it is to do.
func to(do, name string) string {
	if name != "" {
		name = ` "` + name + `"`
	}
	return "the engine to " + do + name
}

// named puts the name of a container into an error that knows only its id.
func named(err error, name string) error {
	var exit *ExitError
	var call *docker.Error
	switch {
	case errors.As(err, &exit):
		exit.Container = name
	case errors.As(err, &call):
		call.Target = name
	}
	return err
}
