// Plan: random maps in random worlds.

package plan_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/snapshot"
)

// drawMap draws a valid map: containers refer only to those before them.
func drawMap(t *rapid.T) *model.ContainerMap {
	m := &model.ContainerMap{Name: "m", HostRoot: "/srv"}
	m.Attached = rapid.SampledFrom([]model.AttachedMode{model.AttachedContainer, model.AttachedVolume}).Draw(t, "attached")
	var refs, shares, aliases []string // what may be linked, used as a container, used as a volume
	for i := range rapid.IntRange(1, 5).Draw(t, "containers") {
		c := &model.Container{Name: fmt.Sprintf("c%d", i), Image: rapid.SampledFrom([]string{"i", "j"}).Draw(t, "image")}
		for _, name := range drawSubset(t, "links", refs) {
			c.Links = append(c.Links, model.Link{Container: name})
		}
		for _, name := range append(drawSubset(t, "uses", shares), drawSubset(t, "uses volumes", aliases)...) {
			c.Uses = append(c.Uses, model.Use{Name: name})
		}
		for j := range rapid.IntRange(0, 2).Draw(t, "attaches") {
			alias := fmt.Sprintf("v%d_%d", i, j)
			m.Volumes = append(m.Volumes, model.Volume{Alias: alias, Path: "/vol/" + alias})
			c.Attaches = append(c.Attaches, alias)
		}
		if rapid.Bool().Draw(t, "shares") {
			c.Shares = []string{fmt.Sprintf("/share/%d", i)}
		}
		c.User = rapid.SampledFrom([]string{"", "5", "5:6"}).Draw(t, "user")
		c.Persistent = rapid.Bool().Draw(t, "persistent")
		if port := rapid.IntRange(0, 3).Draw(t, "port"); port == i {
			c.CreateOptions.Values = model.Dict{{Key: model.Input{Value: "port_bindings"}, Value: model.Input{Value: model.Dict{
				{Key: model.Input{Value: int64(80)}, Value: model.Input{Value: int64(8000 + port)}}}}}}
		}
		for j := range rapid.SampledFrom([]int{0, 0, 2}).Draw(t, "instances") {
			c.Instances = append(c.Instances, fmt.Sprint("i", j))
		}
		if len(c.Instances) > 1 { // they would publish one port
			c.CreateOptions = model.Options{}
		}
		m.Containers = append(m.Containers, c)
		for i, r := range c.Refs() {
			refs = append(refs, r.Name())
			// Two instances share the same paths: one container cannot use both.
			if i == 0 && len(c.Shares) > 0 && len(c.Uses) == 0 {
				shares = append(shares, r.Name())
			}
		}
		aliases = append(aliases, c.Attaches...)
	}
	return m
}

func drawSubset(t *rapid.T, label string, list []string) []string {
	if len(list) == 0 {
		return nil
	}
	return rapid.SliceOfNDistinct(rapid.SampledFrom(list), 0, min(2, len(list)), rapid.ID[string]).Draw(t, label)
}

// drawWorld is what is there after another map of the same name was started, and somebody
// else was at work.
func drawWorld(t *rapid.T, fatal testing.TB) *snapshot.Snapshot {
	images := map[string]snapshot.Image{"i:latest": {ID: "sha256:i"}, "j:latest": {ID: "sha256:j"}, "tianon/true:latest": {ID: "sha256:t"}, "busybox:latest": {ID: "sha256:b"}}
	empty := &snapshot.Snapshot{Images: images}
	p, err := build(fatal, drawMap(t), empty, plan.Request{Action: plan.Start})
	if err != nil {
		fatal.Fatal(err)
	}
	world := after(empty, p)
	for _, name := range slices.Sorted(maps.Keys(world.Containers)) {
		c := world.Containers[name]
		c.Labels = maps.Clone(c.Labels)
		switch rapid.IntRange(0, 12).Draw(t, name) {
		case 0:
			delete(world.Containers, name)
			continue
		case 1, 2:
			c.State = docker.StateExited
		case 3:
			c.State = docker.StateCreated
		case 4:
			c.State = docker.StatePaused
		case 5:
			c.State = docker.StateDead
		case 6:
			c.Labels = nil
		case 7:
			c.ImageID = "sha256:older"
		case 8:
			c.Labels[identity.LabelDeps] = `{"m.c0":"old"}`
		}
		world.Containers[name] = c
	}
	for _, name := range slices.Sorted(maps.Keys(world.Volumes)) {
		switch rapid.IntRange(0, 5).Draw(t, name) {
		case 0:
			delete(world.Volumes, name)
		case 1:
			leftover := existing(name+identity.PrepareSuffix, docker.StateExited, nil)
			leftover.Labels[identity.LabelRole] = identity.RolePrepare
			world.Containers[leftover.Name] = leftover
		}
	}
	if rapid.IntRange(0, 9).Draw(t, "image gone") == 0 {
		world.Images = maps.Clone(images)
		delete(world.Images, "j:latest")
	}
	return world
}

func drawRequest(t *rapid.T, m *model.ContainerMap) plan.Request {
	var actions []plan.Action
	for _, h := range plan.Actions() {
		actions = append(actions, h.Action)
	}
	req := plan.Request{Action: rapid.SampledFrom(actions).Draw(t, "action"), Adopt: rapid.Bool().Draw(t, "adopt")}
	if rapid.Bool().Draw(t, "targets") {
		req.Targets = []string{rapid.SampledFrom(m.Containers).Draw(t, "target").Name}
	}
	req.Force = req.Action == plan.Remove
	req.RemoveOrphans = (req.Action == plan.Update || req.Action == plan.Shutdown) && req.Targets == nil && rapid.Bool().Draw(t, "orphans")
	req.Recreate = req.Action == plan.Update && rapid.Bool().Draw(t, "recreate")
	req.Basis = req.Action != plan.Signal && rapid.Bool().Draw(t, "basis")
	return req
}

// A plan says of each step what must be done before, and that stands before it: the
// planner never names a step that the plan does not have, and never asks for ever.
func TestRandomWorlds(t *testing.T) {
	type story struct {
		m     *model.ContainerMap
		world *snapshot.Snapshot
		req   plan.Request
	}
	stories := rapid.Custom(func(rt *rapid.T) story {
		m := drawMap(rt)
		return story{m, drawWorld(rt, t), drawRequest(rt, m)}
	})
	for seed := range 1000 {
		s := stories.Example(seed)
		p, err := build(t, s.m, s.world, s.req)
		if err != nil && strings.Contains(err.Error(), "internal error") {
			t.Fatalf("seed %d, %+v: %v", seed, s.req, err)
		}
		if err == nil {
			checkOrder(t, p)
		}
	}
}
