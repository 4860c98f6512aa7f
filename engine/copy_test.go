// Front door: stories of copies: images committed from containers of a map.

package engine_test

import (
	"strings"
	"testing"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/run"
)

// commit makes an image of a container.
func (b *bench) commit(t *testing.T, name, image string) {
	t.Helper()
	post(t, b.sim, sent{Method: "POST", Path: "/v1.41/commit?container=" + name + "&repo=" + image, Body: []byte("{}")})
}

// runs makes and starts a container as somebody does with docker run.
func (b *bench) runs(t *testing.T, name, image string) {
	t.Helper()
	id, _, err := b.client.CreateContainer(t.Context(), name, docker.ContainerSpec{ContainerConfig: docker.ContainerConfig{Image: image}})
	if err == nil {
		err = b.client.StartContainer(t.Context(), id)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// A container that has dmap's labels from its image only is somebody's copy: no action
// touches it, in whatever state and under whatever name it is (issue 10).
func TestCopiesAreLeftAlone(t *testing.T) {
	b, m := newBench(t), boxes(box("a"))
	b.must(t, m, plan.Start)
	b.commit(t, "m.a", "copy")
	b.runs(t, "m.b", "copy")
	b.runs(t, "m.c", "copy")
	b.halt(t, "m.c")
	for _, action := range []plan.Action{plan.Cleanup, plan.Update, plan.Shutdown, plan.Cleanup} {
		req := plan.Request{Action: action, RemoveOrphans: action != plan.Cleanup}
		p, err := b.engine.Plan(t.Context(), m, req)
		if err == nil {
			_, err = b.engine.Run(t.Context(), p, run.Options{Times: quick})
		}
		if err != nil {
			t.Fatal(err)
		}
		if is := b.states(); is["m.b"] != "running" || is["m.c"] != "exited" {
			t.Errorf("after %s: %v", action, is)
		}
	}
	b.runs(t, "m.a", "copy") // the name is free now
	_, err := b.engine.Plan(t.Context(), m, plan.Request{Action: plan.Stop})
	if err == nil || !strings.Contains(err.Error(), `container "m.a" exists, but was not made by dmap`) {
		t.Errorf("a copy of the very name: error %v", err)
	}
	p, err := b.engine.Plan(t.Context(), m, plan.Request{Action: plan.Stop, Adopt: true})
	if err == nil {
		_, err = b.engine.Run(t.Context(), p, run.Options{Times: quick})
	}
	if is := b.states()["m.a"]; err != nil || is != "exited" {
		t.Errorf("adopted: error %v, it is %s", err, is)
	}
}

// A map may well run an image that was committed from one of its containers.
func TestMapOfACopy(t *testing.T) {
	b := newBench(t)
	b.must(t, boxes(box("a")), plan.Start)
	b.commit(t, "m.a", "copy")
	m := boxes(box("a", func(c *model.Container) { c.Image = "/copy" }))
	b.must(t, m, plan.Update)
	for _, c := range b.sim.World().Containers {
		if mark := identity.Read(c.Labels); c.Name != "m.a" || !strings.HasPrefix(c.Image, "copy") || mark.Run == "" {
			t.Errorf("there is %s of %s", c.Name, c.Image)
		}
	}
	for _, action := range []plan.Action{plan.Start, plan.Update} {
		if p := b.must(t, m, action); len(p.Steps)+len(p.Notes) > 0 {
			t.Errorf("%s again: %q, notes %q", action, ids(p), notes(p))
		}
	}
	b.must(t, m, plan.Shutdown)
	if left := b.states(); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}
