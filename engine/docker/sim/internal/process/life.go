// Process: the life of a container's first process: it runs, is paused, ends, and waits
// for its restart.

package process

import (
	"time"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/script"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/signals"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
)

// Life is the state of the first process of a container, and what falls due in it. It
// knows neither networks nor volumes.
type Life struct {
	RestartCount int

	Running, Paused, Restarting, Removing, Dead bool
	ManuallyStopped                             bool // it got a signal, which suspends the policy unless-stopped
	PolicyRests                                 bool // somebody ended it: no policy restarts it until it is started
	OOMKilled                                   bool
	Pid, ExitCode                               int
	Error                                       string
	StartedAt, FinishedAt                       time.Time
	Exits                                       int // how often it ended; those who wait for its end watch this
	Runs                                        int // how often its process began; crash scripts count by it
	EverStarted                                 bool

	Process   script.Process
	ExitAt    time.Time // when its process will end by itself
	KillAt    time.Time // when a stop will send KILL
	RestartAt time.Time // when the restart policy will act
	Backoff   time.Duration
	Frozen    time.Time  // when it was paused
	Health    string     // "", starting, healthy, unhealthy
	HealthAt  time.Time  // when the health will change
	ProbeFrom time.Time  // since when the probe runs: the start, or the last unpause; zero if it does not run
	Probes    []ProbeRun `json:",omitempty"` // the last probes before that
	Streak    int        `json:",omitempty"` // how many in a row had failed by then
	Polled    bool       // its passing state has been seen by inspect
}

// ProbeRun is one run of the probe.
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

// Begin records that the process starts, with its process id.
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

// ByHand records that the start to come was asked for by somebody, which resets the
// counters.
func (l *Life) ByHand() {
	l.ManuallyStopped, l.PolicyRests = false, false
	l.Backoff = 0
	l.RestartCount = 0
}

// Fail records a failed start: the container keeps its state, and the reason.
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

// FailedStart is the exit code of a failed start whose reason has no code of its own.
const FailedStart = 128

// End records the end of the process. Whether it will be restarted is not decided here.
func (l *Life) End(now time.Time, code int) {
	l.ExitAt, l.KillAt = time.Time{}, time.Time{}
	l.ExitCode, l.FinishedAt, l.Pid = code, now, 0
	l.Paused, l.Polled = false, false
	l.Exits++
}

// Again reports whether a restart policy restarts the process that has just ended.
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

// Wait begins the wait for a restart. The wait doubles each time, unless the process
// ran for long.
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

// Cancel ends the wait for a restart; the container stays exited.
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

// Sleep pauses the process.
func (l *Life) Sleep(now time.Time) { l.Paused, l.Frozen = true, now }

// Wake unpauses the process; the time that it was paused does not count.
func (l *Life) Wake(now time.Time) {
	l.Paused = false
	if !l.ExitAt.IsZero() {
		l.ExitAt = l.ExitAt.Add(now.Sub(l.Frozen))
	}
}
