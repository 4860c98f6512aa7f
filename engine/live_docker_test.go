// Front door: what somebody else does to what runs, on a real Docker Engine.

package engine_test

import (
	"strings"
	"testing"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/dockertest"
	"github.com/dmap-dev/dmap/engine/plan"
)

// Renamed containers, joiners, partners outside the map and ports that somebody has are
// seen as on the simulated engine, and what is mended stays so.
func TestLiveOnDocker(t *testing.T) {
	name, client := onDocker(t)
	far := strings.TrimSuffix(name, "map") + "far"
	stands := func() {
		t.Helper()
		id, _, err := client.CreateContainer(t.Context(), far, docker.ContainerSpec{
			ContainerConfig: docker.ContainerConfig{Image: dockertest.ProcImage, ExposedPorts: map[string]struct{}{"80/tcp": {}}},
			HostConfig:      docker.HostConfig{PortBindings: map[string][]docker.PortBinding{"80/tcp": {{HostIP: "127.0.0.1"}}}},
		})
		if err == nil {
			err = client.StartContainer(t.Context(), id)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	stands()
	m := boxes(proc("net", nil), proc("in", joins(name+".net")), proc("web", options(dict{"links": dict{far: "db"}})))
	m.Name, m.Volumes = name, nil
	must := func(action plan.Action, targets ...string) *plan.Plan {
		t.Helper()
		p, err := do(t, client, m, action, targets...)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	nothing := func() {
		t.Helper()
		for _, action := range []plan.Action{plan.Start, plan.Update} {
			if p := must(action); len(p.Steps)+len(p.Notes) > 0 {
				t.Errorf("%s again: %v %s", action, ids(p), notes(p))
			}
		}
	}
	must(plan.Start)
	nothing()

	if p := must(plan.Restart, "net"); !strings.Contains(notes(p), "in joins net, which is restarted without it") {
		t.Errorf("restart notes %q", notes(p))
	}
	if p := must(plan.Start); len(p.Steps) != 2 || p.Step("container.start "+name+".in") == nil {
		t.Errorf("after the restart of what it joins: %v", ids(p))
	}
	nothing()

	if err := client.RemoveContainer(t.Context(), far, true); err != nil {
		t.Fatal(err)
	}
	stands()
	if p := must(plan.Start); !strings.Contains(reasons(p), "links "+far+", which was created anew") {
		t.Errorf("a partner was created anew: %s", reasons(p))
	}
	nothing()

	list, err := client.Containers(t.Context(), "^"+far+"$")
	if err != nil || len(list) != 1 || len(list[0].Ports) != 1 {
		t.Fatal(list, err)
	}
	taken := boxes(proc("taken", options(dict{"port_bindings": dict{"80": []any{"127.0.0.1", int64(list[0].Ports[0].Port)}}})))
	taken.Name, taken.Volumes = name, nil
	if _, err := do(t, client, taken, plan.Start); err == nil || !strings.Contains(err.Error(), `which container "`+far+`" has`) {
		t.Errorf("a port that somebody has: %v", err)
	}

	if err := client.RenameContainer(t.Context(), name+".net", name+".aside"); err != nil {
		t.Fatal(err)
	}
	if _, err := do(t, client, m, plan.Start); err == nil || !strings.Contains(err.Error(), `was renamed to "`+name+`.aside"`) {
		t.Errorf("start of a renamed one: %v", err)
	}
	must(plan.Shutdown)
	if left, err := client.Containers(t.Context(), `^`+name+`\.`); err != nil || len(left) > 0 {
		t.Errorf("shutdown leaves %v, %v", left, err)
	}
}
