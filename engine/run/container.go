// Run: the calls on containers.

package run

import (
	"context"
	"fmt"
	"time"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/calls"
	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/plan"
)

// createContainer creates. A container of the name that is just what was asked for
// is taken: this run made it and the answer was lost, or another run did, whose
// call was still under way when this plan was made.
func (x *executor) createContainer(ctx context.Context, name string, spec docker.ContainerSpec) (id string, warnings []string, err error) {
	spec.Labels = identity.WithRun(spec.Labels, x.runID)
	look := func(ctx context.Context) (made bool, err error) {
		id, err = x.lookFor(ctx, name, spec.Labels, x.calls.Times.Settle)
		return id != "", err
	}
	create := func(ctx context.Context) (err error) {
		id, warnings, err = x.client.CreateContainer(ctx, name, spec)
		return err
	}
	err = x.calls.Do(ctx, calls.Call{Kind: calls.CreateContainer, For: to("create container", name), Make: create, Look: look})
	if docker.KindOf(err) == docker.NameTaken {
		if id, _ = x.lookFor(ctx, name, spec.Labels, x.calls.Times.Create); id != "" {
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

// lookFor returns the id of the container of a name if labels say that it is the one
// asked for, else "". An engine gives the name away before it shows the container,
// which may take long if an image's files are copied into a volume; so as long as
// there is none it looks again.
func (x *executor) lookFor(ctx context.Context, name string, labels map[string]string, most time.Duration) (id string, err error) {
	pause := x.calls.Times.Settle / 20
	for end := time.Now().Add(most); time.Now().Before(end); {
		info, err := x.inspect(ctx, name)
		switch {
		case err == nil && identity.Read(info.Config.Labels).Answers(identity.Read(labels), x.runID):
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

func (x *executor) inspect(ctx context.Context, id string) (info docker.ContainerInfo, err error) {
	err = x.call(ctx, calls.Read, to("inspect container", id), func(ctx context.Context) (err error) {
		info, err = x.client.Container(ctx, id)
		return err
	})
	return info, err
}

func (x *executor) startContainer(ctx context.Context, st *plan.Step) error {
	id, _, err := x.container(ctx, st)
	if err != nil {
		return err
	}
	if err := x.start(ctx, id, st.Target); err != nil {
		return x.unlessReplaced(ctx, st, err)
	}
	if !st.Wait {
		return nil
	}
	err = x.wait(ctx, calls.AwaitHolder, id, st.Target)
	if docker.KindOf(err) == docker.Cancelled && ctx.Err() == nil {
		return fmt.Errorf("container %q still runs after %s: the base image must end at once, as tianon/true does", st.Target, x.calls.Times.Hold)
	}
	return err
}

// start starts the container of an id and name.
func (x *executor) start(ctx context.Context, id, name string) error {
	return x.call(ctx, calls.StartContainer, to("start container", name), func(ctx context.Context) error {
		return x.client.StartContainer(ctx, id)
	})
}

// wait waits for a started container to end, and makes an exit code other than 0 an error
// that ends with the container's last lines.
func (x *executor) wait(ctx context.Context, kind calls.Kind, id, name string) error {
	var code int
	err := x.call(ctx, kind, fmt.Sprintf("the end of container %q", name), func(ctx context.Context) (err error) {
		code, err = x.client.WaitContainer(ctx, id)
		return err
	})
	if err != nil || code == 0 {
		return named(err, name)
	}
	e := &ExitError{Container: name, Code: code}
	// Without its last words the error is poorer, but as true.
	_ = x.call(ctx, calls.Logs, to("read logs of container", name), func(ctx context.Context) error {
		e.Output, err = x.client.Logs(ctx, id, 20)
		return err
	})
	return e
}

// ExitError says that a container that had to succeed did not.
type ExitError struct {
	Container string
	Code      int
	// Output is the end of what it wrote, if that could be read.
	Output string
}

func (e *ExitError) Error() string {
	text := fmt.Sprintf("container %q ended with exit code %d", e.Container, e.Code)
	if e.Output != "" {
		text += ": " + oneLine(e.Output)
	}
	return text
}

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

// unlessReplaced is the error of a call on the container of a step, or that another one has
// taken its place, which says more than that it is gone.
func (x *executor) unlessReplaced(ctx context.Context, st *plan.Step, err error) error {
	if docker.KindOf(err) == docker.NotFound {
		if replaced := x.replaced(ctx, st); replaced != nil {
			return replaced
		}
	}
	return named(err, st.Target)
}

// stopContainer gives the engine as long as the container may take to stop. One that
// is gone is stopped, unless another one took its place.
func (x *executor) stopContainer(ctx context.Context, st *plan.Step) error {
	id, info, err := x.container(ctx, st)
	if err != nil {
		return err
	}
	timeout := st.StopTimeout
	if timeout == nil {
		timeout = info.Config.StopTimeout
	}
	extra := 10 * time.Second // that of the engine
	switch {
	case timeout == nil:
	case *timeout < 0: // it waits without end
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

// longest is beyond every time a call is given.
const longest = 1 << 62 * time.Nanosecond

// removePlanned removes the container of a step. One that is gone is removed, unless
// another one took its place.
func (x *executor) removePlanned(ctx context.Context, st *plan.Step) error {
	id, _, err := x.container(ctx, st)
	if err != nil {
		return err
	}
	found, err := x.removeContainer(ctx, id, st.Target, st.Force)
	if err == nil && !found {
		return x.replaced(ctx, st)
	}
	return err
}

// removeContainer removes the container of an id and name; one that is gone already is
// what was wanted. found reports whether it was there to be removed.
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

// gone waits until a container that somebody is removing is no more.
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
