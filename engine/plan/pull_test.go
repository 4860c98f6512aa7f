// Plan: tests of the action pull.

package plan_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/snapshot"
)

// pulled are the images that a plan fetches; any other step is an error.
func pulled(t *testing.T, p *plan.Plan) []string {
	t.Helper()
	var images []string
	for _, st := range p.Steps {
		if st.Op != plan.PullImage || len(st.Needs) > 0 {
			t.Errorf("step %s, which needs %v", st.ID, st.Needs)
		}
		images = append(images, st.Target)
	}
	return images
}

// pull fetches the images of the targets and of what they need, the present ones too
// (pull_all_images), with the base and the helper image (D5): each once, whatever the
// state of the containers.
func TestPullTable(t *testing.T) {
	const app, web, base, helper = "registry.example.com/app:latest", "registry.example.com/nginx:latest", "tianon/true:latest", "busybox:latest"
	asVolumes := site()
	asVolumes.Attached = model.AttachedVolume
	unprepared := site()
	unprepared.Container("app_server").User, unprepared.Container("app_server").Permissions = "", ""
	linked := &model.ContainerMap{Name: "m", Containers: []*model.Container{
		one("user", func(c *model.Container) { c.Image = "user"; c.Links = []model.Link{{Container: "db"}} }),
		one("db", func(c *model.Container) { c.Image = "db" }),
	}}
	present := siteImages()
	missing := siteImages()
	missing[app], missing[helper] = snapshot.Image{}, snapshot.Image{}
	for _, tt := range []struct {
		name   string
		m      *model.ContainerMap
		images map[string]snapshot.Image
		policy plan.PullPolicy
		target []string
		want   []string
	}{
		{"all, always", site(), present, "", nil, []string{helper, app, web, base}},
		{"of a target and what it needs", site(), present, plan.PullAlways, []string{"web_server"}, []string{helper, app, web, base}},
		{"missing only", site(), missing, plan.PullMissing, nil, []string{helper, app}},
		{"none is missing", site(), present, plan.PullMissing, nil, nil},
		{"no holders, no base image", asVolumes, present, "", nil, []string{helper, app, web}},
		{"nothing to prepare, no helper image", unprepared, present, "", []string{"app_server"}, []string{app, base}},
		{"not what needs the target", linked, nil, "", []string{"db"}, []string{"db:latest"}},
		{"what the target links", linked, nil, "", []string{"user"}, []string{"db:latest", "user:latest"}},
	} {
		for _, status := range []string{"absent", docker.StateRunning, docker.StateExited, docker.StateDead, docker.StateRemoving} {
			s := &snapshot.Snapshot{Images: tt.images, Containers: map[string]snapshot.Container{}}
			if status != "absent" { // foreign ones, too: no container is touched
				s.Containers["example_map.web_server"] = existing("example_map.web_server", status, nil)
			}
			p, err := build(t, tt.m, s, plan.Request{Action: plan.Pull, Pull: tt.policy, Targets: tt.target})
			if err != nil {
				t.Errorf("%s, %s: %v", tt.name, status, err)
				continue
			}
			if diff := cmp.Diff(tt.want, pulled(t, p)); diff != "" || len(p.Notes) > 0 {
				t.Errorf("%s, %s: notes %v (-want +got):\n%s", tt.name, status, p.Notes, diff)
			}
		}
	}
	p, err := build(t, site(), &snapshot.Snapshot{Images: missing}, plan.Request{Action: plan.Pull})
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "site_pull", p)
}

// An image that is neither here nor in its registry stops all before anything is
// fetched; pulling without pulling is refused.
func TestPullRefusals(t *testing.T) {
	m := &model.ContainerMap{Name: "m", Containers: []*model.Container{one("a", nil)}}
	for _, tt := range []struct {
		images map[string]snapshot.Image
		req    plan.Request
		want   string
	}{
		{map[string]snapshot.Image{"i:latest": {Missing: errors.New("no such host")}}, plan.Request{Action: plan.Pull},
			`image "i:latest" of a is neither on the engine nor available: no such host (make it here (docker build, docker load), or correct its name)`},
		{nil, plan.Request{Action: plan.Pull, Pull: plan.PullNever}, "the action pull cannot do its work when pulling is off (give always or missing)"},
		{nil, plan.Request{Action: plan.Stop, Pull: plan.PullMissing}, "the action stop does not use a pull policy (used by create, start, "},
	} {
		_, err := build(t, m, &snapshot.Snapshot{Images: tt.images}, tt.req)
		if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%+v: got %v, want %s", tt.req, err, tt.want)
		}
	}
}

// An image id names one image for ever: there is nothing newer to fetch.
func TestIdsAreNotPulled(t *testing.T) {
	id := "sha256:" + strings.Repeat("a", 64)
	m := &model.ContainerMap{Name: "m", Containers: []*model.Container{one("a", func(c *model.Container) { c.Image = id })}}
	for _, action := range []plan.Action{plan.Pull, plan.Create} {
		p, err := build(t, m, &snapshot.Snapshot{Images: map[string]snapshot.Image{id: {ID: id}}}, plan.Request{Action: action, Pull: plan.PullAlways})
		if err != nil || p.Step("image.pull "+id) != nil {
			t.Errorf("%s: %v, %v", action, p, err)
		}
	}
}
