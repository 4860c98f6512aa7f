// World: starting, stopping and ending containers.

package world

import (
	"context"
	"strconv"
	"time"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/logs"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/process"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/signals"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/state"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// Supervisor starts, stops and probes what runs in containers.
type Supervisor struct {
	st        *state.State
	clock     *process.Clock
	journal   *Journal
	mounts    *Mounts
	endpoints *Endpoints
}

// Start starts the process of c. byHand says that somebody asked for it, which resets
// the counters.
func (s *Supervisor) Start(c *state.Container, byHand bool) error {
	if byHand {
		c.ByHand()
	}
	prog, code, err := s.prepare(c)
	if err != nil {
		s.failStart(c, code, err)
		return err
	}
	// A copy: the container keeps its script when its image goes, and a run that is to
	// crash changes the exit code.
	c.Process = prog.Process
	s.setRunning(c)
	if prog.Effect != nil {
		s.applyEffect(c, prog)
	}
	s.journal.EmitContainer(c, "start", nil)
	return nil
}

// prepare does everything that can fail before a process runs: networks, ports,
// devices, user, volumes, host paths, log, program.
func (s *Supervisor) prepare(c *state.Container) (process.Program, int, error) {
	openLog := func(c *state.Container) error { return spec.CheckLogFile(c.HostConfig.LogConfig) }
	// The order decides which error a client sees of a container with several faults:
	// the engine connects it before it looks at devices and users, and mounts before it
	// opens the log. failStart undoes all of it, so that a port taken by a failed start
	// is free again.
	for _, part := range []func(*state.Container) error{s.endpoints.connect, s.checkStart, s.mounts.Mount, openLog} {
		if err := part(c); err != nil {
			return process.Program{}, process.FailedStart, err
		}
	}
	if err := s.st.Box(c).CheckRuntime(); err != nil {
		code, err := process.RuntimeError(failedTask(s.endpoints.version, err))
		return process.Program{}, code, err
	}
	if code, err := s.st.Box(c).CheckExecutable(c.Path); err != nil {
		return process.InitFailure(c.Path, code), 0, nil
	}
	prog, err := s.st.Box(c).ProgramOf(append([]string{c.Path}, c.Args...))
	if err != nil {
		return process.Program{}, process.FailedStart, wire.Failure("%v", err)
	}
	return prog, 0, nil
}

// failStart leaves c in the state in which a failed start leaves it.
func (s *Supervisor) failStart(c *state.Container, code int, err error) {
	c.Fail(code, err)
	s.endpoints.disconnect(c)
	s.mounts.Unmount(c)
	if c.HostConfig.AutoRemove {
		s.Destroy(c, true)
	}
}

func (s *Supervisor) setRunning(c *state.Container) {
	c.Begin(s.st.Now, s.st.NewPid())
	c.Log = append(c.Log, process.Output(c.Process, s.st.Now)...)
	s.startHealth(c)
}

func (s *Supervisor) print(c *state.Container, stream int, text string) {
	c.Log = append(c.Log, logs.Line{At: s.st.Now, Stream: stream, Text: text})
}

// applyEffect lets chown and chmod act; a failure is printed and makes the exit code 1.
func (s *Supervisor) applyEffect(c *state.Container, prog process.Program) {
	out, err := prog.Effect(s.st.Box(c))
	if out != "" {
		s.print(c, 1, out)
	}
	if err != nil {
		s.print(c, 2, err.Error())
		c.Process.ExitCode = 1
	}
}

// exit ends the process of c with a code, and applies the restart policy.
func (s *Supervisor) exit(c *state.Container, code int) {
	c.End(s.st.Now, code)
	s.stopHealth(c)
	s.endExecs(c)
	// Addresses and ports are released even if it starts again: the restart takes new
	// ones, perhaps different ones.
	again := c.Again(c.HostConfig.RestartPolicy)
	s.journal.EmitContainer(c, "die", map[string]string{"exitCode": strconv.Itoa(code)})
	s.endpoints.disconnect(c)
	s.mounts.Unmount(c)
	if again {
		c.Wait(s.st.Now)
		return
	}
	c.Running, c.Restarting = false, false
	if c.HostConfig.AutoRemove {
		s.Destroy(c, true)
	}
}

// restartByPolicy starts a container that waits in the state restarting.
func (s *Supervisor) restartByPolicy(c *state.Container) {
	c.RestartAt = time.Time{}
	_ = s.Start(c, false)
}

// cancelRestart ends the wait of a restarting container.
func (s *Supervisor) cancelRestart(c *state.Container) {
	c.Cancel(s.st.Now)
	if c.HostConfig.AutoRemove {
		s.Destroy(c, true)
	}
}

// signal delivers a signal to the process of c.
func (s *Supervisor) signal(c *state.Container, sig int) {
	// Any signal cancels the deadline of a stop that is waiting.
	c.KillAt = time.Time{}
	if code, ends := c.EndsBy(sig); ends {
		s.exit(c, code)
	}
}

// Kill does what stop and kill have in common: it notes that somebody wanted the
// container to end, unpauses it, and sends the signal.
func (s *Supervisor) Kill(c *state.Container, sig int) {
	// There are two marks. ManuallyStopped is what the policy unless-stopped reads,
	// also after a restart of the daemon; any signal sets it, even one that ends
	// nothing. PolicyRests keeps every policy from restarting the container; if the
	// container has a stop signal of its own, only that one and KILL set it.
	c.ManuallyStopped = true
	if c.Restarting {
		s.cancelRestart(c)
		return
	}
	s.journal.EmitContainer(c, "kill", map[string]string{"signal": strconv.Itoa(sig)})
	stop := c.Config.StopSignal
	wanted, err := signals.Parse(stop)
	ends := stop == "" || sig == signals.Kill || err == nil && wanted == sig
	c.PolicyRests = c.PolicyRests || ends
	if c.Paused && ends {
		s.thaw(c)
		if sig != signals.Kill {
			s.journal.EmitContainer(c, "unpause", nil)
		}
	}
	if !c.Paused {
		s.signal(c, sig)
	}
}

// Stop sends a signal, waits, and after so many seconds kills what is still there. It
// goes on even if the client goes away.
func (s *Supervisor) Stop(ctx context.Context, c *state.Container, sig, seconds int) error {
	exits := c.Exits
	c.PolicyRests = true
	s.Kill(c, sig)
	// The signal may have ended it already.
	if c.Exits == exits && seconds >= 0 {
		c.KillAt = s.st.Now.Add(time.Duration(seconds) * time.Second)
	}
	s.clock.Touch()
	if err := s.clock.Until(ctx, s.clock.End(), true, func() bool { return c.Exits != exits || s.st.Containers[c.ID] == nil }); err != nil {
		return err
	}
	s.journal.EmitContainer(c, "stop", nil)
	return nil
}

// Pause pauses a container.
func (s *Supervisor) Pause(c *state.Container) {
	c.Sleep(s.st.Now)
	s.stopHealth(c)
	s.journal.EmitContainer(c, "pause", nil)
}

// Unpause unpauses a container, and says so in an event.
func (s *Supervisor) Unpause(c *state.Container) {
	s.thaw(c)
	s.journal.EmitContainer(c, "unpause", nil)
}

// thaw unpauses a container without an event.
func (s *Supervisor) thaw(c *state.Container) {
	c.Wake(s.st.Now)
	if c.Health != "" {
		c.ProbeFrom = s.st.Now
		c.HealthAt = s.st.Box(c).NextHealth()
	}
}

// Destroy removes a container that is not running.
func (s *Supervisor) Destroy(c *state.Container, volumes bool) {
	s.endpoints.rememberLinks(c)
	delete(s.st.Containers, c.ID)
	s.mounts.Release(c, volumes)
	for id, x := range s.st.Execs {
		if x.Container == c.ID {
			delete(s.st.Execs, id)
		}
	}
	c.Removing = true
	s.journal.EmitContainer(c, "destroy", nil)
}

// KillAll ends all processes, as the end of the daemon does, and restarts those that
// their policies ask for.
func (s *Supervisor) KillAll() {
	for _, c := range s.st.ContainersByAge() {
		if !c.Running {
			continue
		}
		manual := c.ManuallyStopped
		again := c.HostConfig.RestartPolicy.Name
		c.PolicyRests = true
		if c.Restarting {
			c.Restarting, c.RestartAt = false, time.Time{}
			c.Running = false
		} else {
			s.exit(c, 137)
		}
		if c.Removing || s.st.Containers[c.ID] == nil {
			continue
		}
		c.PolicyRests = false
		if again == "always" || again == "unless-stopped" && !manual || again == "on-failure" && !manual {
			_ = s.Start(c, false)
		}
	}
}

// Seen moves the clock on for a client that looks again at a container in a passing
// state: without it, a client that polls would never see the state pass.
func (s *Supervisor) Seen(c *state.Container) {
	if s.clock.Mode != process.ClockJump || !c.Running || c.Paused || !c.Restarting && c.Health != "starting" {
		return
	}
	if !c.Polled {
		c.Polled = true
		return
	}
	next := c.RestartAt
	if !c.Restarting {
		next = c.HealthAt
	}
	if !next.IsZero() {
		s.clock.AdvanceTo(next)
		s.clock.Touch()
	}
}
