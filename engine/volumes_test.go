// Front door: stories of attached volumes, of what is taken over, and of nothing.

package engine_test

import (
	"context"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine"
	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/run"
)

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

// A preparation that ends in the middle does not leave a record that says the data is as it
// was: whichever map the next run has, owner and mode are what that one says (issue 10).
func TestCrashInAPreparation(t *testing.T) {
	owned := func(user string) *model.ContainerMap { return boxes(box("a", attaching("v", user))) }
	before := func(b *bench) { b.must(t, owned("2000"), plan.Start) }
	for _, back := range []string{"2000", "3000"} {
		crashEverywhere(t, before, owned("3000"), plan.Update, func(t *testing.T, b *bench) {
			b.must(t, owned(back), plan.Update)
			want, _ := strconv.Atoi(back)
			if uid, _ := b.root("m.v"); uid != want {
				t.Errorf("back to %s: the volume belongs to %d", back, uid)
			}
			if p := b.must(t, owned(back), plan.Update); len(p.Steps)+len(p.Notes) != 0 {
				t.Errorf("back to %s: a third run: %q, notes %q", back, ids(p), notes(p))
			}
			if _, left := b.root("m.v.dmap-prepare"); left {
				t.Error("the record that it goes on is left")
			}
		})
	}
}

// A prune takes the record of a preparation. That the user changed in the map is known from
// the labels of the owner all the same, so update gives it the data (issue 10); while the
// map stays as it was, nothing is prepared again.
func TestAnotherUserAfterAPrune(t *testing.T) {
	for _, mode := range []model.AttachedMode{model.AttachedContainer, model.AttachedVolume} {
		owned := func(user string) *model.ContainerMap {
			m := boxes(box("a", attaching("v", user)))
			m.Attached = mode
			return m
		}
		b := newBench(t)
		b.must(t, owned("2000"), plan.Start)
		if err := b.client.RemoveVolume(context.Background(), "m.v.dmap-prepared"); err != nil {
			t.Fatal(err)
		}
		if p := b.must(t, owned("2000"), plan.Update); len(p.Steps) > 0 {
			t.Errorf("attached as %s, same map: %q", mode, ids(p))
		}
		b.must(t, owned("3000"), plan.Update)
		if uid, _ := b.root("m.v"); uid != 3000 {
			t.Errorf("attached as %s: the volume belongs to %d", mode, uid)
		}
		if p := b.must(t, owned("3000"), plan.Update); len(p.Steps)+len(p.Notes) > 0 {
			t.Errorf("attached as %s: once more: %q, notes %q", mode, ids(p), notes(p))
		}
	}
}
