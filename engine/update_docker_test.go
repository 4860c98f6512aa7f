// Front door: the action update on a real Docker Engine.

package engine_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/dockertest"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/plan"
)

// Changes of the map, and those that others made, are brought to the engine; a second
// update finds nothing, and writes nothing.
func TestUpdateOnDocker(t *testing.T) {
	name, client := onDocker(t)
	site := func(memory string, environment dict, volumeUser string) *model.ContainerMap {
		return &model.ContainerMap{
			Name: name, Attached: model.AttachedVolume,
			Volumes: []model.Volume{{Alias: "v", Path: "/v"}},
			Containers: []*model.Container{
				proc("db", options(dict{"mem_limit": memory, "environment": environment})),
				proc("web", linked("db")),
				proc("limited", options(dict{"mem_limit": memory, "restart_policy": "on-failure:2", "cpu_shares": 512, "pids_limit": 50})),
				proc("owner", func(c *model.Container) { c.Attaches, c.User = []string{"v"}, volumeUser }),
			},
		}
	}
	first := site("64m", dict{"A": 8080}, "")
	if _, err := do(t, client, first, plan.Start); err != nil {
		t.Fatal(err)
	}
	nothing := func(m *model.ContainerMap) {
		t.Helper()
		before := len(client.Writes())
		for _, action := range []plan.Action{plan.Update, plan.Start} {
			p, err := do(t, client, m, action)
			if err != nil || len(p.Steps)+len(p.Notes) > 0 {
				t.Fatalf("%s again: %v %v", action, p, err)
			}
		}
		if after := client.Writes(); len(after) > before {
			t.Errorf("it wrote %v", after[before:])
		}
	}
	changes := func(m *model.ContainerMap, want string) {
		t.Helper()
		p, err := do(t, client, m, plan.Update)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, strings.ReplaceAll(reasons(p), name+".", "")); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		nothing(m)
	}
	nothing(first)
	changes(site("96m", dict{"A": 8080}, ""), "container.update db: Memory changed\ncontainer.update limited: Memory changed")
	changes(site("64m", dict{"A": 8080}, ""), "container.update db: Memory differs on the engine\ncontainer.update limited: Memory differs on the engine")
	changes(site("64m", dict{"A": 8081}, ""), "container.create db: Env changed\ncontainer.create web: links db, which is created anew")

	ctx := context.Background()
	two := int64(2)
	if _, err := client.UpdateContainer(ctx, name+".limited", docker.ContainerUpdate{Resources: docker.Resources{PidsLimit: &two, CPUShares: 1024}}); err != nil {
		t.Fatal(err)
	}
	changes(site("64m", dict{"A": 8081}, ""), "container.update limited: CpuShares differs on the engine, PidsLimit differs on the engine")
	if err := client.StopContainer(ctx, name+".web", new(int)); err != nil {
		t.Fatal(err)
	}
	changes(site("64m", dict{"A": 8081}, ""), "")
	if err := client.RemoveContainer(ctx, name+".db", true); err != nil {
		t.Fatal(err)
	}
	changes(site("64m", dict{"A": 8081}, ""), "container.create db: does not exist\ncontainer.create web: links db, which is created anew")
}

// What an engine shows in another form than it was asked for, or drops, is no difference,
// and swap without limit, which an update call only notes, means a new container.
func TestUpdateOfWhatDockerShowsOtherwise(t *testing.T) {
	name, client := onDocker(t)
	ctx := context.Background()
	outside := strings.TrimSuffix(name, "map") + "outside"
	id, _, err := client.CreateContainer(ctx, outside, docker.ContainerSpec{ContainerConfig: docker.ContainerConfig{Image: dockertest.ProcImage}})
	if err == nil {
		err = client.StartContainer(ctx, id)
	}
	if err != nil {
		t.Fatal(err)
	}
	site := func(swap any) *model.ContainerMap {
		return &model.ContainerMap{Name: name, Containers: []*model.Container{
			proc("joined", options(dict{"network_mode": "container:" + outside, "memswap_limit": swap, "mem_limit": "64m"})),
			proc("joined_short", options(dict{"network_mode": "container:" + id[:12]})),
			proc("linked", options(dict{"links": dict{id: "other"}})),
			proc("alone", options(dict{"network_disabled": true, "network_mode": "bridge", "blkio_weight": 300})),
		}}
	}
	for _, want := range []struct {
		swap  any
		steps string
	}{
		{"64m", ""},
		{"64m", ""},
		{-1, "container.create joined: MemorySwap changed"},
		{-1, ""},
		{"96m", "container.create joined: MemorySwap changed"},
		{"96m", ""},
	} {
		p, err := do(t, client, site(want.swap), plan.Start)
		if err == nil {
			p, err = do(t, client, site(want.swap), plan.Update)
		}
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.ReplaceAll(reasons(p), name+".", ""); got != want.steps {
			t.Errorf("swap %v: %s, want %q", want.swap, got, want.steps)
		}
	}
}
