// Part of the simulated engine: virtual time, and what happens as it passes.

package sim

import (
	"context"
	"sync"
	"time"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
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

// clock is virtual time, with those who wait for something to happen in it.
type clock struct {
	mu        *sync.Mutex // of all that happens
	now       *time.Time
	mode      ClockMode
	nextDue   func() (deadline, bool) // what happens next
	changed   chan struct{}           // closed at each change
	cut       chan struct{}           // closed when the daemon restarts: all streams end
	closed    bool
	timer     *time.Timer
	realBase  time.Time
	realSince time.Time
}

// newClock makes a clock that shows now, under the lock of what it moves.
func newClock(mu *sync.Mutex, now *time.Time, mode ClockMode, nextDue func() (deadline, bool)) *clock {
	return &clock{
		mu: mu, now: now, mode: mode, nextDue: nextDue, changed: make(chan struct{}), cut: make(chan struct{}),
		realBase: *now, realSince: time.Now(),
	}
}

// maxJumps bounds how often one waiting call moves the clock, so that a container that crashes for ever cannot hold it.
const maxJumps = 1000

// Advance moves the virtual clock by d and lets happen what is due until then.
func (e *Engine) Advance(d time.Duration) {
	e.world.Lock()
	defer e.world.Unlock()
	e.world.clock.advanceTo(e.world.st.Now.Add(d))
	e.world.clock.touch()
}

// Now is the virtual time.
func (e *Engine) Now() time.Time { return e.world.now() }

// touch wakes everything that waits for a change. The lock is held.
func (k *clock) touch() {
	close(k.changed)
	k.changed = make(chan struct{})
	k.arm()
}

// cutStreams ends all streams.
func (k *clock) cutStreams() {
	close(k.cut)
	k.cut = make(chan struct{})
}

// close ends all streams, and lets nothing more happen by itself.
func (k *clock) close() {
	if !k.closed {
		k.closed = true
		k.cutStreams()
	}
	if k.timer != nil {
		k.timer.Stop()
	}
}

// tick is called at the beginning of each request.
func (k *clock) tick() {
	switch k.mode {
	case ClockJump:
		k.advanceTo(k.now.Add(time.Millisecond))
	case ClockManual:
		k.advanceTo(*k.now)
	case ClockReal:
		k.advanceTo(k.realBase.Add(time.Since(k.realSince)))
	}
}

// arm sets the wall clock timer of ClockReal to the next thing due.
func (k *clock) arm() {
	if k.mode != ClockReal || k.closed {
		return
	}
	if k.timer != nil {
		k.timer.Stop()
	}
	due, ok := k.nextDue()
	if !ok {
		return
	}
	k.timer = time.AfterFunc(max(due.at.Sub(*k.now), 0), func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		k.tick()
		k.touch()
	})
}

// deadline is one thing that is due.
type deadline struct {
	at     time.Time
	happen func()
}

// advanceTo moves the clock to t and lets happen what is due. The clock never moves back.
func (k *clock) advanceTo(t time.Time) {
	for range 100 * maxJumps {
		due, ok := k.nextDue()
		if !ok || due.at.After(t) {
			break
		}
		if due.at.After(*k.now) {
			*k.now = due.at
		}
		due.happen()
	}
	if t.After(*k.now) {
		*k.now = t
	}
}

// jump moves the clock to the next thing due, if there is one.
func (k *clock) jump() bool {
	due, ok := k.nextDue()
	if !ok {
		return false
	}
	k.advanceTo(due.at)
	k.touch()
	return true
}

// until waits until done. The lock is held on entry and exit, and released while waiting. With jump the clock is moved as
// its mode allows.
func (k *clock) until(ctx context.Context, jump bool, done func() bool) error {
	for jumps := 0; !done(); {
		if jump && k.mode != ClockReal && jumps < maxJumps && k.jump() {
			jumps++
			continue
		}
		changed, cut := k.changed, k.cut
		k.mu.Unlock()
		var err error
		select {
		case <-changed:
		case <-cut:
			err = wire.ErrCut
		case <-ctx.Done():
			err = ctx.Err()
		}
		k.mu.Lock()
		if err != nil {
			return err
		}
	}
	return nil
}
