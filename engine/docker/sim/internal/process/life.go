// Process: how the first process of a container fares: it runs, sleeps, ends, and waits for its restart.

package process

import (
	"time"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/script"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/signals"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
)

// Life is how the first process of a container fares, and what is due of it. It knows neither networks nor volumes.
type Life struct {
	RestartCount int

	Running, Paused, Restarting, Removing, Dead bool
	ManuallyStopped                             bool // it got a signal; ends unless-stopped
	PolicyRests                                 bool // somebody wanted its end: no restart until it is started
	OOMKilled                                   bool
	Pid, ExitCode                               int
	Error                                       string
	StartedAt, FinishedAt                       time.Time
	Exits                                       int // how often it ended; waiters watch it
	Runs                                        int // how often its process began, for crash scripts
	EverStarted                                 bool

	Process   script.Process
	ExitAt    time.Time // when its process ends by itself
	KillAt    time.Time // when a stop loses patience
	RestartAt time.Time // when the restart policy acts
	Backoff   time.Duration
	Frozen    time.Time  // when it was paused
	Health    string     // "", starting, healthy, unhealthy
	HealthAt  time.Time  // when the health changes next
	ProbeFrom time.Time  // since when the probe runs: its start or when it last woke; zero: it does not
	Probes    []ProbeRun `json:",omitempty"` // the last probes before that
	Streak    int        `json:",omitempty"` // how many of them failed in a row, until that
	Polled    bool       // its passing state has been seen by inspect
}

// ProbeRun is one probe that was run.
type ProbeRun struct {
	At       time.Time
	ExitCode int
	Output   string `json:",omitempty"`
}

// Status is the one-word state.
func (l *Life) Status() string {
	switch {
	case l.Running && l.Paused:
		return "paused"
	case l.Restarting:
		return "restarting"
	case l.Running:
		return "running"
	case l.Removing:
		return "removing"
	case l.Dead:
		return "dead"
	case l.StartedAt.IsZero():
		return "created"
	}
	return "exited"
}

// Begin is a start. Pid is that of the process.
func (l *Life) Begin(now time.Time, pid int) {
	l.Error, l.ExitCode, l.OOMKilled = "", 0, false
	l.Running, l.Restarting, l.Paused, l.Polled = true, false, false, false
	l.EverStarted = true
	l.Pid = pid
	l.StartedAt = now
	l.Runs++
	l.ExitAt, l.KillAt, l.RestartAt = time.Time{}, time.Time{}, time.Time{}
	if l.Runs <= l.Process.CrashTimes {
		l.Process.ExitCode = 1
		l.ExitAt = l.StartedAt
	} else if l.Process.Exits {
		l.ExitAt = l.StartedAt.Add(l.Process.RunFor)
	}
}

// ByHand says that somebody asked for the start that follows, so that counters begin anew.
func (l *Life) ByHand() {
	l.ManuallyStopped, l.PolicyRests = false, false
	l.Backoff = 0
	l.RestartCount = 0
}

// Fail is a start that failed: the container keeps the state it had, with the reason.
func (l *Life) Fail(code int, err error) {
	l.Error = err.Error()
	if l.ExitCode == 0 || code != FailedStart {
		l.ExitCode = code
	}
	if l.Restarting {
		l.Exits++
	}
	l.Running, l.Restarting, l.Paused = false, false, false
}

// FailedStart is the exit code of a start that failed for a reason which has no code of its own.
const FailedStart = 128

// End is the end of the process. Whether it is restarted is not known yet.
func (l *Life) End(now time.Time, code int) {
	l.ExitAt, l.KillAt = time.Time{}, time.Time{}
	l.ExitCode, l.FinishedAt, l.Pid = code, now, 0
	l.Paused, l.Polled = false, false
	l.Exits++
}

// Again reports whether a restart policy starts the process once more that just ended.
func (l *Life) Again(p spec.RestartPolicy) bool {
	if l.PolicyRests {
		return false
	}
	switch p.Name {
	case "always":
		return true
	case "unless-stopped":
		return !l.ManuallyStopped
	case "on-failure":
		return l.ExitCode != 0 && (p.MaximumRetryCount == 0 || l.RestartCount < p.MaximumRetryCount)
	}
	return false
}

// Wait begins the wait for a restart, which doubles from time to time unless the process ran for long.
func (l *Life) Wait(now time.Time) {
	const shortest, longest, long = 100 * time.Millisecond, time.Minute, 10 * time.Second
	l.Running, l.Restarting = true, true
	l.RestartCount++
	if l.Backoff == 0 || now.Sub(l.StartedAt) >= long {
		l.Backoff = shortest
	} else {
		l.Backoff = min(2*l.Backoff, longest)
	}
	l.RestartAt = now.Add(l.Backoff)
}

// Cancel ends the wait for a restart: the container stays exited.
func (l *Life) Cancel(now time.Time) {
	l.RestartAt = time.Time{}
	l.Running, l.Restarting, l.Polled = false, false, false
	l.FinishedAt = now
	l.Exits++
}

// EndsBy reports whether a signal ends the process, and with which code.
func (l *Life) EndsBy(sig int) (code int, ends bool) {
	switch {
	case !l.Running || l.Restarting:
	case sig == signals.Kill:
		return 128 + signals.Kill, true
	case l.Process.IgnoreTERM:
	case sig == signals.Term:
		return script.TermCode(l.Process), true
	case sig == signals.Int, sig == signals.Quit:
		return 128 + sig, true
	}
	return 0, false
}

// Sleep puts the process to sleep.
func (l *Life) Sleep(now time.Time) { l.Paused, l.Frozen = true, now }

// Wake wakes the process; the time it slept does not count.
func (l *Life) Wake(now time.Time) {
	l.Paused = false
	if !l.ExitAt.IsZero() {
		l.ExitAt = l.ExitAt.Add(now.Sub(l.Frozen))
	}
}
