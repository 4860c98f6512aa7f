// Plan: tests of what is left over from earlier runs.

package plan_test

import (
	"testing"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/snapshot"
)

// Cleanup removes what ran and ended, and never what is persistent, holds a volume,
// never ran, runs, or is not of this map (row 103, D27).
func TestCleanup(t *testing.T) {
	m := &model.ContainerMap{Name: "m", Volumes: []model.Volume{{Alias: "v", Path: "/v"}}, Containers: []*model.Container{
		one("web", func(c *model.Container) { c.Links = []model.Link{{Container: "app"}} }),
		one("app", func(c *model.Container) { c.Attaches = []string{"v"} }),
		one("keep", func(c *model.Container) { c.Persistent = true; c.Instances = []string{"1"} }),
		one("fresh", nil), one("up", nil), one("gone", nil),
	}}
	s := &snapshot.Snapshot{Containers: map[string]snapshot.Container{
		"m.web": existing("m.web", docker.StateExited, nil), "m.app": existing("m.app", docker.StateDead, nil),
		"m.v":      existing("m.v", docker.StateExited, func(c *snapshot.Container) { c.Labels[identity.LabelRole] = identity.RoleAttached }),
		"m.keep.1": existing("m.keep.1", docker.StateExited, nil),
		"m.fresh":  existing("m.fresh", docker.StateCreated, nil), "m.up": existing("m.up", docker.StateRunning, nil),
		"m.old":     existing("m.old", docker.StateExited, nil),
		"m.old_too": existing("m.old_too", docker.StateExited, func(c *snapshot.Container) { c.Labels[identity.LabelKeep] = "true" }),
		"m.foreign": existing("m.foreign", docker.StateExited, func(c *snapshot.Container) { c.Labels = nil }),
		"m.other":   existing("m.other", docker.StateExited, func(c *snapshot.Container) { c.Labels[identity.LabelMap] = "n" }),
	}}
	p, err := build(t, m, s, plan.Request{Action: plan.Cleanup})
	if err != nil {
		t.Fatal(err)
	}
	checkOrder(t, p)
	golden(t, "cleanup", p)
	p, err = build(t, m, s, plan.Request{Action: plan.Cleanup, Targets: []string{"app"}})
	if err != nil || len(p.Steps) != 1 || p.Steps[0].Target != "m.app" {
		t.Errorf("cleanup of app: %v %v", p, err)
	}
}

// A temporary container that still runs is left alone, unless its volume is to be
// prepared again.
func TestLeftovers(t *testing.T) {
	m := &model.ContainerMap{Name: "m", Volumes: []model.Volume{{Alias: "v", Path: "/v"}}, Containers: []*model.Container{
		one("a", func(c *model.Container) { c.Attaches = []string{"v"}; c.User = "5" }), one("other", nil),
	}}
	left := "container.remove m.v.dmap-prepare"
	tests := []struct {
		status string
		req    plan.Request
		want   bool
	}{
		{docker.StateRunning, plan.Request{Action: plan.Stop, Targets: []string{"other"}}, false},
		{docker.StateExited, plan.Request{Action: plan.Stop, Targets: []string{"other"}}, true},
		{docker.StateRunning, plan.Request{Action: plan.Start, Targets: []string{"other"}}, false},
		{docker.StateRunning, plan.Request{Action: plan.Start}, true},
	}
	for _, tt := range tests {
		s := &snapshot.Snapshot{Images: map[string]snapshot.Image{"i:latest": {ID: "i"}, "busybox:latest": {ID: "b"}, "tianon/true:latest": {ID: "t"}}, Containers: map[string]snapshot.Container{
			"m.v.dmap-prepare": existing("m.v.dmap-prepare", tt.status, func(c *snapshot.Container) { c.Labels[identity.LabelRole] = identity.RolePrepare }),
		}}
		p, err := build(t, m, s, tt.req)
		if err != nil {
			t.Fatal(err)
		}
		checkOrder(t, p)
		if got := p.Step(left) != nil; got != tt.want || !tt.want && len(p.Notes) != 1 {
			t.Errorf("%s, %s %q: removed %t, want %t; notes %v", tt.status, tt.req.Action, tt.req.Targets, got, tt.want, p.Notes)
		}
	}
}
