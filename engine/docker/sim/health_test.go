// Part of the tests of the simulated engine: health checks of containers that sleep and end.

package sim_test

import (
	"strings"
	"testing"
	"time"

	"github.com/dmap-dev/dmap/engine/docker/sim"
)

// health gives state and health of a container, and in ps.
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

// becomes compares the health of a container. The real engine hears of a pause from another process, and may hear of it
// only after the container was woken again, so it is given time to get there.
func (l *lab) becomes(what, name, want string) {
	l.t.Helper()
	for end := time.Now().Add(5 * time.Second); l.real && l.health(name) != want && time.Now().Before(end); {
		time.Sleep(20 * time.Millisecond)
	}
	l.equal(what, l.health(name), want)
}

// bothClocks tries a fact on both engines; pass lets three seconds pass.
func bothClocks(t *testing.T, fact func(l *lab, pass func())) {
	const some = 3 * time.Second
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
	bothClocks(t, func(l *lab, pass func()) {
		s := container("run print=ready", nil)
		s["Healthcheck"] = map[string]any{"Test": []string{"CMD", "/bin/true"}, "Interval": 2_000_000_000}
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

// settledHealth gives the health once it is not starting any more.
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
