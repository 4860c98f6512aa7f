// Process: health checks. Probes are not run one by one: the time at which they will
// change the health is computed.

package process

import (
	"slices"
	"time"
)

// Probe returns the command of the health check, or nil if there is none.
func (b Box) Probe() []string {
	h := b.Config.Healthcheck
	if h == nil || len(h.Test) < 2 {
		return nil
	}
	switch h.Test[0] {
	case "CMD":
		return h.Test[1:]
	case "CMD-SHELL":
		if len(b.Config.Shell) > 0 {
			return append(slices.Clone([]string(b.Config.Shell)), h.Test[1:]...)
		}
		return append([]string{"/bin/sh", "-c"}, h.Test[1:]...)
	}
	return nil
}

// durationOr returns a duration of a health check, or its default.
func durationOr(n int64, standard time.Duration) time.Duration {
	if n == 0 {
		return standard
	}
	return time.Duration(n)
}

// keptProbes is how many of the last probes inspect shows.
const keptProbes = 5

// PassesAfter returns the age of the process from which on the probe passes; false if
// it never does.
func (b Box) PassesAfter() (after time.Duration, ever bool) {
	if b.Life.Process.Unhealthy {
		return 0, false
	}
	prog, err := b.ProgramOf(b.Probe())
	if err != nil || prog.Exits && prog.ExitCode != 0 {
		return 0, false
	}
	if b.CheckExec(b.Probe()[0]) != nil {
		return 0, false
	}
	return b.Life.Process.HealthyAfter, true
}

// NextHealth computes when the health will next change, if the container began, was
// unpaused or turned unhealthy now; zero means never.
func (b Box) NextHealth() time.Time {
	h := b.Config.Healthcheck
	interval := durationOr(h.Interval, 30*time.Second)
	retries := h.Retries
	if retries == 0 {
		retries = 3
	}
	after, ever := b.PassesAfter()
	// The first probe that passes, counted in intervals. The age of the process counts
	// from its start, the probes from the last unpause: after a pause the two differ by
	// its length.
	slept := b.Life.ProbeFrom.Sub(b.Life.StartedAt)
	pass := max(int64((after-slept+interval-1)/interval), 1)
	grace := b.gracedProbes(interval)
	// Failures within the start period do not count, but a success there does: the
	// first probe that passes makes the container healthy at once.
	fail := grace + int64(retries)
	switch {
	case b.Life.Health == "starting" && (!ever || fail < pass):
		return b.Life.StartedAt.Add(time.Duration(fail) * interval)
	case ever && b.Life.Health != "healthy":
		return b.Life.ProbeFrom.Add(time.Duration(pass) * interval)
	}
	return time.Time{}
}

// gracedProbes returns how many probes after a start may fail without counting: those
// within the start period.
func (b Box) gracedProbes(interval time.Duration) int64 {
	return int64(max(time.Duration(b.Config.Healthcheck.StartPeriod)-1, 0) / interval)
}

// Probes returns the last probes until now, and how many of them failed in a row.
func (b Box) Probes(now time.Time) ([]ProbeRun, int) {
	runs, streak := slices.Clone(b.Life.Probes), b.Life.Streak
	if b.Life.ProbeFrom.IsZero() {
		return runs, streak
	}
	interval := durationOr(b.Config.Healthcheck.Interval, 30*time.Second)
	count := int64(now.Sub(b.Life.ProbeFrom) / interval)
	after, ever := b.PassesAfter()
	// Only the last few are computed: a container that is looked at after a year has
	// had millions.
	for k := max(count-keptProbes+1, 1); k <= count; k++ {
		at := b.Life.ProbeFrom.Add(time.Duration(k) * interval)
		runs = append(runs, b.probeRun(at, ever && at.Sub(b.Life.StartedAt) >= after))
	}
	runs = runs[max(len(runs)-keptProbes, 0):]
	switch {
	case count > 0 && runs[len(runs)-1].ExitCode == 0:
		streak = 0
	case b.Life.ProbeFrom.Equal(b.Life.StartedAt):
		streak += int(max(count-b.gracedProbes(interval), 0))
	default:
		streak += int(count)
	}
	return runs, streak
}

// probeRun returns a probe that passes or fails.
func (b Box) probeRun(at time.Time, passes bool) ProbeRun {
	if err := b.CheckExec(b.Probe()[0]); err != nil {
		return ProbeRun{At: at, ExitCode: -1, Output: err.Error()}
	}
	run := ProbeRun{At: at}
	prog, err := b.ProgramOf(b.Probe())
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
