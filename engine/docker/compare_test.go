// Docker vocabulary: what a container can lose.

package docker_test

import (
	"slices"
	"testing"

	"github.com/dmap-dev/dmap/engine/docker"
)

func TestLostLinks(t *testing.T) {
	c := docker.ContainerInfo{HostConfig: docker.HostConfig{Links: []string{"/m.db:/m.a/db", "/other:/m.a/x"}}}
	got := c.LostLinks([]string{"m.db:db", "0123456789ab:x", "m.db:base"})
	if !slices.Equal(got, []string{"base"}) {
		t.Errorf("lost %q", got)
	}
}

func TestConnected(t *testing.T) {
	const id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	on := func(name, id string) map[string]string { return map[string]string{name: id} }
	none := map[string]string{}
	for _, tt := range []struct {
		mode     string
		networks map[string]string
		want     bool
	}{
		{"net", on("net", id), true},
		{"net", on("other", id), false},
		{"net", none, false},
		{"net", nil, true},
		{"", on("bridge", id), true},
		{"default", none, false},
		{id, on("net", id), true},
		{id[:12], on("net", id), true},
		{id, on("net", ""), true}, // not started yet
		{id, on("net", "f"+id[1:]), false},
		{"host", none, true},
		{"container:x", none, true},
	} {
		c := docker.ContainerSummary{NetworkMode: tt.mode, Networks: tt.networks}
		if got := c.Connected(); got != tt.want {
			t.Errorf("%q on %v: %t", tt.mode, tt.networks, got)
		}
	}
}

// Newer engines show a label of their own among those of a mount without a name: it is no difference, and another label is one.
func TestDifferingFieldsKnowsTheLabelOfTheEngine(t *testing.T) {
	mount := func(labels map[string]string) docker.HostConfig {
		return docker.HostConfig{Mounts: []docker.Mount{{Type: "volume", Target: "/a", VolumeOptions: &docker.VolumeOptions{Labels: labels}}}}
	}
	asked := docker.ContainerSpec{HostConfig: mount(map[string]string{"a": "b"})}
	for _, row := range []struct {
		shown map[string]string
		want  []string
	}{
		{map[string]string{"a": "b", "com.docker.volume.anonymous": ""}, nil},
		{map[string]string{"a": "b", "other": ""}, []string{"HostConfig.Mounts"}},
		{map[string]string{"com.docker.volume.anonymous": ""}, []string{"HostConfig.Mounts"}},
	} {
		got, err := asked.DifferingFields(docker.ContainerInfo{HostConfig: mount(row.shown)}, func(string) string { return "" })
		if err != nil || !slices.Equal(got, row.want) {
			t.Errorf("%v: differs in %q, %v; want %q", row.shown, got, err, row.want)
		}
	}
}
