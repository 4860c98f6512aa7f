// Plan: the action signal.

package plan

import (
	"fmt"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/engine/resolve"
	"github.com/dmap-dev/dmap/engine/snapshot"
)

// Signal sends a signal to what is named.
const Signal Action = "signal"

// SignalContainer sends a signal to the first process of a container.
const SignalContainer Op = "container.signal"

func signal() *action {
	return &action{
		name: Signal, help: "send a signal to the named containers only, where they run: --signal, default KILL",
		compose:  "kill",
		resume:   "signal those that were not: name them as targets", // sent twice is not the same as sent once
		flags:    []flag{withSignal},
		refuse:   refuseSignal,
		inspects: func(c snapshot.Container, _ Request) bool { return c.Runs() }, // its restart policy matters
		decide:   decideSignal,
	}
}

func signalContainer() operation {
	return operation{
		op: SignalContainer, sign: "^", verb: "send", object: func(st *Step) string { return st.Signal }, counted: "signal",
		must: []string{"containerID", "signal"}, may: []string{"called", "foreign"}, once: true,
		wrong: func(st *Step) string {
			if st.Signal != docker.Signal(st.Signal) {
				return fmt.Sprintf("has the signal %q, which engines do not know by that name", st.Signal)
			}
			return ""
		},
	}
}

// refuseSignal refuses text that is not a signal.
func refuseSignal(r Request) error {
	switch {
	case r.Basis:
		return &RequestError{Msg: "a plan that signals cannot be saved: nothing would show that it was already carried out", Hint: "run it"}
	case r.Signal == "" || docker.Signal(r.Signal) != "":
		return nil
	}
	var names []string
	for _, name := range docker.SignalNames() {
		names = append(names, strings.TrimPrefix(name, "SIG"))
	}
	hint := problem.DidYouMean(strings.TrimPrefix(strings.ToUpper(r.Signal), "SIG"), names)
	if hint == "" {
		hint = `a name such as "HUP" or "SIGHUP", or its number`
	}
	return &RequestError{Msg: fmt.Sprintf("no signal %q", r.Signal), Hint: hint}
}

// signalName returns the signal of the request, as engines name it.
func (r Request) signalName() string {
	if r.Signal == "" {
		return docker.SIGKILL
	}
	return docker.Signal(r.Signal)
}

// decideSignal decides about one of the named containers. Only a running one has a
// process that gets the signal now. A paused one would be woken, or would get the
// signal when nobody expects it any more; one that waits for its restart would stay
// down. SIGKILL is meant for these as well. No signal waits for another.
func decideSignal(b *builder, n *resolve.Node, c snapshot.Container, exists bool) todo {
	if !exists {
		return b.mustExist(n)
	}
	name := b.req.signalName()
	switch {
	case c.State == docker.StateRunning, name == docker.SIGKILL && c.Runs():
		noteRestarts(b, n, c)
		return todo{other: &Step{Op: SignalContainer, Signal: name}, why: "asked for"}
	case c.State == docker.StatePaused:
		b.problem(CodeState, n, "unpause it first: docker unpause "+n.Name, "container %q is paused; only SIGKILL is sent to a paused container", n.Name)
	default:
		b.note(n.Name, n.Origin, "is not running (%s), so it gets no signal", c.State)
	}
	return todo{}
}

// noteRestarts notes that the policy of a container will not restart it after the
// signal, which is a surprise if the signal was not meant to end it; see
// [docker.Writer.SignalContainer].
func noteRestarts(b *builder, n *resolve.Node, c snapshot.Container) {
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
