// Front door: plans that are saved, read back and applied.

package engine_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dmap-dev/dmap/engine"
	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/docker/sim"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/run"
)

// saved makes a plan and sends it through its JSON form, which must not change it.
func (b *bench) saved(t testing.TB, m *model.ContainerMap, req plan.Request) *plan.Plan {
	t.Helper()
	req.Basis = true
	p, err := b.engine.Plan(context.Background(), m, req)
	if err != nil {
		t.Fatalf("%s: %v", req.Action, err)
	}
	return reread(t, p)
}

func reread(t rapid.TB, p *plan.Plan) *plan.Plan {
	t.Helper()
	var text, again bytes.Buffer
	if err := p.WriteJSON(&text); err != nil {
		t.Fatal(err)
	}
	back, err := plan.Read("p", bytes.NewReader(text.Bytes()))
	if err != nil {
		t.Fatalf("%v\n%s", err, text.String())
	}
	if err := back.WriteJSON(&again); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(text.String(), again.String()); diff != "" {
		t.Fatalf("reading changed the plan (-was +is):\n%s", diff)
	}
	return back
}

func (b *bench) apply(p *plan.Plan) error {
	_, err := b.engine.Apply(context.Background(), p, engine.Options{Options: run.Options{Times: quick}})
	return err
}

// numbered is the world with the names that the engine chose replaced by numbers.
func (b *bench) numbered() string {
	numbers := map[string]string{}
	text := chosen.ReplaceAllStringFunc(b.world(), func(name string) string {
		if numbers[name] == "" {
			numbers[name] = fmt.Sprintf("#%03d", len(numbers))
		}
		return numbers[name]
	})
	lines := strings.Split(text, "\n")
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

var chosen = regexp.MustCompile(`\b[0-9a-f]{64}\b`)

// changes are what makes a plan stale, as text.
func changes(err error) []string {
	var stale *plan.StaleError
	if !errors.As(err, &stale) {
		return nil
	}
	var texts []string
	for _, c := range stale.Changes {
		texts = append(texts, c.String())
	}
	return texts
}

// Of random maps, a plan that was saved, read back and applied makes the same world as
// a run; applied once more it is stale, unless it has nothing to do.
func TestRandomMapsApplied(t *testing.T) {
	maps := rapid.Custom(randomMap)
	for seed := range 100 {
		if testing.Short() && seed >= 10 {
			break
		}
		m := maps.Example(seed)
		ran, applied := newBench(t), newBench(t)
		for _, action := range []plan.Action{plan.Create, plan.Start, plan.Startup, plan.Restart, plan.Stop, plan.Cleanup, plan.Update, plan.Shutdown, plan.Start} {
			_, _, runErr := ran.do(m, action)
			p, err := applied.engine.Plan(context.Background(), m, plan.Request{Action: action, Basis: true})
			if err == nil {
				p = reread(t, p)
				err = applied.apply(p)
			}
			if (err == nil) != (runErr == nil) {
				t.Fatalf("seed %d: %s: apply: %v, run: %v", seed, action, err, runErr)
			}
			if diff := cmp.Diff(ran.numbered(), applied.numbered()); diff != "" {
				t.Fatalf("seed %d: %s: worlds (-run +apply):\n%s", seed, action, diff)
			}
			if err != nil {
				continue
			}
			if err := applied.apply(p); (changes(err) != nil) != (len(p.Steps) > 0) {
				t.Fatalf("seed %d: %s of %d steps, applied again: %v", seed, action, len(p.Steps), err)
			}
		}
		ran.sim.Close()
		applied.sim.Close()
	}
}

// disturb does something to the world behind dmap's back, and says what; "" is
// nothing.
func disturb(t *rapid.T, b *bench, m *model.ContainerMap) string {
	ctx := context.Background()
	w := b.sim.World()
	var names, volumes []string
	for _, c := range w.Containers {
		names = append(names, c.Name)
	}
	for _, v := range w.Volumes {
		volumes = append(volumes, v.Name)
	}
	name := rapid.SampledFrom(append(names, m.Name+".new")).Draw(t, "container")
	spec := docker.ContainerSpec{ContainerConfig: docker.ContainerConfig{Image: "example/app", Labels: map[string]string{identity.LabelMap: m.Name}}}
	what := rapid.SampledFrom([]string{"", "stop", "start", "remove", "replace", "leftover", "orphan", "volume", "image", "limit", "network"}).Draw(t, "what")
	switch what {
	case "stop":
		_ = b.client.StopContainer(ctx, name, nil)
	case "start":
		_ = b.client.StartContainer(ctx, name)
	case "remove":
		_ = b.client.RemoveContainer(ctx, name, true)
	case "replace": // by one that no map made
		_ = b.client.RemoveContainer(ctx, name, true)
		spec.Labels = nil
		_, _, _ = b.client.CreateContainer(ctx, name, spec)
	case "leftover":
		spec.Labels[identity.LabelRole] = identity.RolePrepare
		_, _, _ = b.client.CreateContainer(ctx, name+identity.PrepareSuffix, spec)
	case "orphan":
		spec.Labels[identity.LabelRole] = identity.RoleContainer
		_, _, _ = b.client.CreateContainer(ctx, m.Name+".orphan", spec)
	case "limit":
		limit := rapid.SampledFrom([]int64{32, 64}).Draw(t, "limit") << 20
		_, _ = b.client.UpdateContainer(ctx, name, docker.ContainerUpdate{Resources: docker.Resources{Memory: limit, MemorySwap: limit}})
	case "network":
		_ = b.try("/networks/bridge/disconnect", `{"Container": "`+name+`"}`)
	case "volume":
		if len(volumes) > 0 {
			_ = b.client.RemoveVolume(ctx, rapid.SampledFrom(volumes).Draw(t, "volume"))
		}
	case "image":
		id := fmt.Sprintf("sha256:%064x", rapid.Uint32().Draw(t, "id"))
		if err := b.sim.AddImage(sim.Image{Names: []string{"example/app"}, ID: id}); err != nil {
			t.Fatal(err)
		}
	}
	return what
}

// Whatever happens between a plan and its application: if the plan is not stale, then
// planning again gives the same steps. And what has nothing to do with it does not
// make it stale.
func TestFreshPlansAreStillRight(t *testing.T) {
	fresh, stale := 0, 0
	outer := t
	rapid.Check(t, func(t *rapid.T) {
		m := randomMap(t)
		b := newBench(outer)
		defer b.sim.Close()
		var targets []string
		for _, c := range m.Containers {
			targets = append(targets, c.Name)
		}
		actions := []plan.Action{plan.Create, plan.Start, plan.Startup, plan.Restart, plan.Stop, plan.Remove, plan.Shutdown, plan.Cleanup, plan.Update, plan.Update, plan.Pull}
		_, _, _ = b.do(m, rapid.SampledFrom(actions).Draw(t, "first"), subset(t, "first targets", targets)...)
		for range rapid.IntRange(0, 3).Draw(t, "before") {
			disturb(t, b, m)
		}
		mutate(m, rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "mutation"), 0)))
		req := plan.Request{
			Action: rapid.SampledFrom(actions).Draw(t, "action"), Targets: subset(t, "targets", targets),
			Adopt: rapid.Bool().Draw(t, "adopt"), Basis: true,
		}
		if req.Action == plan.Update || req.Action == plan.Shutdown {
			req.RemoveOrphans = len(req.Targets) == 0 && rapid.Bool().Draw(t, "orphans")
		}
		before, err := b.engine.Plan(context.Background(), m, req)
		if err != nil {
			return
		}
		before = reread(t, before)
		what := []string{}
		for range rapid.IntRange(1, 2).Draw(t, "after") {
			what = append(what, disturb(t, b, m))
		}
		if err := engine.Fresh(context.Background(), b.client, before); err != nil {
			if changes(err) == nil {
				t.Fatal(err)
			}
			stale++
			return
		}
		fresh++
		again, err := b.engine.Plan(context.Background(), m, req)
		if err != nil {
			t.Fatalf("after %q the plan is fresh, but planning again fails: %v", what, err)
		}
		if diff := cmp.Diff(before.Steps, again.Steps); diff != "" {
			t.Fatalf("after %q the plan is fresh, but planning again differs (-saved +again):\n%s", what, diff)
		}
	})
	if !testing.Short() && (fresh < 10 || stale < 10) {
		t.Errorf("%d plans stayed fresh, %d became stale", fresh, stale)
	}
}

// Applying a plan looks twice, before and under the lock, with one call for all
// containers, one for all volumes, and one for each image; what is refused changes
// nothing, and does not even take the lock.
func TestCallsOfApply(t *testing.T) {
	b := newBench(t)
	p := b.saved(t, site(), plan.Request{Action: plan.Start, Targets: []string{"web_server"}})
	b.sim.ClearCalls()
	ran := newBench(t)
	fresh, err := ran.engine.Plan(context.Background(), site(), plan.Request{Action: plan.Start, Targets: []string{"web_server"}})
	if err != nil {
		t.Fatal(err)
	}
	ran.sim.ClearCalls()
	if _, err := ran.engine.Run(context.Background(), fresh, run.Options{Times: quick}); err != nil {
		t.Fatal(err)
	}
	if err := b.apply(p); err != nil {
		t.Fatal(err)
	}
	more := counted(b.sim)
	for op, n := range counted(ran.sim) {
		if more[op] -= n; more[op] == 0 {
			delete(more, op)
		}
	}
	want := map[string]int{"info": 2, "version": 2, "container.list": 2, "volume.list": 2, "image.inspect": 8} // of four images
	if diff := cmp.Diff(want, more); diff != "" {
		t.Errorf("calls beyond those of a run (-want +got):\n%s", diff)
	}
	b.sim.ClearCalls()
	if err := b.apply(p); changes(err) == nil {
		t.Errorf("applied again: %v", err)
	}
	want = map[string]int{"info": 1, "version": 1, "container.list": 1, "volume.list": 1, "image.inspect": 4}
	if diff := cmp.Diff(want, counted(b.sim)); diff != "" {
		t.Errorf("calls for a stale plan (-want +got):\n%s", diff)
	}
}

func counted(s *sim.Engine) map[string]int {
	count := map[string]int{}
	for _, c := range s.Calls() {
		count[c.Op]++
	}
	return count
}

// A plan that failed halfway is not carried on with: applied again it is stale, and
// names what the first time did. A new plan does what is left.
func TestApplyThatFailed(t *testing.T) {
	b := newBench(t)
	p := b.saved(t, site(), plan.Request{Action: plan.Start})
	b.sim.AddFault(sim.Fault{Op: "container.start", Name: "example_map.web_server", Status: 500, Message: "no"})
	report, err := b.engine.Apply(context.Background(), p, engine.Options{Options: run.Options{Times: quick}})
	if err == nil || report.Count(run.Failed) != 1 || changes(err) != nil {
		t.Fatalf("%v %v", report, err)
	}
	before := b.world()
	got := changes(b.apply(p))
	for _, want := range []string{"container example_map.web_server was absent, is created", "container example_map.app_server.instance1 was absent, is running"} {
		if !slices.Contains(got, want) {
			t.Errorf("changes %q have no %q", got, want)
		}
	}
	if diff := cmp.Diff(before, b.world()); diff != "" {
		t.Errorf("the stale plan changed something:\n%s", diff)
	}
	left := b.saved(t, site(), plan.Request{Action: plan.Start})
	if len(left.Steps) != 1 || b.apply(left) != nil {
		t.Errorf("a new plan has %v", left.Steps)
	}
}

// What another run did while this one waited for the lock is found under the lock.
func TestApplyLooksUnderTheLock(t *testing.T) {
	b := newBench(t)
	b.must(t, site(), plan.Start)
	p := b.saved(t, site(), plan.Request{Action: plan.Stop, Targets: []string{"web_server"}})
	lock, err := run.Acquire(context.Background(), b.client, p.Map, run.LockOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var locked *run.LockedError
	if err := b.apply(p); !errors.As(err, &locked) {
		t.Errorf("applied beside another run: %v", err)
	}
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
	stopped := false
	b.sim.OnCall(func(c sim.Call) error {
		if c.Op != "volume.create" || stopped { // the claim, made after the first look
			return nil
		}
		stopped = true
		return b.client.StopContainer(context.Background(), "example_map.web_server", nil)
	})
	if diff := cmp.Diff([]string{"container example_map.web_server was running, is exited"}, changes(b.apply(p))); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
	b.sim.OnCall(nil)
	for _, v := range b.sim.World().Volumes {
		if strings.Contains(v.Name, identity.LockSuffix) {
			t.Errorf("the lock is still held by %s", v.Name)
		}
	}
}

// Plans that touch what is not the map's are refused by the engine's answers, whatever
// they say themselves.
func TestHostilePlans(t *testing.T) {
	ctx := context.Background()
	m := &model.ContainerMap{Name: "m", Containers: []*model.Container{{Name: "a", Image: "example/app"}}}
	others := map[string]map[string]string{"nobody's": nil, "another map's": {identity.LabelMap: "other"}}
	for whose, labels := range others {
		for _, op := range []plan.Op{plan.StopContainer, plan.RemoveContainer, plan.StartContainer} {
			for _, foreign := range []bool{false, true} {
				if foreign && whose == "nobody's" {
					continue // that is adopting it
				}
				b := newBench(t)
				b.must(t, m, plan.Start)
				id, _, err := b.client.CreateContainer(ctx, "m.x", docker.ContainerSpec{ContainerConfig: docker.ContainerConfig{Image: "example/app", Labels: labels}})
				if err != nil {
					t.Fatal(err)
				}
				st := plan.Step{ID: string(op) + " m.x", Op: op, Target: "m.x", ContainerID: id, Foreign: foreign, Why: []string{}}
				p := &plan.Plan{Schema: plan.Schema, Map: "m", Action: plan.Shutdown, Targets: []string{}, Steps: []plan.Step{st}}
				before := b.world()
				_, err = run.Do(ctx, b.client, p, run.Options{Times: quick})
				if err == nil || !strings.Contains(err.Error(), `container "m.x" is not of the map "m"`) {
					t.Errorf("%s of %s container, foreign %t: %v", op, whose, foreign, err)
				}
				p.Basis = &plan.Basis{Engine: engineID(t, b), Containers: []plan.ContainerFact{{Name: "m.x", ID: id, State: "created", Foreign: foreign}}}
				if err := b.apply(p); err == nil {
					t.Errorf("applied: %s of %s container, foreign %t", op, whose, foreign)
				}
				if diff := cmp.Diff(before, b.world()); diff != "" {
					t.Errorf("%s of %s container, foreign %t:\n%s", op, whose, foreign, diff)
				}
			}
		}
	}
}

func engineID(t *testing.T, b *bench) string {
	t.Helper()
	info, err := b.client.Engine(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return info.ID
}

// A preparation does not touch a volume of another map, even if it says that the
// volume is adopted.
func TestHostilePreparation(t *testing.T) {
	for _, foreign := range []bool{false, true} {
		b := newBench(t)
		m := site()
		p := b.saved(t, m, plan.Request{Action: plan.Start})
		const volume = "example_map.app_log"
		if _, err := b.client.CreateVolume(context.Background(), docker.VolumeSpec{Name: volume, Labels: map[string]string{identity.LabelMap: "other"}}); err != nil {
			t.Fatal(err)
		}
		st := *p.Step("volume.prepare " + volume)
		st.Needs, st.Prepare.Foreign = nil, foreign
		hostile := &plan.Plan{Schema: plan.Schema, Map: m.Name, Action: plan.Start, Steps: []plan.Step{st}}
		before := b.world()
		if _, err := run.Do(context.Background(), b.client, hostile, run.Options{Times: quick}); err == nil || !strings.Contains(err.Error(), "cannot prepare volume") {
			t.Errorf("foreign %t: %v", foreign, err)
		}
		if diff := cmp.Diff(before, b.world()); diff != "" {
			t.Errorf("foreign %t:\n%s", foreign, diff)
		}
	}
}

// A plan is applied to the engine it was made for only.
func TestApplyOnAnotherEngine(t *testing.T) {
	b := newBench(t)
	p := b.saved(t, site(), plan.Request{Action: plan.Start})
	p.Basis.Engine = "another"
	b.sim.ClearCalls()
	var other *plan.EngineError
	if err := b.apply(p); !errors.As(err, &other) || other.Found != engineID(t, b) {
		t.Errorf("got %v", err)
	}
	for _, c := range b.sim.Calls() {
		if c.Method != "GET" && c.Method != "HEAD" {
			t.Errorf("it called %s %s", c.Method, c.Op)
		}
	}
}

// A plan that cannot be one is refused, also one that was never written.
func TestApplyChecksThePlan(t *testing.T) {
	b := newBench(t)
	for _, p := range []*plan.Plan{nil, {}, {Schema: plan.Schema, Map: "m", Action: plan.Start}} {
		report, err := b.engine.Apply(context.Background(), p, engine.Options{})
		if err == nil || report == nil {
			t.Errorf("%v: %v %v", p, report, err)
		}
	}
}

// What update compares decides its plan: if that is not as it was, the plan is stale. So
// is one that was carried out.
func TestSavedUpdates(t *testing.T) {
	limit := func(memory string) func(*model.Container) {
		return options(dict{"mem_limit": memory, "restart_policy": "always"})
	}
	was := boxes(box("db", limit("64m")), box("web", linked("db")), box("other"))
	now := boxes(box("db", limit("96m")), box("web", linked("db")), box("other"))
	for _, tt := range []struct {
		name string
		do   func(*testing.T, *bench)
		want string
	}{
		{"nothing", func(*testing.T, *bench) {}, ""},
		{"a stop and a start", func(t *testing.T, b *bench) {
			b.halt(t, "m.other")
			b.post(t, "/containers/m.other/start", "")
		}, ""},
		{"a limit", func(t *testing.T, b *bench) { b.post(t, "/containers/m.web/update", `{"CpuShares": 99}`) }, "m.web"},
		{"a policy", func(t *testing.T, b *bench) {
			b.post(t, "/containers/m.db/update", `{"RestartPolicy": {"Name": "no"}}`)
		}, "m.db"},
		{"a network", func(t *testing.T, b *bench) {
			b.post(t, "/networks/bridge/disconnect", `{"Container": "m.other"}`)
		}, "m.other"},
		{"an image", func(t *testing.T, b *bench) {
			b.post(t, "/images/example/web/tag?repo=example/app&tag=latest", "")
		}, "example/app:latest"},
		{"an orphan", func(t *testing.T, b *bench) {
			labels := map[string]string{identity.LabelMap: "m", identity.LabelRole: identity.RoleContainer}
			_, _, err := b.client.CreateContainer(context.Background(), "m.orphan", docker.ContainerSpec{ContainerConfig: docker.ContainerConfig{Image: "example/app", Labels: labels}})
			if err != nil {
				t.Fatal(err)
			}
		}, "m.orphan"},
		{"the plan itself", func(t *testing.T, b *bench) { b.must(t, now, plan.Update) }, "m.db"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t)
			b.must(t, was, plan.Start)
			p, err := b.engine.Plan(context.Background(), now, plan.Request{Action: plan.Update, Basis: true})
			if err != nil || reasons(p) != "container.update m.db: Memory changed" {
				t.Fatalf("%v %v", err, ids(p))
			}
			tt.do(t, b)
			_, err = b.engine.Apply(context.Background(), p, engine.Options{Options: run.Options{Times: quick}})
			var stale *plan.StaleError
			switch {
			case tt.want == "" && err != nil:
				t.Fatal(err)
			case tt.want == "":
				b.updated(t, now)
			case !errors.As(err, &stale) || len(stale.Changes) != 1 || stale.Changes[0].Name != tt.want || stale.Changes[0].Was == stale.Changes[0].Is:
				t.Errorf("got %v, want a change of %s", err, tt.want)
			}
		})
	}
}

// Whether a container differs from the map does not decide a restart: neither that it
// was looked at more closely for that makes its saved plan stale, whatever its state.
func TestSavedRestartOfWhatDiffers(t *testing.T) {
	was := boxes(box("db", options(dict{"mem_limit": "64m"})))
	now := boxes(box("db", options(dict{"mem_limit": "96m"})))
	for state, before := range map[string]string{"running": "", "exited": "stop", "paused": "pause"} {
		t.Run(state, func(t *testing.T) {
			b := newBench(t)
			b.must(t, was, plan.Start)
			if before != "" {
				b.post(t, "/containers/m.db/"+before, "")
			}
			p := b.saved(t, now, plan.Request{Action: plan.Restart})
			if err := b.apply(p); err != nil {
				t.Error(err)
			}
			if err := b.apply(p); changes(err) == nil {
				t.Errorf("applied again: %v", err)
			}
		})
	}
}

// Images are no map's: a plan that only pulls needs no lock, saved or not.
func TestSavedPullBesideARun(t *testing.T) {
	b := newBench(t)
	if err := b.sim.AddRemoteImage(sim.Image{Names: []string{"example/app"}}); err != nil {
		t.Fatal(err)
	}
	p := b.saved(t, boxes(box("db")), plan.Request{Action: plan.Pull})
	lock, err := run.Acquire(context.Background(), b.client, p.Map, run.LockOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = lock.Release() }() // the engine ends with the test
	if err := b.apply(p); err != nil {
		t.Error(err)
	}
}

// A plan says which volumes it takes over: also those that it only mounts.
func TestAdoptedVolumes(t *testing.T) {
	m := boxes(box("db", func(c *model.Container) { c.Attaches = []string{"v"} }))
	for _, m.Attached = range []model.AttachedMode{model.AttachedContainer, model.AttachedVolume} {
		b := newBench(t)
		if _, err := b.client.CreateVolume(context.Background(), docker.VolumeSpec{Name: "m.v"}); err != nil {
			t.Fatal(err)
		}
		p := b.saved(t, m, plan.Request{Action: plan.Start, Adopt: true})
		if got := p.Adopts(); !slices.Equal(got, []string{"m.v"}) {
			t.Errorf("%s: it adopts %q", m.Attached, got)
		}
		if err := b.apply(p); err != nil {
			t.Fatal(err)
		}
		p = b.saved(t, m, plan.Request{Action: plan.Stop})
		if got := p.Adopts(); got != nil {
			t.Errorf("%s: to stop, it adopts %q", m.Attached, got)
		}
	}
}
