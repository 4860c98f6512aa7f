// Part of the simulated engine: health checks. Probes are not run one by one: it is reckoned when they change the health.

package sim

import (
	"slices"
	"time"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// probe gives the command of the health check, or nil when there is none.
func (b box) probe() []string {
	h := b.config.Healthcheck
	if h == nil || len(h.Test) < 2 {
		return nil
	}
	switch h.Test[0] {
	case "CMD":
		return h.Test[1:]
	case "CMD-SHELL":
		if len(b.config.Shell) > 0 {
			return append(slices.Clone([]string(b.config.Shell)), h.Test[1:]...)
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

// keptProbes is how many probes inspect shows.
const keptProbes = 5

// startHealth begins the health of a container that starts. Earlier probes are still shown.
func (s *supervisor) startHealth(c *container) {
	c.Health, c.HealthAt, c.ProbeFrom, c.Streak = "", time.Time{}, time.Time{}, 0
	if s.st.box(c).probe() != nil {
		c.Health, c.ProbeFrom = "starting", c.StartedAt
		c.HealthAt = s.st.box(c).nextHealth()
	}
}

// stopHealth ends the probing of a container that sleeps or ended. Without probes it counts as unhealthy, which no event tells.
func (s *supervisor) stopHealth(c *container) {
	if c.Health != "" {
		c.Probes, c.Streak = s.st.box(c).probes(s.st.Now)
		c.Health, c.HealthAt, c.ProbeFrom = "unhealthy", time.Time{}, time.Time{}
	}
}

// passesAfter tells from which age on the probe passes; never is false.
func (b box) passesAfter() (after time.Duration, ever bool) {
	if b.life.Process.Unhealthy {
		return 0, false
	}
	prog, err := b.programOf(b.probe())
	if err != nil || prog.Exits && prog.ExitCode != 0 {
		return 0, false
	}
	if b.checkExec(b.probe()[0]) != nil {
		return 0, false
	}
	return b.life.Process.HealthyAfter, true
}

// nextHealth reckons when the health of a container that began or woke now, or turned unhealthy, changes; zero is never.
func (b box) nextHealth() time.Time {
	h := b.config.Healthcheck
	interval := nanos(h.Interval, 30*time.Second)
	retries := h.Retries
	if retries == 0 {
		retries = 3
	}
	after, ever := b.passesAfter()
	// The first probe that passes, counted in intervals.
	slept := b.life.ProbeFrom.Sub(b.life.StartedAt)
	pass := max(int64((after-slept+interval-1)/interval), 1)
	grace := b.graceful(interval)
	fail := grace + int64(retries)
	switch {
	case b.life.Health == "starting" && (!ever || fail < pass):
		return b.life.StartedAt.Add(time.Duration(fail) * interval)
	case ever && b.life.Health != "healthy":
		return b.life.ProbeFrom.Add(time.Duration(pass) * interval)
	}
	return time.Time{}
}

// changeHealth is called when the health changes.
func (s *supervisor) changeHealth(c *container) {
	after, ever := s.st.box(c).passesAfter()
	c.Polled = false
	if ever && s.st.Now.Sub(c.StartedAt) >= after {
		c.Health = "healthy"
	} else {
		c.Health = "unhealthy"
	}
	c.HealthAt = s.st.box(c).nextHealth()
	command := commandText(s.st.box(c).probe())
	for _, action := range []string{"exec_create: " + command, "exec_start: " + command, "exec_die", "health_status: " + c.Health} {
		s.journal.emitContainer(c, action, nil)
	}
}

// graceful gives how many probes after a start may fail and do not count: those within the start period.
func (b box) graceful(interval time.Duration) int64 {
	return int64(max(time.Duration(b.config.Healthcheck.StartPeriod)-1, 0) / interval)
}

// probes gives the last probes until now, and how many failed in a row.
func (b box) probes(now time.Time) ([]probeRun, int) {
	runs, streak := slices.Clone(b.life.Probes), b.life.Streak
	if b.life.ProbeFrom.IsZero() {
		return runs, streak
	}
	interval := nanos(b.config.Healthcheck.Interval, 30*time.Second)
	count := int64(now.Sub(b.life.ProbeFrom) / interval)
	after, ever := b.passesAfter()
	for k := max(count-keptProbes+1, 1); k <= count; k++ {
		at := b.life.ProbeFrom.Add(time.Duration(k) * interval)
		runs = append(runs, b.probeRun(at, ever && at.Sub(b.life.StartedAt) >= after))
	}
	runs = runs[max(len(runs)-keptProbes, 0):]
	switch {
	case count > 0 && runs[len(runs)-1].ExitCode == 0:
		streak = 0
	case b.life.ProbeFrom.Equal(b.life.StartedAt):
		streak += int(max(count-b.graceful(interval), 0))
	default:
		streak += int(count)
	}
	return runs, streak
}

// probeRun is a probe that passes or fails.
func (b box) probeRun(at time.Time, passes bool) probeRun {
	if err := b.checkExec(b.probe()[0]); err != nil {
		return probeRun{At: at, ExitCode: -1, Output: err.Error()}
	}
	run := probeRun{At: at}
	prog, err := b.programOf(b.probe())
	if err == nil {
		for _, line := range slices.Concat(prog.Stdout, prog.Stderr) {
			run.Output += line + "\n"
		}
		run.ExitCode = prog.ExitCode
	}
	switch {
	case passes:
		run.ExitCode = 0
	case run.ExitCode == 0:
		run.ExitCode = 1
	}
	return run
}

// healthDocument is how inspect shows the health, with the last probes.
func healthDocument(w *world, c *container) wire.Object {
	log := []wire.Object{}
	runs, streak := w.st.box(c).probes(w.st.Now)
	for _, run := range runs {
		log = append(log, wire.Object{"Start": wire.Stamp(run.At), "End": wire.Stamp(run.At), "ExitCode": run.ExitCode, "Output": run.Output})
	}
	return wire.Object{"Status": c.Health, "FailingStreak": streak, "Log": log}
}
