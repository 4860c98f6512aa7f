// Run: properties of the order of work.

package run_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/dockerd"
	"github.com/dmap-dev/dmap/engine/docker/sim"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/run"
)

func newSim(t interface {
	Fatal(...any)
	Cleanup(func())
}) (*sim.Engine, docker.Client) {
	s := sim.New(sim.Options{})
	t.Cleanup(func() { s.Close() })
	if err := s.AddImage(sim.Image{Names: []string{"i"}}); err != nil {
		t.Fatal(err)
	}
	client, err := dockerd.Open(context.Background(), dockerd.Options{DialContext: s.DialContext})
	if err != nil {
		t.Fatal(err)
	}
	return s, client
}

// graph is a plan that creates containers, each after some of those before it.
func graph(t *rapid.T) *plan.Plan {
	p := &plan.Plan{Map: "m"}
	for i := range rapid.IntRange(1, 20).Draw(t, "steps") {
		name := fmt.Sprintf("m.c%d", i)
		spec := &docker.ContainerSpec{ContainerConfig: docker.ContainerConfig{Image: "i"}}
		st := plan.Step{ID: "container.create " + name, Op: plan.CreateContainer, Target: name, Create: spec}
		for _, j := range rapid.SliceOfNDistinct(rapid.IntRange(0, max(0, i-1)), 0, min(3, i), rapid.ID[int]).Draw(t, "needs") {
			st.Needs = append(st.Needs, p.Steps[j].ID)
		}
		p.Steps = append(p.Steps, st)
	}
	return p
}

// Of any plan, with any steps failing: a step begins when all its needs are done
// and not before, what needs a failed one is skipped, everything else is done, and
// never more calls are in flight than allowed.
func TestOrderOfWork(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, client := newSim(t)
		p := graph(t)
		limit := rapid.IntRange(1, 5).Draw(t, "limit")
		fails := map[string]bool{}
		for _, st := range p.Steps {
			if rapid.IntRange(0, 5).Draw(t, "fails") == 0 {
				fails[st.ID] = true
				s.AddFault(sim.Fault{Op: "container.create", Name: st.Target, Status: 500, Message: "no"})
			}
		}
		status := map[string]run.Status{}
		flying := 0
		report, err := run.Do(context.Background(), client, p, run.Options{Limits: run.Limits{Work: limit}, Events: func(e run.Event) {
			switch e.Status {
			case run.Begun:
				if flying++; flying > limit {
					t.Fatalf("%d calls in flight, %d allowed", flying, limit)
				}
				for _, need := range e.Step.Needs {
					if status[need] != run.Done {
						t.Fatalf("%s begins, but %s is %q", e.Step.ID, need, status[need])
					}
				}
			case run.Done, run.Failed:
				flying--
			}
			status[e.Step.ID] = e.Status
		}})
		if (err != nil) != (len(fails) > 0 && report.Count(run.Failed) > 0) {
			t.Fatalf("error %v with failures %v", err, fails)
		}
		want := map[string]run.Status{}
		for i, st := range p.Steps {
			want[st.ID] = run.Done
			if fails[st.ID] {
				want[st.ID] = run.Failed
			}
			for _, need := range st.Needs {
				if want[need] != run.Done {
					want[st.ID] = run.Skipped
				}
			}
			if got := report.Results[i]; got.Status != want[st.ID] || status[st.ID] != want[st.ID] {
				t.Fatalf("%s: %s, by events %s; want %s", st.ID, got.Status, status[st.ID], want[st.ID])
			}
		}
	})
}

// Every kind of step that a plan can have can be carried out, and no other.
func TestOperationsAreThoseOfPlans(t *testing.T) {
	got, want := run.Operations(), plan.Operations()
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("run knows %q, plan %q", got, want)
	}
}

// A plan that is damaged does not run half: a step whose need is not in the plan
// fails, and so does one of an unknown kind.
func TestDamagedPlans(t *testing.T) {
	_, client := newSim(t)
	p := &plan.Plan{Map: "m", Steps: []plan.Step{
		{ID: "a", Op: "volume.paint", Target: "a"},
		{ID: "b", Op: plan.RemoveContainer, Target: "b", Needs: []string{"nowhere"}},
		{ID: "c", Op: plan.StartContainer, Target: "c"},
		{ID: "d", Op: plan.StopContainer, Target: "d", ContainerID: "d", Needs: []string{"b"}},
	}}
	report, err := run.Do(context.Background(), client, p, run.Options{})
	if err == nil || report.Count(run.Failed) != 3 || report.Count(run.Skipped) != 1 {
		t.Errorf("got %v, %v", report.Results, err)
	}
}

// When the context ends, calls in flight are cut off and marked as unknown, and
// nothing new begins.
func TestCutOff(t *testing.T) {
	s, client := newSim(t)
	s.AddFault(sim.Fault{Op: "container.create", Times: -1, Hang: true})
	spec := &docker.ContainerSpec{ContainerConfig: docker.ContainerConfig{Image: "i"}}
	p := &plan.Plan{Map: "m", Steps: []plan.Step{
		{ID: "a", Op: plan.CreateContainer, Target: "a", Create: spec},
		{ID: "b", Op: plan.StartContainer, Target: "a", Needs: []string{"a"}},
	}}
	ctx, cancel := context.WithCancel(context.Background())
	report, err := run.Do(ctx, client, p, run.Options{Events: func(e run.Event) {
		if e.Status == run.Begun {
			time.AfterFunc(20*time.Millisecond, cancel)
		}
	}})
	if !errors.Is(err, run.ErrInterrupted) || report.Results[0].Status != run.Unknown || report.Results[1].Status != run.Skipped {
		t.Errorf("got %v, %v", report.Results, err)
	}
}

func TestNothingToRun(t *testing.T) {
	_, client := newSim(t)
	for _, row := range []struct {
		client docker.Client
		plan   *plan.Plan
	}{{client, nil}, {nil, &plan.Plan{}}} {
		if report, err := run.Do(t.Context(), row.client, row.plan, run.Options{}); err == nil || report == nil {
			t.Errorf("got %v, %v", report, err)
		}
	}
}
