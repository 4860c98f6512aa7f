// Plan: the source document's example, built in Go, for the tests.

package plan_test

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/resolve"
	"github.com/dmap-dev/dmap/engine/snapshot"
)

var update = flag.Bool("update", false, "rewrite the expected plans in testdata")

// site is the example of the source document (rows 128-139).
func site() *model.ContainerMap {
	return &model.ContainerMap{
		Name:       "example_map",
		Repository: "registry.example.com",
		HostRoot:   "/var/lib/site",
		Containers: []*model.Container{
			{
				Name: "web_server", Image: "nginx",
				Binds:    []model.HostShare{{Volume: "web_config", ReadOnly: true}},
				Uses:     []model.Use{{Name: "app_server_socket"}},
				Attaches: []string{"web_log"},
				StartOptions: model.Options{Values: model.Dict{
					{Key: model.Input{Value: "port_bindings"}, Value: model.Input{Value: model.Dict{
						{Key: model.Input{Value: int64(80)}, Value: model.Input{Value: int64(80)}},
						{Key: model.Input{Value: int64(443)}, Value: model.Input{Value: int64(443)}},
					}}},
				}},
			},
			{
				Name: "app_server", Image: "app", Instances: []string{"instance1", "instance2"},
				Binds:    []model.HostShare{{Volume: "app_config", ReadOnly: true}, {Volume: "app_data"}},
				Attaches: []string{"app_log", "app_server_socket"},
				User:     "2000", Permissions: "u=rwX,g=rX,o=",
			},
		},
		Volumes: []model.Volume{
			{Alias: "web_config", Path: "/etc/nginx"}, {Alias: "web_log", Path: "/var/log/nginx"},
			{Alias: "app_server_socket", Path: "/var/lib/app/socket"}, {Alias: "app_config", Path: "/var/lib/app/config"},
			{Alias: "app_log", Path: "/var/lib/app/log"}, {Alias: "app_data", Path: "/var/lib/app/data"},
		},
		Host: []model.HostPath{
			{Alias: "web_config", Path: "config/nginx"},
			{Alias: "app_config", Instances: []model.InstancePath{{Instance: "instance1", Path: "config/app1"}, {Instance: "instance2", Path: "config/app2"}}},
			{Alias: "app_data", Instances: []model.InstancePath{{Instance: "instance1", Path: "data/app1"}, {Instance: "instance2", Path: "data/app2"}}},
		},
	}
}

// siteImages are all images of the example, present.
func siteImages() map[string]snapshot.Image {
	return map[string]snapshot.Image{
		"registry.example.com/nginx:latest": {ID: "sha256:1"},
		"registry.example.com/app:latest":   {ID: "sha256:2"},
		"tianon/true:latest":                {ID: "sha256:3"},
		"busybox:latest":                    {ID: "sha256:4"},
	}
}

// build makes a plan the way engine.Plan does, from a snapshot at hand.
func build(t testing.TB, m *model.ContainerMap, s *snapshot.Snapshot, req plan.Request) (*plan.Plan, error) {
	t.Helper()
	if err := m.Validate(); err != nil {
		t.Fatal(err)
	}
	d, err := resolve.Map(m)
	if err != nil {
		t.Fatal(err)
	}
	known := &snapshot.Snapshot{}
	for range 9 {
		p, missing, err := plan.Make(d, known, req)
		if err != nil || missing.Empty() {
			return p, err
		}
		find(known, missing.Query, s)
		if err := d.Specify(context.Background(), m, missing.Specs, missing.Keywords); err != nil {
			return nil, err
		}
	}
	t.Fatal("the planner does not stop to ask")
	return nil, nil
}

// find answers from a world in which everything is known. What it does not tell about a
// container is as the list has it, or as it was asked for, and an engine that it does not know is one of today.
func find(known *snapshot.Snapshot, q snapshot.Query, world *snapshot.Snapshot) {
	if q.Map != "" {
		known.Containers, known.Volumes = map[string]snapshot.Container{}, map[string]docker.VolumeInfo{}
		for name, c := range world.Containers {
			c.Info = nil
			known.Containers[name] = c
		}
		maps.Copy(known.Volumes, world.Volumes)
	}
	if q.Engine {
		known.Engine = cmp.Or(world.Engine, &docker.EngineInfo{ID: "E", APIVersion: "1.54"})
	}
	if known.Images == nil {
		known.Images = map[string]snapshot.Image{}
	}
	for _, ref := range q.Images {
		known.Images[ref] = snapshot.Image{ID: world.Images[ref].ID}
	}
	for _, ref := range q.Registries {
		known.Images[ref] = snapshot.Image{Asked: true, Missing: world.Images[ref].Missing}
	}
	for _, name := range q.Inspect {
		c := known.Containers[name]
		var info docker.ContainerInfo
		if made := world.Containers[name].Info; made != nil {
			info = *made
		}
		info.ID, info.Name, info.ImageID, info.Mounts = c.ID, c.Name, c.ImageID, c.Mounts
		info.Config.Labels, info.HostConfig.NetworkMode = c.Labels, "none"
		c.Info = &info
		c.Info.State.Status, c.Info.State.Running = c.State, c.Runs()
		known.Containers[name] = c
	}
}

// after returns the snapshot an engine would give once the plan has run: its
// created containers exist, its started ones run, or have ended if they wait.
func after(s *snapshot.Snapshot, p *plan.Plan) *snapshot.Snapshot {
	next := &snapshot.Snapshot{Engine: s.Engine, Containers: maps.Clone(s.Containers), Volumes: maps.Clone(s.Volumes), Images: s.Images}
	if next.Containers == nil {
		next.Containers = map[string]snapshot.Container{}
	}
	if next.Volumes == nil {
		next.Volumes = map[string]docker.VolumeInfo{}
	}
	for _, st := range p.Steps {
		c := next.Containers[st.Target]
		switch st.Op {
		case plan.CreateVolume:
			labels := maps.Clone(st.Volume.Labels)
			labels[identity.LabelRun] = "run1"
			next.Volumes[st.Target] = docker.VolumeInfo{Name: st.Target, Labels: labels}
		case plan.PrepareVolume:
			labels := maps.Clone(st.Prepare.Record.Labels)
			labels[identity.LabelVolumeOf] = next.Volumes[st.Target].Labels[identity.LabelRun]
			next.Volumes[st.Prepare.Record.Name] = docker.VolumeInfo{Name: st.Prepare.Record.Name, Labels: labels}
		case plan.CreateContainer:
			c.ContainerSummary = docker.ContainerSummary{
				ID: fmt.Sprintf("%x", sha256.Sum256([]byte(st.Target))), Name: st.Target, State: docker.StateCreated,
				Image: st.Create.Image, ImageID: s.Images[st.Create.Image].ID, Labels: st.Create.Labels,
			}
			c.Info = &docker.ContainerInfo{Config: st.Create.ContainerConfig, HostConfig: st.Create.HostConfig}
			next.Containers[st.Target] = c
		case plan.StartContainer:
			c.State = docker.StateRunning
			if st.Wait {
				c.State = docker.StateExited
			}
			next.Containers[st.Target] = c
		case plan.StopContainer:
			c.State = docker.StateExited
			next.Containers[st.Target] = c
		case plan.RemoveContainer:
			delete(next.Containers, st.Target)
		}
	}
	return next
}

// golden compares a plan's text with a file of testdata.
func golden(t *testing.T, name string, p *plan.Plan) {
	t.Helper()
	var got bytes.Buffer
	if err := p.WriteText(&got); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}
