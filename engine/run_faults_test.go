// Front door: what may happen between a plan and its run, and during it.

package engine_test

import (
	"context"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
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

// planned is a plan that is not run yet.
func planned(t *testing.T, b *bench, m *model.ContainerMap, action plan.Action) *plan.Plan {
	t.Helper()
	p, err := b.engine.Plan(t.Context(), m, plan.Request{Action: action})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// root is the owner of a volume's root.
func (b *bench) root(name string) (uid int, exists bool) {
	for _, v := range b.sim.World().Volumes {
		if v.Name == name {
			return v.Root.UID, true
		}
	}
	return 0, false
}

// called counts the calls of an operation on names that contain a text.
func (b *bench) called(op, part string) (n int) {
	for _, c := range b.sim.Calls() {
		if c.Op == op && strings.Contains(c.Name, part) {
			n++
		}
	}
	return n
}

// A second run of the same plan does what is left: nothing is prepared twice (row 91).
func TestSamePlanTwice(t *testing.T) {
	b := newBench(t)
	first, second := planned(t, b, site(), plan.Start), planned(t, b, site(), plan.Start)
	for _, p := range []*plan.Plan{first, second} {
		b.sim.ClearCalls()
		report, err := b.engine.Run(t.Context(), p, run.Options{Times: quick})
		if err != nil || report.Count(run.Done) != len(p.Steps) {
			t.Fatalf("%v, %v", report.Results, err)
		}
	}
	if n := b.called("container.create", identity.PrepareSuffix); n != 0 {
		t.Errorf("%d temporary containers on volumes that were prepared", n)
	}
	down := planned(t, b, site(), plan.Shutdown)
	for range 2 {
		if _, err := b.engine.Run(t.Context(), down, run.Options{Times: quick}); err != nil {
			t.Error(err)
		}
	}
}

// A volume that was replaced since the plan was made is not touched.
func TestReplacedVolumeIsNotPrepared(t *testing.T) {
	b, m := newBench(t), site()
	m.Attached = model.AttachedVolume
	b.must(t, m, plan.Create)
	p := planned(t, b, m, plan.Start)
	b.must(t, m, plan.Shutdown)
	const name = "example_map.app_log"
	if err := b.client.RemoveVolume(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	if _, err := b.client.CreateVolume(t.Context(), docker.VolumeSpec{Name: name, Labels: map[string]string{"owner": "somebody"}}); err != nil {
		t.Fatal(err)
	}
	_, err := b.engine.Run(t.Context(), p, run.Options{Times: quick})
	if err == nil || !strings.Contains(err.Error(), `cannot prepare volume "`+name+`": it was replaced by one that is not dmap's`) {
		t.Errorf("error %v", err)
	}
	if uid, exists := b.root(name); uid != 0 || !exists {
		t.Errorf("the foreign volume belongs to %d, exists: %t", uid, exists)
	}
}

// A container that takes the name of a holder does not get its volumes prepared.
func TestReplacedHolderIsNotPrepared(t *testing.T) {
	b := newBench(t)
	b.must(t, site(), plan.Create)
	p := planned(t, b, site(), plan.Start)
	const holder = "example_map.app_log"
	var once sync.Once
	b.sim.OnCall(func(c sim.Call) error {
		if c.Op == "container.create" && c.Phase == sim.Before && c.Name == holder+identity.PrepareSuffix {
			once.Do(func() {
				if err := b.client.RenameContainer(context.Background(), holder, "moved_away"); err != nil {
					t.Error(err)
				}
				spec := docker.ContainerSpec{ContainerConfig: docker.ContainerConfig{Image: "busybox"}}
				spec.HostConfig.Binds = []string{"foreign_data:/var/lib/app/log"}
				if _, _, err := b.client.CreateContainer(context.Background(), holder, spec); err != nil {
					t.Error(err)
				}
			})
		}
		return nil
	})
	b.engine.Run(t.Context(), p, run.Options{Times: quick})
	if uid, exists := b.root("foreign_data"); uid != 0 || !exists {
		t.Errorf("the foreign volume belongs to %d, exists: %t", uid, exists)
	}
}

// An engine may say that a container runs which does not: nothing is recorded then.
func TestPreparationThatNeverRan(t *testing.T) {
	b := newBench(t)
	const volume = "example_map.app_log"
	b.sim.AddFault(sim.Fault{Op: "container.start", Name: volume + identity.PrepareSuffix, Times: 1, Status: 304})
	_, _, err := b.do(site(), plan.Start)
	if err == nil || !strings.Contains(err.Error(), "did not do its work: it is created") {
		t.Errorf("error %v", err)
	}
	if _, recorded := b.root(volume + identity.PreparedSuffix); recorded {
		t.Error("it is recorded as done")
	}
	b.must(t, site(), plan.Start)
	if uid, _ := b.root(volume); uid != 2000 {
		t.Errorf("after the next run the volume belongs to %d", uid)
	}
}

// A container that somebody renamed since the plan was made is not what was meant.
func TestRenamedContainerIsLeftAlone(t *testing.T) {
	b := newBench(t)
	b.must(t, site(), plan.Start)
	p := planned(t, b, site(), plan.Shutdown)
	if err := b.client.RenameContainer(t.Context(), "example_map.web_server", "keep"); err != nil {
		t.Fatal(err)
	}
	_, err := b.engine.Run(t.Context(), p, run.Options{Times: quick})
	if err == nil || !strings.Contains(err.Error(), `container "example_map.web_server" was renamed to "keep" after the plan was made: plan again`) {
		t.Errorf("error %v", err)
	}
	for _, c := range b.sim.World().Containers {
		if c.Name == "keep" && c.Status != "running" {
			t.Errorf("it is %s", c.Status)
		}
	}
}

// What somebody removed meanwhile is stopped and removed: the rest goes on.
func TestGoneContainerIsShutDown(t *testing.T) {
	b := newBench(t)
	b.must(t, site(), plan.Start)
	p := planned(t, b, site(), plan.Shutdown)
	if err := b.client.RemoveContainer(t.Context(), "example_map.web_server", true); err != nil {
		t.Fatal(err)
	}
	report, err := b.engine.Run(t.Context(), p, run.Options{Times: quick})
	if err != nil || report.Count(run.Done) != len(p.Steps) {
		t.Errorf("%v, %v", report.Results, err)
	}
}

// An engine that restarts in the middle of a run is waited for.
func TestEngineThatComesBack(t *testing.T) {
	s := sim.New(sim.Options{})
	t.Cleanup(func() { s.Close() })
	for _, im := range []sim.Image{{Names: []string{"a"}}, {Names: []string{"b"}}} {
		if err := s.AddImage(im); err != nil {
			t.Fatal(err)
		}
	}
	var away atomic.Int64 // until when nobody answers
	var mu sync.Mutex
	var connections []net.Conn
	refused := 0
	dial := func(ctx context.Context, network, addr string) (net.Conn, error) {
		mu.Lock()
		defer mu.Unlock()
		if time.Now().UnixNano() < away.Load() {
			refused++
			return nil, &net.OpError{Op: "dial", Net: "unix", Err: syscall.ECONNREFUSED}
		}
		c, err := s.DialContext(ctx, network, addr)
		connections = append(connections, c)
		return c, err
	}
	client, err := dockerd.Open(t.Context(), dockerd.Options{DialContext: dial})
	if err != nil {
		t.Fatal(err)
	}
	m := &model.ContainerMap{Name: "m", Containers: []*model.Container{
		{Name: "one", Image: "/a", Shares: []string{"/s"}}, {Name: "two", Image: "/b", Uses: []model.Use{{Name: "one"}}},
	}}
	p, err := engine.Plan(t.Context(), client, m, plan.Request{Action: plan.Start})
	if err != nil {
		t.Fatal(err)
	}
	var once sync.Once
	s.OnCall(func(c sim.Call) error {
		if c.Op == "container.create" && c.Phase == sim.After {
			once.Do(func() {
				away.Store(time.Now().Add(3 * time.Second).UnixNano())
				mu.Lock()
				defer mu.Unlock()
				for _, c := range connections {
					c.Close()
				}
			})
		}
		return nil
	})
	report, err := run.Do(t.Context(), client, p, run.Options{})
	if err != nil || report.Count(run.Done) != len(p.Steps) || refused == 0 {
		t.Errorf("%v, %v, refused %d times", report.Results, err, refused)
	}
}

// A registry that fails for a moment is asked again; a pull that takes too long is
// not, and one whose report ends early is found out.
func TestPulls(t *testing.T) {
	pull := &plan.Plan{Map: "m", Steps: []plan.Step{{ID: "p", Op: plan.PullImage, Target: "far/away"}}}
	for _, row := range []struct {
		name  string
		fault sim.Fault
		want  string
		pulls int
	}{
		{"a failing registry", sim.Fault{Status: 500, Message: "net/http: TLS handshake timeout"}, "", 2},
		{"a broken registry", sim.Fault{Status: 500, Message: "net/http: TLS handshake timeout", Times: -1}, "TLS handshake timeout", 4},
		{"no such image", sim.Fault{Status: 404, Message: "pull access denied for far/away, repository does not exist"}, "far/away", 1},
		{"a dead pull", sim.Fault{Hang: true, Times: -1}, "no answer in time", 1},
	} {
		b := newBench(t)
		if err := b.sim.AddRemoteImage(sim.Image{Names: []string{"far/away"}}); err != nil {
			t.Fatal(err)
		}
		row.fault.Op = "image.create"
		b.sim.AddFault(row.fault)
		b.sim.ClearCalls()
		times := quick
		times.Pull = 300 * time.Millisecond
		_, err := b.engine.Run(t.Context(), pull, run.Options{Times: times})
		if row.want == "" && err != nil || row.want != "" && (err == nil || !strings.Contains(err.Error(), row.want)) {
			t.Errorf("%s: error %v, want %q", row.name, err, row.want)
		}
		if n := b.called("image.create", ""); n != row.pulls {
			t.Errorf("%s: %d pulls, want %d", row.name, n, row.pulls)
		}
	}
}

// When a run is cut off, its temporary containers go, also one whose create was in
// flight; and it ends soon, also if the engine hangs.
func TestCutOffRunLeavesNothing(t *testing.T) {
	for _, phase := range []sim.Phase{sim.Before, sim.After} {
		b := newBench(t)
		p := planned(t, b, site(), plan.Start)
		ctx, cancel := context.WithCancel(t.Context())
		b.sim.OnCall(func(c sim.Call) error {
			if c.Op == "container.create" && c.Phase == phase && strings.HasSuffix(c.Name, identity.PrepareSuffix) {
				cancel()
				time.Sleep(5 * time.Millisecond)
			}
			return nil
		})
		b.engine.Run(ctx, p, run.Options{Times: quick})
		cancel()
		for _, c := range b.sim.World().Containers {
			if c.Labels[identity.LabelRole] == identity.RolePrepare {
				t.Errorf("phase %d: %s is left, %s", phase, c.Name, c.Status)
			}
		}
	}
	b := newBench(t)
	p := planned(t, b, site(), plan.Start)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	b.sim.AddFault(sim.Fault{Op: "container.remove", Times: -1, Hang: true})
	b.sim.OnCall(func(c sim.Call) error {
		if c.Op == "container.remove" {
			cancel()
		}
		return nil
	})
	times := quick
	times.Read, times.Remove = 200*time.Millisecond, time.Hour
	began := time.Now()
	b.engine.Run(ctx, p, run.Options{Times: times})
	if took := time.Since(began); took > 20*time.Second { // an hour without the limit
		t.Errorf("it took %s", took)
	}
}

// stop_timeout is known before the stop is sent: one stop, however long it takes.
func TestLongStopIsSentOnce(t *testing.T) {
	for _, timeout := range []int{-1, 3} {
		s := sim.New(sim.Options{Clock: sim.ClockReal})
		t.Cleanup(func() { s.Close() })
		if err := s.AddImage(sim.Image{Names: []string{"deaf"}, Process: &sim.Process{IgnoreTERM: true}}); err != nil {
			t.Fatal(err)
		}
		b := open(t, s)
		m := &model.ContainerMap{Name: "m", Containers: []*model.Container{{Name: "deaf", Image: "/deaf"}}}
		m.Containers[0].CreateOptions.Values = model.Dict{{Key: model.Input{Value: "stop_timeout"}, Value: model.Input{Value: int64(timeout)}}}
		b.must(t, m, plan.Start)
		time.AfterFunc(2*time.Second, func() {
			if timeout < 0 { // somebody ends it at last
				for _, c := range s.World().Containers {
					b.client.RemoveContainer(context.Background(), c.ID, true)
				}
			}
		})
		b.sim.ClearCalls()
		times := quick
		times.Stop = 500 * time.Millisecond
		p := planned(t, b, m, plan.Stop)
		if report, err := b.engine.Run(t.Context(), p, run.Options{Times: times}); err != nil {
			t.Errorf("stop_timeout %d: %v, %v", timeout, report.Results, err)
		}
		if n := b.called("container.stop", ""); n != 1 {
			t.Errorf("stop_timeout %d: %d stops", timeout, n)
		}
	}
}

// A plan that cannot be is refused step by step; nothing waits for ever.
func TestImpossiblePlans(t *testing.T) {
	b := newBench(t)
	report, err := b.engine.Run(t.Context(), &plan.Plan{Map: "m", Steps: []plan.Step{
		{ID: "a", Op: plan.PullImage, Target: "busybox", Needs: []string{"b"}},
		{ID: "b", Op: plan.PullImage, Target: "busybox", Needs: []string{"a"}},
		{ID: "c", Op: plan.PullImage, Target: "busybox", Needs: []string{"b"}},
		{ID: "d", Op: plan.CreateContainer, Target: "d1"},
		{ID: "e", Op: plan.CreateVolume, Target: "e1"},
		{ID: "f", Op: plan.PrepareVolume, Target: "f1"},
		{ID: "g", Op: plan.StopContainer, Target: "g1", ContainerID: "0"},
		{ID: "g", Op: plan.StopContainer, Target: "g1", ContainerID: "0"},
	}}, run.Options{Times: quick})
	var got []run.Status
	for _, r := range report.Results {
		got = append(got, r.Status)
	}
	want := []run.Status{run.Failed, run.Failed, run.Failed, run.Failed, run.Failed, run.Failed, run.Done, run.Failed}
	if diff := cmp.Diff(want, got); diff != "" || err == nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}
