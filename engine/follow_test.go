// Front door: stories of containers that follow others, and of what else a person
// or another program may have done between two runs.

package engine_test

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dmap-dev/dmap/engine/docker/sim"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/plan"
)

// box is a container of the map m.
func box(name string, set ...func(*model.Container)) *model.Container {
	c := &model.Container{Name: name, Image: "example/app"}
	for _, f := range set {
		f(c)
	}
	return c
}

func linked(targets ...string) func(*model.Container) {
	return func(c *model.Container) {
		for _, t := range targets {
			c.Links = append(c.Links, model.Link{Container: t})
		}
	}
}

func persistent(c *model.Container) { c.Persistent = true }

func attaching(alias, user string) func(*model.Container) {
	return func(c *model.Container) { c.Attaches, c.User = []string{alias}, user }
}

func sharing(path string) func(*model.Container) {
	return func(c *model.Container) { c.Shares = []string{path} }
}

// boxes is the map m of containers; v is an alias that they may attach.
func boxes(containers ...*model.Container) *model.ContainerMap {
	return &model.ContainerMap{Name: "m", Volumes: []model.Volume{{Alias: "v", Path: "/v"}}, Containers: containers}
}

func (b *bench) kill(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		if err := b.client.RemoveContainer(context.Background(), name, true); err != nil {
			t.Fatal(err)
		}
	}
}

func (b *bench) halt(t *testing.T, name string) {
	t.Helper()
	if err := b.client.StopContainer(context.Background(), name, nil); err != nil {
		t.Fatal(err)
	}
}

// states are the states of all containers.
func (b *bench) states() map[string]string {
	out := map[string]string{}
	for _, c := range b.sim.World().Containers {
		out[c.Name] = c.Status
	}
	return out
}

// ids are the ids of the steps of a plan.
func ids(p *plan.Plan) []string {
	var out []string
	for _, st := range p.Steps {
		out = append(out, st.ID)
	}
	return out
}

func notes(p *plan.Plan) string {
	var out []string
	for _, n := range p.Notes {
		out = append(out, n.Target+" "+n.Text)
	}
	return strings.Join(out, "\n")
}

// settled plans again and expects nothing to do and nothing to say.
func (b *bench) settled(t *testing.T, m *model.ContainerMap) {
	t.Helper()
	p, err := b.engine.Plan(context.Background(), m, plan.Request{Action: plan.Start})
	if err != nil || len(p.Steps)+len(p.Notes) > 0 {
		t.Errorf("a further start: steps %v, notes %v, error %v", ids(p), p.Notes, err)
	}
}

// What a container needs that is made anew because it follows is made or started
// too, or it would be down for good.
func TestAFollowerBringsWhatItNeeds(t *testing.T) {
	for _, tt := range []struct {
		name string
		m    *model.ContainerMap
		harm func(*bench)
	}{
		{"the holder of its volume is gone", boxes(box("db"), box("web", linked("db"), attaching("v", ""))),
			func(b *bench) { b.kill(t, "m.v") }},
		{"another link target is gone", boxes(box("db"), box("cache"), box("web", linked("db", "cache"))),
			func(b *bench) { b.kill(t, "m.cache") }},
		{"another link target is stopped", boxes(box("db"), box("cache"), box("web", linked("db", "cache"))),
			func(b *bench) { b.halt(t, "m.cache") }},
		{"what its other link target needs is gone", boxes(box("deep"), box("db"), box("cache", linked("deep")), box("web", linked("db", "cache"))),
			func(b *bench) { b.kill(t, "m.cache", "m.deep") }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t)
			b.must(t, tt.m, plan.Start)
			want := b.world()
			tt.harm(b)
			b.kill(t, "m.db")
			b.must(t, tt.m, plan.Start, "db")
			if diff := cmp.Diff(want, b.world()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			b.settled(t, tt.m)
		})
	}
}

// A follower that did not run is not started, so what it needs has only to exist.
func TestAFollowerThatDidNotRunStartsNobody(t *testing.T) {
	b := newBench(t)
	m := boxes(box("db"), box("cache"), box("web", linked("db", "cache")))
	b.must(t, m, plan.Start)
	b.must(t, m, plan.Stop, "cache")
	b.kill(t, "m.db", "m.cache")
	b.must(t, m, plan.Start, "db")
	want := map[string]string{"m.db": "running", "m.cache": "created", "m.web": "created"}
	if diff := cmp.Diff(want, b.states()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	b.must(t, m, plan.Start)
	b.settled(t, m)
}

// A container whose link target was made anew by create is replaced by start, and
// by create itself if it was never started: its link would be dead for good.
func TestCreateLeavesNoDeadLinks(t *testing.T) {
	m := boxes(box("b"), box("a", linked("b")))
	for _, first := range []plan.Action{plan.Create, plan.Start} {
		b := newBench(t)
		b.must(t, m, first)
		b.kill(t, "m.b")
		p := b.must(t, m, plan.Create)
		if first == plan.Start && notes(p) != "m.a links b, which is created anew: start replaces it" {
			t.Errorf("notes %q", notes(p))
		}
		b.must(t, m, plan.Create)
		b.must(t, m, plan.Start)
		b.must(t, m, plan.Restart, "a") // its link is alive
		want := newBench(t)
		want.must(t, m, plan.Start)
		if diff := cmp.Diff(want.world(), b.world()); diff != "" {
			t.Errorf("after %s (-want +got):\n%s", first, diff)
		}
		b.settled(t, m)
	}
}

// If a follower cannot be taken down, its link target is not made either, so that
// the next run finds both to do.
func TestAFollowerThatCannotStopIsNotForgotten(t *testing.T) {
	b := newBench(t)
	m := boxes(box("b"), box("a", linked("b")))
	b.must(t, m, plan.Start)
	want := b.world()
	b.kill(t, "m.b")
	b.sim.AddFault(sim.Fault{Op: "container.stop", Name: "m.a", Status: 500, Message: "no luck"})
	if _, _, err := b.do(m, plan.Start); err == nil {
		t.Fatal("no error")
	}
	b.must(t, m, plan.Start)
	b.must(t, m, plan.Restart, "a") // its link is alive
	if diff := cmp.Diff(want, b.world()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	b.settled(t, m)
}

// A run that replaces a link target and its followers may end at any call: the next
// one completes it.
func TestCrashWhileContainersFollow(t *testing.T) {
	m := boxes(box("db"), box("app", linked("db"), attaching("v", "5")), box("web", linked("app")))
	undisturbed := newBench(t)
	undisturbed.must(t, m, plan.Start)
	want := undisturbed.world()
	before := func(b *bench) {
		b.must(t, m, plan.Start)
		b.kill(t, "m.db")
	}
	crashEverywhere(t, before, m, plan.Start, func(t *testing.T, b *bench) {
		b.must(t, m, plan.Start)
		b.settled(t, m)
		b.must(t, m, plan.Restart, "app") // its link is alive
		b.must(t, m, plan.Stop, "web")    // a run without steps leaves a dead lock alone
		b.must(t, m, plan.Start)
		if diff := cmp.Diff(want, b.world()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// A persistent container that has ended is not started again because it would have
// to follow (row 102).
func TestAnEndedPersistentContainerDoesNotFollow(t *testing.T) {
	b := newBench(t)
	m := boxes(box("b"), box("p", linked("b"), persistent))
	b.must(t, m, plan.Start)
	b.halt(t, "m.p")
	b.kill(t, "m.b")
	p := b.must(t, m, plan.Start)
	if want := "m.p links b, which is created anew; left alone, because it is persistent and has ended"; notes(p) != want {
		t.Errorf("got %q, want %q", notes(p), want)
	}
	if diff := cmp.Diff(map[string]string{"m.b": "running", "m.p": "exited"}, b.states()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	b.settled(t, m)
}

// Data in anonymous volumes does not come along when a container is made anew: the
// plan says what is left where.
func TestDataLeftBehindIsNoted(t *testing.T) {
	uses := func(c *model.Container) { c.Uses = []model.Use{{Name: "a"}} }
	b := newBench(t)
	m := boxes(box("b"), box("a", linked("b"), sharing("/data"), attaching("v", "")), box("u", uses))
	b.must(t, m, plan.Start)
	info, err := b.client.Container(context.Background(), "m.a")
	if err != nil {
		t.Fatal(err)
	}
	b.kill(t, "m.b")
	want := "m.a is created anew without its data at /data, which stays behind in the volume " + info.Mounts[0].Name
	if p := b.must(t, m, plan.Start); notes(p) != want {
		t.Errorf("got %q, want %q", notes(p), want)
	}
	b.settled(t, m)
	b.halt(t, "m.a")
	p, err := b.engine.Plan(context.Background(), m, plan.Request{Action: plan.Startup, Unrecoverable: []int{0, 137, 143}})
	if err != nil || !strings.HasPrefix(notes(p), "m.a is created anew without its data at /data") {
		t.Errorf("after an end beyond recovery: notes %q, error %v", notes(p), err)
	}
}

// names are the targets that mean some containers of a map.
func names(m *model.ContainerMap, which func(*model.Container) bool) []string {
	var out []string
	for _, c := range m.Containers {
		if which(c) {
			out = append(out, c.Name)
		}
	}
	return out
}

// Of random maps of which containers are lost and stopped, starting any one leaves
// all others running that ran, and starting all of it leaves nothing to do.
func TestRandomLosses(t *testing.T) {
	maps := rapid.Custom(randomMap)
	for seed := range 300 {
		if testing.Short() && seed >= 60 {
			break
		}
		m := maps.Example(seed)
		b := newBench(t)
		b.must(t, m, plan.Start)
		random := rand.New(rand.NewPCG(uint64(seed), 0))
		for _, c := range b.sim.World().Containers {
			switch random.IntN(5) {
			case 0, 1:
				b.kill(t, c.Name)
			case 2:
				b.halt(t, c.Name)
			}
		}
		before := b.states()
		target := m.Containers[random.IntN(len(m.Containers))]
		targets := names(m, func(c *model.Container) bool { return c == target })
		action := []plan.Action{plan.Create, plan.Start, plan.Startup}[random.IntN(3)]
		_, _, err := b.do(m, action, targets...)
		if err != nil {
			if !strings.Contains(err.Error(), "which is persistent and has ended") {
				t.Fatalf("seed %d: %s %q: %v", seed, action, targets, err)
			}
			continue
		}
		for name, status := range b.states() {
			if before[name] == "running" && status != "running" {
				t.Fatalf("seed %d: %s %q: %s is %s", seed, action, targets, name, status)
			}
			delete(before, name)
		}
		if len(before) > 0 {
			t.Fatalf("seed %d: %s %q: %v are gone", seed, action, targets, before)
		}
		if _, _, err := b.do(m, plan.Start); err != nil && !strings.Contains(err.Error(), "which is persistent and has ended") {
			t.Fatalf("seed %d: start: %v", seed, err)
		} else if err == nil {
			b.settled(t, m)
			others := names(m, func(c *model.Container) bool { return !c.Persistent })
			if len(others) == 0 {
				continue
			}
			_, _, err := b.do(m, plan.Restart, others...)
			if err != nil && !strings.Contains(err.Error(), "which is persistent and has ended") {
				t.Fatalf("seed %d: a link is dead: %v", seed, err)
			}
		}
		b.sim.Close()
	}
}
