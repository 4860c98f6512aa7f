// Run: tests of pulls, and of the limits of their time.

package run_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/dockerd"
	"github.com/dmap-dev/dmap/engine/docker/sim"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/run"
)

// withRegistry is a simulated engine for a synctest bubble, which can pull a and b.
func withRegistry(t *testing.T) (*sim.Engine, docker.Client) {
	t.Helper()
	s := sim.New(sim.Options{})
	for _, name := range []string{"a", "b"} {
		if err := s.AddRemoteImage(sim.Image{Names: []string{name}}); err != nil {
			t.Fatal(err)
		}
	}
	client, err := dockerd.Open(t.Context(), dockerd.Options{DialContext: s.DialContext})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := client.Close(); err != nil {
			t.Error(err)
		}
		s.Close()
	})
	return s, client
}

// pulls is a plan that pulls images.
func pulls(refs ...string) *plan.Plan {
	p := &plan.Plan{Map: "m", Action: plan.Pull}
	for _, ref := range refs {
		p.Steps = append(p.Steps, plan.Step{ID: "image.pull " + ref, Op: plan.PullImage, Target: ref})
	}
	return p
}

// slow is a client whose pulls do what a test says.
type slow struct {
	docker.Client
	pull func(ctx context.Context, ref string, progress func()) error
}

func (s slow) PullImage(ctx context.Context, ref string, progress func()) error {
	if err := s.pull(ctx, ref, progress); err != nil {
		return err
	}
	return s.Client.PullImage(ctx, ref, progress)
}

// steady reports progress so often, then ends.
func steady(ctx context.Context, progress func(), every time.Duration, times int) error {
	for range times {
		select {
		case <-time.After(every):
			progress()
		case <-ctx.Done():
			return &docker.Error{Op: "pull image", Kind: docker.Cancelled, Msg: "no answer in time"}
		}
	}
	return nil
}

// A pull that stands still is given up, with a text that says so; another one in the
// same run is done.
func TestIdlePull(t *testing.T) {
	for _, fault := range []sim.Fault{{Hang: true}, {Hang: true, Cut: sim.CutBody}} {
		synctest.Test(t, func(t *testing.T) {
			s, client := withRegistry(t)
			fault.Op, fault.Name, fault.Times = "image.create", "docker.io/library/a", -1
			s.AddFault(fault)
			report, err := run.Do(t.Context(), client, pulls("a", "b"), run.Options{})
			want := `cannot pull image "a": no progress for 5m0s, so it was given up: check the connection from the engine to the registry, then run again`
			if err == nil || err.Error() != want {
				t.Errorf("%+v: got %v, want %s", fault, err, want)
			}
			if report.Results[0].Status != run.Failed || report.Results[1].Status != run.Done || report.Took != 5*time.Minute {
				t.Errorf("%+v: %v, after %s", fault, report.Results, report.Took)
			}
			count := map[string]int{}
			for _, c := range s.Calls() {
				count[c.Op+" "+c.Name]++
			}
			if count["image.create docker.io/library/a"] != 1 || count["image.create docker.io/library/b"] != 1 || len(s.World().Volumes) != 0 {
				t.Errorf("calls %v", count)
			}
		})
	}
}

// A pull may take long as long as it goes on; but not for ever.
func TestSlowPulls(t *testing.T) {
	for _, row := range []struct {
		name string
		pull func(ctx context.Context, ref string, progress func()) error
		want string // what became of a and b, and when
	}{
		{"steady", func(ctx context.Context, ref string, progress func()) error {
			return steady(ctx, progress, 4*time.Minute, 7)
		}, "done done 28m0s"},
		{"one waits for the other", func(ctx context.Context, ref string, progress func()) error {
			if ref == "a" {
				return steady(ctx, progress, 4*time.Minute, 3)
			}
			return steady(ctx, func() {}, 13*time.Minute, 1)
		}, "done done 13m0s"},
		{"one waits for ever", func(ctx context.Context, ref string, progress func()) error {
			if ref == "a" {
				return steady(ctx, progress, 4*time.Minute, 3)
			}
			return steady(ctx, progress, time.Hour, 1)
		}, "done failed 17m0s"},
		{"too long in all", func(ctx context.Context, ref string, progress func()) error {
			return steady(ctx, progress, time.Minute, 100)
		}, "unknown unknown 30m0s"},
	} {
		synctest.Test(t, func(t *testing.T) {
			_, client := withRegistry(t)
			report, err := run.Do(t.Context(), slow{client, row.pull}, pulls("a", "b"), run.Options{})
			if got := fmt.Sprint(report.Results[0].Status, " ", report.Results[1].Status, " ", report.Took); got != row.want {
				t.Errorf("%s: %s, want %s; %v", row.name, got, row.want, err)
			}
		})
	}
}

// A plan that only pulls needs no lock: another run may change the map meanwhile.
func TestPullsNeedNoLock(t *testing.T) {
	s, client := newSim(t)
	if err := s.AddRemoteImage(sim.Image{Names: []string{"a"}}); err != nil {
		t.Fatal(err)
	}
	l := acquire(t, client, run.LockOptions{})
	if report, err := run.Do(t.Context(), client, pulls("a"), run.Options{}); err != nil || report.Count(run.Done) != 1 {
		t.Errorf("%v, %v", report.Results, err)
	}
	p := pulls("a")
	p.Steps = append(p.Steps, plan.Step{ID: "r", Op: plan.RemoveContainer, Target: "x", ContainerID: "0"})
	if _, err := run.Do(t.Context(), client, p, run.Options{}); err == nil || !strings.Contains(err.Error(), "is being changed by another run") {
		t.Errorf("a plan that removes: %v", err)
	}
	if err := l.Release(); err != nil {
		t.Error(err)
	}
}
