// Plan: tests on the source document's example.

package plan_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/engine/snapshot"
)

// The story of the example: create, then start, then nothing, then shutdown.
// Rows 129 to 140 in the words of a plan; the actions are those of the original's
// default policy (row 128), on any Docker client (row 127).
func TestSiteStory(t *testing.T) {
	world := &snapshot.Snapshot{Images: siteImages()}
	step := func(name string, action plan.Action, targets ...string) *plan.Plan {
		t.Helper()
		p, err := build(t, site(), world, plan.Request{Action: action, Targets: targets})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		golden(t, name, p)
		return p
	}
	p := step("site_create", plan.Create, "web_server") // row 129, row 130, row 131, row 132, row 133
	world = after(world, p)
	if p, _ := build(t, site(), world, plan.Request{Action: plan.Create, Targets: []string{"web_server"}}); len(p.Steps) != 0 {
		t.Errorf("row 134: creating again has steps: %v", p.Steps)
	}
	p = step("site_start_created", plan.Start, "web_server") // row 135, row 136, row 137, row 138, row 139; D4: prepared after create
	world = after(world, p)
	for _, action := range []plan.Action{plan.Create, plan.Start, plan.Startup} { // row 140
		if p, err := build(t, site(), world, plan.Request{Action: action}); err != nil || len(p.Steps)+len(p.Notes) != 0 {
			t.Errorf("%s again: steps %v, notes %v, error %v", action, p.Steps, p.Notes, err)
		}
	}
	p = step("site_shutdown", plan.Shutdown)
	world = after(world, p)
	for _, name := range []string{"example_map.app_log", "example_map.app_server_socket", "example_map.web_log"} {
		if _, ok := world.Containers[name]; !ok { // row 94
			t.Errorf("row 94: shutdown took %s", name)
		}
	}
	step("site_start_after_shutdown", plan.Start, "web_server") // row 91: prepared once only
}

func TestSiteStartOnAnEmptyHost(t *testing.T) {
	p, err := build(t, site(), &snapshot.Snapshot{Images: siteImages()}, plan.Request{Action: plan.Start, Targets: []string{"web_server"}})
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "site_start", p)

	web := p.Step("container.create example_map.web_server").Create
	if diff := cmp.Diff([]string{"/var/lib/site/config/nginx:/etc/nginx:ro"}, web.HostConfig.Binds); diff != "" {
		t.Errorf("row 133: binds:\n%s", diff)
	}
	if diff := cmp.Diff([]string{"example_map.app_server_socket", "example_map.web_log"}, web.HostConfig.VolumesFrom); diff != "" {
		t.Errorf("row 139: volumes from:\n%s", diff)
	}
	ports := map[string][]docker.PortBinding{"80/tcp": {{HostPort: "80"}}, "443/tcp": {{HostPort: "443"}}}
	if diff := cmp.Diff(ports, web.HostConfig.PortBindings); diff != "" {
		t.Errorf("row 139: ports:\n%s", diff)
	}
	app := p.Step("container.create example_map.app_server.instance2").Create
	binds := []string{"/var/lib/site/config/app2:/var/lib/app/config:ro", "/var/lib/site/data/app2:/var/lib/app/data:rw"}
	if diff := cmp.Diff(binds, app.HostConfig.Binds); diff != "" {
		t.Errorf("row 132: binds:\n%s", diff)
	}
	if app.Image != "registry.example.com/app:latest" || app.User != "2000" {
		t.Errorf("row 131: image %q, user %q", app.Image, app.User)
	}
	socket := p.Step("container.create example_map.app_server_socket").Create
	if socket.Image != "tianon/true:latest" || socket.User != "2000" {
		t.Errorf("row 130: image %q, user %q", socket.Image, socket.User)
	}
	helper := p.Step("volume.prepare example_map.app_server_socket").Prepare.Containers
	if len(helper) != 2 || helper[0].User != "root" || helper[0].Image != "busybox:latest" || helper[0].HostConfig.NetworkMode != "none" {
		t.Errorf("row 137: temporary containers %+v", helper)
	}
	if diff := cmp.Diff([]string{"-R", "2000:2000", "/var/lib/app/socket"}, helper[0].Cmd); diff != "" { // row 84, D2
		t.Errorf("row 137: chown:\n%s", diff)
	}
}

// Named volumes without containers: the same names, order and preparation.
func TestSiteAttachedAsVolumes(t *testing.T) {
	m := site()
	m.Attached = model.AttachedVolume
	p, err := build(t, m, &snapshot.Snapshot{Images: siteImages()}, plan.Request{Action: plan.Start})
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "site_start_volumes", p)
	web := p.Step("container.create example_map.web_server").Create
	want := []string{
		"/var/lib/site/config/nginx:/etc/nginx:ro",
		"example_map.app_server_socket:/var/lib/app/socket:rw,nocopy",
		"example_map.web_log:/var/log/nginx:rw,nocopy",
	}
	if diff := cmp.Diff(want, web.HostConfig.Binds); diff != "" {
		t.Errorf("row 58: binds:\n%s", diff)
	}
}

// Every step stands after all it needs, and nothing is named twice.
func checkOrder(t *testing.T, p *plan.Plan) {
	t.Helper()
	seen := map[string]bool{}
	for _, st := range p.Steps {
		for _, need := range st.Needs {
			if !seen[need] {
				t.Errorf("%s needs %s, which does not stand before it", st.ID, need)
			}
		}
		if seen[st.ID] {
			t.Errorf("%s stands twice", st.ID)
		}
		seen[st.ID] = true
	}
}

// A container for the tables: config with a few properties.
func one(name string, set func(*model.Container)) *model.Container {
	c := &model.Container{Name: name, Image: "i"}
	if set != nil {
		set(c)
	}
	return c
}

// existing is a container as a snapshot has it, made for the map m.
func existing(name, status string, more func(*snapshot.Container)) snapshot.Container {
	config, instance, _ := strings.Cut(strings.TrimPrefix(name, "m."), ".")
	c := snapshot.Container{ContainerSummary: docker.ContainerSummary{
		ID: "id-" + name, Name: name, State: status, ImageID: "sha256:i",
		Labels: map[string]string{identity.LabelMap: "m", identity.LabelRole: identity.RoleContainer, identity.LabelName: config, identity.LabelInstance: instance},
	}}
	if more != nil {
		more(&c)
	}
	return c
}

// The table of actions (design): what each action does with one container.
func TestActionTable(t *testing.T) {
	states := []string{"absent", docker.StateCreated, docker.StateRunning, docker.StatePaused, docker.StateExited, docker.StateDead}
	create, start, stop, remove := "container.create", "container.start", "container.stop", "container.remove"
	tests := []struct {
		name   string
		action plan.Action
		set    func(*model.Container)
		code   int
		want   map[string][]string // by state; "!" is a refusal
	}{
		{"create", plan.Create, nil, 0, map[string][]string{"absent": {create}}},
		{"start", plan.Start, nil, 0, map[string][]string{"absent": {create, start}, "created": {start}, "exited": {start}, "dead": {"!"}}},
		{"start of a persistent one (row 102)", plan.Start, func(c *model.Container) { c.Persistent = true }, 0,
			map[string][]string{"absent": {create, start}, "created": {start}, "dead": {"!"}}},
		{"startup", plan.Startup, nil, 0, map[string][]string{"absent": {create, start}, "created": {start}, "exited": {start}, "dead": {remove, create, start}}},
		{"startup of a persistent one (row 102)", plan.Startup, func(c *model.Container) { c.Persistent = true }, -127,
			map[string][]string{"absent": {create, start}, "created": {start}, "dead": {remove, create, start}}},
		{"startup after an unrecoverable exit (D9)", plan.Startup, nil, -127,
			map[string][]string{"absent": {create, start}, "created": {start}, "exited": {remove, create, start}, "dead": {remove, create, start}}},
		{"restart", plan.Restart, nil, 0, map[string][]string{"absent": {"!"}, "running": {stop, start}, "paused": {stop, start}, "exited": {start}}},
		{"stop (D11)", plan.Stop, nil, 0, map[string][]string{"running": {stop}, "paused": {stop}}},
		{"remove (D12)", plan.Remove, nil, 0, map[string][]string{"created": {remove}, "running": {"!"}, "paused": {"!"}, "exited": {remove}, "dead": {remove}}},
		{"shutdown (D10)", plan.Shutdown, func(c *model.Container) { c.Persistent = true }, 0,
			map[string][]string{"created": {remove}, "running": {stop, remove}, "paused": {stop, remove}, "exited": {remove}, "dead": {remove}}},
	}
	for _, tt := range tests {
		for _, status := range states {
			t.Run(tt.name+"/"+status, func(t *testing.T) {
				m := &model.ContainerMap{Name: "m", Containers: []*model.Container{one("a", tt.set)}}
				s := &snapshot.Snapshot{Images: map[string]snapshot.Image{"i:latest": {ID: "sha256:i"}}, Containers: map[string]snapshot.Container{}}
				if status != "absent" {
					s.Containers["m.a"] = existing("m.a", status, func(c *snapshot.Container) {
						c.Info = &docker.ContainerInfo{State: docker.ContainerState{ExitCode: tt.code}}
					})
				}
				p, err := build(t, m, s, plan.Request{Action: tt.action})
				var got []string
				if err != nil {
					got = []string{"!"}
				} else {
					checkOrder(t, p)
					for _, st := range p.Steps {
						got = append(got, string(st.Op))
					}
				}
				if diff := cmp.Diff(tt.want[status], got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		}
	}
}

// Dependents go down first, and only what depends on the target (row 70).
func TestDownOrder(t *testing.T) {
	m := &model.ContainerMap{Name: "m", Containers: []*model.Container{
		one("db", nil),
		one("web", func(c *model.Container) { c.Links = []model.Link{{Container: "app"}} }),
		one("app", func(c *model.Container) { c.Links = []model.Link{{Container: "db"}} }),
		one("other", nil),
	}}
	s := &snapshot.Snapshot{Containers: map[string]snapshot.Container{}}
	for _, name := range []string{"m.db", "m.app", "m.web", "m.other"} {
		s.Containers[name] = existing(name, docker.StateRunning, nil)
	}
	p, err := build(t, m, s, plan.Request{Action: plan.Shutdown, Targets: []string{"db"}})
	if err != nil {
		t.Fatal(err)
	}
	checkOrder(t, p)
	golden(t, "shutdown_db", p)
}

// What stands in the way is reported before anything is planned.
func TestRefusals(t *testing.T) {
	at := problem.Origin{File: "site.star", Line: 3, Col: 5}
	m := &model.ContainerMap{Name: "m", Volumes: []model.Volume{{Alias: "v", Path: "/v"}}, Containers: []*model.Container{
		one("a", func(c *model.Container) { c.Origin = at; c.Attaches = []string{"v"} }),
	}}
	images := map[string]snapshot.Image{"i:latest": {ID: "sha256:i"}, "tianon/true:latest": {ID: "sha256:t"}}
	foreign := func(c *snapshot.Container) { c.Labels = nil }
	other := func(c *snapshot.Container) { c.Labels = map[string]string{identity.LabelMap: "n"} }
	negative := -5
	holder := func(c *snapshot.Container) { c.Labels[identity.LabelRole] = identity.RoleAttached }
	tests := []struct {
		name string
		s    snapshot.Snapshot
		req  plan.Request
		want string // "" is no refusal
	}{
		{"foreign container", snapshot.Snapshot{Images: images, Containers: map[string]snapshot.Container{"m.a": existing("m.a", "running", foreign)}},
			plan.Request{Action: plan.Stop}, `site.star:3:5: container "m.a" exists, but was not made by dmap (remove or rename it, or take it over with --adopt)`},
		{"adopted", snapshot.Snapshot{Images: images, Containers: map[string]snapshot.Container{"m.a": existing("m.a", "running", foreign)}},
			plan.Request{Action: plan.Stop, Adopt: true}, ""},
		{"container of another map", snapshot.Snapshot{Images: images, Containers: map[string]snapshot.Container{"m.a": existing("m.a", "running", other)}},
			plan.Request{Action: plan.Start}, `site.star:3:5: container "m.a" exists, but belongs to the map "n" (remove it first, or use another name in the map)`},
		{"container of another map, to be adopted", snapshot.Snapshot{Images: images, Containers: map[string]snapshot.Container{"m.a": existing("m.a", "running", other)}},
			plan.Request{Action: plan.Shutdown, Adopt: true}, `site.star:3:5: container "m.a" exists, but belongs to the map "n" (remove it first, or use another name in the map)`},
		{"volume of another map, to be adopted", snapshot.Snapshot{Images: images, Volumes: map[string]docker.VolumeInfo{"m.v": {Name: "m.v", Labels: map[string]string{identity.LabelMap: "n"}}}},
			plan.Request{Action: plan.Start, Adopt: true}, `site.star:3:5: volume "m.v" exists, but belongs to the map "n" (remove it first, or use another name in the map)`},
		{"holder in the place of a container", snapshot.Snapshot{Images: images, Containers: map[string]snapshot.Container{"m.a": existing("m.a", "exited", holder)}},
			plan.Request{Action: plan.Start}, `site.star:3:5: container "m.a" exists, but was made as the holder of volume a (remove it first, or use another name in the map)`},
		{"container in the place of a holder", snapshot.Snapshot{Images: images, Containers: map[string]snapshot.Container{"m.v": existing("m.v", "running", nil)}},
			plan.Request{Action: plan.Start}, `site.star:3:5: container "m.v" exists, but was made as container v (remove it first, or use another name in the map)`},
		{"foreign volume", snapshot.Snapshot{Images: images, Volumes: map[string]docker.VolumeInfo{"m.v": {Name: "m.v"}}},
			plan.Request{Action: plan.Start}, `site.star:3:5: volume "m.v" exists, but was not made by dmap (remove or rename it, or take it over with --adopt)`},
		{"image missing", snapshot.Snapshot{Images: map[string]snapshot.Image{"tianon/true:latest": {ID: "x"}, "i:latest": {Missing: errors.New("no such host")}}},
			plan.Request{Action: plan.Start}, `site.star:3:5: image "i:latest" of a is neither on the engine nor available: no such host (make it here (docker build, docker load), or correct its name)`},
		{"image missing and pulling off", snapshot.Snapshot{Images: map[string]snapshot.Image{"tianon/true:latest": {ID: "x"}}},
			plan.Request{Action: plan.Create, Pull: plan.PullNever}, `site.star:3:5: image "i:latest" of a is not on the engine, and pulling is off (make it here (docker build, docker load), or correct its name)`},
		{"being removed", snapshot.Snapshot{Images: images, Containers: map[string]snapshot.Container{"m.a": existing("m.a", "removing", nil)}},
			plan.Request{Action: plan.Start}, `site.star:3:5: container "m.a" is being removed (wait until it is gone, then run again)`},
		{"unknown target", snapshot.Snapshot{}, plan.Request{Action: plan.Start, Targets: []string{"aa"}}, `map "m" has no container "aa" (did you mean "a"?)`}, // row 126
		{"attached volume as target", snapshot.Snapshot{}, plan.Request{Action: plan.Start, Targets: []string{"v"}}, `map "m" has no container "v" (it is an attached volume; name the container that owns or uses it)`},
		{"unknown pull policy", snapshot.Snapshot{}, plan.Request{Action: plan.Start, Pull: "Never"}, `unknown pull policy "Never" (did you mean "never"?)`},
		{"options without a creation", snapshot.Snapshot{}, plan.Request{Action: plan.Restart, Options: model.Dict{{}}}, `the action restart does not use options (used by create, start, startup, update)`},
		{"force without a removal", snapshot.Snapshot{}, plan.Request{Action: plan.Stop, Force: true}, `the action stop does not use force (used by remove)`},
		{"stop timeout without a stop", snapshot.Snapshot{}, plan.Request{Action: plan.Remove, StopTimeout: new(int)}, `the action remove does not use a stop timeout (used by start, startup, update, restart, stop, shutdown)`},
		{"negative stop timeout", snapshot.Snapshot{}, plan.Request{Action: plan.Stop, StopTimeout: &negative}, `the stop timeout is -5 seconds (give 0 or more)`},
		{"unknown action", snapshot.Snapshot{}, plan.Request{Action: "strat"}, `unknown action "strat" (did you mean "start"?)`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := build(t, m, &tt.s, tt.req)
			got := ""
			if err != nil {
				got = strings.ReplaceAll(err.Error(), "\n", " | ")
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Missing images are fetched before anything else is touched (row 32, D5).
func TestPullsComeFirst(t *testing.T) {
	p, err := build(t, site(), &snapshot.Snapshot{}, plan.Request{Action: plan.Start})
	if err != nil {
		t.Fatal(err)
	}
	checkOrder(t, p)
	var pulls []string
	for _, st := range p.Steps {
		if st.Op == plan.PullImage {
			pulls = append(pulls, st.ID)
			continue
		}
		if len(st.Needs) == 0 {
			t.Errorf("%s waits for no pull", st.ID)
		}
	}
	want := []string{"image.pull busybox:latest", "image.pull registry.example.com/app:latest", "image.pull registry.example.com/nginx:latest", "image.pull tianon/true:latest"}
	if !slices.Equal(want, pulls) {
		t.Errorf("got %q, want %q", pulls, want)
	}
}

// Differences from the map are noted, and lead to no step.
func TestDriftIsNoted(t *testing.T) {
	before := &model.ContainerMap{Name: "m", Containers: []*model.Container{one("a", func(c *model.Container) { c.User = "u" })}}
	s := &snapshot.Snapshot{Images: map[string]snapshot.Image{"i:latest": {ID: "sha256:i"}}}
	p, err := build(t, before, s, plan.Request{Action: plan.Start})
	if err != nil {
		t.Fatal(err)
	}
	s = after(s, p)
	now := &model.ContainerMap{Name: "m", Containers: []*model.Container{one("a", func(c *model.Container) { c.Shares = []string{"/s"} })}}
	s.Images = map[string]snapshot.Image{"i:latest": {ID: "sha256:newer"}}
	p, err = build(t, now, s, plan.Request{Action: plan.Start})
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "drift", p)
}
