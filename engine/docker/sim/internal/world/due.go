// Part of the simulated engine: what is due in containers as time passes.

package world

import (
	"maps"
	"slices"
	"time"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/process"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/signals"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/state"
)

// nextDue finds what happens next; of things due at one time, the oldest container's.
func (s *Supervisor) nextDue() (process.Deadline, bool) {
	var best process.Deadline
	var owner uint64 // serial of the container that best belongs to
	found := false
	consider := func(c *state.Container, at time.Time, happen func()) {
		if at.IsZero() || found && (at.After(best.At) || at.Equal(best.At) && c.Serial >= owner) {
			return
		}
		best, owner, found = process.Deadline{At: at, Happen: happen}, c.Serial, true
	}
	for _, c := range s.st.Containers {
		if c.Paused {
			continue
		}
		consider(c, c.ExitAt, func() { s.exit(c, c.Process.ExitCode) })
		consider(c, c.KillAt, func() { s.Kill(c, signals.Kill) })
		consider(c, c.RestartAt, func() { s.restartByPolicy(c) })
		consider(c, c.HealthAt, func() { s.changeHealth(c) })
	}
	if len(s.st.Execs) == 0 {
		return best, found
	}
	for _, id := range slices.Sorted(maps.Keys(s.st.Execs)) {
		x := s.st.Execs[id]
		if c := s.st.Containers[x.Container]; c != nil {
			consider(c, x.ExitAt, func() { s.endExec(x) })
		}
	}
	return best, found
}
