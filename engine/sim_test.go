// Front door: stories on the simulated engine.

package engine_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine"
	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/dockerd"
	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/docker/sim"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/run"
)

// quick is for an engine that answers at once.
var quick = run.Times{Settle: 20 * time.Millisecond, Pause: time.Millisecond}

// bench is a simulated engine with the images of the site, and a client for it.
type bench struct {
	sim    *sim.Engine
	client docker.Client
	engine *engine.Engine
}

func newBench(t testing.TB) *bench {
	t.Helper()
	s := sim.New(sim.Options{})
	t.Cleanup(func() { s.Close() })
	for _, im := range []sim.Image{
		{Names: []string{"example/web"}},
		{Names: []string{"example/app"}},
		{Names: []string{"tianon/true"}, Process: &sim.Process{Exits: true}},
		{Names: []string{"busybox"}},
	} {
		if err := s.AddImage(im); err != nil {
			t.Fatal(err)
		}
	}
	return open(t, s)
}

func open(t testing.TB, s *sim.Engine) *bench {
	t.Helper()
	client, err := dockerd.Open(context.Background(), dockerd.Options{DialContext: s.DialContext})
	if err != nil {
		t.Fatal(err)
	}
	e, err := engine.New(engine.Config{Docker: client})
	if err != nil {
		t.Fatal(err)
	}
	return &bench{sim: s, client: client, engine: e}
}

// do plans and runs.
func (b *bench) do(m *model.ContainerMap, action plan.Action, targets ...string) (*plan.Plan, *run.Report, error) {
	p, err := b.engine.Plan(context.Background(), m, plan.Request{Action: action, Targets: targets})
	if err != nil {
		return nil, nil, err
	}
	report, err := b.engine.Run(context.Background(), p, run.Options{Times: quick})
	return p, report, err
}

func (b *bench) must(t testing.TB, m *model.ContainerMap, action plan.Action, targets ...string) *plan.Plan {
	t.Helper()
	p, _, err := b.do(m, action, targets...)
	if err != nil {
		t.Fatalf("%s: %v", action, err)
	}
	return p
}

// world is what the engine holds, without what no two runs have in common.
func (b *bench) world() string {
	var lines []string
	w := b.sim.World()
	for _, c := range w.Containers {
		lines = append(lines, fmt.Sprintf("container %s %s exit %d user %q role %s mounts %s links %s", c.Name, c.Status, c.ExitCode, c.User, c.Labels[identity.LabelRole], mounts(c), c.Links))
	}
	for _, v := range w.Volumes {
		lines = append(lines, fmt.Sprintf("volume %s role %s root %d:%d %o", v.Name, v.Labels[identity.LabelRole], v.Root.UID, v.Root.GID, v.Root.Mode))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func mounts(c sim.ContainerState) []string {
	var out []string
	for _, m := range c.Mounts {
		out = append(out, fmt.Sprintf("%s=%s:%t", m.Destination, m.Source, m.RW))
	}
	return out
}

// site is the example of the source document.
func site() *model.ContainerMap {
	return &model.ContainerMap{
		Name:       "example_map",
		Repository: "example",
		HostRoot:   "/var/lib/site",
		Containers: []*model.Container{
			{
				Name: "web_server", Image: "web",
				Binds:    []model.HostShare{{Volume: "web_config", ReadOnly: true}},
				Uses:     []model.Use{{Name: "app_server_socket"}},
				Attaches: []string{"web_log"},
			},
			{
				Name: "app_server", Image: "app", Instances: []string{"instance1", "instance2"},
				Binds:    []model.HostShare{{Volume: "app_config", ReadOnly: true}, {Volume: "app_data"}},
				Attaches: []string{"app_log", "app_server_socket"},
				User:     "2000", Permissions: "u=rwX,g=rX,o=",
			},
		},
		Volumes: []model.Volume{
			{Alias: "web_config", Path: "/etc/nginx"}, {Alias: "web_log", Path: "/var/log/nginx"},
			{Alias: "app_server_socket", Path: "/var/lib/app/socket"}, {Alias: "app_config", Path: "/var/lib/app/config"},
			{Alias: "app_log", Path: "/var/lib/app/log"}, {Alias: "app_data", Path: "/var/lib/app/data"},
		},
		Host: []model.HostPath{
			{Alias: "web_config", Path: "config/nginx"},
			{Alias: "app_config", Instances: []model.InstancePath{{Instance: "instance1", Path: "config/app1"}, {Instance: "instance2", Path: "config/app2"}}},
			{Alias: "app_data", Instances: []model.InstancePath{{Instance: "instance1", Path: "data/app1"}, {Instance: "instance2", Path: "data/app2"}}},
		},
	}
}

func TestStoryOnSim(t *testing.T) {
	for _, mode := range []model.AttachedMode{model.AttachedContainer, model.AttachedVolume} {
		t.Run(string(mode), func(t *testing.T) {
			b, m := newBench(t), site()
			m.Attached = mode
			b.must(t, m, plan.Start, "web_server")
			for _, v := range b.sim.World().Volumes {
				if v.Name == "example_map.app_server_socket" && (v.Root.UID != 2000 || v.Root.GID != 2000 || v.Root.Mode&0o777 != 0o750) {
					t.Errorf("row 137: the socket volume belongs to %d:%d with mode %o", v.Root.UID, v.Root.GID, v.Root.Mode)
				}
			}
			for _, action := range []plan.Action{plan.Create, plan.Start, plan.Startup} { // rows 134, 140
				if p := b.must(t, m, action); len(p.Steps)+len(p.Notes) != 0 {
					t.Errorf("%s again: %v %v", action, p.Steps, p.Notes)
				}
			}
			b.must(t, m, plan.Shutdown)
			p := b.must(t, m, plan.Start) // rows 91, 94: the volumes stay, and are not prepared again
			for _, st := range p.Steps {
				if st.Op == plan.PrepareVolume || st.Op == plan.CreateVolume {
					t.Errorf("after shutdown: %s", st.ID)
				}
			}
		})
	}
}

// crashEverywhere plans and runs an action on the world that before makes, once for
// each call it makes: there the program ends, before the call or after it. Then after
// gets the world, two minutes later.
func crashEverywhere(t *testing.T, before func(*bench), m *model.ContainerMap, action plan.Action, after func(*testing.T, *bench)) {
	undisturbed := newBench(t)
	before(undisturbed)
	undisturbed.sim.ClearCalls()
	undisturbed.must(t, m, action)
	calls := len(undisturbed.sim.Calls())
	dead := errors.New("the program is dead")
	for k := 1; k <= calls; k++ {
		for _, phase := range []sim.Phase{sim.Before, sim.After} {
			t.Run(fmt.Sprintf("call %d phase %d", k, phase), func(t *testing.T) {
				b := newBench(t)
				before(b)
				var mu sync.Mutex // calls come side by side
				seen, crashed := 0, false
				ctx, crash := context.WithCancel(context.Background())
				b.sim.OnCall(func(c sim.Call) error {
					mu.Lock()
					defer mu.Unlock()
					if c.Phase == sim.Before {
						seen++
					}
					if crashed = crashed || seen >= k && c.Phase == phase; crashed {
						crash()
						return dead
					}
					return nil
				})
				if p, err := b.engine.Plan(ctx, m, plan.Request{Action: action}); err == nil {
					b.engine.Run(ctx, p, run.Options{Times: quick})
				}
				crash()
				b.sim.OnCall(nil)
				b.sim.Advance(2 * time.Minute) // the lock of a program that is alive outlives its run that long
				after(t, b)
			})
		}
	}
}

// A run may end between any two calls, or in one: with its effect or without. The
// next run always completes the work, and leaves what an undisturbed one leaves.
func TestCrashAtEveryCall(t *testing.T) {
	undisturbed := newBench(t)
	undisturbed.must(t, site(), plan.Start)
	want := undisturbed.world()
	crashEverywhere(t, func(*bench) {}, site(), plan.Start, func(t *testing.T, b *bench) {
		b.must(t, site(), plan.Start)
		if p := b.must(t, site(), plan.Start); len(p.Steps) != 0 {
			t.Errorf("a third run has steps: %v", p.Steps)
		}
		b.must(t, site(), plan.Stop, "web_server") // a run without steps leaves a dead lock alone
		b.must(t, site(), plan.Start)
		if diff := cmp.Diff(want, b.world()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// A connection cut at any one call, with the effect or without, does not fail the
// run: the call is looked after and adopted or repeated.
func TestLostAnswers(t *testing.T) {
	undisturbed := newBench(t)
	undisturbed.must(t, site(), plan.Start)
	want := undisturbed.world()
	for _, op := range []string{"container.create", "container.start", "container.wait", "container.remove", "volume.create"} {
		for _, cut := range []sim.Cut{sim.CutBefore, sim.CutAfter} {
			for nth := 1; nth <= 4; nth++ {
				t.Run(fmt.Sprintf("%s %d cut %d", op, nth, cut), func(t *testing.T) {
					t.Parallel()
					b := newBench(t)
					b.sim.AddFault(sim.Fault{Op: op, Nth: nth, Cut: cut})
					b.must(t, site(), plan.Start)
					if diff := cmp.Diff(want, b.world()); diff != "" {
						t.Errorf("(-want +got):\n%s", diff)
					}
				})
			}
		}
	}
}

// What a failed step was needed for does not happen; the rest does; running again
// does what is left.
func TestFailureSkipsDependents(t *testing.T) {
	b := newBench(t)
	b.sim.AddFault(sim.Fault{Op: "container.start", Name: "example_map.app_server.instance1", Status: 500, Message: "no luck"})
	_, report, err := b.do(site(), plan.Start)
	if err == nil || !strings.Contains(err.Error(), `cannot start container "example_map.app_server.instance1": no luck`) {
		t.Errorf("error %v", err)
	}
	got := map[string]run.Status{}
	for _, r := range report.Results {
		got[r.Step.ID] = r.Status
	}
	for id, want := range map[string]run.Status{
		"container.start example_map.app_server.instance1": run.Failed,
		"container.start example_map.app_server.instance2": run.Done,
		"container.start example_map.web_log":              run.Done,
		"container.start example_map.web_server":           run.Skipped,
	} {
		if got[id] != want {
			t.Errorf("%s: %s, want %s", id, got[id], want)
		}
	}
	p := b.must(t, site(), plan.Start)
	var steps []string
	for _, st := range p.Steps {
		steps = append(steps, st.ID)
	}
	want := []string{"container.start example_map.app_server.instance1", "container.start example_map.web_server"}
	if diff := cmp.Diff(want, steps); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A temporary container that fails is reported with what it wrote, removed, and
// tried again by the next run (D3).
func TestFailedPreparation(t *testing.T) {
	b := newBench(t)
	m := site()
	m.Container("app_server").User = "nobody_knows"
	if err := b.sim.AddImage(sim.Image{Names: []string{"busybox"}, Complete: true, Files: map[string]sim.File{"/etc/passwd": {Data: []byte("root:x:0:0:::\n")}}}); err != nil {
		t.Fatal(err)
	}
	_, _, err := b.do(m, plan.Start)
	if err == nil {
		t.Fatal("no error")
	}
	for _, c := range b.sim.World().Containers {
		if c.Labels[identity.LabelRole] == identity.RolePrepare {
			t.Errorf("%s is left", c.Name)
		}
		if c.Labels[identity.LabelRole] == identity.RoleContainer && c.Status == "running" {
			t.Errorf("%s runs on an unprepared volume", c.Name)
		}
	}
}

// Draining begins nothing new and lets the calls in flight finish.
func TestDrain(t *testing.T) {
	b := newBench(t)
	p, err := b.engine.Plan(context.Background(), site(), plan.Request{Action: plan.Start})
	if err != nil {
		t.Fatal(err)
	}
	drain := make(chan struct{})
	n := 0
	report, err := b.engine.Run(context.Background(), p, run.Options{Drain: drain, Events: func(e run.Event) {
		if e.Status == run.Done {
			if n++; n == 3 {
				close(drain)
			}
		}
	}})
	if !errors.Is(err, run.ErrInterrupted) || !report.Interrupted {
		t.Errorf("error %v", err)
	}
	if report.Count(run.Failed)+report.Count(run.Unknown) != 0 || report.Count(run.Waiting) == 0 {
		t.Errorf("results %v", report.Results)
	}
	b.must(t, site(), plan.Start)
	if p := b.must(t, site(), plan.Start); len(p.Steps) != 0 {
		t.Errorf("steps are left: %v", p.Steps)
	}
}

// Planning changes nothing, and always gives the same bytes.
func TestPlanIsPure(t *testing.T) {
	b := newBench(t)
	b.sim.ClearCalls()
	var first bytes.Buffer
	for i := range 20 {
		p, err := engine.Plan(context.Background(), docker.Reader(b.client), site(), plan.Request{Action: plan.Start})
		if err != nil {
			t.Fatal(err)
		}
		var text bytes.Buffer
		if err := errors.Join(p.WriteText(&text), p.WriteJSON(&text)); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			first = text
		} else if text.String() != first.String() {
			t.Fatalf("plan %d differs from the first", i)
		}
	}
	for _, c := range b.sim.Calls() {
		if c.Method != "GET" && c.Method != "HEAD" {
			t.Errorf("planning called %s %s", c.Method, c.Op)
		}
	}
}

// A second start asks once for all containers, once for all volumes, and once for
// each image, and inspects no container whose label tells that nothing has changed.
func TestCallsOfASecondStart(t *testing.T) {
	b := newBench(t)
	b.must(t, site(), plan.Start)
	b.sim.ClearCalls()
	b.must(t, site(), plan.Start)
	count := map[string]int{}
	for _, c := range b.sim.Calls() {
		count[c.Op]++
	}
	want := map[string]int{"container.list": 1, "volume.list": 1, "image.inspect": 4}
	if diff := cmp.Diff(want, count); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

func TestHangingEngineMeetsTheDeadline(t *testing.T) {
	b := newBench(t)
	p, err := b.engine.Plan(context.Background(), site(), plan.Request{Action: plan.Create})
	if err != nil {
		t.Fatal(err)
	}
	b.sim.AddFault(sim.Fault{Op: "container.create", Times: -1, Hang: true})
	_, err = b.engine.Run(context.Background(), p, run.Options{Times: run.Times{Create: 20 * time.Millisecond, Settle: 20 * time.Millisecond, Pause: time.Millisecond}})
	if docker.KindOf(err) != docker.Cancelled && docker.KindOf(err) != docker.OutcomeUnknown {
		t.Errorf("error %v of kind %q", err, docker.KindOf(err))
	}
}
