// Part of the simulated engine: virtual time, as tests move it.

package sim

import (
	"time"
)

// Advance moves the virtual clock by d and does everything that falls due by then.
func (e *Engine) Advance(d time.Duration) {
	e.world.Lock()
	defer e.world.Unlock()
	e.world.Clock.AdvanceTo(e.world.State.Now.Add(d))
	e.world.Clock.Touch()
}

// Now returns the virtual time.
func (e *Engine) Now() time.Time { return e.world.Now() }
