// Part of the simulated engine: starting, stopping and ending containers.

package sim

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/logs"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/signals"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// supervisor starts, stops and probes what runs in containers.
type supervisor struct {
	st        *state
	clock     *clock
	journal   *journal
	mounts    *mounts
	endpoints *endpoints
}

func notRunning(c *container) error {
	return wire.Conflict("Container %s is not running", c.ID)
}

func containerStart(w *world, q *wire.Request) (wire.Reply, error) {
	c, err := w.st.lookup(q.Name)
	if err != nil {
		return wire.Reply{}, err
	}
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
	if err := w.supervisor.begin(c, true); err != nil {
		return wire.Reply{}, err
	}
	return wire.Status(204)
}

// begin starts the process of c. By hand means that somebody asked for it, so that counters begin anew.
func (s *supervisor) begin(c *container, byHand bool) error {
	if byHand {
		c.byHand()
	}
	prog, code, err := s.prepare(c)
	if err != nil {
		s.failStart(c, code, err)
		return err
	}
	c.Process = prog.Process
	s.setRunning(c)
	if prog.effect != nil {
		s.applyEffect(c, prog)
	}
	s.journal.emitContainer(c, "start", nil)
	return nil
}

// prepare does everything that can fail before a process runs: networks, ports, devices, user, volumes, host paths, log, program.
func (s *supervisor) prepare(c *container) (program, int, error) {
	openLog := func(c *container) error { return spec.CheckLogFile(c.HostConfig.LogConfig) }
	for _, part := range []func(*container) error{s.endpoints.connectAll, s.checkStart, s.mounts.mountAll, openLog} {
		if err := part(c); err != nil {
			return program{}, failedStart, err
		}
	}
	if err := s.st.box(c).checkRuntime(); err != nil {
		code, err := runtimeError("failed to create shim task: OCI runtime create failed: runc create failed: " + err.Error())
		return program{}, code, err
	}
	if code, err := s.st.box(c).checkExecutable(c.Path); err != nil {
		return initFailure(c.Path, code), 0, nil
	}
	prog, err := s.st.box(c).programOf(append([]string{c.Path}, c.Args...))
	if err != nil {
		return program{}, failedStart, wire.Failure("%v", err)
	}
	return prog, 0, nil
}

// failStart leaves c as a failed start does.
func (s *supervisor) failStart(c *container, code int, err error) {
	c.fail(code, err)
	s.endpoints.disconnectAll(c)
	s.mounts.unmountAll(c)
	if c.HostConfig.AutoRemove {
		s.destroy(c, true)
	}
}

func (s *supervisor) setRunning(c *container) {
	c.begin(s.st.Now, s.st.newPid())
	for _, line := range c.Process.Stdout {
		s.print(c, 1, line)
	}
	for _, line := range c.Process.Stderr {
		s.print(c, 2, line)
	}
	s.startHealth(c)
}

func (s *supervisor) print(c *container, stream int, text string) {
	c.Log = append(c.Log, logs.Line{At: s.st.Now, Stream: stream, Text: text})
}

// applyEffect lets chown and chmod act; a failure is printed and gives exit code 1.
func (s *supervisor) applyEffect(c *container, prog program) {
	out, err := prog.effect(s.st.box(c))
	if out != "" {
		s.print(c, 1, out)
	}
	if err != nil {
		s.print(c, 2, err.Error())
		c.Process.ExitCode = 1
	}
}

// exit ends the process of c with a code, and applies the restart policy.
func (s *supervisor) exit(c *container, code int) {
	c.end(s.st.Now, code)
	s.stopHealth(c)
	s.endExecs(c)
	again := c.again(c.HostConfig.RestartPolicy)
	s.journal.emitContainer(c, "die", map[string]string{"exitCode": strconv.Itoa(code)})
	s.endpoints.disconnectAll(c)
	s.mounts.unmountAll(c)
	if again {
		c.wait(s.st.Now)
		return
	}
	c.Running, c.Restarting = false, false
	if c.HostConfig.AutoRemove {
		s.destroy(c, true)
	}
}

// restartByPolicy starts a container that waits in state restarting.
func (s *supervisor) restartByPolicy(c *container) {
	c.RestartAt = time.Time{}
	_ = s.begin(c, false)
}

// cancelRestart ends the wait of a restarting container.
func (s *supervisor) cancelRestart(c *container) {
	c.cancel(s.st.Now)
	if c.HostConfig.AutoRemove {
		s.destroy(c, true)
	}
}

// signal delivers a signal to the process of c.
func (s *supervisor) signal(c *container, sig int) {
	c.KillAt = time.Time{}
	if code, ends := c.endsBy(sig); ends {
		s.exit(c, code)
	}
}

// kill is what both stop and kill do: remember that somebody wanted an end, wake what sleeps, send the signal.
func (s *supervisor) kill(c *container, sig int) {
	c.ManuallyStopped = true
	if c.Restarting {
		s.cancelRestart(c)
		return
	}
	s.journal.emitContainer(c, "kill", map[string]string{"signal": strconv.Itoa(sig)})
	stop := c.Config.StopSignal
	wanted, err := signals.Parse(stop)
	ends := stop == "" || sig == signals.Kill || err == nil && wanted == sig
	c.PolicyRests = c.PolicyRests || ends
	if c.Paused && ends {
		s.thaw(c)
		if sig != signals.Kill {
			s.journal.emitContainer(c, "unpause", nil)
		}
	}
	if !c.Paused {
		s.signal(c, sig)
	}
}

func containerKill(w *world, q *wire.Request) (wire.Reply, error) {
	sig := signals.Kill
	if text := q.Query.Get("signal"); text != "" {
		n, err := signals.Parse(text)
		if err != nil {
			return wire.Reply{}, err
		}
		sig = n
	}
	where := "Cannot kill container: " + q.Name + ": "
	c, err := w.st.lookup(q.Name)
	if err != nil {
		return wire.Reply{}, wire.Prefixed(where, err)
	}
	// Two signals belong to the library of C.
	if sig < 0 || sig > 64 || sig == 32 || sig == 33 {
		return wire.Reply{}, wire.Prefixed(where, wire.Failure("The linux daemon does not support signal %d", uint64(sig)))
	}
	if !c.Running {
		return wire.Reply{}, wire.Prefixed(where, notRunning(c))
	}
	w.supervisor.kill(c, sig)
	return wire.Status(204)
}

// stopTimeout reads the seconds that a stop waits; negative is for ever.
func stopTimeout(q *wire.Request, c *container) (int, error) {
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

// stopSignal is the signal that stop sends.
func stopSignal(q *wire.Request, c *container) (int, error) {
	if text := q.Query.Get("signal"); text != "" && q.At(42) {
		return signals.Parse(text)
	}
	if c.Config.StopSignal == "" {
		return signals.Term, nil
	}
	return signals.Parse(c.Config.StopSignal)
}

func containerStop(w *world, q *wire.Request) (wire.Reply, error) {
	c, err := w.st.lookup(q.Name)
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
func stopContainer(w *world, q *wire.Request, c *container) error {
	seconds, err := stopTimeout(q, c)
	if err != nil {
		return err
	}
	sig, err := stopSignal(q, c)
	if err != nil {
		return err
	}
	return w.supervisor.stop(q.Ctx, c, sig, seconds)
}

// stop sends a signal, waits, and kills what is still there after so many seconds. It goes on when the client goes away.
func (s *supervisor) stop(ctx context.Context, c *container, sig, seconds int) error {
	exits := c.Exits
	c.PolicyRests = true
	s.kill(c, sig)
	if c.Exits == exits && seconds >= 0 {
		c.KillAt = s.st.Now.Add(time.Duration(seconds) * time.Second)
	}
	s.clock.touch()
	if err := s.clock.until(ctx, true, func() bool { return c.Exits != exits || s.st.Containers[c.ID] == nil }); err != nil {
		return err
	}
	s.journal.emitContainer(c, "stop", nil)
	return nil
}

func containerRestart(w *world, q *wire.Request) (wire.Reply, error) {
	c, err := w.st.lookup(q.Name)
	if err != nil {
		return wire.Reply{}, err
	}
	if _, err := stopTimeout(q, c); err != nil {
		return wire.Reply{}, err
	}
	where := "Cannot restart container " + q.Name + ": "
	if c.Running {
		remove := c.HostConfig.AutoRemove
		c.HostConfig.AutoRemove = false
		err := stopContainer(w, q, c)
		c.HostConfig.AutoRemove = remove
		if err != nil {
			return wire.Reply{}, wire.Prefixed(where, err)
		}
	}
	if err := w.supervisor.begin(c, true); err != nil {
		// Whatever the reason, a restart reports it as its own failure.
		return wire.Reply{}, wire.Prefixed(where, wire.Failure("%s", err.Error()))
	}
	w.journal.emitContainer(c, "restart", nil)
	return wire.Status(204)
}

func containerPause(w *world, q *wire.Request) (wire.Reply, error) {
	c, err := w.st.lookup(q.Name)
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
	w.supervisor.pause(c)
	return wire.Status(204)
}

// pause puts a container to sleep.
func (s *supervisor) pause(c *container) {
	c.sleep(s.st.Now)
	s.stopHealth(c)
	s.journal.emitContainer(c, "pause", nil)
}

func containerUnpause(w *world, q *wire.Request) (wire.Reply, error) {
	c, err := w.st.lookup(q.Name)
	if err != nil {
		return wire.Reply{}, err
	}
	if !c.Paused {
		return wire.Reply{}, wire.Failure("Container %s is not paused", c.ID)
	}
	w.supervisor.unpause(c)
	return wire.Status(204)
}

// unpause wakes a container.
func (s *supervisor) unpause(c *container) {
	s.thaw(c)
	s.journal.emitContainer(c, "unpause", nil)
}

// thaw wakes a paused container.
func (s *supervisor) thaw(c *container) {
	c.wake(s.st.Now)
	if c.Health != "" {
		c.ProbeFrom = s.st.Now
		c.HealthAt = s.st.box(c).nextHealth()
	}
}

func containerRemove(w *world, q *wire.Request) (wire.Reply, error) {
	if q.Flag("link") {
		return removeLink(w, q)
	}
	c, err := w.st.lookup(q.Name)
	if err != nil {
		return wire.Reply{}, err
	}
	if c.Running && !q.Flag("force") {
		advice := "Stop the container before attempting removal or force remove"
		if c.Paused {
			advice = "Unpause and then stop the container before attempting removal or force remove"
		}
		return wire.Reply{}, wire.Conflict("You cannot remove a %s container %s. %s", c.status(), c.ID, advice)
	}
	remove := q.Flag("v")
	if c.Running {
		c.HostConfig.AutoRemove = false
		w.supervisor.kill(c, signals.Kill)
	}
	w.supervisor.destroy(c, remove)
	return wire.Status(204)
}

// destroy removes a container that does not run.
func (s *supervisor) destroy(c *container, volumes bool) {
	s.endpoints.rememberLinks(c)
	delete(s.st.Containers, c.ID)
	s.mounts.releaseVolumes(c, volumes)
	for id, x := range s.st.Execs {
		if x.Container == c.ID {
			delete(s.st.Execs, id)
		}
	}
	c.Removing = true
	s.journal.emitContainer(c, "destroy", nil)
}

func containerWait(w *world, q *wire.Request) (wire.Reply, error) {
	// Any other condition means that it does not run.
	condition := q.Query.Get("condition")
	c, err := w.st.lookup(q.Name)
	if err != nil {
		return wire.Reply{}, err
	}
	exits := c.Exits
	gone := func() bool { return w.st.Containers[c.ID] == nil }
	done := func() bool { return gone() || c.Exits != exits || condition != "next-exit" && !c.Running }
	if condition == "removed" {
		done = gone
	}
	return wire.Reply{
		Header: map[string]string{"Content-Type": "application/json"},
		Stream: func(out io.Writer) error {
			w.Lock()
			err := w.clock.until(q.Ctx, w.clock.mode == ClockJump, done)
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

func containerResize(w *world, q *wire.Request) (wire.Reply, error) {
	if err := checkSize(q); err != nil {
		return wire.Reply{}, err
	}
	c, err := w.st.lookup(q.Name)
	if err != nil {
		return wire.Reply{}, err
	}
	if !c.Running {
		return wire.Reply{}, notRunning(c)
	}
	w.journal.emitContainer(c, "resize", map[string]string{"height": q.Query.Get("h"), "width": q.Query.Get("w")})
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
