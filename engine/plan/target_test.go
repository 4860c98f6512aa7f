// Plan: tests of what a request means.

package plan_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/snapshot"
)

// Targets in all their forms (row 37).
func TestTargets(t *testing.T) {
	tests := []struct {
		targets []string
		want    []string
	}{
		{nil, []string{"example_map.app_server.instance1", "example_map.app_server.instance2", "example_map.web_server"}},
		{[]string{"app_server"}, []string{"example_map.app_server.instance1", "example_map.app_server.instance2"}},
		{[]string{"app_server.instance2"}, []string{"example_map.app_server.instance2"}},
		{[]string{"example_map.app_server.instance2", "app_server"}, []string{"example_map.app_server.instance2", "example_map.app_server.instance1"}},
		{[]string{"example_map.web_server"}, []string{"example_map.web_server"}},
	}
	for _, tt := range tests {
		p, err := build(t, site(), &snapshot.Snapshot{Images: siteImages()}, plan.Request{Action: plan.Stop, Targets: tt.targets})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, p.Targets); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tt.targets, diff)
		}
	}
}

// A target that can be read in two ways is refused; each reading has a form of its own.
func TestATargetOfTwoMeanings(t *testing.T) {
	m := &model.ContainerMap{Name: "web", Containers: []*model.Container{
		one("db", nil), one("web", func(c *model.Container) { c.Instances = []string{"db", "x", "web"} }),
	}}
	tests := []struct {
		target string
		want   []string
		err    string
	}{
		{"web.db", nil, `"web.db" can mean web.db or web.web.db (say "db" or "web.web.db")`},
		{"db", []string{"web.db"}, ""},
		{"web.web.db", []string{"web.web.db"}, ""},
		{"web", []string{"web.web.db", "web.web.x", "web.web.web"}, ""},
		{"web.web", nil, `"web.web" can mean web.web.db, web.web.x, web.web.web or web.web.web (say "web" or "web.web.web")`},
		{"web.web.web", []string{"web.web.web"}, ""},
		{"web.x", []string{"web.web.x"}, ""},
	}
	for _, tt := range tests {
		p, err := build(t, m, &snapshot.Snapshot{}, plan.Request{Action: plan.Stop, Targets: []string{tt.target}})
		if err != nil || tt.err != "" {
			if fmt.Sprint(err) != tt.err {
				t.Errorf("%q: got %v, want %s", tt.target, err, tt.err)
			}
		} else if diff := cmp.Diff(tt.want, p.Targets); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tt.target, diff)
		}
	}
}
