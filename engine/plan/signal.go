// Plan: signals to containers.

package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/engine/resolve"
	"github.com/dmap-dev/dmap/engine/state"
)

// checkSignal refuses what is no signal.
func checkSignal(text string) error {
	if text == "" || docker.Signal(text) != "" {
		return nil
	}
	var names []string
	for _, name := range docker.SignalNames() {
		names = append(names, strings.TrimPrefix(name, "SIG"))
	}
	hint := problem.DidYouMean(strings.TrimPrefix(strings.ToUpper(text), "SIG"), names)
	if hint == "" {
		hint = `a name such as "HUP" or "SIGHUP", or its number`
	}
	return &RequestError{Msg: fmt.Sprintf("no signal %q", text), Hint: hint}
}

// signalName is the signal of the request, as engines name it.
func (r Request) signalName() string {
	if r.Signal == "" {
		return docker.SIGKILL
	}
	return docker.Signal(r.Signal)
}

// signal decides about one of the named containers. Only a running one has a process
// that gets the signal now: a paused one would be woken, or get it when nobody expects
// it any more, and one that waits for its restart would stay down. SIGKILL is meant
// for these as well.
func (b *builder) signal(n *resolve.Node, c state.Container, exists bool) todo {
	if !exists {
		return b.absent(n)
	}
	kill := b.req.signalName() == docker.SIGKILL
	switch {
	case c.State == docker.StateRunning, kill && isRunning(c):
		b.noteRestarts(n, c)
		return todo{signal: true, why: "asked for"}
	case c.State == docker.StatePaused:
		b.problem(CodeState, n, "unpause it first: docker unpause "+n.Name, "container %q is paused; only SIGKILL is sent to a paused container", n.Name)
	default:
		b.note(n.Name, n.Origin, "is not running (%s), so it gets no signal", c.State)
	}
	return todo{}
}

// signalled are the containers that may get a signal: their restart policies matter.
func signalled(d *resolve.Desired, s *state.Snapshot, req Request) []string {
	names, _ := targets(d, req.Targets) // which Select has checked
	return slices.DeleteFunc(names, func(name string) bool { return !isRunning(s.Containers[name]) })
}

// noteRestarts tells that a container will not be restarted by its policy after the
// signal, which surprises where that was not meant to end it, see
// [docker.Writer.SignalContainer].
func (b *builder) noteRestarts(n *resolve.Node, c state.Container) {
	if c.Info == nil || c.Info.HostConfig.RestartPolicy == nil {
		return
	}
	policy, stop, signal := c.Info.HostConfig.RestartPolicy.Name, docker.Signal(c.Info.Config.StopSignal), b.req.signalName()
	switch {
	case policy == "" || policy == "no":
	case policy == "unless-stopped", stop == signal, signal == docker.SIGKILL:
		b.note(n.Name, n.Origin, "is not restarted by its policy %s after %s, until it is started again", policy, signal)
	case stop == "":
		b.note(n.Name, n.Origin, "is not restarted by its policy %s after %s, until it is started again; with a stop_signal in its options it would be", policy, signal)
	}
}

// signals adds the signals. None waits for another.
func (b *builder) signals() {
	for _, n := range b.order {
		if t := b.todo[n.Name]; t.signal {
			c := b.s.Containers[n.Name]
			b.step(Step{Op: SignalContainer, Target: n.Name, ContainerID: c.ID, Foreign: !b.ours(c.Labels), Signal: b.req.signalName()},
				nil, n.Origin, t.why)
		}
	}
}
