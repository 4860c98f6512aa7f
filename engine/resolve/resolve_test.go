// Resolve: tests of names, requests and dependencies.

package resolve_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/engine/resolve"
)

// mapOf makes a map called m from JSON, as the source document writes it.
func mapOf(t *testing.T, text string) *model.ContainerMap {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		t.Fatal(err)
	}
	in, ok := model.From(v)
	if !ok {
		t.Fatalf("no input: %s", text)
	}
	m, problems := model.FromDict("m", in.Value.(model.Dict))
	if err := problems.Err(nil); err != nil {
		t.Fatal(err)
	}
	if err := m.Validate(); err != nil {
		t.Fatal(err)
	}
	return m
}

// specs resolves a whole map.
func specs(t *testing.T, m *model.ContainerMap, k resolve.Keywords) *resolve.Desired {
	t.Helper()
	d, err := resolve.Map(m)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, n := range d.Nodes {
		names = append(names, n.Name)
	}
	if err := d.Specify(context.Background(), m, names, k); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestImages(t *testing.T) {
	digest := "@sha256:" + strings.Repeat("ab", 32)
	id := "sha256:" + strings.Repeat("cd", 32)
	tests := []struct{ row, repository, tag, image, want string }{
		{"row 24", "", "", "nginx", "nginx:latest"},
		{"row 25", "r.e", "", "nginx", "r.e/nginx:latest"},
		{"row 26", "r.e", "", "lib/nginx", "lib/nginx:latest"},
		{"row 26", "r.e", "", "r.e/x", "r.e/x:latest"},
		{"row 27", "r.e", "", "/ubuntu", "ubuntu:latest"},
		{"row 27", "r.e", "", "/lib/x", "lib/x:latest"},
		{"row 28", "", "", "", "a:latest"},
		{"row 29", "r.e", "", "", "r.e/a:latest"},
		{"row 30", "r.e", "", "nginx:1.2", "r.e/nginx:1.2"},
		{"row 30", "r.e", "stable", "nginx", "r.e/nginx:stable"},
		{"row 31", "q", "", "r:5000/x", "r:5000/x:latest"},
		{"row 31", "q", "", "r:5000/x:7", "r:5000/x:7"},
		{"row 31", "q", "", "r.e/x" + digest, "r.e/x" + digest},
		{"row 31", "q", "", "x" + digest, "q/x" + digest},
		{"row 10, a slash at the end", "r.e/", "", "x", "r.e/x:latest"},
		{"an image id", "q", "t", id, id},
	}
	for _, tt := range tests {
		m := &model.ContainerMap{Name: "m", Repository: tt.repository, DefaultTag: tt.tag, Containers: []*model.Container{{Name: "a", Image: tt.image}}}
		d, err := resolve.Map(m)
		if err != nil {
			t.Fatal(err)
		}
		if got := d.Node("m.a").Image; got != tt.want {
			t.Errorf("%s: image %q with repository %q: got %q, want %q", tt.row, tt.image, tt.repository, got, tt.want)
		}
	}
}

// The base and the helper image are no part of the repository (rows 81, 84).
func TestToolImages(t *testing.T) {
	m := mapOf(t, `{"repository": "r.e", "a": {"attaches": "v", "user": 5}, "volumes": {"v": "/v"}}`)
	d := specs(t, m, resolve.Keywords{})
	if got := d.Node("m.v").Image; got != "tianon/true:latest" {
		t.Errorf("row 81: base image %q", got)
	}
	if d.CoreImage != "busybox:latest" {
		t.Errorf("row 84: helper image %q", d.CoreImage)
	}
	m.BaseImage, m.CoreImage = "my/base:1", "/tools"
	d = specs(t, m, resolve.Keywords{})
	if d.Node("m.v").Image != "my/base:1" || d.CoreImage != "tools:latest" {
		t.Errorf("configured images: %q, %q", d.Node("m.v").Image, d.CoreImage)
	}
}

// field is one value of a create request, by its name in the API.
func field(t *testing.T, n *resolve.Node, name string) string {
	t.Helper()
	if n == nil {
		t.Fatal("no such container")
	}
	fields, err := n.Spec.Fields()
	if err != nil {
		t.Fatal(err)
	}
	return string(fields[name])
}

func TestRequests(t *testing.T) {
	tests := []struct{ row, source, container, field, want string }{
		{"row 11, row 40: a bind", `{"a": {"binds": "v"}, "host": {"v": "/h"}, "volumes": {"v": "/v"}}`, "m.a", "HostConfig.Binds", `["/h:/v:rw"]`},
		{"row 41: read-only", `{"a": {"binds": {"v": "ro"}}, "host": {"v": "/h"}, "volumes": {"v": "/v"}}`, "m.a", "HostConfig.Binds", `["/h:/v:ro"]`},
		{"row 16, row 18: the root", `{"a": {"binds": "v"}, "host_root": "/r/", "host": {"v": "x"}, "volumes": {"v": "/v"}}`, "m.a", "HostConfig.Binds", `["/r/x:/v:rw"]`},
		{"row 19: one path for all", `{"a": {"instances": [1, 2], "binds": "v"}, "host": {"v": "/h"}, "volumes": {"v": "/v"}}`, "m.a.2", "HostConfig.Binds", `["/h:/v:rw"]`},
		{"row 20, row 21: by instance", `{"a": {"instances": [1, 2], "binds": "v"}, "host_root": "/r", "host": {"v": {"1": "p1", "2": "p2"}}, "volumes": {"v": "/v"}}`, "m.a.2", "HostConfig.Binds", `["/r/p2:/v:rw"]`},
		{"row 22: default", `{"a": {"binds": "v"}, "host": {"v": {"default": "/d"}}, "volumes": {"v": "/v"}}`, "m.a", "HostConfig.Binds", `["/d:/v:rw"]`},
		{"row 38: shares", `{"a": {"shares": ["/s"]}}`, "m.a", "Volumes", `{"/s":{}}`},
		{"row 39: mount points too", `{"a": {"shares": ["/s"], "binds": "v"}, "host": {"v": "/h"}, "volumes": {"v": "/v"}}`, "m.a", "Volumes", `{"/s":{},"/v":{}}`},
		{"row 52: one host path twice", `{"a": {"binds": ["v", "w"]}, "host": {"v": "/h", "w": "/h"}, "volumes": {"v": "/v", "w": "/w"}}`, "m.a", "HostConfig.Binds", `["/h:/v:rw","/h:/w:rw"]`},
		{"row 56, row 58, row 83: uses, then own", `{"a": {"uses": "w", "attaches": "v"}, "b": {"attaches": "w"}, "volumes": {"v": "/v", "w": "/w"}}`, "m.a", "HostConfig.VolumesFrom", `["m.w","m.v"]`},
		{"row 77, row 80: host volume, all volumes, selected volume", `{"a": {"binds": "h", "uses": ["b", "v"]}, "b": {"shares": "/s", "attaches": "v"}, "host": {"h": "/h"}, "volumes": {"v": "/v", "h": "/c"}}`, "m.a", "HostConfig.VolumesFrom", `["m.b","m.v"]`},
		{"row 57: a container", `{"a": {"uses": "b"}, "b": {"shares": "/s"}}`, "m.a", "HostConfig.VolumesFrom", `["m.b"]`},
		{"row 60: an instance", `{"a": {"uses": "b.1"}, "b": {"shares": "/s", "instances": [1, 2]}}`, "m.a", "HostConfig.VolumesFrom", `["m.b.1"]`},
		{"row 65: read-only use", `{"a": {"uses": {"b": "ro"}}, "b": {"shares": "/s"}}`, "m.a", "HostConfig.VolumesFrom", `["m.b:ro"]`},
		{"row 58: attached as volume", `{"attached": "volume", "a": {"uses": {"v": "ro"}}, "b": {"attaches": "v"}, "volumes": {"v": "/v"}}`, "m.a", "HostConfig.Binds", `["m.v:/v:ro,nocopy"]`},
		{"row 83: owner, attached as volume", `{"attached": "volume", "b": {"attaches": "v"}, "volumes": {"v": "/v"}}`, "m.b", "HostConfig.Binds", `["m.v:/v:rw,nocopy"]`},
		{"row 67: a link", `{"a": {"links": {"b": "db"}}, "b": {}}`, "m.a", "HostConfig.Links", `["m.b:db"]`},
		{"row 68: several", `{"a": {"links": [["b", "x"], ["c", "y"]]}, "b": {}, "c": {}}`, "m.a", "HostConfig.Links", `["m.b:x","m.c:y"]`},
		{"row 73: default alias, and a safe form", `{"a": {"links": "app_server"}, "app_server": {}}`, "m.a", "HostConfig.Links", `["m.app_server:app_server","m.app_server:app-server"]`},
		{"row 73: an explicit alias wins over a safe form", `{"a": {"links": ["app_server", ["x", "app-server"]]}, "app_server": {}, "x": {}}`, "m.a", "HostConfig.Links", `["m.app_server:app_server","m.x:app-server"]`},
		{"row 73: so does the name of another container", `{"a": {"links": ["a_b", "a-b"]}, "a_b": {}, "a-b": {}}`, "m.a", "HostConfig.Links", `["m.a_b:a_b","m.a-b:a-b"]`},
		{"row 73: an instance and a container", `{"a": {"links": ["db.1", "db-1"]}, "db": {"instances": [1]}, "db-1": {}}`, "m.a", "HostConfig.Links", `["m.db.1:db.1","m.db-1:db-1"]`},
		{"row 73: the safe form as explicit alias of the same container", `{"a": {"links": ["a_b", ["a_b", "a-b"]]}, "a_b": {}}`, "m.a", "HostConfig.Links", `["m.a_b:a_b","m.a_b:a-b"]`},
		{"row 73: a safe form of two names leads nowhere", `{"a": {"links": ["db.1", "db_1"]}, "db": {"instances": [1]}, "db_1": {}}`, "m.a", "HostConfig.Links", `["m.db.1:db.1","m.db_1:db_1"]`},
		{"row 73: an alias of an option wins too", `{"a": {"links": "a_b", "start_options": {"links": {"ext": "a-b"}}}, "a_b": {}}`, "m.a", "HostConfig.Links", `["m.a_b:a_b","ext:a-b"]`},
		{"row 73: an alias in the network wins too", `{"a": {"links": "a_b", "start_options": {"network_mode": "n", "networking_config": {"n": {"links": {"ext": "a-b"}}}}}, "a_b": {"start_options": {"network_mode": "n"}}}`, "m.a", "NetworkingConfig", `{"EndpointsConfig":{"n":{"Links":["ext:a-b","m.a_b:a_b"]}}}`},
		{"row 75: an instance", `{"a": {"links": "b.1"}, "b": {"instances": [1, 2]}}`, "m.a", "HostConfig.Links", `["m.b.1:b.1","m.b.1:b-1"]`},
		{"row 76: two aliases", `{"a": {"links": [["b", "x"], ["b", "y"]]}, "b": {}}`, "m.a", "HostConfig.Links", `["m.b:x","m.b:y"]`},
		{"row 69: links in a network", `{"a": {"links": {"b": "db"}, "create_options": {"network_mode": "net"}}, "b": {"create_options": {"network_mode": "net"}}}`, "m.a", "NetworkingConfig", `{"EndpointsConfig":{"net":{"Links":["m.b:db"]}}}`},
		{"row 69: links in the one network of networking_config", `{"a": {"links": {"b": "db"}, "create_options": {"networking_config": {"net": null}}}, "b": {"create_options": {"network_mode": "net"}}}`, "m.a", "NetworkingConfig", `{"EndpointsConfig":{"net":{"Links":["m.b:db"]}}}`},
		{"row 78, row 81: the volume container", `{"a": {"attaches": "v"}, "volumes": {"v": "/v"}}`, "m.v", "Volumes", `{"/v":{}}`},
		{"row 81: its named volume", `{"a": {"attaches": "v"}, "volumes": {"v": "/v"}}`, "m.v", "HostConfig.Binds", `["m.v:/v"]`},
		{"row 79: named without its owner", `{"a": {"attaches": "v"}, "volumes": {"v": "/v"}}`, "m.v", "Image", `"tianon/true:latest"`},
		{"row 81: user of the volume container", `{"a": {"attaches": "v", "user": 2000}, "volumes": {"v": "/v"}}`, "m.v", "User", `"2000"`},
		{"a name the base image may not know", `{"a": {"attaches": "v", "user": "app"}, "volumes": {"v": "/v"}}`, "m.v", "User", ""},
		{"row 85: the user part", `{"a": {"user": "app:grp"}}`, "m.a", "User", `"app"`},
		{"row 85", `{"a": {"user": 2000}}`, "m.a", "User", `"2000"`},
		{"row 86: zero", `{"a": {"user": 0}}`, "m.a", "User", `"0"`},
		{"row 95: an option", `{"a": {"create_options": {"mem_limit": "3g"}}}`, "m.a", "HostConfig.Memory", `3221225472`},
		{"row 96: user in options", `{"a": {"user": "u", "create_options": {"user": "o"}}}`, "m.a", "User", `"o"`},
		{"row 97: volumes in options", `{"a": {"shares": "/s", "create_options": {"volumes": ["/extra", "/s"]}}}`, "m.a", "Volumes", `{"/extra":{},"/s":{}}`},
		{"row 98: volumes_from in options", `{"a": {"uses": "b", "attaches": "v", "start_options": {"volumes_from": ["m.b:ro", "m.z"]}}, "b": {"shares": "/s"}, "volumes": {"v": "/v"}}`, "m.a", "HostConfig.VolumesFrom", `["m.b:ro","m.z","m.v"]`},
		{"row 99: links in options", `{"a": {"links": {"b": "x"}, "start_options": {"links": {"m.b": "y", "ext": "e"}}}, "b": {}}`, "m.a", "HostConfig.Links", `["m.b:y","ext:e"]`},
		{"row 100: binds in options", `{"a": {"binds": {"v": "ro"}, "start_options": {"binds": ["/z:/v:rw"]}}, "host": {"v": "/h"}, "volumes": {"v": "/v"}}`, "m.a", "HostConfig.Binds", `["/z:/v:rw"]`},
		{"row 100: mounts in options, attached as volume", `{"attached": "volume", "a": {"attaches": "v", "create_options": {"mounts": [{"target": "/v", "type": "tmpfs"}]}}, "volumes": {"v": "/v"}}`, "m.a", "HostConfig.Binds", ""},
		{"row 100: tmpfs in options, attached as volume", `{"attached": "volume", "a": {"attaches": "v", "create_options": {"tmpfs": {"/v/": ""}}}, "volumes": {"v": "/v"}}`, "m.a", "HostConfig.Binds", ""},
		{"row 100: binds in options, attached as volume", `{"attached": "volume", "a": {"attaches": "v", "create_options": {"binds": ["/srv:/v/"]}}, "volumes": {"v": "/v"}}`, "m.a", "HostConfig.Binds", `["/srv:/v"]`},
		{"row 100: mounts at another path, attached as volume", `{"attached": "volume", "a": {"attaches": "v", "create_options": {"mounts": [{"target": "/v/w", "type": "tmpfs"}]}}, "volumes": {"v": "/v"}}`, "m.a", "HostConfig.Binds", `["m.v:/v:rw,nocopy"]`},
		{"row 100: mounts in options, used as volume", `{"attached": "volume", "a": {"uses": "v", "create_options": {"mounts": [{"target": "/v", "type": "tmpfs"}]}}, "b": {"attaches": "v"}, "volumes": {"v": "/v"}}`, "m.a", "HostConfig.Binds", ""},
		{"start_options win", `{"a": {"create_options": {"mem_limit": "1g"}, "start_options": {"mem_limit": "2g"}}}`, "m.a", "HostConfig.Memory", `2147483648`},
		{"row 34: instances are the same but for paths", `{"a": {"instances": [1, 2], "links": {"b": "x"}}, "b": {}}`, "m.a.2", "HostConfig.Links", `["m.b:x"]`},
	}
	for _, tt := range tests {
		t.Run(tt.row, func(t *testing.T) {
			d := specs(t, mapOf(t, tt.source), resolve.Keywords{})
			if got := field(t, d.Node(tt.container), tt.field); got != tt.want {
				t.Errorf("%s: got %s, want %s", tt.field, got, tt.want)
			}
		})
	}
}

// Options of the map never reach volume containers (row 95).
func TestOptionsStayWithTheirContainer(t *testing.T) {
	d := specs(t, mapOf(t, `{"a": {"attaches": "v", "create_options": {"mem_limit": "1g"}}, "volumes": {"v": "/v"}}`), resolve.Keywords{})
	if got := field(t, d.Node("m.v"), "HostConfig.Memory"); got != "" {
		t.Errorf("the volume container got Memory %s", got)
	}
}

// Keywords of a call win over options, which win over attributes (row 105); they
// reach only the containers asked for (row 104, D18); dictionaries merge (row 107).
func TestKeywords(t *testing.T) {
	m := mapOf(t, `{"a": {"user": "u", "links": "b", "create_options": {"user": "o", "environment": {"A": 1, "B": 2}, "entrypoint": ["e1"]}}, "b": {"user": "u"}}`)
	call, _ := model.From(map[string]any{"user": "k", "environment": map[string]any{"B": int64(3)}, "entrypoint": []any{"e2"}})
	d := specs(t, m, resolve.Keywords{Options: call.Value.(model.Dict), For: []string{"m.a"}})
	for _, tt := range []struct{ container, field, want string }{
		{"m.a", "User", `"k"`}, {"m.b", "User", `"u"`},
		{"m.a", "Env", `["A=1","B=3"]`}, {"m.b", "Env", ""},
		{"m.a", "Entrypoint", `["e2"]`}, // row 108
	} {
		if got := field(t, d.Node(tt.container), tt.field); got != tt.want {
			t.Errorf("%s of %s: got %s, want %s", tt.field, tt.container, got, tt.want)
		}
	}
}

// One alias leads to one container: the engine takes the last one without a word
// (row 99, row 125).
func TestAliasesOfOptionsClash(t *testing.T) {
	for _, source := range []string{
		`{"a": {"links": {"b": "x"}, "start_options": {"links": {"ext": "x"}}}, "b": {}}`,
		`{"a": {"links": {"b": "x"}, "start_options": {"network_mode": "n", "links": {"ext": "x"}}}, "b": {}}`,
	} {
		err := specifyAll(t, mapOf(t, source))
		want := `container_map > containers > a > links: both "m.b" and "ext" are linked as "x" (give each its own alias)`
		if err == nil || err.Error() != want {
			t.Errorf("%s:\ngot %v\nwant %s", source, err, want)
		}
	}
}

// specifyAll resolves a whole map and returns what is wrong with its requests.
func specifyAll(t *testing.T, m *model.ContainerMap) error {
	t.Helper()
	d, err := resolve.Map(m)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, n := range d.Nodes {
		names = append(names, n.Name)
	}
	return d.Specify(context.Background(), m, names, resolve.Keywords{})
}

// What a function or a call says comes when the order is settled: a container of the
// map that nothing else needs is refused there (row 99, row 110, row 125).
func TestLateNamesOfTheMap(t *testing.T) {
	const where = "container_map > containers > a > "
	for _, tt := range []struct {
		option string
		value  any
		want   string
	}{
		{"links", map[string]any{"m.b": "x"}, where + `links: the option links names "m.b" of this map, which is too late for the order of the containers (name "b" in links of a as well)`},
		{"volumes_from", []any{"m.b:ro", "m.d"}, where + `volumes_from: the option volumes_from names "m.b" of this map, which is too late for the order of the containers (name "b" in uses of a as well)`},
		{"volumes_from", []any{"m.v"}, where + `volumes_from: the option volumes_from names "m.v" of this map, which is too late for the order of the containers (name "v" in uses of a as well)`},
		{"network_mode", "container:m.b", where + `network_mode: the option network_mode names "m.b" of this map, which is too late for the order of the containers (write it into create_options as a fixed value)`},
		{"pid_mode", "container:m.b", where + `pid_mode: the option pid_mode names "m.b" of this map, which is too late for the order of the containers (write it into create_options as a fixed value)`},
		{"ipc_mode", "container:m.b", where + `ipc_mode: the option ipc_mode names "m.b" of this map, which is too late for the order of the containers (write it into create_options as a fixed value)`},
		{"binds", []any{"m.v:/x"}, where + `binds: the option binds names "m.v" of this map, which is too late for the order of the containers (name "v" in uses of a as well)`},
		{"mounts", []any{"m.v:/x"}, where + `mounts: the option mounts names "m.v" of this map, which is too late for the order of the containers (name "v" in uses of a as well)`},
		{"binds", []any{"m.b:/x", "m.w:/y", "/m.v:/z"}, ""},
		{"volumes_from", []any{"m.d:ro", "ext"}, ""},
		{"network_mode", "container:m.d", ""},
	} {
		values, _ := model.From(map[string]any{tt.option: tt.value})
		d := values.Value.(model.Dict)
		m := mapOf(t, `{"a": {"uses": ["d", "w"]}, "b": {"attaches": "v"}, "d": {"shares": "/s", "attaches": "w"}, "volumes": {"v": "/v", "w": "/w"}}`)
		resolved, err := resolve.Map(m)
		if err != nil {
			t.Fatal(err)
		}
		byCall := resolved.Specify(context.Background(), m, []string{"m.a"}, resolve.Keywords{Options: d, For: []string{"m.a"}})
		m.Containers[0].StartOptions = model.Options{Func: func(context.Context, model.OptionCall) (model.Dict, error) { return d, nil }}
		byFunction := specifyAll(t, m)
		for how, err := range map[string]error{"a call": byCall, "a function": byFunction} {
			if got := text(err); got != tt.want {
				t.Errorf("%s %v by %s:\ngot  %s\nwant %s", tt.option, tt.value, how, got, tt.want)
			}
		}
	}
}

// Names of the map that are no container are refused too: the engine would only say
// that there is none (row 61, row 75).
func TestOptionsNameNoContainer(t *testing.T) {
	for _, tt := range []struct{ source, want string }{
		{`{"a": {"create_options": {"volumes_from": "m.b"}}, "b": {"instances": [1, 2]}}`,
			`container_map > containers > a > volumes_from: the option volumes_from names "m.b", but b has instances (name one: "m.b.1", "m.b.2")`},
		{`{"a": {"create_options": {"network_mode": "container:m.b"}}, "b": {"instances": [1, 2, 3, 4, 5]}}`,
			`container_map > containers > a > network_mode: the option network_mode names "m.b", but b has instances (name one: "m.b.1", "m.b.2", "m.b.3", …)`},
		{`{"attached": "volume", "a": {"create_options": {"volumes_from": "m.v"}}, "b": {"attaches": "v"}, "volumes": {"v": "/v"}}`,
			`container_map > containers > a > volumes_from: the option volumes_from names "m.v", which is a volume and no container (name "v" in uses of a)`},
	} {
		if got := text(specifyAll(t, mapOf(t, tt.source))); got != tt.want {
			t.Errorf("%s:\ngot  %s\nwant %s", tt.source, got, tt.want)
		}
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// A function is called once for each instance, when requests are made (row 110).
func TestOptionFunctions(t *testing.T) {
	var calls []model.OptionCall
	m := &model.ContainerMap{Name: "m", HostRoot: "/r", Host: []model.HostPath{{Alias: "v", Instances: []model.InstancePath{{Instance: "1", Path: "p1"}, {Instance: "2", Path: "p2"}}}},
		Containers: []*model.Container{{Name: "a", Instances: []string{"1", "2"}, CreateOptions: model.Options{
			Func: func(_ context.Context, call model.OptionCall) (model.Dict, error) {
				calls = append(calls, call)
				return model.Dict{{Key: model.Input{Value: "hostname"}, Value: model.Input{Value: "h" + call.Instance}}}, nil
			},
		}}}}
	d, err := resolve.Map(m)
	if err != nil {
		t.Fatal(err)
	}
	if len(calls) != 0 {
		t.Errorf("row 110: called by %v before requests are made", calls)
	}
	if err := d.Specify(context.Background(), m, []string{"m.a.1", "m.a.2"}, resolve.Keywords{}); err != nil {
		t.Fatal(err)
	}
	want := []model.OptionCall{
		{Map: "m", Container: "a", Instance: "1", Name: "m.a.1", Host: map[string]string{"v": "/r/p1"}},
		{Map: "m", Container: "a", Instance: "2", Name: "m.a.2", Host: map[string]string{"v": "/r/p2"}},
	}
	if diff := cmp.Diff(want, calls); diff != "" {
		t.Errorf("row 110: calls (-want +got):\n%s", diff)
	}
	if got := d.Node("m.a.2").Spec.Hostname; got != "h2" {
		t.Errorf("hostname %q", got)
	}
}

// A function that fails is a problem with the place where it was set.
func TestFailingFunction(t *testing.T) {
	at := problem.Origin{File: "f.star", Line: 7, Col: 3}
	m := &model.ContainerMap{Name: "m", Containers: []*model.Container{{Name: "a", Origins: problem.Origins{"create_options": at}, CreateOptions: model.Options{
		Func: func(context.Context, model.OptionCall) (model.Dict, error) { return nil, errors.New("no luck") },
	}}}}
	d, err := resolve.Map(m)
	if err != nil {
		t.Fatal(err)
	}
	err = d.Specify(context.Background(), m, []string{"m.a"}, resolve.Keywords{})
	want := `f.star:7:3: container_map > containers > a > create_options: the function failed for container "m.a": no luck`
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// All wrong options of a map come at once, those of two instances once.
func TestWrongOptions(t *testing.T) {
	m := mapOf(t, `{"a": {"instances": [1, 2], "create_options": {"mem_limt": "1g", "cpu_shares": "many"}}, "b": {"links": "a.1", "create_options": {"network_mode": "none"}}}`)
	d, err := resolve.Map(m)
	if err != nil {
		t.Fatal(err)
	}
	err = d.Specify(context.Background(), m, []string{"m.a.1", "m.a.2", "m.b"}, resolve.Keywords{})
	var problems problem.Problems
	if !errors.As(err, &problems) || len(problems) != 3 {
		t.Fatalf("got %v", err)
	}
	if problems[2].Msg != `links need a network, but network_mode is "none"` {
		t.Errorf("got %v", problems[2])
	}
}

func TestNeeds(t *testing.T) {
	tests := []struct {
		row, source, container string
		want                   []string
	}{
		{"row 54: binds need nothing", `{"a": {"binds": "v"}, "host": {"v": "/h"}, "volumes": {"v": "/v"}}`, "m.a", nil},
		{"row 59: all instances of the owner", `{"a": {"uses": "v"}, "b": {"attaches": "v", "instances": [1, 2]}, "volumes": {"v": "/v"}}`, "m.a", []string{"m.b.1 uses", "m.b.2 uses", "m.v uses"}},
		{"row 60: one instance", `{"a": {"uses": "b.1"}, "b": {"shares": "/s", "instances": [1, 2]}}`, "m.a", []string{"m.b.1 uses"}},
		{"row 70: links", `{"a": {"links": "b"}, "b": {}}`, "m.a", []string{"m.b links"}},
		{"row 78: own volumes", `{"a": {"attaches": "v"}, "volumes": {"v": "/v"}}`, "m.a", []string{"m.v attaches"}},
		{"row 93: one volume for all instances", `{"b": {"attaches": "v", "instances": [1, 2]}, "volumes": {"v": "/v"}}`, "m.b.2", []string{"m.v attaches"}},
		{"row 98: volumes_from in options", `{"a": {"create_options": {"volumes_from": ["m.b", "ext"]}}, "b": {"shares": "/s"}}`, "m.a", []string{"m.b uses"}},
		{"row 98: overriding uses", `{"a": {"uses": "b", "start_options": {"VolumesFrom": {"m.b": "ro"}}}, "b": {"shares": "/s"}}`, "m.a", []string{"m.b uses"}},
		{"row 98: an attached volume in options", `{"a": {"create_options": {"volumes_from": "m.v"}}, "b": {"attaches": "v", "instances": [1, 2]}, "volumes": {"v": "/v"}}`, "m.a", []string{"m.b.1 uses", "m.b.2 uses", "m.v uses"}},
		{"row 98: the own attached volume in options", `{"a": {"attaches": "v", "create_options": {"volumes_from": "m.v:ro"}}, "volumes": {"v": "/v"}}`, "m.a", []string{"m.v attaches"}},
		{"row 99: links in options", `{"a": {"links": {"b": "x"}, "start_options": {"links": {"m.b": "y", "m.c.1": "z", "ext": "e"}}}, "b": {}, "c": {"instances": [1, 2]}}`, "m.a", []string{"m.b links", "m.c.1 links"}},
		{"row 109: the network of another", `{"a": {"start_options": {"network_mode": "container:m.b", "host_config": {"pid_mode": "container:m.c", "IpcMode": "container:m.b"}}}, "b": {}, "c": {}}`, "m.a", []string{"m.b joins", "m.c joins"}},
		{"row 109: start options win", `{"a": {"create_options": {"network_mode": "container:m.b"}, "start_options": {"network_mode": "bridge"}}, "b": {}}`, "m.a", nil},
		{"row 100: an attached volume in binds", `{"a": {"create_options": {"binds": ["m.v:/x", "m.b:/y", "/m.v:/z"]}}, "b": {"attaches": "v"}, "volumes": {"v": "/v"}}`, "m.a", []string{"m.b uses", "m.v uses"}},
		{"row 100: an attached volume in mounts", `{"attached": "volume", "a": {"create_options": {"mounts": ["m.v:/x:ro"]}}, "b": {"attaches": "v"}, "volumes": {"v": "/v"}}`, "m.a", []string{"m.b uses"}},
		{"row 100: the own attached volume in binds", `{"attached": "volume", "a": {"attaches": "v", "create_options": {"binds": ["m.v:/v:ro"]}}, "volumes": {"v": "/v"}}`, "m.a", nil},
		{"without volume containers", `{"attached": "volume", "a": {"uses": "v"}, "b": {"attaches": "v"}, "volumes": {"v": "/v"}}`, "m.a", []string{"m.b uses"}},
	}
	for _, tt := range tests {
		t.Run(tt.row, func(t *testing.T) {
			d, err := resolve.Map(mapOf(t, tt.source))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, n := range d.Node(tt.container).Needs {
				got = append(got, n.Name+" "+string(n.Why))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// What is done to attached volumes (rows 84-90).
func TestPreparation(t *testing.T) {
	tests := []struct{ row, owner, chown, chmod string }{
		{"row 84", `"user": 2000`, "2000:2000", ""},
		{"row 86", `"user": "u"`, "u:u", ""},
		{"row 86", `"user": "u:g"`, "u:g", ""},
		{"row 86", `"user": ["u", 5]`, "u:5", ""},
		{"row 86", `"user": 0`, "0:0", ""},
		{"row 87", `"permissions": "0700"`, "", "0700"},
		{"row 88", `"user": 5, "permissions": "u=rwX,g=rX,o="`, "5:5", "u=rwX,g=rX,o="},
		{"row 89", `"persistent": true`, "", ""},
		{"row 96", `"user": "u", "create_options": {"user": "o"}`, "u:u", ""},
	}
	for _, tt := range tests {
		d := specs(t, mapOf(t, `{"a": {"attaches": ["v", "w"], `+tt.owner+`}, "b": {"user": "x", "uses": "v"}, "volumes": {"v": "/v", "w": "/w"}}`), resolve.Keywords{})
		for _, name := range []string{"m.v", "m.w"} { // row 90: each of the owner's, and nothing of who uses it
			if v := d.Volume(name); v.Chown != tt.chown || v.Chmod != tt.chmod {
				t.Errorf("%s: %s: %s: got chown %q, chmod %q, want %q, %q", tt.row, tt.owner, name, v.Chown, v.Chmod, tt.chown, tt.chmod)
			}
		}
	}
}

// Labels tell what a container is. What they keep of its fields comes back, and tells
// nothing of values that an engine shows.
func TestLabels(t *testing.T) {
	label := func(source string) (map[string]string, map[string]string) {
		d := specs(t, mapOf(t, source), resolve.Keywords{})
		n := d.Node("m.a.i")
		return n.Spec.Labels, n.Record
	}
	const text = `{"a": {"instances": "i", "user": "%s", "create_options": {"labels": {"own": "1"}, "environment": {"SECRET": "%s", "B": "1"}, "mem_limit": "%s"}}}`
	labels, was := label(fmt.Sprintf(text, "u", "x1y2z3", "1g"))
	for key, want := range map[string]string{identity.LabelMap: "m", identity.LabelRole: "container", identity.LabelName: "a", identity.LabelInstance: "i", identity.LabelKeep: "false", "own": "1"} {
		if labels[key] != want {
			t.Errorf("label %s is %q, want %q", key, labels[key], want)
		}
	}
	if old, set := labels[identity.LabelSpec]; old != "" || !set { // an image's would be taken over
		t.Errorf("the label of earlier versions is %q, %t", old, set)
	}
	if diff := cmp.Diff(was, resolve.DecodeRecord(labels[identity.LabelFields])); diff != "" {
		t.Errorf("the record does not come back:\n%s", diff)
	}
	if was["Env"] != `["B","SECRET"]` || was["Labels"] != `["own"]` {
		t.Errorf("record %v", was)
	}
	_, is := label(fmt.Sprintf(text, "v", "other", "2g"))
	for f := range was {
		if (was[f] == is[f]) == (f == "HostConfig.Memory" || f == "User") {
			t.Errorf("record of %s: %s, then %s", f, was[f], is[f])
		}
	}
}

// The record of a fixed request never changes: an upgrade of dmap must not make unchanged
// containers look different.
func TestRecordsAreForEver(t *testing.T) {
	d := specs(t, mapOf(t, `{"a": {"user": "u", "shares": "/s", "create_options": {"environment": {"A": "1"}, "mem_limit": "1g", "port_bindings": {"80": 8080},
		"log_config": {"type": "json-file", "config": {"max-size": "1m"}}, "healthcheck": {"test": "a", "retries": 3}, "security_opt": ["label=user:x", "no-new-privileges"],
		"networking_config": {"bridge": {"aliases": ["b"], "driver_opt": {"k": "v"}}}}}}`), resolve.Keywords{})
	got := resolve.EncodeRecord(d.Node("m.a").Record)
	const want = `{"Env":["A"],"ExposedPorts":"cc2dcaa311d1","Healthcheck":["Retries","Test"],"HostConfig.LogConfig":["Config.max-size","Type"],"HostConfig.Memory":"0d09ec5e3afe","HostConfig.PortBindings":"0b05e91c0925","HostConfig.SecurityOpt":["label=user","no-new-privileges"],"Image":"4d2961fefff3","NetworkingConfig":"1d4d4f266a16","User":"6f732f49fd65","Volumes":"a72feae1dbc0"}`
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// The digests of a fixed request never change: an upgrade of dmap must not make
// unchanged containers look different.
func TestDigestsAreForEver(t *testing.T) {
	d := specs(t, mapOf(t, `{"a": {"user": "u", "shares": "/s", "create_options": {"environment": {"A": "1"}, "mem_limit": "1g", "port_bindings": {"80": 8080}}}}`), resolve.Keywords{})
	text, err := json.Marshal(d.Node("m.a").Digests)
	if err != nil {
		t.Fatal(err)
	}
	got := string(text)
	const want = `{"Env":"43761814b0b2","ExposedPorts":"cc2dcaa311d1","HostConfig.Memory":"0d09ec5e3afe","HostConfig.PortBindings":"0b05e91c0925","Image":"18c72e567db1","User":"6f732f49fd65","Volumes":"a72feae1dbc0"}`
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestCycle(t *testing.T) {
	m := &model.ContainerMap{Name: "m", Containers: []*model.Container{
		{Name: "a", Links: []model.Link{{Container: "b"}}}, {Name: "b", Links: []model.Link{{Container: "a"}}},
	}}
	if _, err := resolve.Map(m); err == nil || err.Error() != "container_map > containers > a: containers need one another: m.a → m.b → m.a (leave out one of these)" { // D20
		t.Errorf("got %v", err)
	}
}

// Options close circles too (row 66).
func TestCycleByOptions(t *testing.T) {
	m := mapOf(t, `{"a": {"links": "b"}, "b": {"create_options": {"network_mode": "container:m.c"}}, "c": {"start_options": {"volumes_from": ["m.a"]}}}`)
	at := func(line int) problem.Origin { return problem.Origin{File: "f.star", Line: line, Col: 1} }
	m.Container("a").Origins = problem.Origins{"links": at(1)}
	m.Container("b").Origins = problem.Origins{"create_options": at(2)}
	m.Container("c").Origins = problem.Origins{"start_options": at(3)}
	_, err := resolve.Map(m)
	var p *problem.Problem
	if !errors.As(err, &p) {
		t.Fatalf("got %v", err)
	}
	want := &problem.Problem{
		Code: problem.CodeCycle, Origin: at(1), Path: "container_map > containers > a",
		Msg:     "containers need one another: m.a → m.b → m.c → m.a",
		Hint:    "leave out one of these",
		Related: []problem.Related{{Origin: at(1), Msg: "a links b"}, {Origin: at(2), Msg: "b joins c"}, {Origin: at(3), Msg: "c uses a"}},
	}
	if diff := cmp.Diff(want, p); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What excludes each other, and what an engine is too old for, is said with its place.
func TestChecksOfFinishedRequests(t *testing.T) {
	at := problem.Origin{File: "f.star", Line: 2, Col: 9}
	m := mapOf(t, `{"a": {"create_options": {"network_mode": "host", "port_bindings": {"80": 80}}}, "b": {"create_options": {"annotations": {"x": "y"}}}}`)
	for _, c := range m.Containers {
		for i := range c.CreateOptions.Values {
			c.CreateOptions.Values[i].Key.Origin = at
		}
	}
	d, err := resolve.Map(m)
	if err != nil {
		t.Fatal(err)
	}
	var problems problem.Problems
	err = d.Specify(context.Background(), m, []string{"m.a", "m.b"}, resolve.Keywords{})
	if !errors.As(err, &problems) || len(problems) != 1 || problems[0].Origin != at || !strings.HasPrefix(problems[0].Path, "container_map > containers > a > ") {
		t.Errorf("host network with ports: %v", err)
	}
	err = d.CheckAPI([]string{"m.a", "m.b"}, "1.41")
	if !errors.As(err, &problems) || len(problems) != 1 || problems[0].Origin != at || !strings.Contains(problems[0].Msg, "1.43") {
		t.Errorf("annotations on API 1.41: %v", err)
	}
	if err := d.CheckAPI([]string{"m.a", "m.b"}, "1.43"); err != nil {
		t.Errorf("annotations on API 1.43: %v", err)
	}
}

// Names in Docker (row 9, row 33, row 35, row 79).
func TestNames(t *testing.T) {
	d, err := resolve.Map(mapOf(t, `{"a": {"instances": ["i1", "i2"], "attaches": "v"}, "b": {"instances": []}, "volumes": {"v": "/v"}}`))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, n := range d.Nodes {
		got = append(got, n.Name)
	}
	if diff := cmp.Diff([]string{"m.v", "m.a.i1", "m.a.i2", "m.b"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
