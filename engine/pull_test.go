// Front door: the action pull.

package engine_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine"
	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/sim"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/engine/run"
)

// pull refreshes the images of the targets and of what they need, base and helper image
// included (D5), and leaves containers alone; with the policy missing it
// fetches only what is not there.
func TestPullStoryOnSim(t *testing.T) {
	b := newBench(t)
	b.must(t, site(), plan.Start)
	for i, name := range []string{"example/web", "example/app", "tianon/true", "busybox"} {
		if err := b.sim.AddRemoteImage(sim.Image{Names: []string{name}, ID: fmt.Sprintf("sha256:%064d", i)}); err != nil {
			t.Fatal(err)
		}
	}
	before := b.world()
	pull := func(policy plan.PullPolicy) *plan.Plan {
		t.Helper()
		b.sim.ClearCalls()
		p, err := b.engine.Plan(t.Context(), site(), plan.Request{Action: plan.Pull, Pull: policy, Targets: []string{"app_server"}})
		if err == nil {
			_, err = b.engine.Run(t.Context(), p, run.Options{Times: quick})
		}
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	if p := pull(plan.PullMissing); len(p.Steps) != 0 {
		t.Errorf("nothing is missing: %v", p.Steps)
	}
	pull("")
	var wrote []string
	for _, c := range b.sim.Calls() {
		if c.Method != "GET" && c.Method != "HEAD" {
			wrote = append(wrote, c.Op+" "+c.Name)
		}
	}
	want := []string{"image.create docker.io/example/app", "image.create docker.io/library/busybox", "image.create docker.io/tianon/true"}
	if diff := cmp.Diff(want, slices.Sorted(slices.Values(wrote))); diff != "" {
		t.Errorf("calls that write (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(before, b.world()); diff != "" {
		t.Errorf("containers and volumes (-before +after):\n%s", diff)
	}
	p := b.must(t, site(), plan.Start)
	if len(p.Steps) != 0 || len(p.Notes) == 0 || !strings.Contains(p.Notes[0].Text, "runs an older image") {
		t.Errorf("start afterwards: %v %v", p.Steps, p.Notes)
	}
}

// One image that cannot be fetched does not keep the others away.
func TestPullOfAnUnknownImage(t *testing.T) {
	b := newBench(t)
	m := &model.ContainerMap{Name: "m", Containers: []*model.Container{{Name: "a", Image: "/far/away"}, {Name: "b", Image: "/example/app"}}}
	if err := b.sim.AddRemoteImage(sim.Image{Names: []string{"far/away"}}); err != nil {
		t.Fatal(err)
	}
	_, report, err := b.do(m, plan.Pull) // example/app was made here, no registry has it
	if err == nil || !strings.Contains(err.Error(), `cannot pull image "example/app:latest"`) || report.Count(run.Done) != 1 || report.Count(run.Failed) != 1 {
		t.Errorf("%v, %v", report.Results, err)
	}
	if _, err := b.client.Image(t.Context(), "far/away"); err != nil {
		t.Error(err)
	}
}

// On the real engine, which has no registry here: an image that is not to be had stops
// all before anything is written, one that cannot be refreshed fails, and containers go
// on as they were.
func TestPullOnDocker(t *testing.T) {
	name, client := onDocker(t)
	at := problem.Origin{File: "site.star", Line: 4, Col: 2}
	m := &model.ContainerMap{Name: name, Containers: []*model.Container{proc("a", nil)}}
	if _, err := do(t, client, m, plan.Start); err != nil {
		t.Fatal(err)
	}
	before, err := client.Container(t.Context(), name+".a")
	if err != nil {
		t.Fatal(err)
	}
	client.Reset()
	missing := &model.ContainerMap{Name: name, Containers: []*model.Container{proc("a", nil), {Name: "b", Image: "dmap-test/no-such-image:1", Origin: at}}}
	for _, policy := range []plan.PullPolicy{"", plan.PullMissing} {
		_, err = engine.Plan(t.Context(), client, missing, plan.Request{Action: plan.Pull, Pull: policy})
		var problems problem.Problems
		if !errors.As(err, &problems) || len(problems) != 1 || problems[0].Code != plan.CodeImageMissing || problems[0].Origin != at {
			t.Errorf("a missing image, %q: %v", policy, err)
		}
	}
	if writes := client.Writes(); len(writes) > 0 {
		t.Errorf("a refused pull wrote %v", writes)
	}
	p, err := engine.Plan(t.Context(), client, m, plan.Request{Action: plan.Pull})
	if err != nil {
		t.Fatal(err)
	}
	_, err = run.Do(t.Context(), client, p, run.Options{Times: quick})
	var e *docker.Error
	if !errors.As(err, &e) || e.Op != "pull image" {
		t.Errorf("a pull without a registry: %v", err)
	}
	for _, w := range client.Writes() {
		if !strings.HasPrefix(w, "pull image ") {
			t.Errorf("pull did %s", w)
		}
	}
	now, err := client.Container(t.Context(), name+".a")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, now); diff != "" {
		t.Errorf("the container (-before +after):\n%s", diff)
	}
}
