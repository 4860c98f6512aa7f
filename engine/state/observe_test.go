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
	"github.com/dmap-dev/dmap/engine/state"
)

// One call lists all containers, one all volumes, and one looks at each image;
// only a container whose exit code is asked for, and that exited, is inspected, or
// whose start is asked for, and that runs.
func TestObserve(t *testing.T) {
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
	for name, image := range map[string]string{"m.up": "runs", "m.end": "ends", "m.end2": "ends", "mm.x": "runs", "other": "runs"} {
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
	snapshot, err := state.Observe(ctx, client, state.Query{Map: "m", Images: []string{"runs", "far", "nowhere", "runs"}, Engine: true, Exited: []string{"m.up", "m.end", "m.absent"}, Started: []string{"m.up", "m.end2", "m.absent"}})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for name, c := range snapshot.Containers {
		got[name] = c.State
		if inspected := c.Info != nil; inspected != (name != "m.end2") || inspected && (c.Info.State.ExitCode != 0) != (name == "m.end") {
			t.Errorf("%s: %+v", name, c.Info)
		}
	}
	if diff := cmp.Diff(map[string]string{"m.up": "running", "m.end": "exited", "m.end2": "exited"}, got); diff != "" {
		t.Errorf("containers (-want +got):\n%s", diff)
	}
	if _, ok := snapshot.Volumes["m.v"]; !ok || len(snapshot.Volumes) != 1 {
		t.Errorf("volumes %v", snapshot.Volumes)
	}
	if snapshot.Images["runs"].ID == "" || snapshot.Images["far"].ID != "" {
		t.Errorf("images %v", snapshot.Images)
	}
	calls := map[string]int{}
	for _, c := range s.Calls() {
		calls[c.Op]++
	}
	if diff := cmp.Diff(map[string]int{"container.list": 1, "container.inspect": 2, "volume.list": 1, "image.inspect": 3, "info": 1, "version": 1}, calls); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	if info, err := client.Engine(ctx); err != nil || snapshot.Engine != info.ID {
		t.Errorf("engine %q, want %q, %v", snapshot.Engine, info.ID, err)
	}
	if err := state.AskRegistries(ctx, client, snapshot, []string{"far", "nowhere"}); err != nil {
		t.Fatal(err)
	}
	if snapshot.Images["far"].Missing != nil || snapshot.Images["nowhere"].Missing == nil {
		t.Errorf("after the registries were asked: %v", snapshot.Images)
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
	snapshot, err := state.Observe(ctx, client, state.Query{Map: "a.b"})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := snapshot.Containers["a.b.c"]; !ok || len(snapshot.Containers) != 1 {
		t.Errorf("got %v", snapshot.Containers)
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
				_, err = state.Observe(t.Context(), client, state.Query{Map: "m", Images: []string{"ends"}, Exited: []string{"m.end"}})
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
