// Process: virtual time, and what happens as it passes.

package process

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

// Clock is virtual time, with those who wait for something to happen in it.
type Clock struct {
	mu        *sync.Mutex // of all that happens
	now       *time.Time
	Mode      ClockMode
	nextDue   func() (Deadline, bool) // what happens next
	changed   chan struct{}           // closed at each change
	cut       chan struct{}           // closed when the daemon restarts: all streams end
	closed    bool
	timer     *time.Timer
	realBase  time.Time
	realSince time.Time
}

// NewClock makes a clock that shows now, under the lock of what it moves.
func NewClock(mu *sync.Mutex, now *time.Time, mode ClockMode, nextDue func() (Deadline, bool)) *Clock {
	return &Clock{
		mu: mu, now: now, Mode: mode, nextDue: nextDue, changed: make(chan struct{}), cut: make(chan struct{}),
		realBase: *now, realSince: time.Now(),
	}
}

// maxJumps bounds how often one waiting call moves the clock, so that a container that crashes for ever cannot hold it.
const maxJumps = 1000

// Touch wakes everything that waits for a change. The lock is held.
func (k *Clock) Touch() {
	close(k.changed)
	k.changed = make(chan struct{})
	k.arm()
}

// End is closed when all streams end. The lock is held.
func (k *Clock) End() <-chan struct{} { return k.cut }

// CutStreams ends all streams.
func (k *Clock) CutStreams() {
	close(k.cut)
	k.cut = make(chan struct{})
}

// Close ends all streams, and lets nothing more happen by itself.
func (k *Clock) Close() {
	if !k.closed {
		k.closed = true
		k.CutStreams()
	}
	if k.timer != nil {
		k.timer.Stop()
	}
}

// Tick is called at the beginning of each request.
func (k *Clock) Tick() {
	switch k.Mode {
	case ClockJump:
		k.AdvanceTo(k.now.Add(time.Millisecond))
	case ClockManual:
		k.AdvanceTo(*k.now)
	case ClockReal:
		k.AdvanceTo(k.realBase.Add(time.Since(k.realSince)))
	}
}

// arm sets the wall clock timer of ClockReal to the next thing due.
func (k *Clock) arm() {
	if k.Mode != ClockReal || k.closed {
		return
	}
	if k.timer != nil {
		k.timer.Stop()
	}
	due, ok := k.nextDue()
	if !ok {
		return
	}
	k.timer = time.AfterFunc(max(due.At.Sub(*k.now), 0), func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		k.Tick()
		k.Touch()
	})
}

// Deadline is one thing that is due.
type Deadline struct {
	At     time.Time
	Happen func()
}

// AdvanceTo moves the clock to t and lets happen what is due. The clock never moves back.
func (k *Clock) AdvanceTo(t time.Time) {
	// Bounded, as a container whose process crashes at once can fill any span of time with restarts.
	for range 100 * maxJumps {
		due, ok := k.nextDue()
		if !ok || due.At.After(t) {
			break
		}
		if due.At.After(*k.now) {
			*k.now = due.At
		}
		due.Happen()
	}
	if t.After(*k.now) {
		*k.now = t
	}
}

// jump moves the clock to the next thing due, if there is one.
func (k *Clock) jump() bool {
	due, ok := k.nextDue()
	if !ok {
		return false
	}
	k.AdvanceTo(due.At)
	k.Touch()
	return true
}

// Until waits until done. The lock is held on entry and exit, and released while waiting. With jump the clock is moved as
// its mode allows. cut is the [Clock.End] of the daemon that took the request: if it restarted since, also before the wait, nothing
// ever comes.
func (k *Clock) Until(ctx context.Context, cut <-chan struct{}, jump bool, done func() bool) error {
	for jumps := 0; !done(); {
		// Something happened, though perhaps not what is waited for: look again before the next jump.
		if jump && k.Mode != ClockReal && jumps < maxJumps && k.jump() {
			jumps++
			continue
		}
		// Taken under the lock that the condition was read under, so that no change can come between the look and the wait.
		changed := k.changed
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
