// World: what falls due in containers as time passes.

package world

import (
	"maps"
	"slices"
	"time"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/process"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/signals"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/state"
)

// due is something that happens in a container at an instant; zero means never. Every
// request asks for the next one, so the search allocates nothing.
type due struct {
	at     time.Time
	in     *state.Container
	exec   *state.Execution // the exec that ends, if that is what happens
	happen func(*Supervisor, due)
}

func programEnds(s *Supervisor, d due)  { s.exit(d.in, d.in.Process.ExitCode) }
func patienceEnds(s *Supervisor, d due) { s.Kill(d.in, signals.Kill) }
func waitEnds(s *Supervisor, d due)     { s.restartByPolicy(d.in) }
func healthTurns(s *Supervisor, d due)  { s.changeHealth(d.in) }
func execEnds(s *Supervisor, d due)     { s.endExec(d.exec) }

// sooner replaces d by other if that happens earlier; of things due at the same time,
// the one in the oldest container comes first.
func (d *due) sooner(other due) {
	if other.at.IsZero() || d.in != nil && (other.at.After(d.at) || other.at.Equal(d.at) && other.in.Serial >= d.in.Serial) {
		return
	}
	*d = other
}

// nextDue finds what happens next.
func (s *Supervisor) nextDue() (process.Deadline, bool) {
	var next due
	for _, c := range s.st.Containers {
		if c.Paused {
			continue
		}
		next.sooner(due{at: c.ExitAt, in: c, happen: programEnds})
		next.sooner(due{at: c.KillAt, in: c, happen: patienceEnds})
		next.sooner(due{at: c.RestartAt, in: c, happen: waitEnds})
		next.sooner(due{at: c.HealthAt, in: c, happen: healthTurns})
	}
	// Execs that end at the same time end in the order of their ids; otherwise the
	// order of a map would decide.
	if len(s.st.Execs) > 0 {
		for _, id := range slices.Sorted(maps.Keys(s.st.Execs)) {
			x := s.st.Execs[id]
			if c := s.st.Containers[x.Container]; c != nil {
				next.sooner(due{at: x.ExitAt, in: c, exec: x, happen: execEnds})
			}
		}
	}
	if next.in == nil {
		return process.Deadline{}, false
	}
	found := next // the search itself stays off the heap
	return process.Deadline{At: found.at, Happen: func() { found.happen(s, found) }}, true
}
