// World: the health of containers: how it begins, changes and ends.

package world

import (
	"time"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/state"
)

// startHealth begins the health of a starting container. Earlier probes stay visible.
func (s *Supervisor) startHealth(c *state.Container) {
	c.Health, c.HealthAt, c.ProbeFrom, c.Streak = "", time.Time{}, time.Time{}, 0
	if s.st.Box(c).Probe() != nil {
		c.Health, c.ProbeFrom = "starting", c.StartedAt
		c.HealthAt = s.st.Box(c).NextHealth()
	}
}

// stopHealth ends the probing of a container that was paused or ended. A container that
// is not probed counts as unhealthy, but no event says so.
func (s *Supervisor) stopHealth(c *state.Container) {
	if c.Health != "" {
		c.Probes, c.Streak = s.st.Box(c).Probes(s.st.Now)
		c.Health, c.HealthAt, c.ProbeFrom = "unhealthy", time.Time{}, time.Time{}
	}
}

// changeHealth is called when the health changes.
func (s *Supervisor) changeHealth(c *state.Container) {
	after, ever := s.st.Box(c).PassesAfter()
	c.Polled = false
	if ever && s.st.Now.Sub(c.StartedAt) >= after {
		c.Health = "healthy"
	} else {
		c.Health = "unhealthy"
	}
	c.HealthAt = s.st.Box(c).NextHealth()
	command := commandText(s.st.Box(c).Probe())
	for _, action := range []string{"exec_create: " + command, "exec_start: " + command, "exec_die", "health_status: " + c.Health} {
		s.journal.EmitContainer(c, action, nil)
	}
}
