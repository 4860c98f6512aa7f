// Plan: signals to containers.

package plan

import (
	"fmt"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/model"
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
	hint := model.DidYouMean(strings.TrimPrefix(strings.ToUpper(text), "SIG"), names)
	if hint == "" {
		hint = `a name such as "HUP" or "SIGHUP", or its number`
	}
	return &TargetError{Msg: fmt.Sprintf("no signal %q", text), Hint: hint}
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
		return todo{signal: true, why: "asked for"}
	case c.State == docker.StatePaused:
		b.problem(CodeState, n, "unpause it first: docker unpause "+n.Name, "container %q is paused; only SIGKILL is sent to a paused container", n.Name)
	default:
		b.note(n.Name, n.Origin, "is not running (%s), so it gets no signal", c.State)
	}
	return todo{}
}

// signals adds the signals. None waits for another.
func (b *builder) signals() {
	for _, n := range b.order {
		if t := b.todo[n.Name]; t.signal {
			b.step(Step{Op: SignalContainer, Target: n.Name, ContainerID: b.s.Containers[n.Name].ID, Signal: b.req.signalName()},
				nil, n.Origin, t.why)
		}
	}
}
