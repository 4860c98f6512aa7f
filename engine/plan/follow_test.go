// Plan: tests of containers that follow, and of links.

package plan_test

import (
	"slices"
	"testing"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/snapshot"
)

// A new link target makes its linkers follow, since their link belongs to the old
// container; the plan says so.
func TestLinkersFollow(t *testing.T) {
	m := &model.ContainerMap{Name: "m", Containers: []*model.Container{
		one("db", nil),
		one("app", func(c *model.Container) { c.Links = []model.Link{{Container: "db"}} }),
		one("web", func(c *model.Container) { c.Links = []model.Link{{Container: "app"}} }),
	}}
	s := &snapshot.Snapshot{
		Images: map[string]snapshot.Image{"i:latest": {ID: "sha256:i"}},
		Containers: map[string]snapshot.Container{
			"m.app": existing("m.app", docker.StateRunning, nil),
			"m.web": existing("m.web", docker.StateExited, nil),
		},
	}
	p, err := build(t, m, s, plan.Request{Action: plan.Start, Targets: []string{"db"}})
	if err != nil {
		t.Fatal(err)
	}
	checkOrder(t, p)
	golden(t, "start_db", p)
	p, err = build(t, m, s, plan.Request{Action: plan.Create, Targets: []string{"db"}})
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "create_db", p)
}

// What the engine would refuse to start, because what it links does not run, is a
// problem of the plan.
func TestLinksThatWouldBeDead(t *testing.T) {
	m := func(persistent bool) *model.ContainerMap {
		return &model.ContainerMap{Name: "m", Containers: []*model.Container{
			one("p", func(c *model.Container) { c.Persistent = persistent }),
			one("a", func(c *model.Container) { c.Links = []model.Link{{Container: "p"}} }),
		}}
	}
	ended := `container "m.a" links p, which is persistent and has ended (if it is to run, start it again: dmap run FILE restart p; nothing can link or join a job that has done its work: leave that out)`
	tests := []struct {
		persistent bool
		p, a       string // states
		req        plan.Request
		want       string
	}{
		{true, docker.StateExited, docker.StateExited, plan.Request{Action: plan.Start}, ended},
		{true, docker.StateExited, "", plan.Request{Action: plan.Start, Targets: []string{"a"}}, ended},
		{true, docker.StateExited, "", plan.Request{Action: plan.Create}, ""},
		{true, docker.StateExited, docker.StateRunning, plan.Request{Action: plan.Start}, ""},
		{true, docker.StateExited, docker.StateRunning, plan.Request{Action: plan.Restart, Targets: []string{"a"}}, ended},
		{true, docker.StateExited, docker.StateRunning, plan.Request{Action: plan.Restart, Targets: []string{"a", "p"}}, ""},
		{true, docker.StateRunning, "", plan.Request{Action: plan.Start}, ""},
		{false, docker.StateExited, docker.StateExited, plan.Request{Action: plan.Start}, ""},
		{false, docker.StateExited, docker.StateExited, plan.Request{Action: plan.Restart, Targets: []string{"a"}}, `container "m.a" links p, which is not running (start it first)`},
	}
	for _, tt := range tests {
		s := &snapshot.Snapshot{Images: map[string]snapshot.Image{"i:latest": {ID: "i"}}, Containers: map[string]snapshot.Container{}}
		for name, status := range map[string]string{"m.p": tt.p, "m.a": tt.a} {
			if status != "" {
				s.Containers[name] = existing(name, status, nil)
			}
		}
		p, err := build(t, m(tt.persistent), s, tt.req)
		got := ""
		if err != nil {
			got = err.Error()
		} else {
			checkOrder(t, p)
			a, start := p.Step("container.start m.a"), "container.start m.p"
			if a != nil && p.Step(start) != nil && !slices.Contains(a.Needs, start) {
				t.Errorf("%+v: a does not wait for what it links: %q", tt, a.Needs)
			}
		}
		if got != tt.want {
			t.Errorf("%+v: got %q", tt, got)
		}
	}
}
