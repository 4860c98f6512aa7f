// Front door: the same map from a program and from Go.

package engine_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine"
	"github.com/dmap-dev/dmap/engine/docker/dockerd"
	"github.com/dmap-dev/dmap/engine/docker/sim"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/engine/run"
	"github.com/dmap-dev/dmap/starlarkmap"
)

// exampleInGo is testdata/map/example.star, built in Go. The places are those of
// the program, so plans can be compared to the last byte: that also proves that
// each value leads to its line.
func exampleInGo(file string) *model.ContainerMap {
	at := func(line, col int) problem.Origin { return problem.Origin{File: file, Line: line, Col: col} }
	m := site()
	m.Repository = "registry.example.com"
	web, app := m.Containers[0], m.Containers[1]
	web.Image = "nginx"
	web.StartOptions.Values = model.Dict{{
		Key: model.Input{Value: "port_bindings"},
		Value: model.Input{Value: model.Dict{
			{Key: model.Input{Value: int64(80)}, Value: model.Input{Value: int64(80)}},
			{Key: model.Input{Value: int64(443)}, Value: model.Input{Value: int64(443)}},
		}},
	}}
	web.Origin = at(7, 5)
	web.Origins = problem.Origins{"image": at(8, 18), "attaches": at(11, 21)}
	app.Origin = at(16, 5)
	app.Origins = problem.Origins{"image": at(17, 18), "attaches[0]": at(23, 22), "attaches[1]": at(23, 33)}
	return m
}

func TestMapInGoGivesTheSamePlan(t *testing.T) {
	const file = "../testdata/map/example.star"
	program, err := starlarkmap.Load(context.Background(), file, nil)
	if err != nil {
		t.Fatal(err)
	}
	attributes, err := starlarkmap.Load(context.Background(), "../testdata/map/example_attributes.star", nil)
	if err != nil {
		t.Fatal(err)
	}
	s := sim.New(sim.Options{})
	t.Cleanup(func() { s.Close() })
	for _, name := range []string{"registry.example.com/nginx", "registry.example.com/app", "busybox"} {
		if err := s.AddImage(sim.Image{Names: []string{name}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.AddRemoteImage(sim.Image{Names: []string{"tianon/true"}, Process: &sim.Process{Exits: true}}); err != nil {
		t.Fatal(err)
	}
	b := open(t, s)
	for _, action := range []plan.Action{plan.Create, plan.Start, plan.Startup, plan.Shutdown} {
		want := planBytes(t, b, program.Maps[0], action)
		if diff := cmp.Diff(want, planBytes(t, b, exampleInGo(file), action)); diff != "" {
			t.Errorf("%s: plan of the program and of Go (-program +go):\n%s", action, diff)
		}
		if action == plan.Startup {
			b.must(t, attributes.Maps[0], plan.Start) // the other style makes the same things
			if p := b.must(t, program.Maps[0], plan.Start); len(p.Steps)+len(p.Notes) > 0 {
				t.Errorf("the two styles differ: %v %v", p.Steps, p.Notes)
			}
		}
	}
}

// planBytes is a plan as text and as JSON.
func planBytes(t *testing.T, b *bench, m *model.ContainerMap, action plan.Action) string {
	t.Helper()
	p, err := b.engine.Plan(context.Background(), m, plan.Request{Action: action})
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := errors.Join(p.WriteText(&text), p.WriteJSON(&text)); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// A map built in Go, planned and run. The simulated engine stands for a real one,
// which dockerd.Open(ctx, dockerd.Options{}) finds as the docker command does.
func Example() {
	ctx := context.Background()
	s := sim.New(sim.Options{})
	defer s.Close()
	s.AddImage(sim.Image{Names: []string{"nginx"}})
	client, err := dockerd.Open(ctx, dockerd.Options{DialContext: s.DialContext})
	if err != nil {
		fmt.Println(err)
		return
	}
	e, err := engine.New(engine.Config{Docker: client})
	if err != nil {
		fmt.Println(err)
		return
	}
	m := &model.ContainerMap{Name: "site", Containers: []*model.Container{
		{Name: "web", Image: "nginx", Instances: []string{"a", "b"}},
	}}
	p, err := e.Plan(ctx, m, plan.Request{Action: plan.Start, Targets: []string{"web.a"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, step := range p.Steps {
		fmt.Println(step.ID)
	}
	report, err := e.Run(ctx, p, run.Options{})
	fmt.Println(report.Count(run.Done), "done,", err)
	// Output:
	// container.create site.web.a
	// container.start site.web.a
	// 2 done, <nil>
}

// Each value of a container with the line of the program that set it.
func ExampleExplain() {
	ctx := context.Background()
	program, err := starlarkmap.Load(ctx, "site.star", &starlarkmap.Options{Src: `container_map("site", containers = {
    "web": container(
        image = "nginx",
        create_options = {"mem_limit": "64m"},
    ),
})`})
	if err != nil {
		fmt.Println(err)
		return
	}
	all, err := engine.Explain(ctx, program.Maps[0], nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, field := range all[0].Fields {
		fmt.Printf("%s %s %s\n", field.Name, field.Value, field.Origin)
	}
	// Output:
	// HostConfig.Memory 67108864 site.star:4:27
	// Image "nginx:latest" site.star:3:9
}
