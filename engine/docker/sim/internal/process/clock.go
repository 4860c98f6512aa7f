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
	// ClockJump moves by a millisecond with each request; a call that has to wait makes
	// the clock jump to the next event, so nothing ever sleeps. Inspecting a container
	// twice in a passing state (health starting, restarting) jumps too: without that, a
	// client that polls would poll for ever.
	ClockJump ClockMode = iota
	// ClockManual moves only when a test advances it, except that stop and restart
	// jump, as they have to end.
	ClockManual
	// ClockReal follows the wall clock.
	ClockReal
)

// Clock is virtual time, and those who wait for something to happen in it.
type Clock struct {
	mu        *sync.Mutex // guards everything that the clock moves
	now       *time.Time
	Mode      ClockMode
	nextDue   func() (Deadline, bool) // returns what happens next
	changed   chan struct{}           // closed at each change
	cut       chan struct{}           // closed when the daemon restarts, to end all streams
	closed    bool
	timer     *time.Timer
	realBase  time.Time
	realSince time.Time
}

// NewClock makes a clock that shows *now; mu guards everything that the clock moves.
func NewClock(mu *sync.Mutex, now *time.Time, mode ClockMode, nextDue func() (Deadline, bool)) *Clock {
	return &Clock{
		mu: mu, now: now, Mode: mode, nextDue: nextDue, changed: make(chan struct{}), cut: make(chan struct{}),
		realBase: *now, realSince: time.Now(),
	}
}

// maxJumps bounds how often one waiting call may move the clock: a container that
// crashes again and again would hold the call for ever.
const maxJumps = 1000

// Touch wakes everyone who waits for a change. The lock is held.
func (k *Clock) Touch() {
	close(k.changed)
	k.changed = make(chan struct{})
	k.arm()
}

// End returns a channel that is closed when all streams end. The lock is held.
func (k *Clock) End() <-chan struct{} { return k.cut }

// CutStreams ends all streams.
func (k *Clock) CutStreams() {
	close(k.cut)
	k.cut = make(chan struct{})
}

// Close ends all streams; from then on nothing happens by itself.
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

// arm sets ClockReal's timer to the next thing due.
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

// Deadline is one thing that falls due.
type Deadline struct {
	At     time.Time
	Happen func()
}

// AdvanceTo moves the clock to t and does everything that falls due by then. The clock
// never moves back.
func (k *Clock) AdvanceTo(t time.Time) {
	// Bounded, because a container whose process crashes at once can fill any span of
	// time with restarts.
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

// Until waits for done to be true. The lock is held on entry and exit, and released
// while waiting. With jump, the clock is moved as its mode allows. cut is the
// [Clock.End] of the daemon that took the request: if that daemon has restarted, even
// before the wait began, nothing will ever come.
func (k *Clock) Until(ctx context.Context, cut <-chan struct{}, jump bool, done func() bool) error {
	for jumps := 0; !done(); {
		// Something happened, though perhaps not what is waited for: look again before
		// the next jump.
		if jump && k.Mode != ClockReal && jumps < maxJumps && k.jump() {
			jumps++
			continue
		}
		// Read under the same lock as the condition, so that no change can slip in
		// between the look and the wait.
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
