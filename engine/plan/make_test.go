// Plan: tests of what the planner asks for.

package plan_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/resolve"
	"github.com/dmap-dev/dmap/engine/snapshot"
)

// asked says in words what a planner lacks.
func asked(m plan.Missing) string {
	var parts []string
	add := func(what string, n int) {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", what, n))
		}
	}
	add("lists", len(m.Map))
	add("images", len(m.Images))
	add("registries", len(m.Registries))
	add("specs", len(m.Specs))
	add("inspections", len(m.Inspect))
	if m.Engine {
		parts = append(parts, "engine")
	}
	return strings.Join(parts, ", ")
}

// A plan asks for no more than it depends on, and for all at once but for what an answer
// leads to. The map's name has one letter; one container runs, one has ended.
func TestWhatAPlanAsksFor(t *testing.T) {
	world := &snapshot.Snapshot{
		Images: map[string]snapshot.Image{"busybox:latest": {ID: "b"}, "i:latest": {ID: "i"}},
		Containers: map[string]snapshot.Container{
			"m.up":  existing("m.up", docker.StateRunning, nil),
			"m.end": existing("m.end", docker.StateExited, nil),
		},
	}
	for _, row := range []struct {
		req  plan.Request
		want []string
	}{
		{plan.Request{Action: plan.Create}, []string{"lists 1, images 2", "specs 2"}},
		{plan.Request{Action: plan.Start}, []string{"lists 1, images 2", "specs 2"}},
		{plan.Request{Action: plan.Start, Basis: true}, []string{"lists 1, images 2, engine", "specs 2"}},
		{plan.Request{Action: plan.Startup}, []string{"lists 1, images 2", "inspections 1", "specs 2"}},
		{plan.Request{Action: plan.Update}, []string{"lists 1, images 2", "specs 2", "inspections 2"}},
		{plan.Request{Action: plan.Update, Targets: []string{"up"}}, []string{"lists 1, images 2", "specs 1", "inspections 1"}},
		{plan.Request{Action: plan.Restart}, []string{"lists 1, images 2", "specs 2"}},
		{plan.Request{Action: plan.Restart, Basis: true}, []string{"lists 1, images 2, engine", "inspections 1", "specs 2"}},
		{plan.Request{Action: plan.Signal}, []string{"lists 1", "inspections 1"}},
		{plan.Request{Action: plan.Stop}, []string{"lists 1"}},
		{plan.Request{Action: plan.Remove, Force: true}, []string{"lists 1"}},
		{plan.Request{Action: plan.Shutdown, Basis: true}, []string{"lists 1, engine"}},
		{plan.Request{Action: plan.Pull}, []string{"lists 1, images 2"}},
		{plan.Request{Action: plan.Cleanup}, []string{"lists 1"}},
	} {
		if diff := cmp.Diff(row.want, rounds(t, world, row.req)); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", row.req, diff)
		}
	}
}

// The registry is asked for images that are not on the engine, before anything is planned
// that needs them; with pulling off it is not.
func TestRegistriesThatAPlanAsks(t *testing.T) {
	empty := &snapshot.Snapshot{}
	for _, row := range []struct {
		req  plan.Request
		want []string
	}{
		{plan.Request{Action: plan.Start}, []string{"lists 1, images 2", "registries 1, specs 2"}},
		{plan.Request{Action: plan.Pull}, []string{"lists 1, images 2", "registries 1"}},
		{plan.Request{Action: plan.Start, Pull: plan.PullNever}, []string{"lists 1, images 2", "specs 2", "refused"}},
	} {
		if diff := cmp.Diff(row.want, rounds(t, empty, row.req)); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", row.req, diff)
		}
	}
}

// rounds answers a planner until it has a plan, and returns what it asked for.
func rounds(t *testing.T, world *snapshot.Snapshot, req plan.Request) []string {
	t.Helper()
	m := &model.ContainerMap{Name: "m", Containers: []*model.Container{one("up", nil), one("end", nil)}}
	d, err := resolve.Map(m)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	known := &snapshot.Snapshot{}
	for range 9 {
		p, missing, err := plan.Make(d, known, req)
		switch {
		case err != nil:
			return append(list, "refused")
		case missing.Empty():
			if p == nil {
				t.Fatal("neither a plan nor anything missing")
			}
			return list
		case p != nil:
			t.Fatal("a plan although something is missing")
		}
		list = append(list, asked(missing))
		find(known, missing.Query, world)
		if err := d.Specify(context.Background(), m, missing.Specs, missing.Keywords); err != nil {
			t.Fatal(err)
		}
	}
	t.Fatalf("it does not stop to ask: %q", list)
	return nil
}
