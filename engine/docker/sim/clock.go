// Part of the simulated engine: virtual time, and what happens as it passes.

package sim

import (
	"context"
	"errors"
	"time"
)

// ClockMode says how virtual time passes.
type ClockMode int

const (
	// ClockJump moves a millisecond with each request; a call that has to wait makes the clock jump to the next thing that
	// happens, so nothing ever sleeps. Inspecting a container twice in a passing state (health starting, restarting) jumps too.
	ClockJump ClockMode = iota
	// ClockManual moves by [Engine.Advance] only, except that stop and restart, which have to end, jump.
	ClockManual
	// ClockReal follows the wall clock.
	ClockReal
)

// maxJumps bounds how often one waiting call moves the clock, so that a container that crashes for ever cannot hold it.
const maxJumps = 1000

var errStreamCut = errors.New("connection cut")

// Advance moves the virtual clock by d and lets happen what is due until then.
func (e *Engine) Advance(d time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.advanceTo(e.st.Now.Add(d))
	e.touch()
}

// Now is the virtual time.
func (e *Engine) Now() time.Time {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.st.Now
}

// touch wakes everything that waits for a change. The lock is held.
func (e *Engine) touch() {
	close(e.changed)
	e.changed = make(chan struct{})
	e.arm()
}

// tick is called at the beginning of each request.
func (e *Engine) tick() {
	switch e.opts.Clock {
	case ClockJump:
		e.advanceTo(e.st.Now.Add(time.Millisecond))
	case ClockManual:
		e.advanceTo(e.st.Now)
	case ClockReal:
		e.advanceTo(e.realBase.Add(time.Since(e.realSince)))
	}
}

// arm sets the wall clock timer of ClockReal to the next thing due.
func (e *Engine) arm() {
	if e.opts.Clock != ClockReal || e.closed {
		return
	}
	if e.timer != nil {
		e.timer.Stop()
	}
	due, ok := e.nextDue()
	if !ok {
		return
	}
	e.timer = time.AfterFunc(max(due.at.Sub(e.st.Now), 0), func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.tick()
		e.touch()
	})
}

// deadline is one thing that is due.
type deadline struct {
	at     time.Time
	happen func()
}

// nextDue finds what happens next; of things due at one time, the oldest container's.
func (e *Engine) nextDue() (deadline, bool) {
	var best deadline
	var owner uint64 // serial of the container that best belongs to
	found := false
	consider := func(c *container, at time.Time, happen func()) {
		if at.IsZero() || found && (at.After(best.at) || at.Equal(best.at) && c.Serial >= owner) {
			return
		}
		best, owner, found = deadline{at, happen}, c.Serial, true
	}
	for _, c := range e.st.Containers {
		if c.Paused {
			continue
		}
		consider(c, c.ExitAt, func() { e.exit(c, c.Process.ExitCode) })
		consider(c, c.KillAt, func() { e.kill(c, sigKill) })
		consider(c, c.RestartAt, func() { e.restartByPolicy(c) })
		consider(c, c.HealthAt, func() { e.changeHealth(c) })
	}
	if len(e.st.Execs) == 0 {
		return best, found
	}
	for _, id := range sortedKeys(e.st.Execs) {
		x := e.st.Execs[id]
		if c := e.st.Containers[x.Container]; c != nil {
			consider(c, x.ExitAt, func() { e.endExec(x) })
		}
	}
	return best, found
}

// advanceTo moves the clock to t and lets happen what is due. The clock never moves back.
func (e *Engine) advanceTo(t time.Time) {
	for range 100 * maxJumps {
		due, ok := e.nextDue()
		if !ok || due.at.After(t) {
			break
		}
		if due.at.After(e.st.Now) {
			e.st.Now = due.at
		}
		due.happen()
	}
	if t.After(e.st.Now) {
		e.st.Now = t
	}
}

// jump moves the clock to the next thing due, if there is one.
func (e *Engine) jump() bool {
	due, ok := e.nextDue()
	if !ok {
		return false
	}
	e.advanceTo(due.at)
	e.touch()
	return true
}

// until waits until done. The lock is held on entry and exit, and released while waiting. With jump the clock is moved as
// its mode allows.
func (e *Engine) until(ctx context.Context, jump bool, done func() bool) error {
	for jumps := 0; !done(); {
		if jump && e.opts.Clock != ClockReal && jumps < maxJumps && e.jump() {
			jumps++
			continue
		}
		changed, cut := e.changed, e.cut
		e.mu.Unlock()
		var err error
		select {
		case <-changed:
		case <-cut:
			err = errStreamCut
		case <-ctx.Done():
			err = ctx.Err()
		}
		e.mu.Lock()
		if err != nil {
			return err
		}
	}
	return nil
}
