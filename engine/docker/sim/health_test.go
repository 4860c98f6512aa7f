// Part of the tests of the simulated engine: health checks of containers that sleep and
// end.

package sim_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/dmap-dev/dmap/engine/docker/sim"
)

// health returns state and health of a container, and in ps.
func (l *lab) health(name string) string {
	l.t.Helper()
	var doc struct {
		State struct {
			Status string
			Health struct{ Status string }
		}
	}
	l.get(l.t, l.at(name)+"/json", &doc)
	var list []struct{ Status string }
	l.get(l.t, "/containers/json?all=1&filters=%7B%22name%22%3A%5B%22"+l.prefix+name+"%22%5D%7D", &list)
	_, shown, _ := strings.Cut(list[0].Status, "(")
	shown, _, _ = strings.Cut(shown, ")")
	return doc.State.Status + " " + doc.State.Health.Status + " (" + shown + ")"
}

// becomes compares the health of a container. The real engine hears of a pause from
// another process, and may hear of it only after the container was woken again, so it
// is given time to get there.
func (l *lab) becomes(what, name, want string) {
	l.t.Helper()
	for end := time.Now().Add(5 * time.Second); l.real && l.health(name) != want && time.Now().Before(end); {
		time.Sleep(20 * time.Millisecond)
	}
	l.equal(what, l.health(name), want)
}

// bothClocks tries a fact on both engines; pass lets some time pass.
func bothClocks(t *testing.T, some time.Duration, fact func(l *lab, pass func())) {
	both(t, func(l *lab) {
		if l.real {
			fact(l, func() { time.Sleep(some) })
			return
		}
		e := sim.New(sim.Options{Clock: sim.ClockManual})
		defer func() {
			l.made = nil
			_ = e.Close()
		}()
		l.client = e.Client()
		l.want(l.t, 200, "POST", "/images/load?quiet=1", imageTar(l.t))
		fact(l, func() { e.Advance(some) })
	})
}

func TestHealthWithoutProbesIsUnhealthy(t *testing.T) {
	bothClocks(t, 1500*time.Millisecond, func(l *lab, pass func()) {
		s := container("run print=ready", nil)
		s["Healthcheck"] = map[string]any{"Test": []string{"CMD", "/bin/true"}, "Interval": 1_000_000_000}
		l.create("a", s)
		l.start("a")
		awaitReady(l.t, l.target, l.prefix+"a")
		l.becomes("started", "a", "running starting (health: starting)")
		l.want(l.t, 204, "POST", l.at("a")+"/pause", nil)
		l.becomes("paused while starting", "a", "paused unhealthy (Paused)")
		l.want(l.t, 204, "POST", l.at("a")+"/unpause", nil)
		l.becomes("awake", "a", "running unhealthy (unhealthy)")
		pass()
		l.becomes("probed", "a", "running healthy (healthy)")
		l.want(l.t, 204, "POST", l.at("a")+"/pause", nil)
		l.becomes("paused", "a", "paused unhealthy (Paused)")
		pass()
		l.becomes("still paused", "a", "paused unhealthy (Paused)")
		l.want(l.t, 204, "POST", l.at("a")+"/unpause", nil)
		l.becomes("awake again", "a", "running unhealthy (unhealthy)")
		pass()
		l.becomes("probed again", "a", "running healthy (healthy)")
		l.want(l.t, 204, "POST", l.at("a")+"/kill", nil)
		l.stopped("a")
		l.becomes("killed", "a", "exited unhealthy (137)")
		l.start("a")
		l.becomes("started again", "a", "running starting (health: starting)")
		l.want(l.t, 204, "POST", l.at("a")+"/kill", nil)
		l.stopped("a")
		l.becomes("killed while starting", "a", "exited unhealthy (137)")
	})
}

// settledHealth returns the health once it is not starting any more.
func (l *lab) settledHealth(name string) string {
	l.t.Helper()
	for range 100 {
		_, state, _ := strings.Cut(l.health(name), " ")
		if state, _, _ = strings.Cut(state, " "); state != "starting" {
			return state
		}
		if l.real {
			time.Sleep(50 * time.Millisecond)
		}
	}
	return "starting"
}

// probes returns the health of a container with the exit codes of the probes that it
// shows.
func (l *lab) probes(name string) string {
	l.t.Helper()
	var doc struct {
		State struct {
			Health struct {
				Status        string
				FailingStreak int
				Log           []struct {
					Start, End time.Time
					ExitCode   int
					Output     string
				}
			}
		}
	}
	l.get(l.t, l.at(name)+"/json", &doc)
	health := doc.State.Health
	text := fmt.Sprint(health.Status, " ", health.FailingStreak)
	for i, run := range health.Log {
		if run.End.Before(run.Start) || i > 0 && !run.Start.After(health.Log[i-1].End) {
			l.t.Errorf("%s: probes out of order: %v", l.name, health.Log)
		}
		text += fmt.Sprintf(" %d", run.ExitCode)
		if i == len(health.Log)-1 {
			text += " " + run.Output
		}
	}
	return text
}

func TestProbesAreKept(t *testing.T) {
	const some, interval = 1500 * time.Millisecond, 1_000_000_000
	const none = `OCI runtime exec failed: exec failed: unable to start container process: exec: "/none": stat /none: no such file or directory: unknown`
	for _, row := range []struct {
		name  string
		check map[string]any
		want  []string
	}{
		{"passing", map[string]any{"Test": []string{"CMD", "/bin/true"}}, []string{
			"starting 0", "healthy 0 0 ", "unhealthy 0 0 ", "unhealthy 0 0 ", "unhealthy 0 0 ", "healthy 0 0 0 ",
			"starting 0 0 0 ", "healthy 0 0 0 0 ", "unhealthy 0 0 0 0 ", "starting 0 0 0 0 "}},
		{"failing", map[string]any{"Test": []string{"CMD", "/bin/simproc", "exit=3", "print=no"}, "Retries": 1}, []string{
			"starting 0", "unhealthy 1 3 no\n", "unhealthy 1 3 no\n", "unhealthy 1 3 no\n", "unhealthy 1 3 no\n", "unhealthy 2 3 3 no\n",
			"starting 0 3 3 no\n", "unhealthy 1 3 3 3 no\n", "unhealthy 1 3 3 3 no\n", "starting 0 3 3 3 no\n"}},
		{"missing, at first excused", map[string]any{"Test": []string{"CMD", "/none"}, "StartPeriod": 6_000_000_000}, []string{
			"starting 0", "starting 0 -1 " + none, "unhealthy 0 -1 " + none, "unhealthy 0 -1 " + none, "unhealthy 0 -1 " + none, "unhealthy 1 -1 -1 " + none,
			"starting 0 -1 -1 " + none, "starting 0 -1 -1 -1 " + none, "unhealthy 0 -1 -1 -1 " + none, "starting 0 -1 -1 -1 " + none}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			bothClocks(t, some, func(l *lab, pass func()) {
				s := container("run print=ready", nil)
				row.check["Interval"] = interval
				s["Healthcheck"] = row.check
				l.create("a", s)
				for i, step := range []string{"start", "", "pause", "", "unpause", "", "restart?t=0", "", "kill", "start"} {
					if step == "" {
						pass()
					} else {
						l.want(l.t, 204, "POST", l.at("a")+"/"+step, nil)
					}
					if step == "kill" {
						l.stopped("a")
					}
					// The real engine hears of some of this from another process.
					for end := time.Now().Add(400 * time.Millisecond); l.real && l.probes("a") != row.want[i] && time.Now().Before(end); {
						time.Sleep(10 * time.Millisecond)
					}
					l.equal(fmt.Sprint(i, " ", step), l.probes("a"), row.want[i])
				}
			})
		})
	}
}

func TestOnlyTheLastProbesAreShown(t *testing.T) {
	e := sim.New(sim.Options{Clock: sim.ClockManual})
	defer func() { _ = e.Close() }()
	l := &lab{target: target{name: "sim", client: e.Client()}, t: t, prefix: prefix}
	l.want(t, 200, "POST", "/images/load?quiet=1", imageTar(t))
	s := container("run", nil)
	s["Healthcheck"] = map[string]any{"Test": []string{"CMD", "/bin/false"}, "Interval": 1_000_000_000, "StartPeriod": 2_000_000_000}
	l.create("a", s)
	l.start("a")
	for _, want := range []string{
		"starting 0 1 ", "starting 1 1 1 ", "starting 2 1 1 1 ", "unhealthy 3 1 1 1 1 ", "unhealthy 4 1 1 1 1 1 ", "unhealthy 5 1 1 1 1 1 "} {
		e.Advance(time.Second)
		l.equal("probes", l.probes("a"), want)
	}
}
