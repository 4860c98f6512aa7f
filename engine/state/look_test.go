// State: tests on the simulated engine.

package state_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/dockerd"
	"github.com/dmap-dev/dmap/engine/docker/sim"
	"github.com/dmap-dev/dmap/engine/snapshot"
	"github.com/dmap-dev/dmap/engine/state"
)

// One call lists all containers, one all volumes, one looks at each image and one
// inspects each container that is asked for. One that is gone since is taken out.
func TestLook(t *testing.T) {
	ctx := context.Background()
	s := sim.New(sim.Options{})
	defer s.Close()
	for name, process := range map[string]sim.Process{"runs": {}, "ends": {Exits: true, ExitCode: 3}} {
		if err := s.AddImage(sim.Image{Names: []string{name}, Process: &process}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.AddRemoteImage(sim.Image{Names: []string{"far"}}); err != nil {
		t.Fatal(err)
	}
	client, err := dockerd.Open(ctx, dockerd.Options{DialContext: s.DialContext})
	if err != nil {
		t.Fatal(err)
	}
	for name, image := range map[string]string{"m.up": "runs", "m.end": "ends", "m.end2": "ends", "m.gone": "runs", "mm.x": "runs", "other": "runs"} {
		id, _, err := client.CreateContainer(ctx, name, docker.ContainerSpec{ContainerConfig: docker.ContainerConfig{Image: image}})
		if err != nil {
			t.Fatal(err)
		}
		if err := client.StartContainer(ctx, id); err != nil {
			t.Fatal(err)
		}
		if image == "ends" {
			if _, err := client.WaitContainer(ctx, id); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, name := range []string{"m.v", "n.v"} {
		if _, err := client.CreateVolume(ctx, docker.VolumeSpec{Name: name}); err != nil {
			t.Fatal(err)
		}
	}
	s.ClearCalls()
	var known snapshot.Snapshot
	if err := state.Look(ctx, client, &known, snapshot.Query{Map: "m", Images: []string{"far", "nowhere", "runs"}, Engine: true}); err != nil {
		t.Fatal(err)
	}
	if err := client.RemoveContainer(ctx, "m.gone", true); err != nil {
		t.Fatal(err)
	}
	if err := state.Look(ctx, client, &known, snapshot.Query{Inspect: []string{"m.up", "m.end", "m.gone", "m.absent"}}); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for name, c := range known.Containers {
		got[name] = c.State
		if inspected := c.Info != nil; inspected != (name != "m.end2") || inspected && (c.Info.State.ExitCode != 0) != (name == "m.end") {
			t.Errorf("%s: %+v", name, c.Info)
		}
	}
	if diff := cmp.Diff(map[string]string{"m.up": "running", "m.end": "exited", "m.end2": "exited"}, got); diff != "" {
		t.Errorf("containers (-want +got):\n%s", diff)
	}
	if _, ok := known.Volumes["m.v"]; !ok || len(known.Volumes) != 1 {
		t.Errorf("volumes %v", known.Volumes)
	}
	if known.Images["runs"].ID == "" || known.Images["far"].ID != "" {
		t.Errorf("images %v", known.Images)
	}
	calls := map[string]int{}
	for _, c := range s.Calls() {
		calls[c.Op]++
	}
	if diff := cmp.Diff(map[string]int{"container.list": 1, "container.inspect": 3, "container.remove": 1, "volume.list": 1, "image.inspect": 3, "info": 1, "version": 1}, calls); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	if info, err := client.Engine(ctx); err != nil || known.Engine.ID != info.ID {
		t.Errorf("engine %v, want %q, %v", known.Engine, info.ID, err)
	}
	if err := state.Look(ctx, client, &known, snapshot.Query{Registries: []string{"far", "nowhere"}}); err != nil {
		t.Fatal(err)
	}
	if known.Images["far"] != (snapshot.Image{Asked: true}) || known.Images["nowhere"].Missing == nil {
		t.Errorf("after the registries were asked: %v", known.Images)
	}
}

// A name of a map is no pattern.
func TestMapNamesAreNoPatterns(t *testing.T) {
	ctx := context.Background()
	s := sim.New(sim.Options{})
	defer s.Close()
	if err := s.AddImage(sim.Image{Names: []string{"i"}}); err != nil {
		t.Fatal(err)
	}
	client, err := dockerd.Open(ctx, dockerd.Options{DialContext: s.DialContext})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a.b.c", "axb.c"} {
		if _, _, err := client.CreateContainer(ctx, name, docker.ContainerSpec{ContainerConfig: docker.ContainerConfig{Image: "i"}}); err != nil {
			t.Fatal(err)
		}
	}
	var known snapshot.Snapshot
	if err := state.Look(ctx, client, &known, snapshot.Query{Map: "a.b"}); err != nil {
		t.Fatal(err)
	}
	if _, ok := known.Containers["a.b.c"]; !ok || len(known.Containers) != 1 {
		t.Errorf("got %v", known.Containers)
	}
}

// An answer that is lost on its way is asked for again, for nothing can have
// happened; one that never comes is not waited for without end.
func TestLostAnswers(t *testing.T) {
	for _, op := range []string{"container.list", "volume.list", "image.inspect", "container.inspect"} {
		for _, row := range []struct {
			fault sim.Fault
			want  docker.Kind
		}{
			{sim.Fault{Cut: sim.CutAfter}, ""},
			{sim.Fault{Cut: sim.CutBody, Times: 2}, ""},
			{sim.Fault{Cut: sim.CutBefore, Times: -1}, docker.OutcomeUnknown},
			{sim.Fault{Hang: true}, docker.Cancelled},
		} {
			synctest.Test(t, func(t *testing.T) {
				s := sim.New(sim.Options{})
				defer s.Close()
				if err := s.AddImage(sim.Image{Names: []string{"ends"}, Process: &sim.Process{Exits: true}}); err != nil {
					t.Fatal(err)
				}
				client, err := dockerd.Open(t.Context(), dockerd.Options{DialContext: s.DialContext})
				if err != nil {
					t.Fatal(err)
				}
				defer client.Close()
				id, _, err := client.CreateContainer(t.Context(), "m.end", docker.ContainerSpec{ContainerConfig: docker.ContainerConfig{Image: "ends"}})
				if err == nil {
					err = client.StartContainer(t.Context(), id)
				}
				if err != nil {
					t.Fatal(err)
				}
				if _, err := client.WaitContainer(t.Context(), id); err != nil {
					t.Fatal(err)
				}
				row.fault.Op = op
				s.AddFault(row.fault)
				began := time.Now()
				var known snapshot.Snapshot
				err = state.Look(t.Context(), client, &known, snapshot.Query{Map: "m", Images: []string{"ends"}})
				if err == nil {
					err = state.Look(t.Context(), client, &known, snapshot.Query{Inspect: []string{"m.end"}})
				}
				if docker.KindOf(err) != row.want {
					t.Errorf("%s %+v: %v", op, row.fault, err)
				}
				if took := time.Since(began); row.fault.Hang != (took == 30*time.Second) {
					t.Errorf("%s %+v: it took %s", op, row.fault, took)
				}
			})
		}
	}
}
