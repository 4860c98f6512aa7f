// Front door: containers that somebody renamed or copied.

package engine_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/sim"
	"github.com/dmap-dev/dmap/engine/plan"
)

func (b *bench) rename(t *testing.T, name, newName string) {
	t.Helper()
	if err := b.client.RenameContainer(context.Background(), name, newName); err != nil {
		t.Fatal(err)
	}
}

// A container of the map is found by its labels, whatever somebody called it: no second
// program is started beside it, and what takes it down, or restarts it, finds it.
func TestRenamedContainer(t *testing.T) {
	m := boxes(box("db"), box("web", linked("db"), attaching("v", "")))
	for _, newName := range []string{"aside", "m.aside", "m.web-old"} {
		b := newBench(t)
		b.must(t, m, plan.Start)
		old, err := b.client.Container(t.Context(), "m.web")
		if err != nil {
			t.Fatal(err)
		}
		b.rename(t, "m.web", newName)
		calls := len(b.sim.Calls())
		for _, action := range []plan.Action{plan.Create, plan.Start, plan.Startup, plan.Update} {
			_, _, err := b.do(m, action)
			if want := `container "m.web" was renamed to "` + newName + `" (rename it back (docker rename ` + newName + ` m.web), or remove it)`; err == nil || err.Error() != want {
				t.Errorf("%s: %v, want %s", action, err, want)
			}
		}
		for _, c := range b.sim.Calls()[calls:] {
			if c.Method != "GET" {
				t.Errorf("it called %s %s", c.Op, c.Name)
			}
		}
		if p := b.must(t, m, plan.Start, "db"); len(p.Steps) > 0 {
			t.Errorf("start of another one: %v", ids(p))
		}
		p := b.must(t, m, plan.Restart, "web")
		if diff := cmp.Diff([]string{"container.stop m.web", "container.start m.web"}, ids(p)); diff != "" || notes(p) != "m.web was renamed to "+newName {
			t.Errorf("restart: %s, %s", diff, notes(p))
		}
		if now, err := b.client.Container(t.Context(), newName); err != nil || now.ID != old.ID || !now.State.StartedAt.After(old.State.StartedAt) {
			t.Errorf("after restart: %+v, %v", now.State, err)
		}
		b.must(t, m, plan.Stop)
		b.must(t, m, plan.Shutdown)
		if diff := cmp.Diff(map[string]string{"m.v": "exited"}, b.states()); diff != "" {
			t.Errorf("shutdown leaves (-want +got):\n%s", diff)
		}
	}
}

// Renamed back, nothing has happened.
func TestRenamedBack(t *testing.T) {
	b, m := newBench(t), boxes(box("db"), box("web", linked("db")))
	b.must(t, m, plan.Start)
	b.rename(t, "m.db", "aside")
	b.rename(t, "aside", "m.db")
	b.settled(t, m)
}

// One that has the name of another part of the map is in the way of that, and is found.
func TestRenamedToAnotherPart(t *testing.T) {
	b, m := newBench(t), boxes(box("a"), box("b"))
	b.must(t, m, plan.Start)
	b.kill(t, "m.b")
	b.rename(t, "m.a", "m.b")
	_, _, err := b.do(m, plan.Start)
	for _, want := range []string{`container "m.a" was renamed to "m.b"`, `container "m.b" exists, but was made as container a`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("start: %v, want %s", err, want)
		}
	}
	b.must(t, m, plan.Shutdown)
	if len(b.states()) > 0 {
		t.Errorf("shutdown leaves %v", b.states())
	}
}

// A copy that somebody made has the labels of the original from its image. That is not
// the original under another name.
func TestACopyIsNotARenamedContainer(t *testing.T) {
	b, m := newBench(t), boxes(box("web"))
	b.must(t, m, plan.Start)
	b.commit(t, "m.web", "copied")
	b.runs(t, "copy", "copied")
	b.settled(t, m)
	b.must(t, m, plan.Shutdown)
	b.must(t, m, plan.Start)
	b.halt(t, "copy")
	if p := b.must(t, m, plan.Cleanup); len(p.Steps) > 0 {
		t.Errorf("cleanup: %v", ids(p))
	}
	if diff := cmp.Diff(map[string]string{"copy": "exited", "m.web": "running"}, b.states()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A saved plan is stale if what it is for was renamed since, or renamed back.
func TestSavedPlanAndRenamedContainer(t *testing.T) {
	b, m := newBench(t), boxes(box("web"))
	b.must(t, m, plan.Start)
	was := b.saved(t, m, plan.Request{Action: plan.Stop})
	b.rename(t, "m.web", "aside")
	err := b.apply(was)
	if want := "the plan is stale: container m.web was running, is running and called aside (nothing was changed: make a new plan)"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if err := b.apply(b.saved(t, m, plan.Request{Action: plan.Stop})); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff(map[string]string{"aside": "exited"}, b.states()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Each step looks again at what it is about to change: a container that somebody renamed
// while it was stopped is not removed.
func TestRenamedWhileItStops(t *testing.T) {
	for _, action := range []plan.Action{plan.Shutdown, plan.Update} {
		b := newBench(t)
		b.must(t, boxes(box("web")), plan.Start)
		b.sim.OnCall(func(c sim.Call) error {
			if c.Op == "container.stop" && c.Phase == sim.After {
				b.sim.OnCall(nil)
				b.rename(t, "m.web", "aside")
			}
			return nil
		})
		_, _, err := b.do(boxes(box("web", options(dict{"environment": dict{"A": 1}}))), action)
		if want := `container "m.web" was renamed to "aside" after the plan was made: plan again`; err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", action, err, want)
		}
		if diff := cmp.Diff(map[string]string{"aside": "exited"}, b.states()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", action, diff)
		}
	}
}

// What somebody else has of the names that a preparation needs is found before anything
// begins.
func TestNamesThatAPreparationNeeds(t *testing.T) {
	b, m := newBench(t), boxes(box("web", attaching("v", "5:5")))
	if _, _, err := b.client.CreateContainer(t.Context(), "m.v.dmap-prepare", docker.ContainerSpec{ContainerConfig: docker.ContainerConfig{Image: "example/app"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.client.CreateVolume(t.Context(), docker.VolumeSpec{Name: "m.v.dmap-prepared"}); err != nil {
		t.Fatal(err)
	}
	_, _, err := b.do(m, plan.Start)
	for _, want := range []string{`container "m.v.dmap-prepare" exists, but was not made by dmap`, `volume "m.v.dmap-prepared" exists, but was not made by dmap`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	b.kill(t, "m.v.dmap-prepare")
	if err := b.client.RemoveVolume(t.Context(), "m.v.dmap-prepared"); err != nil {
		t.Fatal(err)
	}
	b.must(t, m, plan.Start)
	b.settled(t, m)
}
