// Options, tests: how options meet attributes and other options.

package option_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/resolve/option"
)

// TestApplyMerges applies dictionaries one after the other, as attributes, options and
// keywords of a call are (row 105).
func TestApplyMerges(t *testing.T) {
	for _, c := range []struct {
		name string
		spec docker.ContainerSpec
		with []dict
		want string
	}{
		{"row 95: an option adds to the attributes",
			docker.ContainerSpec{ContainerConfig: docker.ContainerConfig{User: "u"}}, []dict{{"mem_limit": "3g"}},
			`"User": "u", "HostConfig.Memory": 3221225472`},
		{"row 96: user overrides the configured user",
			docker.ContainerSpec{ContainerConfig: docker.ContainerConfig{User: "u"}}, []dict{{"user": "o"}},
			`"User": "o"`},
		{"row 97: volumes are added to the shares, none twice",
			docker.ContainerSpec{ContainerConfig: docker.ContainerConfig{Volumes: map[string]struct{}{"/s": {}, "/v": {}}}},
			[]dict{{"volumes": list{"/extra", "/s"}}},
			`"Volumes": {"/s": {}, "/v": {}, "/extra": {}}`},
		{"row 98: volumes_from is keyed by container",
			host(docker.HostConfig{VolumesFrom: []string{"m.b"}}), []dict{{"volumes_from": list{"m.b:ro", "m.z"}}},
			`"HostConfig.VolumesFrom": ["m.b:ro", "m.z"]`},
		{"row 99: a dict of links overrides links to the same target",
			host(docker.HostConfig{Links: []string{"m.b:x", "m.b:w", "m.c:c"}}), []dict{{"links": dict{"m.b": "y", "ext": "e"}}},
			`"HostConfig.Links": ["m.b:y", "m.c:c", "ext:e"]`},
		{"row 99: texts override as a dict does",
			host(docker.HostConfig{Links: []string{"m.b:x"}}), []dict{{"links": list{"m.b:y", "m.b:z"}}},
			`"HostConfig.Links": ["m.b:y", "m.b:z"]`},
		{"row 99: a list of pairs adds",
			host(docker.HostConfig{Links: []string{"m.b:x"}}), []dict{{"links": list{list{"m.b", "y"}, list{"m.b", "x"}}}},
			`"HostConfig.Links": ["m.b:x", "m.b:y"]`},
		{"row 100: binds are keyed by container path",
			host(docker.HostConfig{Binds: []string{"/h:/v:ro", "/k:/w"}}), []dict{{"binds": dict{"/h": dict{"bind": "/v/", "ro": false}, "/n": "/z"}}},
			`"HostConfig.Binds": ["/h:/v:rw", "/k:/w", "/n:/z:rw"]`},
		{"row 100: an option also wins over a mount of another kind",
			host(docker.HostConfig{Mounts: []docker.Mount{{Type: "volume", Target: "/v"}, {Type: "volume", Target: "/w"}}, Tmpfs: map[string]string{"/t": ""}}),
			[]dict{{"binds": list{"/h:/v", "/i:/t"}}},
			`"HostConfig.Binds": ["/h:/v", "/i:/t"], "HostConfig.Mounts": [{"Type": "volume", "Target": "/w"}]`},
		{"row 100: so do mounts",
			host(docker.HostConfig{Binds: []string{"/h:/v", "/h:/w"}, Mounts: []docker.Mount{{Type: "tmpfs", Target: "/a"}}}),
			[]dict{{"mounts": list{dict{"target": "/v"}, dict{"target": "/a", "source": "vol"}}}},
			`"HostConfig.Binds": ["/h:/w"], "HostConfig.Mounts": [{"Type": "volume", "Source": "vol", "Target": "/a"}, {"Type": "volume", "Target": "/v"}]`},
		{"row 100: so does tmpfs",
			host(docker.HostConfig{Binds: []string{"/h:/v"}, Tmpfs: map[string]string{"/a/": "x"}}),
			[]dict{{"tmpfs": list{"/v", "/a"}}},
			`"HostConfig.Tmpfs": {"/v": "", "/a": ""}`},
		{"row 105: the later dictionary wins",
			docker.ContainerSpec{ContainerConfig: docker.ContainerConfig{User: "u"}}, []dict{{"user": "o"}, {"user": "k"}},
			`"User": "k"`},
		{"row 106: an empty value overrides",
			docker.ContainerSpec{ContainerConfig: docker.ContainerConfig{User: "u", Tty: true, Cmd: []string{"a"}}, HostConfig: docker.HostConfig{Privileged: true, Resources: docker.Resources{Memory: 1 << 30}}},
			[]dict{{"user": "", "tty": false, "command": list{}, "privileged": false, "mem_limit": 0}},
			``},
		{"row 106: None is not set",
			docker.ContainerSpec{ContainerConfig: docker.ContainerConfig{User: "u", Env: []string{"A=1"}}}, []dict{{"user": nil, "environment": nil, "mem_limit": nil, "Memory": "1g", "host_config": nil}},
			`"User": "u", "Env": ["A=1"], "HostConfig.Memory": 1073741824`},
		{"row 107: environment is merged by name, in place",
			docker.ContainerSpec{ContainerConfig: docker.ContainerConfig{Env: []string{"A=1", "B=2"}}}, []dict{{"environment": dict{"A": nil, "C": 3}}, {"environment": list{"B=4"}}},
			`"Env": ["A", "B=4", "C=3"]`},
		{"row 107: labels, sysctls, ports and hosts are merged by name",
			docker.ContainerSpec{
				ContainerConfig: docker.ContainerConfig{Labels: map[string]string{"a": "1", "b": "2"}},
				HostConfig: docker.HostConfig{
					Sysctls:      map[string]string{"net.a": "1", "net.b": "2"},
					PortBindings: map[string][]docker.PortBinding{"80/tcp": {{HostPort: "1"}, {HostPort: "2"}}, "81/tcp": {{HostPort: "3"}}},
					ExtraHosts:   []string{"a:1.1.1.1", "b:1.1.1.1", "a:2.2.2.2"},
				}},
			[]dict{{"labels": dict{"b": "3"}, "sysctls": dict{"net.b": 3}, "port_bindings": dict{"80": 4}, "extra_hosts": dict{"a": "3.3.3.3", "c": "3.3.3.3"}}},
			`"Labels": {"a": "1", "b": "3"}, "ExposedPorts": {"80/tcp": {}}, "HostConfig.Sysctls": {"net.a": "1", "net.b": "3"},
				"HostConfig.PortBindings": {"80/tcp": [{"HostPort": "4"}], "81/tcp": [{"HostPort": "3"}]},
				"HostConfig.ExtraHosts": ["a:3.3.3.3", "b:1.1.1.1", "c:3.3.3.3"]`},
		{"row 107: one level deep",
			docker.ContainerSpec{}, []dict{
				{"networking_config": dict{"n": dict{"aliases": list{"a"}}, "m": nil}, "log_config": dict{"type": "json-file", "config": dict{"max-size": "1m", "tag": "x"}},
					"healthcheck": dict{"test": "a", "interval": "1s"}},
				{"networking_config": dict{"n": dict{"ipv4_address": "10.0.0.1"}}, "log_config": dict{"config": dict{"tag": "y"}},
					"healthcheck": dict{"interval": "2s", "retries": 1}}},
			`"NetworkingConfig": {"EndpointsConfig": {"n": {"IPAMConfig": {"IPv4Address": "10.0.0.1"}}, "m": {}}},
				"HostConfig.LogConfig": {"Type": "json-file", "Config": {"tag": "y"}},
				"Healthcheck": {"Test": ["CMD-SHELL", "a"], "Interval": 2000000000, "Retries": 1}`},
		{"row 107: another log driver does not get the settings of the first",
			host(docker.HostConfig{LogConfig: &docker.LogConfig{Type: "json-file", Config: map[string]string{"max-size": "1m"}}}),
			[]dict{{"log_config": "syslog"}},
			`"HostConfig.LogConfig": {"Type": "syslog"}`},
		{"a restart policy is one value",
			docker.ContainerSpec{}, []dict{{"restart_policy": "on-failure:5"}, {"restart_policy": dict{"Name": "always"}}},
			`"HostConfig.RestartPolicy": {"Name": "always"}`},
		{"row 108: lists are appended without duplicates",
			host(docker.HostConfig{CapAdd: []string{"CAP_KILL"}, DNS: []string{"1.1.1.1"}, Resources: docker.Resources{
				Ulimits: []docker.Ulimit{{Name: "core"}, {Name: "nofile", Soft: 1, Hard: 1}},
				Devices: []docker.DeviceMapping{{PathOnHost: "/dev/a", PathInContainer: "/dev/x", CgroupPermissions: "r"}}}}),
			[]dict{{"cap_add": list{"KILL", "CHOWN"}, "dns": list{"1.1.1.1", "2.2.2.2"}, "ulimits": list{"nofile=2", "nproc=3"}, "devices": list{"/dev/b:/dev/x:rw"}}},
			`"HostConfig.CapAdd": ["CAP_KILL", "CAP_CHOWN"], "HostConfig.Dns": ["1.1.1.1", "2.2.2.2"],
				"HostConfig.Ulimits": [{"Name": "core", "Soft": 0, "Hard": 0}, {"Name": "nofile", "Soft": 2, "Hard": 2}, {"Name": "nproc", "Soft": 3, "Hard": 3}],
				"HostConfig.Devices": [{"PathOnHost": "/dev/b", "PathInContainer": "/dev/x", "CgroupPermissions": "rw"}]`},
		{"row 108, D18: command and entrypoint are replaced",
			docker.ContainerSpec{}, []dict{{"entrypoint": list{"e1"}, "command": "c1"}, {"entrypoint": list{"e2"}, "command": "c2"}},
			`"Entrypoint": ["e2"], "Cmd": ["c2"]`},
		{"row 109: port_bindings also exposes",
			docker.ContainerSpec{ContainerConfig: docker.ContainerConfig{ExposedPorts: map[string]struct{}{"1/tcp": {}}}}, []dict{{"port_bindings": dict{"8000": 80}}},
			`"ExposedPorts": {"1/tcp": {}, "8000/tcp": {}}, "HostConfig.PortBindings": {"8000/tcp": [{"HostPort": "80"}]}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			before, err := json.Marshal(c.spec)
			if err != nil {
				t.Fatal(err)
			}
			s := c.spec
			for _, d := range c.with {
				if problems := option.Apply(&s, options(t, d), "o"); problems != nil {
					t.Fatal(problems)
				}
			}
			if diff := cmp.Diff(decode(t, "{"+c.want+"}"), fields(t, s)); diff != "" {
				t.Errorf("spec (-want +got):\n%s", diff)
			}
			// c.spec is a shallow copy: what it shares with s must not have changed.
			after, err := json.Marshal(c.spec)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(before), string(after)); diff != "" {
				t.Errorf("Apply changed memory it does not own (-before +after):\n%s", diff)
			}
		})
	}
}

func host(h docker.HostConfig) docker.ContainerSpec { return docker.ContainerSpec{HostConfig: h} }

// Options of row 98 come before the container's own attached volumes, which the caller
// appends after Apply.
func TestApplyLeavesRoomForAttachedVolumes(t *testing.T) { // row 98
	s := host(docker.HostConfig{VolumesFrom: []string{"m.b"}})
	if problems := option.Apply(&s, options(t, dict{"volumes_from": list{"m.b:ro", "m.z"}}), "start_options"); problems != nil {
		t.Fatal(problems)
	}
	got := append(slices.Clone(s.HostConfig.VolumesFrom), "m.own")
	if diff := cmp.Diff([]string{"m.b:ro", "m.z", "m.own"}, got); diff != "" {
		t.Errorf("volumes_from (-want +got):\n%s", diff)
	}
}

// What a caller does with its dictionary later cannot reach the spec.
func TestApplyKeepsNothingOfTheInput(t *testing.T) {
	words := model.List{{Value: "a"}, {Value: "b"}}
	d := model.Dict{
		{Key: model.Input{Value: "command"}, Value: model.Input{Value: words}},
		{Key: model.Input{Value: "cap_add"}, Value: model.Input{Value: model.List{{Value: "KILL"}}}},
	}
	var s docker.ContainerSpec
	if problems := option.Apply(&s, d, "o"); problems != nil {
		t.Fatal(problems)
	}
	words[0].Value = "changed"
	d[1].Value.Value.(model.List)[0].Value = "changed"
	want := decode(t, `{"Cmd": ["a", "b"], "HostConfig.CapAdd": ["CAP_KILL"]}`)
	if diff := cmp.Diff(want, fields(t, s)); diff != "" {
		t.Errorf("spec (-want +got):\n%s", diff)
	}
}
