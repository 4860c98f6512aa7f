// Plan: tests of what decides a plan.

package plan_test

import (
	"errors"
	"maps"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/snapshot"
)

// started is the world of the example after it was started.
func started(t *testing.T, m *model.ContainerMap) *snapshot.Snapshot {
	t.Helper()
	world := &snapshot.Snapshot{Engine: &docker.EngineInfo{ID: "E"}, Images: siteImages()}
	p, err := build(t, m, world, plan.Request{Action: plan.Start})
	if err != nil {
		t.Fatal(err)
	}
	return after(world, p)
}

// with copies a world and changes the copy.
func with(s *snapshot.Snapshot, change func(*snapshot.Snapshot)) *snapshot.Snapshot {
	next := &snapshot.Snapshot{Engine: s.Engine, Containers: maps.Clone(s.Containers), Volumes: maps.Clone(s.Volumes), Images: maps.Clone(s.Images)}
	change(next)
	return next
}

// stale asks whether a plan is stale in a world in which everything is known.
func stale(t testing.TB, p *plan.Plan, world *snapshot.Snapshot) error {
	t.Helper()
	known := &snapshot.Snapshot{}
	for range 9 {
		missing, err := p.Stale(known)
		if err != nil || missing.Empty() {
			return err
		}
		find(known, missing.Query, world)
	}
	t.Fatal("it does not stop to ask")
	return nil
}

// What decides a plan makes it stale when it changes, and the message names it; what
// does not decide it does not.
func TestStale(t *testing.T) {
	m := site()
	m.Containers = append(m.Containers, &model.Container{Name: "other", Image: "app"})
	running := started(t, m)
	web, app1, app2, other := "example_map.web_server", "example_map.app_server.instance1", "example_map.app_server.instance2", "example_map.other"
	socket := "example_map.app_server_socket"
	container := func(name, to string) func(*snapshot.Snapshot) {
		return func(s *snapshot.Snapshot) {
			c := s.Containers[name]
			c.State = to
			s.Containers[name] = c
		}
	}
	gone := func(name string) func(*snapshot.Snapshot) {
		return func(s *snapshot.Snapshot) { delete(s.Containers, name); delete(s.Volumes, name) }
	}
	both := func(changes ...func(*snapshot.Snapshot)) func(*snapshot.Snapshot) {
		return func(s *snapshot.Snapshot) {
			for _, change := range changes {
				change(s)
			}
		}
	}
	inspected := func(name string, code int, since time.Time) func(*snapshot.Snapshot) {
		return func(s *snapshot.Snapshot) {
			c := s.Containers[name]
			c.Info = &docker.ContainerInfo{State: docker.ContainerState{ExitCode: code, StartedAt: since}}
			s.Containers[name] = c
		}
	}
	labelled := func(name string, labels map[string]string) func(*snapshot.Snapshot) {
		return func(s *snapshot.Snapshot) {
			c := s.Containers[name]
			c.ContainerSummary = docker.ContainerSummary{Name: name, ID: "0123456789abcdef", State: docker.StateExited, Labels: labels}
			s.Containers[name] = c
		}
	}
	image := func(ref, id string) func(*snapshot.Snapshot) {
		return func(s *snapshot.Snapshot) { s.Images[ref] = snapshot.Image{ID: id} }
	}
	volume := func(name, run string) func(*snapshot.Snapshot) {
		return func(s *snapshot.Snapshot) {
			labels := maps.Clone(s.Volumes[name].Labels)
			labels[identity.LabelRun] = run
			s.Volumes[name] = docker.VolumeInfo{Name: name, Labels: labels}
		}
	}
	leftover := labelled(socket+identity.PrepareSuffix, map[string]string{identity.LabelMap: m.Name, identity.LabelRole: identity.RolePrepare})
	noon := time.Date(2026, 1, 2, 12, 0, 0, 5, time.UTC)
	for name, row := range map[string]struct {
		action  plan.Action
		targets []string
		before  func(*snapshot.Snapshot)
		then    func(*snapshot.Snapshot)
		want    []string // none: not stale
	}{
		"nothing":                 {plan.Stop, []string{"other"}, nil, func(*snapshot.Snapshot) {}, nil},
		"the container itself":    {plan.Stop, []string{"other"}, nil, container(other, "exited"), []string{"container example_map.other was running, is exited"}},
		"another container":       {plan.Stop, []string{"other"}, nil, both(container(web, "exited"), gone(app1), gone(socket)), nil},
		"a crash":                 {plan.Stop, []string{"other"}, nil, container(other, "restarting"), nil},
		"a pause":                 {plan.Stop, []string{"other"}, nil, container(other, "paused"), []string{"container example_map.other was running, is paused"}},
		"a dependent":             {plan.Stop, []string{"app_server"}, nil, gone(web), []string{"container example_map.web_server was running, is absent"}},
		"a dependency, down":      {plan.Stop, []string{"web_server"}, nil, container(app1, "exited"), nil},
		"a dependency, up":        {plan.Start, []string{"web_server"}, nil, container(app1, "exited"), []string{"container " + app1 + " was running, is exited"}},
		"a follower":              {plan.Start, []string{"app_server.instance1"}, nil, container(web, "exited"), []string{"container " + web + " was running, is exited"}},
		"another owner":           {plan.Start, []string{"app_server.instance1"}, nil, gone(app2), []string{"container " + app2 + " was running, is absent"}},
		"a replacement":           {plan.Stop, []string{"other"}, container(other, "exited"), labelled(other, running.Containers[other].Labels), []string{"container example_map.other was exited (" + running.Containers[other].ID[:12] + "), is exited (0123456789ab)"}},
		"a foreign one":           {plan.Stop, []string{"other"}, container(other, "exited"), labelled(other, nil), []string{"container example_map.other was exited, is exited and not of this map"}},
		"an exit code":            {plan.Startup, []string{"other"}, both(container(other, "exited"), inspected(other, 0, noon)), inspected(other, 7, noon), []string{"container example_map.other was exited with exit code 0, is exited with exit code 7"}},
		"a restart":               {plan.Restart, []string{"other"}, inspected(other, 0, noon), inspected(other, 0, noon.Add(time.Second)), []string{"container example_map.other was running since 2026-01-02T12:00:00.000000005Z, is running since 2026-01-02T12:00:01.000000005Z"}},
		"a dependency, restart":   {plan.Restart, []string{"web_server"}, nil, container(app1, "exited"), []string{"container " + app1 + " was running, is exited"}},
		"a volume":                {plan.Start, []string{"web_server"}, nil, volume(socket, "run2"), []string{"volume " + socket + " was made by run run1, is made by run run2"}},
		"a volume, down":          {plan.Stop, []string{"web_server"}, nil, gone(socket), nil},
		"the record of a volume":  {plan.Start, []string{"web_server"}, nil, gone(socket + identity.PreparedSuffix), []string{"volume " + socket + identity.PreparedSuffix + " was there, is absent"}},
		"an image":                {plan.Start, []string{"other"}, gone(other), image("registry.example.com/app:latest", "sha256:9"), []string{"image registry.example.com/app:latest was sha256:2, is sha256:9"}},
		"an image of what exists": {plan.Start, []string{"other"}, nil, image("registry.example.com/app:latest", "sha256:9"), nil},
		"a leftover":              {plan.Stop, []string{"other"}, nil, leftover, []string{"container " + socket + identity.PrepareSuffix + " was absent, is exited"}},
		"a leftover, create":      {plan.Create, []string{"other"}, nil, leftover, nil},
		"cleanup sees all":        {plan.Cleanup, nil, nil, labelled("example_map.old", nil), []string{"container example_map.old was absent, is exited and not of this map"}},
	} {
		t.Run(name, func(t *testing.T) {
			if row.before == nil {
				row.before = func(*snapshot.Snapshot) {}
			}
			world := with(running, row.before)
			p, err := build(t, m, world, plan.Request{Action: row.action, Targets: row.targets, Basis: true})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			var changed *plan.StaleError
			if err := stale(t, p, with(world, row.then)); errors.As(err, &changed) {
				for _, c := range changed.Changes {
					got = append(got, c.String())
				}
			} else if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
		})
	}
}

// Whether a volume is prepared depends on all instances that own it: one that ran has
// put its data there.
func TestStaleByAnotherOwner(t *testing.T) {
	m := site()
	m.Containers, m.Attached = m.Containers[1:], model.AttachedVolume // so that nothing else ties them together
	world := started(t, m)
	p, err := build(t, m, world, plan.Request{Action: plan.Start, Targets: []string{"app_server.instance1"}, Basis: true})
	if err != nil {
		t.Fatal(err)
	}
	const other = "example_map.app_server.instance2"
	var changed *plan.StaleError
	err = stale(t, p, with(world, func(s *snapshot.Snapshot) { delete(s.Containers, other) }))
	if !errors.As(err, &changed) || err.Error() != "the plan is stale: container "+other+" was running, is absent (nothing was changed: make a new plan)" {
		t.Errorf("got %v", err)
	}
}

// A plan is for one engine.
func TestAnotherEngine(t *testing.T) {
	p, err := build(t, site(), started(t, site()), plan.Request{Action: plan.Stop, Basis: true})
	if err != nil {
		t.Fatal(err)
	}
	var other *plan.EngineError
	if err := stale(t, p, &snapshot.Snapshot{Engine: &docker.EngineInfo{ID: "F"}}); !errors.As(err, &other) || *other != (plan.EngineError{Engine: "E", Found: "F"}) {
		t.Errorf("got %v", err)
	}
}

// Only who asks for it gets a basis: it costs a call more.
func TestBasisOnRequest(t *testing.T) {
	p, err := build(t, site(), started(t, site()), plan.Request{Action: plan.Stop})
	if err != nil || p.Basis != nil {
		t.Errorf("basis %v, error %v", p.Basis, err)
	}
}
