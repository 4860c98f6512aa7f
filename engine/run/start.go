// Run: starting a container, and waiting for one that has to end.

package run

import (
	"context"
	"fmt"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/calls"
	"github.com/dmap-dev/dmap/engine/plan"
)

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

// start starts the container with an id and a name.
func (x *executor) start(ctx context.Context, id, name string) error {
	return x.call(ctx, calls.StartContainer, to("start container", name), func(ctx context.Context) error {
		return x.client.StartContainer(ctx, id)
	})
}

// wait waits for a started container to end. It turns an exit code other than 0 into an
// error that ends with the container's last lines.
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
	// Without the container's last lines the error says less, but it is still true.
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

// oneLine joins the lines of a text with "; ".
func oneLine(text string) string {
	return strings.ReplaceAll(strings.TrimSpace(text), "\n", "; ")
}
