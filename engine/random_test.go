// Front door: random maps on the simulated engine.

package engine_test

import (
	"context"
	"fmt"
	"syscall"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/plan"
)

// randomMap draws a valid map: containers refer only to those before them.
func randomMap(t *rapid.T) *model.ContainerMap {
	m := &model.ContainerMap{Name: "m", HostRoot: "/srv"}
	m.Attached = rapid.SampledFrom([]model.AttachedMode{"", model.AttachedContainer, model.AttachedVolume}).Draw(t, "attached")
	var refs, shares, aliases []string // what may be linked, used as a container, used as a volume
	for i := range rapid.IntRange(1, 7).Draw(t, "containers") {
		c := &model.Container{Name: fmt.Sprintf("c%d", i), Image: "example/app"}
		used := map[string]bool{}
		for _, name := range subset(t, "links", refs) {
			c.Links = append(c.Links, model.Link{Container: name})
		}
		for _, name := range subset(t, "uses", shares) {
			c.Uses = append(c.Uses, model.Use{Name: name, ReadOnly: rapid.Bool().Draw(t, "ro")})
			used[name] = true
		}
		for _, name := range subset(t, "uses volumes", aliases) {
			c.Uses = append(c.Uses, model.Use{Name: name})
		}
		for j := range rapid.IntRange(0, 2).Draw(t, "attaches") {
			alias := fmt.Sprintf("v%d_%d", i, j)
			m.Volumes = append(m.Volumes, model.Volume{Alias: alias, Path: "/vol/" + alias})
			c.Attaches = append(c.Attaches, alias)
		}
		if rapid.Bool().Draw(t, "binds") {
			alias := fmt.Sprintf("h%d", i)
			m.Volumes = append(m.Volumes, model.Volume{Alias: alias, Path: "/host/" + alias})
			m.Host = append(m.Host, model.HostPath{Alias: alias, Path: alias})
			c.Binds = []model.HostShare{{Volume: alias, ReadOnly: rapid.Bool().Draw(t, "bind ro")}}
		}
		if rapid.Bool().Draw(t, "shares") {
			c.Shares = []string{fmt.Sprintf("/share/%d", i)}
		}
		c.User = rapid.SampledFrom([]string{"", "5", "5:6"}).Draw(t, "user")
		c.Permissions = rapid.SampledFrom([]string{"", "0750", "u=rwX,g=rX,o="}).Draw(t, "permissions")
		c.Persistent = rapid.Bool().Draw(t, "persistent")
		for j := range rapid.SampledFrom([]int{0, 0, 2}).Draw(t, "instances") {
			c.Instances = append(c.Instances, fmt.Sprint("i", j))
		}
		m.Containers = append(m.Containers, c)
		for i, r := range c.Refs() {
			refs = append(refs, r.Name())
			// Two instances share the same paths: one container cannot use both.
			if i == 0 && len(c.Shares)+len(c.Binds) > 0 && len(c.Uses) == 0 {
				shares = append(shares, r.Name())
			}
		}
		aliases = append(aliases, c.Attaches...)
	}
	return m
}

func subset(t *rapid.T, label string, list []string) []string {
	if len(list) == 0 {
		return nil
	}
	return rapid.SliceOfNDistinct(rapid.SampledFrom(list), 0, min(2, len(list)), rapid.ID[string]).Draw(t, label)
}

// Of a thousand random maps, each can be planned and run, and is then as planned:
// no action that builds up finds anything to do. Taking down leaves the volumes.
func TestRandomMaps(t *testing.T) {
	maps := rapid.Custom(randomMap)
	for seed := range 1000 {
		if testing.Short() && seed >= 60 {
			break
		}
		m := maps.Example(seed)
		if err := m.Validate(); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		b := newBench(t)
		b.must(t, m, plan.Start)
		for _, action := range []plan.Action{plan.Create, plan.Start, plan.Startup} {
			p, err := b.engine.Plan(context.Background(), m, plan.Request{Action: action})
			if err != nil || len(p.Steps)+len(p.Notes) > 0 {
				t.Fatalf("seed %d: %s again: %v %v %v", seed, action, p.Steps, p.Notes, err)
			}
		}
		volumes := len(b.sim.World().Volumes)
		b.must(t, m, plan.Shutdown)
		w := b.sim.World()
		if len(w.Volumes) != volumes {
			t.Fatalf("seed %d: %d volumes are left of %d", seed, len(w.Volumes), volumes)
		}
		for _, c := range w.Containers {
			if c.Labels[identity.LabelRole] != identity.RoleAttached {
				t.Fatalf("seed %d: %s is left", seed, c.Name)
			}
		}
		b.must(t, m, plan.Start)
		b.sim.Close()
	}
}

// A container that no map made survives every action.
func TestForeignContainersSurvive(t *testing.T) {
	b := newBench(t)
	ctx := context.Background()
	spec := docker.ContainerSpec{ContainerConfig: docker.ContainerConfig{Image: "example/app"}}
	for _, name := range []string{"example_map.other", "example_map2.web_server", "bystander"} {
		id, _, err := b.client.CreateContainer(ctx, name, spec)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.client.StartContainer(ctx, id); err != nil {
			t.Fatal(err)
		}
	}
	for _, action := range []plan.Action{plan.Start, plan.Startup, plan.Restart, plan.Stop, plan.Remove, plan.Start, plan.Shutdown} {
		b.must(t, site(), action)
	}
	running := 0
	for _, c := range b.sim.World().Containers {
		if c.Status == "running" {
			running++
		}
	}
	if running != 3 {
		t.Errorf("%d of 3 foreign containers run", running)
	}
}

// A whole story on the simulated engine: run, plan, run again, shutdown. cpu-ms/op is
// the processor time of the whole process, the engine's part included.
func BenchmarkStory(b *testing.B) {
	before := cpuTime(b)
	for b.Loop() {
		bench := newBench(b)
		bench.must(b, site(), plan.Start)
		if _, err := bench.engine.Plan(context.Background(), site(), plan.Request{Action: plan.Start}); err != nil {
			b.Fatal(err)
		}
		bench.must(b, site(), plan.Start)
		bench.must(b, site(), plan.Shutdown)
		bench.sim.Close()
	}
	b.ReportMetric(float64((cpuTime(b)-before).Microseconds())/1000/float64(b.N), "cpu-ms/op")
}

func cpuTime(t testing.TB) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
