// Part of the simulated engine: health checks. Probes are not run one by one: it is reckoned when they change the health.

package sim

import (
	"slices"
	"time"
)

// probe gives the command of the health check, or nil when there is none.
func (c *container) probe() []string {
	h := c.Config.Healthcheck
	if h == nil || len(h.Test) < 2 {
		return nil
	}
	switch h.Test[0] {
	case "CMD":
		return h.Test[1:]
	case "CMD-SHELL":
		if len(c.Config.Shell) > 0 {
			return append(slices.Clone([]string(c.Config.Shell)), h.Test[1:]...)
		}
		return append([]string{"/bin/sh", "-c"}, h.Test[1:]...)
	}
	return nil
}

// nanos gives a duration of a health check, or its default.
func nanos(n int64, standard time.Duration) time.Duration {
	if n == 0 {
		return standard
	}
	return time.Duration(n)
}

// startHealth begins the health of a container that starts.
func (e *Engine) startHealth(c *container) {
	c.Health, c.HealthAt = "", time.Time{}
	if c.probe() != nil {
		c.Health, c.ProbeFrom = "starting", c.StartedAt
		c.HealthAt = e.nextHealth(c)
	}
}

// stopHealth ends the probing of a container that sleeps or ended. Without probes it counts as unhealthy, which no event tells.
func (e *Engine) stopHealth(c *container) {
	if c.Health != "" {
		c.Health, c.HealthAt = "unhealthy", time.Time{}
	}
}

// passesAfter tells from which age on the probe passes; never is false.
func (e *Engine) passesAfter(c *container) (after time.Duration, ever bool) {
	if c.Process.Unhealthy {
		return 0, false
	}
	prog, err := e.programOf(c, c.probe())
	if err != nil || prog.Exits && prog.ExitCode != 0 {
		return 0, false
	}
	if code, err := e.checkExecutable(c, c.probe()[0]); err != nil && code != 0 {
		return 0, false
	}
	return c.Process.HealthyAfter, true
}

// nextHealth reckons when the health of a container that began or woke now, or turned unhealthy, changes; zero is never.
func (e *Engine) nextHealth(c *container) time.Time {
	h := c.Config.Healthcheck
	interval := nanos(h.Interval, 30*time.Second)
	retries := h.Retries
	if retries == 0 {
		retries = 3
	}
	after, ever := e.passesAfter(c)
	// The first probe that passes, counted in intervals.
	slept := c.ProbeFrom.Sub(c.StartedAt)
	pass := max(int64((after-slept+interval-1)/interval), 1)
	// Probes that fail within the start period do not count.
	grace := int64(time.Duration(h.StartPeriod) / interval)
	fail := grace + int64(retries)
	switch {
	case c.Health == "starting" && (!ever || fail < pass):
		return c.StartedAt.Add(time.Duration(fail) * interval)
	case ever && c.Health != "healthy":
		return c.ProbeFrom.Add(time.Duration(pass) * interval)
	}
	return time.Time{}
}

// changeHealth is called when the health changes.
func (e *Engine) changeHealth(c *container) {
	after, ever := e.passesAfter(c)
	c.Polled = false
	if ever && e.st.Now.Sub(c.StartedAt) >= after {
		c.Health = "healthy"
	} else {
		c.Health = "unhealthy"
	}
	c.HealthAt = e.nextHealth(c)
	command := commandText(c.probe())
	for _, action := range []string{"exec_create: " + command, "exec_start: " + command, "exec_die", "health_status: " + c.Health} {
		e.emitContainer(c, action, nil)
	}
}

// healthDocument is how inspect shows the health, with the last probe.
func (e *Engine) healthDocument(c *container) object {
	log := []object{}
	interval := nanos(c.Config.Healthcheck.Interval, 30*time.Second)
	end := e.st.Now
	switch {
	case !c.Running:
		end = c.FinishedAt
	case c.Paused:
		end = c.Frozen
	}
	probes := int64(end.Sub(c.ProbeFrom) / interval)
	after, ever := e.passesAfter(c)
	streak := int64(0)
	for k := max(probes-4, 1); k <= probes; k++ {
		at := c.ProbeFrom.Add(time.Duration(k) * interval)
		code := 1
		if ever && at.Sub(c.StartedAt) >= after {
			code = 0
		}
		log = append(log, object{"Start": stamp(at), "End": stamp(at), "ExitCode": code, "Output": ""})
	}
	if !ever || c.ProbeFrom.Add(time.Duration(probes)*interval).Sub(c.StartedAt) < after {
		streak = max(probes, 0)
	}
	return object{"Status": c.Health, "FailingStreak": streak, "Log": log}
}
