// Front door: stories of containers that follow others, and of what else a person
// or another program may have done between two runs.

package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine"
	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/sim"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/run"
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
	undisturbed.kill(t, "m.db")
	undisturbed.sim.ClearCalls()
	undisturbed.must(t, m, plan.Start)
	calls := len(undisturbed.sim.Calls())
	dead := errors.New("the program is dead")
	for k := 1; k <= calls; k++ {
		for _, phase := range []sim.Phase{sim.Before, sim.After} {
			b := newBench(t)
			b.must(t, m, plan.Start)
			b.kill(t, "m.db")
			seen, crashed := 0, false
			ctx, crash := context.WithCancel(context.Background())
			b.sim.OnCall(func(c sim.Call) error {
				if c.Phase == sim.Before {
					seen++
				}
				if crashed = crashed || seen >= k && c.Phase == phase; crashed {
					crash()
					return dead
				}
				return nil
			})
			if p, err := b.engine.Plan(ctx, m, plan.Request{Action: plan.Start}); err == nil {
				b.engine.Run(ctx, p, run.Options{Times: quick})
			}
			crash()
			b.sim.OnCall(nil)
			b.sim.Advance(2 * time.Minute) // the lock of a program that is alive outlives its run that long
			b.must(t, m, plan.Start)
			b.settled(t, m)
			b.must(t, m, plan.Restart, "app") // its link is alive
			b.must(t, m, plan.Stop, "web")    // a run without steps leaves a dead lock alone
			b.must(t, m, plan.Start)
			if diff := cmp.Diff(want, b.world()); diff != "" {
				t.Errorf("call %d phase %d (-want +got):\n%s", k, phase, diff)
			}
			b.sim.Close()
		}
	}
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

// An owner that ran before it had the volume does not make it a prepared one; one
// that ran with it does, though the record of that is lost.
func TestOnlyWhoRanWithAVolumeTellsThatItIsPrepared(t *testing.T) {
	owner := func(c *model.Container) { c.Instances, c.User = []string{"1", "2"}, "2000" }
	before, now := boxes(box("a", owner)), boxes(box("a", attaching("v", ""), owner))
	for _, mode := range []model.AttachedMode{model.AttachedContainer, model.AttachedVolume} {
		before.Attached, now.Attached = mode, mode
		b := newBench(t)
		b.must(t, before, plan.Start)
		b.must(t, now, plan.Shutdown, "a.1")
		p := b.must(t, now, plan.Start, "a.1")
		if p.Step("volume.prepare m.v") == nil {
			t.Errorf("attached as %s: %q", mode, ids(p))
		}
		if err := b.client.RemoveVolume(context.Background(), "m.v.dmap-prepared"); err != nil {
			t.Fatal(err)
		}
		b.must(t, now, plan.Stop, "a.1")
		p = b.must(t, now, plan.Start, "a.1")
		if p.Step("volume.prepare m.v") != nil || !strings.Contains(notes(p), "nothing records that the volume was prepared") {
			t.Errorf("attached as %s, record lost: %q, notes %q", mode, ids(p), notes(p))
		}
	}
}

// The holder of dmap's predecessor is taken over as it is: its volume has no name of
// ours, so nothing is created, prepared or restarted for one.
func TestAnAdoptedHolderKeepsItsVolume(t *testing.T) {
	ctx := context.Background()
	b := newBench(t)
	m := boxes(box("a", attaching("v", "2000")))
	for name, spec := range map[string]docker.ContainerSpec{
		"m.v": {ContainerConfig: docker.ContainerConfig{Image: "tianon/true", Volumes: map[string]struct{}{"/v": {}}}},
		"m.a": {ContainerConfig: docker.ContainerConfig{Image: "example/app"}},
	} {
		id, _, err := b.client.CreateContainer(ctx, name, spec)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.client.StartContainer(ctx, id); err != nil {
			t.Fatal(err)
		}
	}
	for _, action := range []plan.Action{plan.Create, plan.Start, plan.Startup} {
		p, err := b.engine.Plan(ctx, m, plan.Request{Action: action, Adopt: true})
		if err != nil || len(p.Steps) > 0 {
			t.Errorf("%s: steps %q, error %v", action, ids(p), err)
		}
	}
	b.kill(t, "m.a")
	p, err := b.engine.Plan(ctx, m, plan.Request{Action: plan.Start, Adopt: true})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"container.create m.a", "container.start m.a"}, ids(p)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Cleanup leaves a container whose volumes a running one uses, also one that the map
// does not have any more; it takes it once the user is gone.
func TestCleanupLeavesWhatRunningContainersUse(t *testing.T) {
	ctx := context.Background()
	b := newBench(t)
	uses := func(c *model.Container) { c.Uses = []model.Use{{Name: "data"}} }
	m := boxes(box("data", sharing("/data")), box("a", uses))
	b.must(t, m, plan.Start)
	b.halt(t, "m.data")
	for _, m := range []*model.ContainerMap{m, boxes(box("a"))} {
		p, err := b.engine.Plan(ctx, m, plan.Request{Action: plan.Cleanup})
		if want := "m.data ran and ended, but m.a, which is running, uses its volumes; left alone"; err != nil || len(p.Steps) > 0 || notes(p) != want {
			t.Errorf("steps %q, error %v, notes %q, want %q", ids(p), err, notes(p), want)
		}
	}
	b.must(t, m, plan.Stop, "a")
	p := b.must(t, m, plan.Cleanup)
	if diff := cmp.Diff([]string{"container.remove m.a", "container.remove m.data"}, ids(p)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A change of what a volume is prepared with is noted, in both modes, also while its
// owner runs.
func TestAnotherPreparationIsNoted(t *testing.T) {
	for _, mode := range []model.AttachedMode{model.AttachedContainer, model.AttachedVolume} {
		b := newBench(t)
		m := boxes(box("a", attaching("v", ""), func(c *model.Container) { c.Permissions, c.Instances = "0700", []string{"1", "2"} }))
		m.Attached = mode
		b.must(t, m, plan.Start)
		m.Containers[0].Permissions = "0750"
		p := b.must(t, m, plan.Start)
		if want := "m.v was prepared as 0700, the map says 0750; left alone"; len(p.Steps) > 0 || notes(p) != want {
			t.Errorf("%s: steps %q, notes %q, want %q", mode, ids(p), notes(p), want)
		}
	}
}

// A nil map or plan is an error, and a plan for nothing has lists in JSON.
func TestNothingIsNoPanic(t *testing.T) {
	ctx := context.Background()
	b := newBench(t)
	if _, err := b.engine.Plan(ctx, nil, plan.Request{Action: plan.Start}); err == nil {
		t.Error("a nil map has a plan")
	}
	if err := engine.Check(ctx, nil); err == nil {
		t.Error("a nil map is right")
	}
	if report, err := b.engine.Run(ctx, nil, run.Options{}); err == nil || report == nil {
		t.Errorf("a nil plan: report %v, error %v", report, err)
	}
	p, err := b.engine.Plan(ctx, boxes(), plan.Request{Action: plan.Start})
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	if err := p.WriteJSON(&text); err != nil || strings.Contains(text.String(), "null") {
		t.Errorf("error %v, JSON %s", err, text.String())
	}
}
