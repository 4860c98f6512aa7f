// Calls: calls that start, stop and remove containers.

package api

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/process"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/signals"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/state"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/world"
)

func notRunning(c *state.Container) error {
	return wire.Conflict("Container %s is not running", c.ID)
}

func containerStart(w *world.World, q *wire.Request) (wire.Reply, error) {
	c, err := w.State.FindContainer(q.Name)
	if err != nil {
		return wire.Reply{}, err
	}
	// Start once took a HostConfig. The engine refuses it rather than start a container
	// with other settings than were asked for.
	if len(q.Body) > 0 && strings.TrimSpace(string(q.Body)) != "{}" && q.At(24) {
		return wire.Reply{}, wire.BadRequest("starting container with non-empty request body was deprecated since API v1.22 and removed in v1.24")
	}
	switch {
	case c.Paused:
		return wire.Reply{}, wire.Conflict("cannot start a paused container, try unpause instead")
	case c.Running:
		return wire.Reply{}, wire.NotModified()
	case c.Removing || c.Dead:
		return wire.Reply{}, wire.Conflict("container is marked for removal and cannot be started")
	}
	if err := w.Supervisor.Start(c, true); err != nil {
		return wire.Reply{}, err
	}
	return wire.Status(204)
}

func containerKill(w *world.World, q *wire.Request) (wire.Reply, error) {
	sig := signals.Kill
	if text := q.Query.Get("signal"); text != "" {
		n, err := signals.Parse(text)
		if err != nil {
			return wire.Reply{}, err
		}
		sig = n
	}
	where := "Cannot kill container: " + q.Name + ": "
	c, err := w.State.FindContainer(q.Name)
	if err != nil {
		return wire.Reply{}, wire.Prefixed(where, err)
	}
	// The C library keeps two signals for itself.
	if sig < 0 || sig > 64 || sig == 32 || sig == 33 {
		return wire.Reply{}, wire.Prefixed(where, wire.Failure("The linux daemon does not support signal %d", uint64(sig)))
	}
	if !c.Running {
		return wire.Reply{}, wire.Prefixed(where, notRunning(c))
	}
	w.Supervisor.Kill(c, sig)
	return wire.Status(204)
}

// stopTimeout reads how many seconds a stop waits; negative means for ever.
func stopTimeout(q *wire.Request, c *state.Container) (int, error) {
	if text := q.Query.Get("t"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			return 0, wire.Failure("strconv.Atoi: parsing %q: invalid syntax", text)
		}
		return n, nil
	}
	if c.Config.StopTimeout != nil {
		return *c.Config.StopTimeout, nil
	}
	return 10, nil
}

// stopSignal returns the signal that a stop sends.
func stopSignal(q *wire.Request, c *state.Container) (int, error) {
	if text := q.Query.Get("signal"); text != "" && q.At(42) {
		return signals.Parse(text)
	}
	if c.Config.StopSignal == "" {
		return signals.Term, nil
	}
	return signals.Parse(c.Config.StopSignal)
}

func containerStop(w *world.World, q *wire.Request) (wire.Reply, error) {
	c, err := w.State.FindContainer(q.Name)
	if err != nil {
		return wire.Reply{}, err
	}
	if !c.Running {
		return wire.Reply{}, wire.NotModified()
	}
	if err := stopContainer(w, q, c); err != nil {
		return wire.Reply{}, err
	}
	return wire.Status(204)
}

// stopContainer reads how a container is to be stopped, and stops it.
func stopContainer(w *world.World, q *wire.Request, c *state.Container) error {
	seconds, err := stopTimeout(q, c)
	if err != nil {
		return err
	}
	sig, err := stopSignal(q, c)
	if err != nil {
		return err
	}
	return w.Supervisor.Stop(q.Ctx, c, sig, seconds)
}

func containerRestart(w *world.World, q *wire.Request) (wire.Reply, error) {
	c, err := w.State.FindContainer(q.Name)
	if err != nil {
		return wire.Reply{}, err
	}
	if _, err := stopTimeout(q, c); err != nil {
		return wire.Reply{}, err
	}
	where := "Cannot restart container " + q.Name + ": "
	if c.Running {
		// Otherwise the stop would remove the container that is about to be started
		// again.
		remove := c.HostConfig.AutoRemove
		c.HostConfig.AutoRemove = false
		err := stopContainer(w, q, c)
		c.HostConfig.AutoRemove = remove
		if err != nil {
			return wire.Reply{}, wire.Prefixed(where, err)
		}
	}
	if err := w.Supervisor.Start(c, true); err != nil {
		// Whatever the reason, a restart reports it as a failure of its own.
		return wire.Reply{}, wire.Prefixed(where, wire.Failure("%s", err.Error()))
	}
	w.Journal.EmitContainer(c, "restart", nil)
	return wire.Status(204)
}

func containerPause(w *world.World, q *wire.Request) (wire.Reply, error) {
	c, err := w.State.FindContainer(q.Name)
	switch {
	case err != nil:
		return wire.Reply{}, err
	case !c.Running:
		return wire.Reply{}, notRunning(c)
	case c.Paused:
		return wire.Reply{}, wire.Conflict("Container %s is already paused", c.ID)
	case c.Restarting:
		return wire.Reply{}, wire.Conflict("Container %s is restarting, wait until the container is running", c.ID)
	}
	w.Supervisor.Pause(c)
	return wire.Status(204)
}

func containerUnpause(w *world.World, q *wire.Request) (wire.Reply, error) {
	c, err := w.State.FindContainer(q.Name)
	if err != nil {
		return wire.Reply{}, err
	}
	if !c.Paused {
		return wire.Reply{}, wire.Failure("Container %s is not paused", c.ID)
	}
	w.Supervisor.Unpause(c)
	return wire.Status(204)
}

func containerRemove(w *world.World, q *wire.Request) (wire.Reply, error) {
	if q.Flag("link") {
		return removeLink(w, q)
	}
	c, err := w.State.FindContainer(q.Name)
	if err != nil {
		return wire.Reply{}, err
	}
	if c.Running && !q.Flag("force") {
		advice := "Stop the container before attempting removal or force remove"
		if c.Paused {
			advice = "Unpause and then stop the container before attempting removal or force remove"
		}
		return wire.Reply{}, wire.Conflict("You cannot remove a %s container %s. %s", c.Status(), c.ID, advice)
	}
	remove := q.Flag("v")
	if c.Running {
		c.HostConfig.AutoRemove = false
		// With AutoRemove the kill itself would remove the container, before the
		// removal below.
		w.Supervisor.Kill(c, signals.Kill)
	}
	w.Supervisor.Destroy(c, remove)
	return wire.Status(204)
}

func containerWait(w *world.World, q *wire.Request) (wire.Reply, error) {
	// Any other condition means "not running".
	condition := q.Query.Get("condition")
	c, err := w.State.FindContainer(q.Name)
	if err != nil {
		return wire.Reply{}, err
	}
	// Counted now, under the lock: an end between this and the stream is not missed,
	// even if the container is running again by then.
	exits := c.Exits
	gone := func() bool { return w.State.Containers[c.ID] == nil }
	done := func() bool { return gone() || c.Exits != exits || condition != "next-exit" && !c.Running }
	if condition == "removed" {
		done = gone
	}
	return wire.Reply{
		Header: map[string]string{"Content-Type": "application/json"},
		Stream: func(out io.Writer) error {
			w.Lock()
			err := w.Clock.Until(q.Ctx, q.Cut, w.Clock.Mode == process.ClockJump, done)
			code := c.ExitCode
			w.Unlock()
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(out, "{\"Error\":null,\"StatusCode\":%d}\n", code)
			return err
		},
	}, nil
}

func containerResize(w *world.World, q *wire.Request) (wire.Reply, error) {
	if err := checkSize(q); err != nil {
		return wire.Reply{}, err
	}
	c, err := w.State.FindContainer(q.Name)
	if err != nil {
		return wire.Reply{}, err
	}
	if !c.Running {
		return wire.Reply{}, notRunning(c)
	}
	w.Journal.EmitContainer(c, "resize", map[string]string{"height": q.Query.Get("h"), "width": q.Query.Get("w")})
	return wire.Status(200)
}

// checkSize reads h and w of a resize.
func checkSize(q *wire.Request) error {
	for _, name := range []string{"h", "w"} {
		text := q.Query.Get(name)
		if _, err := strconv.Atoi(text); err != nil {
			return wire.BadRequest("strconv.Atoi: parsing %q: invalid syntax", text)
		}
	}
	return nil
}

// removeLink removes one link, named CONTAINER/ALIAS.
func removeLink(w *world.World, q *wire.Request) (wire.Reply, error) {
	owner, alias, ok := strings.Cut(strings.TrimPrefix(q.Name, "/"), "/")
	if !ok {
		if _, err := w.State.FindContainer(q.Name); err != nil {
			return wire.Reply{}, err
		}
		return wire.Reply{}, wire.Invalid(q, "Conflict, cannot remove the default link name of the container")
	}
	c, err := w.State.FindContainer(owner)
	if err != nil {
		return wire.Reply{}, err
	}
	if !w.Endpoints.Unlink(c, alias) {
		return wire.Reply{}, wire.NotFound("No such container: %s", q.Name)
	}
	return wire.Status(204)
}
