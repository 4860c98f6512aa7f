// Front door: steps on containers whose place another one took since the plan was made.

package engine_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/sim"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/run"
)

// replace puts another container, which runs, in the place of m.a.
func (b *bench) replace(t *testing.T) (id string) {
	ctx := context.Background()
	if err := b.client.RemoveContainer(ctx, "m.a", true); err != nil {
		t.Error(err)
	}
	id, _, err := b.client.CreateContainer(ctx, "m.a", docker.ContainerSpec{ContainerConfig: docker.ContainerConfig{Image: "example/web"}})
	if err == nil {
		err = b.client.StartContainer(ctx, id)
	}
	if err != nil {
		t.Error(err)
	}
	return id
}

// Every step that names a container touches nothing else of its name, and is not done
// while another one has it: neither one that took the place before the step began, nor
// one that took it between the look at the container and the call.
func TestReplacedContainer(t *testing.T) {
	for _, st := range []plan.Step{
		{Op: plan.StartContainer},
		{Op: plan.UpdateContainer, Update: &docker.ContainerUpdate{}},
		{Op: plan.SignalContainer, Signal: "SIGHUP"},
		{Op: plan.SignalContainer, Signal: docker.SIGKILL},
		{Op: plan.StopContainer},
		{Op: plan.RemoveContainer},
		{Op: plan.RemoveContainer, Force: true},
	} {
		for _, during := range []bool{false, true} {
			b := newBench(t)
			b.must(t, lone(), plan.Start)
			old, err := b.client.Container(t.Context(), "m.a")
			if err != nil {
				t.Fatal(err)
			}
			st.ID, st.Target, st.ContainerID = "s", "m.a", old.ID
			var id string
			if !during {
				id = b.replace(t)
			} else {
				var once sync.Once
				b.sim.OnCall(func(c sim.Call) error {
					if c.Op == "container.inspect" && c.Phase == sim.After {
						once.Do(func() { id = b.replace(t) })
					}
					return nil
				})
			}
			p := &plan.Plan{Map: "m", Steps: []plan.Step{st}}
			report, err := b.engine.Run(t.Context(), p, run.Options{Times: quick})
			const want = `container "m.a" was replaced by another one after the plan was made: plan again`
			if err == nil || err.Error() != want || report.Count(run.Failed) != 1 {
				t.Errorf("%s %s, replaced during the step: %t: %v", st.Op, st.Signal, during, err)
			}
			if now, err := b.client.Container(t.Context(), "m.a"); err != nil || now.ID != id || !now.State.Running {
				t.Errorf("%s: the other container: %v, running: %t", st.Op, err, now.State.Running)
			}
		}
	}
}

// A shutdown that was planned before another run made the container anew is not done:
// that one runs.
func TestOldShutdown(t *testing.T) {
	b := newBench(t)
	b.must(t, lone(), plan.Start)
	p := planned(t, b, lone(), plan.Shutdown)
	b.must(t, lone(), plan.Shutdown)
	b.must(t, lone(), plan.Start)
	report, err := b.engine.Run(t.Context(), p, run.Options{Times: quick})
	if err == nil || !strings.HasSuffix(err.Error(), "plan again") || report.Count(run.Done) > 0 {
		t.Errorf("%v, %v", report.Results, err)
	}
	if got := b.status("m.a"); got != "running" {
		t.Errorf("m.a is %s", got)
	}
}

// A second run of a plan that makes a container anew finds the one that the first made:
// there is nothing left to do.
func TestReplacementRunTwice(t *testing.T) {
	b := newBench(t)
	b.must(t, lone(), plan.Start)
	p, err := b.engine.Plan(t.Context(), lone(), plan.Request{Action: plan.Update, Recreate: true})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		report, err := b.engine.Run(t.Context(), p, run.Options{Times: quick})
		if err != nil || report.Count(run.Done) != len(p.Steps) || b.status("m.a") != "running" {
			t.Errorf("%v, %v, m.a is %s", report.Results, err, b.status("m.a"))
		}
	}
}
