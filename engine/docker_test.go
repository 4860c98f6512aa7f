// Front door: stories on a real Docker Engine.

package engine_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"github.com/dmap-dev/dmap/engine"
	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/dockertest"
	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/engine/run"
)

// onDocker returns a map name that only this test uses, and a client that records.
func onDocker(t *testing.T) (name string, client *dockertest.Recorder) {
	t.Helper()
	c := dockertest.Open(t)
	dockertest.Images(t, c)
	return dockertest.Prefix(t, c) + "map", &dockertest.Recorder{Client: c}
}

// proc is a container of the test image.
func proc(name string, set func(*model.Container)) *model.Container {
	c := &model.Container{Name: name, Image: "/" + dockertest.ProcImage}
	if set != nil {
		set(c)
	}
	return c
}

func do(t *testing.T, client docker.Client, m *model.ContainerMap, action plan.Action, targets ...string) (*plan.Plan, error) {
	t.Helper()
	p, err := engine.Plan(context.Background(), client, m, plan.Request{Action: action, Targets: targets})
	if err != nil {
		return nil, err
	}
	_, err = run.Do(context.Background(), client, p, run.Options{})
	return p, err
}

// What the engine's state forbids is refused with its place before any write.
func TestRefusalsOnDocker(t *testing.T) {
	name, client := onDocker(t)
	at := problem.Origin{File: "site.star", Line: 4, Col: 2}
	missing := &model.ContainerMap{Name: name, Containers: []*model.Container{
		proc("a", nil), {Name: "b", Image: "dmap-test/no-such-image:1", Origin: at},
	}}
	_, err := do(t, client, missing, plan.Start)
	var problems problem.Problems
	if !errors.As(err, &problems) || len(problems) != 1 || problems[0].Code != plan.CodeImageMissing || problems[0].Origin != at || problems[0].Hint == "" {
		t.Errorf("a missing image: %v", err)
	}
	foreign := &model.ContainerMap{Name: name, Containers: []*model.Container{proc("a", func(c *model.Container) { c.Origin = at })}}
	spec := docker.ContainerSpec{ContainerConfig: docker.ContainerConfig{Image: dockertest.ProcImage}}
	if _, _, err := client.Client.CreateContainer(context.Background(), name+".a", spec); err != nil {
		t.Fatal(err)
	}
	for _, action := range []plan.Action{plan.Create, plan.Start, plan.Remove, plan.Shutdown} {
		if _, err := do(t, client, foreign, action); !errors.As(err, &problems) || problems[0].Code != plan.CodeForeign {
			t.Errorf("%s of a foreign container: %v", action, err)
		}
	}
	if writes := client.Writes(); len(writes) > 0 {
		t.Errorf("refused requests wrote: %v", writes)
	}
	p, err := engine.Plan(context.Background(), client, foreign, plan.Request{Action: plan.Start, Adopt: true})
	if err != nil || len(p.Steps) != 1 || p.Steps[0].Op != plan.StartContainer {
		t.Errorf("adopted: %v %v", p, err)
	}
}

// Links, uses and order on the engine: started dependencies first, stopped last; a
// link target that is made anew makes its linker follow, and the link works.
func TestLinksOnDocker(t *testing.T) {
	name, client := onDocker(t)
	m := &model.ContainerMap{Name: name, Containers: []*model.Container{
		proc("web", func(c *model.Container) {
			c.Links = []model.Link{{Container: "db_one"}}
			c.Uses = []model.Use{{Name: "store"}}
		}),
		proc("db_one", nil),
		proc("store", func(c *model.Container) { c.Shares = []string{"/shared"} }),
	}}
	if _, err := do(t, client, m, plan.Start, "web"); err != nil {
		t.Fatal(err)
	}
	links := func() []string {
		info, err := client.Container(context.Background(), name+".web")
		if err != nil {
			t.Fatal(err)
		}
		if info.State.Status != docker.StateRunning {
			t.Errorf("web is %s", info.State.Status)
		}
		return info.HostConfig.Links
	}
	if got := links(); len(got) != 2 { // rows 67, 73
		t.Errorf("links %q", got)
	}
	for _, action := range []plan.Action{plan.Create, plan.Start, plan.Startup} {
		if p, err := do(t, client, m, action); err != nil || len(p.Steps)+len(p.Notes) > 0 {
			t.Errorf("%s again: %v %v", action, p, err)
		}
	}
	info, err := client.Container(context.Background(), name+".db_one")
	if err != nil {
		t.Fatal(err)
	}
	if err := client.RemoveContainer(context.Background(), info.ID, true); err != nil {
		t.Fatal(err)
	}
	p, err := do(t, client, m, plan.Start, "db_one")
	if err != nil {
		t.Fatal(err)
	}
	var steps []string
	for _, st := range p.Steps {
		steps = append(steps, strings.ReplaceAll(st.ID, name+".", ""))
	}
	want := []string{"container.stop web", "container.remove web", "container.create db_one", "container.start db_one", "container.create web", "container.start web"}
	if diff := cmp.Diff(want, steps); diff != "" {
		t.Errorf("steps after the link target was removed (-want +got):\n%s", diff)
	}
	links()
	if _, err := do(t, client, m, plan.Shutdown, "db_one"); err != nil { // takes web along
		t.Fatal(err)
	}
	list, err := client.Containers(context.Background(), "^"+name+`\.`)
	if err != nil || len(list) != 1 || list[0].Name != name+".store" {
		t.Errorf("after shutdown of db_one: %v %v", list, err)
	}
}

// A preparation that fails on the engine is an error with the reason, leaves no
// temporary container, and nothing runs on the volume (D3).
func TestFailedPreparationOnDocker(t *testing.T) {
	name, client := onDocker(t)
	m := &model.ContainerMap{
		Name: name, Attached: model.AttachedVolume, CoreImage: dockertest.ProcImage, // which has no chown
		Volumes: []model.Volume{{Alias: "v", Path: "/v"}},
		Containers: []*model.Container{
			proc("user", func(c *model.Container) { c.Uses = []model.Use{{Name: "v", ReadOnly: true}} }),
			proc("owner", func(c *model.Container) { c.Attaches, c.User = []string{"v"}, "2000:3000" }),
		},
	}
	_, err := do(t, client, m, plan.Start)
	want := `cannot prepare volume "` + name + `.v": chown -R 2000:3000 /v: cannot start container`
	if err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Fatalf("error %v", err)
	}
	list, err := client.Containers(context.Background(), "^"+name+`\.`)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range list {
		if c.State == docker.StateRunning || c.Labels[identity.LabelRole] != identity.RoleContainer {
			t.Errorf("%s is %s", c.Name, c.State)
		}
	}
}

// Sixteen runs at once on one map: each has its turn, the first does the work, and
// the others find nothing left to do.
func TestManyRunsOnDocker(t *testing.T) {
	name, client := onDocker(t)
	m := &model.ContainerMap{Name: name, Containers: []*model.Container{proc("a", nil), proc("b", func(c *model.Container) {
		c.Links = []model.Link{{Container: "a"}}
	})}}
	ctx := t.Context()
	var steps, holders atomic.Int32
	var all errgroup.Group
	for range 16 {
		all.Go(func() error {
			lock, err := run.Acquire(ctx, client, name, run.LockOptions{Wait: time.Minute})
			if err != nil {
				return err
			}
			if n := holders.Add(1); n != 1 {
				t.Errorf("%d runs have the lock", n)
			}
			p, err := engine.Plan(ctx, client, m, plan.Request{Action: plan.Start})
			if err == nil {
				steps.Add(int32(len(p.Steps)))
				_, err = run.Do(ctx, client, p, run.Options{Lock: lock})
			}
			holders.Add(-1)
			return errors.Join(err, lock.Release())
		})
	}
	if err := all.Wait(); err != nil || steps.Load() != 4 {
		t.Errorf("%d steps in all, error %v", steps.Load(), err)
	}
	if left, err := client.Volumes(ctx, "^"+name); err != nil || len(left) != 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}
