// Plan: the source document's example, built in Go, for the tests.

package plan_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/resolve"
	"github.com/dmap-dev/dmap/engine/state"
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
func siteImages() map[string]state.Image {
	return map[string]state.Image{
		"registry.example.com/nginx:latest": {ID: "sha256:1"},
		"registry.example.com/app:latest":   {ID: "sha256:2"},
		"tianon/true:latest":                {ID: "sha256:3"},
		"busybox:latest":                    {ID: "sha256:4"},
	}
}

// build makes a plan the way engine.Plan does, from a snapshot at hand.
func build(t testing.TB, m *model.ContainerMap, s *state.Snapshot, req plan.Request) (*plan.Plan, error) {
	t.Helper()
	if err := m.Validate(); err != nil {
		t.Fatal(err)
	}
	d, err := resolve.Map(m)
	if err != nil {
		t.Fatal(err)
	}
	sel, err := plan.Select(d, req)
	if err != nil {
		return nil, err
	}
	names, _ := plan.Wants(d, s, sel, req)
	if err := d.Specify(context.Background(), m, names, resolve.Keywords{Options: req.Options, For: sel.Requested}); err != nil {
		return nil, err
	}
	return plan.Build(d, s, sel, req)
}

// after returns the snapshot an engine would give once the plan has run: its
// created containers exist, its started ones run, or have ended if they wait.
func after(s *state.Snapshot, p *plan.Plan) *state.Snapshot {
	next := &state.Snapshot{Engine: s.Engine, Containers: maps.Clone(s.Containers), Volumes: maps.Clone(s.Volumes), Images: s.Images}
	if next.Containers == nil {
		next.Containers = map[string]state.Container{}
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
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}
