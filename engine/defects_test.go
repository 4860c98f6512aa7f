// Front door: defects of the original tool that cannot come back.
//
// RULES.md lists them all. Those that are not here are proved where they belong.

package engine_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/docker/sim"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/plan"
)

// D1: preparing an attached volume failed with the real client. Here it is done by
// the real client, on both modes; D2: chown and chmod both run.
func TestD1PreparationWorks(t *testing.T) {
	b := newBench(t)
	b.must(t, site(), plan.Start)
	for _, v := range b.sim.World().Volumes {
		if v.Name == "example_map.app_log" && (v.Root.UID != 2000 || v.Root.Mode&0o777 != 0o750) {
			t.Errorf("%+v", v.Root)
		}
	}
}

// D7: no action ever removes a volume. D13: removing a container leaves its
// attached volume and the container that holds it.
func TestD7D13VolumesStay(t *testing.T) {
	b := newBench(t)
	b.must(t, site(), plan.Start)
	before := b.sim.World().Volumes
	for _, action := range []plan.Action{plan.Startup, plan.Restart, plan.Stop, plan.Cleanup, plan.Start, plan.Shutdown, plan.Start, plan.Stop, plan.Remove} {
		b.must(t, site(), action)
	}
	for _, c := range b.sim.Calls() {
		lock := strings.HasPrefix(c.Name, "example_map"+identity.LockSuffix+".")
		if c.Op == "volume.remove" && !lock || c.Op == "volume.prune" {
			t.Errorf("called %s %s", c.Op, c.Name)
		}
	}
	names := func(list []sim.VolumeState) (out []string) {
		for _, v := range list {
			out = append(out, v.Name)
		}
		return out
	}
	if diff := cmp.Diff(names(before), names(b.sim.World().Volumes)); diff != "" {
		t.Errorf("volumes (-before +after):\n%s", diff)
	}
	holders := 0
	for _, c := range b.sim.World().Containers {
		if c.Labels[identity.LabelRole] == identity.RoleAttached {
			holders++
		}
	}
	if holders != 3 {
		t.Errorf("%d volume containers are left of 3", holders)
	}
}

// D8: startup fetches only what is missing, and nothing the second time.
func TestD8NothingIsFetchedTwice(t *testing.T) {
	b := newBench(t)
	m := &model.ContainerMap{Name: "m", Containers: []*model.Container{{Name: "a", Image: "far/away"}, {Name: "b", Image: "far/away"}}}
	if err := b.sim.AddRemoteImage(sim.Image{Names: []string{"far/away"}}); err != nil {
		t.Fatal(err)
	}
	b.must(t, m, plan.Startup)
	b.must(t, m, plan.Startup)
	pulls := 0
	for _, c := range b.sim.Calls() {
		if c.Op == "image.create" {
			pulls++
		}
	}
	if pulls != 1 {
		t.Errorf("%d pulls of one image", pulls)
	}
}

// D16, D17, D28: every field that changes is noticed, one by one; functions, lists
// and numbers as environment never look like a change by themselves.
func TestD16D17D28WhatCountsAsAChange(t *testing.T) {
	options := func(values map[string]any) model.Options {
		in, _ := model.From(values)
		return model.Options{Values: in.Value.(model.Dict)}
	}
	base := func() *model.ContainerMap {
		return &model.ContainerMap{
			Name:    "m",
			Volumes: []model.Volume{{Alias: "v", Path: "/v"}},
			Host:    []model.HostPath{{Alias: "v", Path: "/srv"}},
			Containers: []*model.Container{{
				Name: "a", Image: "example/app", User: "1", Binds: []model.HostShare{{Volume: "v"}},
				CreateOptions: options(map[string]any{"environment": []any{"A=1"}, "labels": map[string]any{"l": "1"}, "port_bindings": map[string]any{"80": int64(8080)}}),
				StartOptions: model.Options{Func: func(context.Context, model.OptionCall) (model.Dict, error) {
					return options(map[string]any{"environment": map[string]any{"PORT": int64(8080)}}).Values, nil
				}},
			}},
		}
	}
	b := newBench(t)
	b.must(t, base(), plan.Start)
	if p := b.must(t, base(), plan.Start); len(p.Notes)+len(p.Steps) != 0 {
		t.Errorf("unchanged: %v %v", p.Notes, p.Steps)
	}
	for name, change := range map[string]func(*model.Container){
		"read-only flag":   func(c *model.Container) { c.Binds[0].ReadOnly = true },
		"a bind less":      func(c *model.Container) { c.Binds = nil },
		"user":             func(c *model.Container) { c.User = "2" },
		"label":            func(c *model.Container) { c.CreateOptions.Values[1].Value = model.Input{Value: model.Dict{}} },
		"a port less":      func(c *model.Container) { c.CreateOptions.Values = c.CreateOptions.Values[:2] },
		"a variable less":  func(c *model.Container) { c.CreateOptions.Values = c.CreateOptions.Values[1:] },
		"health check":     func(c *model.Container) { c.StartOptions = options(map[string]any{"healthcheck": "true"}) },
		"another function": func(c *model.Container) { c.StartOptions = options(map[string]any{"environment": []any{"PORT=1"}}) },
	} {
		m := base()
		change(m.Containers[0])
		if p := b.must(t, m, plan.Start); len(p.Notes) != 1 || len(p.Steps) != 0 {
			t.Errorf("%s: notes %v, steps %v", name, p.Notes, p.Steps)
		}
	}
}

// D23: targets are taken in the order given, and each form of them.
func TestD23TargetsKeepTheirOrder(t *testing.T) {
	b := newBench(t)
	m := &model.ContainerMap{Name: "m", Containers: []*model.Container{{Name: "a", Image: "example/app"}, {Name: "b", Image: "example/app", Instances: []string{"1", "2"}}}}
	p, err := b.engine.Plan(context.Background(), m, plan.Request{Action: plan.Create, Targets: []string{"m.b.2", "a", "b"}})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, st := range p.Steps {
		got = append(got, st.Target)
	}
	if diff := cmp.Diff([]string{"m.b.2", "m.a", "m.b.1"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
