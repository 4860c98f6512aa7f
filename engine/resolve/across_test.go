// Resolve: tests of what is judged across containers.

package resolve_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/engine/resolve"
)

// shortLines returns "code path: message (hint)" for each problem; none for nil.
func shortLines(t *testing.T, err error) (out []string) {
	t.Helper()
	if err == nil {
		return nil
	}
	var ps problem.Problems
	if !errors.As(err, &ps) {
		t.Fatalf("want problem.Problems, got %T: %v", err, err)
	}
	for _, p := range ps {
		out = append(out, string(p.Code)+" "+strings.TrimPrefix(p.Error(), "container_map > "))
	}
	return out
}

func TestAcross(t *testing.T) {
	for _, test := range []struct {
		row, text string
		want      []string
	}{
		// Ports.
		{"row 125: ports", `{
			"a": {"start_options": {"port_bindings": {"80": 8000}}},
			"b": {"create_options": {"port_bindings": {"81": 8000, "82/udp": "8000"}}},
			"c": {"start_options": {"PortBindings": {"80/tcp": [{"HostPort": "8000", "HostIp": "127.0.0.1"}]}}}}`, []string{
			`port-clash containers > b > create_options.port_bindings: a and b both publish host port 8000/tcp`,
			`port-clash containers > c > start_options.port_bindings: a and c both publish host port 8000/tcp`,
		}},
		{"row 34: ports of instances", `{"a": {"instances": [1, 2, 3], "start_options": {"port_bindings": {"80": 8000, "81": null}}}}`, []string{
			`port-clash containers > a > start_options.port_bindings: all 3 instances of a publish host port 8000/tcp (only one can: let a function give each instance its own port, or publish None for any free one)`,
		}},
		{"ports of one container", `{"a": {"start_options": {"port_bindings": {"80": [8000, 8001], "81": ["127.0.0.1", "8001"]}}}}`, []string{
			`port-clash containers > a > start_options.port_bindings: a publishes host port 8001/tcp twice`,
		}},
		{"start options win", `{"a": {"create_options": {"port_bindings": {"80": 8000}}, "start_options": {"port_bindings": {"80/tcp": 8001}}}, "b": {"start_options": {"port_bindings": {"80": 8000}}}}`, nil},
		{"other addresses, ranges, any port", `{
			"a": {"start_options": {"port_bindings": {"80": ["127.0.0.1", 8000], "81": "8001-8005", "82": "", "83": 0, "84": ["127.0.0.1"]}}},
			"b": {"start_options": {"port_bindings": {"80": ["127.0.0.2", 8000], "81": "8001-8005", "82": "", "83": 0, "84": [null]}}},
			"c": {"start_options": {"port_bindings": {"80": ["::", 9000]}}}, "d": {"start_options": {"port_bindings": {"80": ["0.0.0.0", 9000]}}}}`, nil},
		{"row 125: ports in host_config", `{
			"a": {"create_options": {"host_config": {"port_bindings": {"80": 8000}}}},
			"b": {"start_options": {"HostConfig.PortBindings": {"80": 8000}}},
			"c": {"create_options": {"host_config": {"PortBindings": {"80": 8000}, "network_mode": "host"}}}}`, []string{
			`wrong-value containers > c > port_bindings: no port is published with network_mode "host": the container has those of the host`,
			`port-clash containers > b > start_options.port_bindings: a and b both publish host port 8000/tcp`,
		}},
		{"row 125: more containers than ports", `{
			"a": {"start_options": {"port_bindings": {"80": "8000-8002"}}},
			"b": {"instances": [1, 2], "create_options": {"port_bindings": {"80": "8000-8002"}}},
			"c": {"instances": [1, 2, 3], "create_options": {"port_bindings": {"80": "9000-9001"}}},
			"d": {"create_options": {"port_bindings": {"80": "8000-8002"}}}}`, []string{
			`port-clash containers > c > create_options.port_bindings: 3 containers publish one of the 2 host ports 9000-9001/tcp each (make the range longer, or publish None for any free port)`,
			`port-clash containers > d > create_options.port_bindings: 4 containers publish one of the 3 host ports 8000-8002/tcp each (make the range longer, or publish None for any free port)`,
		}},
		{"a range and a port of one container", `{"a": {"start_options": {"port_bindings": {"80": "8000-8001", "81": 8001}}}}`, []string{
			`port-clash containers > a > start_options.port_bindings: a publishes one of the host ports 8000-8001/tcp, and 8001/tcp as well (leave 8001 out of the range)`,
		}},
		{"row 107: start options win, range and port", `{"a": {"create_options": {"port_bindings": {"80-81": "8000-8001"}}, "start_options": {"port_bindings": {"81": 9001}}},
			"b": {"start_options": {"port_bindings": {"80": 8001}}}, "c": {"start_options": {"port_bindings": {"80": 8000}}}}`, []string{
			`port-clash containers > c > start_options.port_bindings: a and c both publish host port 8000/tcp`,
		}},
		{"row 105: start options win, network", `{"a": {"create_options": {"port_bindings": {"80": 1}, "network_mode": "host"}, "start_options": {"network_mode": "bridge"}}, "b": {"start_options": {"port_bindings": {"80": 1}}}}`, []string{
			`port-clash containers > b > start_options.port_bindings: a and b both publish host port 1/tcp`,
		}},
		{"another network", `{"a": {"start_options": {"port_bindings": {"80": 1}, "network_mode": "n"}}, "b": {"start_options": {"port_bindings": {"80": 1}}}}`, []string{
			`port-clash containers > b > start_options.port_bindings: a and b both publish host port 1/tcp`,
		}},

		// Uses.
		{"row 62: nothing shared", `{"b": {}, "a": {"uses": "b"}}`, []string{
			`nothing-shared containers > a > uses[0]: cannot use "b": it has no volumes (give b shares, binds, uses or attaches)`,
		}},
		{"row 97: a container that shares by its options", `{"b": {"create_options": {"volumes": ["/v"]}}, "a": {"uses": "b"}}`, nil},
		{"row 97: options that mount nothing", `{"b": {"create_options": {"volumes": []}}, "a": {"uses": "b"}}`, []string{
			`nothing-shared containers > a > uses[0]: cannot use "b": it has no volumes (give b shares, binds, uses or attaches)`,
		}},
		{"row 57: options of two used containers", `{"b": {"create_options": {"binds": ["/b:/x"]}}, "c": {"start_options": {"volumes": ["/x"]}}, "a": {"uses": ["b", "c"]}}`, []string{
			`mount-clash containers > a > uses: "/x" is mounted twice: host path /b of b and a volume of c of c (only one of them can be there: change a path, or leave one out)`,
		}},
		{"row 57: options of a used container and an own bind", `{"host": {"v": "/h"}, "volumes": {"v": "/v"}, "b": {"create_options": {"binds": ["/b:/v"]}}, "a": {"uses": "b", "binds": "v"}}`, []string{
			`mount-clash containers > a > uses: "/v" is mounted twice: host path /h of a and host path /b of b (only one of them can be there: change a path, or leave one out)`,
		}},
		{"row 57: a chain of used containers", `{"b": {"create_options": {"binds": ["/b:/x"]}}, "c": {"uses": "b"}, "d": {"create_options": {"binds": ["/d:/x"]}}, "a": {"uses": ["c", "d"]}}`, []string{
			`mount-clash containers > a > uses: "/x" is mounted twice: host path /b of b and host path /d of d (only one of them can be there: change a path, or leave one out)`,
		}},
		{"row 57: one thing by two ways", `{"b": {"create_options": {"binds": ["/b:/x"]}}, "c": {"uses": "b"}, "d": {"create_options": {"binds": ["/b/:/x"]}}, "a": {"uses": ["c", "d", "b"]}}`, nil},
		{"row 98: own options override", `{"b": {"create_options": {"binds": ["/b:/x"]}}, "c": {"create_options": {"binds": ["/c:/x"]}}, "a": {"uses": ["b", "c"], "create_options": {"binds": ["/a:/x"]}}}`, nil},
		{"row 57: what is shared is no more than a wish", `{"b": {"create_options": {"binds": ["/b:/x"]}}, "a": {"uses": "b", "shares": "/x"}}`, nil},

		// Links.
		{"row 69: from the default network", `{"a": {"links": "b"}, "b": {"create_options": {"network_mode": "n"}}}`, []string{
			`wrong-value containers > a > links: a link leads nowhere: a is on the default network, b is on the network "n" (put both on one network, with network_mode, or leave the link out)`,
		}},
		{"row 69: to the default network", `{"a": {"links": "b", "create_options": {"network_mode": "n"}}, "b": {}}`, []string{
			`wrong-value containers > a > links: a link leads nowhere: a is on the network "n", b is on the default network (put both on one network, with network_mode, or leave the link out)`,
		}},
		{"row 69: two networks", `{"a": {"links": "b", "create_options": {"networking_config": {"n": {}}}}, "b": {"create_options": {"network_mode": "o"}}}`, []string{
			`wrong-value containers > a > links: a link leads nowhere: a is on the network "n", b is on the network "o" (put both on one network, with network_mode, or leave the link out)`,
		}},
		{"row 69: to nowhere", `{"a": {"links": "b"}, "b": {"create_options": {"network_mode": "none"}}}`, []string{
			`wrong-value containers > a > links: a link leads nowhere: a is on the default network, b is on no network (put both on one network, with network_mode, or leave the link out)`,
		}},
		{"row 69: to the host", `{"a": {"links": "b"}, "b": {"create_options": {"network_mode": "host"}}}`, []string{
			`wrong-value containers > a > links: a link leads nowhere: a is on the default network, b is in the network of the host (put both on one network, with network_mode, or leave the link out)`,
		}},
		{"row 69: to a joiner on the default network", `{"a": {"links": ["b", "c"]}, "c": {}, "b": {"create_options": {"network_mode": "container:m.c"}}}`, nil},
		{"row 69: to a joiner that is elsewhere", `{"a": {"links": "b"}, "c": {"create_options": {"network_mode": "n"}}, "b": {"create_options": {"network_mode": "container:m.c"}}}`, []string{
			`wrong-value containers > a > links: a link leads nowhere: a is on the default network, b is on the network "n" (put both on one network, with network_mode, or leave the link out)`,
		}},
		{"row 69: to a joiner of a stranger", `{"a": {"links": "b"}, "b": {"create_options": {"network_mode": "container:other"}}}`, nil},
		{"row 69: to a joiner on a network", `{"a": {"links": "b", "create_options": {"network_mode": "n"}}, "c": {"create_options": {"network_mode": "n"}}, "b": {"create_options": {"network_mode": "container:m.c"}}}`, []string{
			`wrong-value containers > a > links: a link leads nowhere: a is on the network "n", b is in the network of m.c (link to m.c, whose network it is)`,
		}},
		{"row 69: links of options too", `{"a": {"start_options": {"links": {"m.b": "db"}}}, "b": {"create_options": {"network_mode": "n"}}}`, []string{
			`wrong-value containers > a > links: a link leads nowhere: a is on the default network, b is on the network "n" (put both on one network, with network_mode, or leave the link out)`,
		}},
		{"row 69: links inside networking_config", `{"a": {"create_options": {"networking_config": {"n": {"links": {"m.b": "db"}}}}}, "b": {}}`, []string{
			`wrong-value containers > a > links: a link leads nowhere: a is on the network "n", b is on the default network (put both on one network, with network_mode, or leave the link out)`,
		}},
		{"row 69: on several networks", `{"a": {"links": "b", "create_options": {"networking_config": {"n": {}, "o": {}}}}, "b": {"create_options": {"network_mode": "n"}}}`, []string{
			`wrong-value containers > a > links: the container is on several networks (n, o), and links do not say on which (write them into networking_config, at the network where each is to be known)`,
		}},
		{"a network_mode that has no effect", `{"a": {"create_options": {"network_mode": "o", "networking_config": {"n": {}}}}}`, []string{
			`wrong-value containers > a > network_mode: networking_config names other networks, and an engine puts the container on those alone: name the network of network_mode there as well, or leave network_mode out`,
		}},
		{"the default network has three names", `{"a": {"links": ["b", "c"]}, "b": {"create_options": {"network_mode": "bridge"}}, "c": {"create_options": {"network_mode": "default"}}}`, nil},
		{"row 69: who is not of the map is not known", `{"a": {"create_options": {"network_mode": "n", "links": {"other": "o"}}}}`, nil},

		// Addresses.
		{"two containers with one address", `{"a": {"create_options": {"networking_config": {"n": {"ipv4_address": "10.1.0.2"}}}}, "b": {"create_options": {"networking_config": {"n": {"ipv4_address": "10.1.0.2"}}}}}`, []string{
			`duplicate containers > b > networking_config: a and b both want the address 10.1.0.2 on the network "n" (give each its own address, or leave it to Docker)`,
		}},
		{"row 34: instances with one address", `{"a": {"instances": [1, 2, 3], "create_options": {"networking_config": {"n": {"ipv6_address": "fd00::2"}}}}}`, []string{
			`duplicate containers > a > networking_config: a.1 and a.2 both want the address fd00::2 on the network "n" (give each its own address, or leave it to Docker)`,
		}},
		{"one address on two networks", `{"a": {"create_options": {"networking_config": {"n": {"ipv4_address": "10.1.0.2"}}}}, "b": {"create_options": {"networking_config": {"o": {"ipv4_address": "10.1.0.2"}}}}}`, nil},
	} {
		t.Run(test.row, func(t *testing.T) {
			if diff := cmp.Diff(test.want, shortLines(t, specifyAll(t, mapOf(t, test.text)))); diff != "" {
				t.Errorf("%s (-want +got):\n%s", test.text, diff)
			}
		})
	}
}

// returns is an option function that says the same to everybody.
func returns(values map[string]any) model.Options {
	return model.Options{Func: func(context.Context, model.OptionCall) (model.Dict, error) {
		in, _ := model.From(values)
		return in.Value.(model.Dict), nil
	}}
}

// What a function returns is judged like what the map says (row 110).
func TestAcrossFunctions(t *testing.T) {
	port := returns(map[string]any{"port_bindings": map[string]any{"80": int64(8000)}})
	bind := func(source string) model.Options {
		return returns(map[string]any{"binds": []any{source + ":/x"}})
	}
	for _, test := range []struct {
		name       string
		containers []*model.Container
		want       []string
	}{
		{"row 34: instances", []*model.Container{{Name: "a", Instances: []string{"x", "y"}, StartOptions: port}}, []string{
			`port-clash containers > a > start_options.port_bindings: all 2 instances of a publish host port 8000/tcp (only one can: let a function give each instance its own port, or publish None for any free one)`,
		}},
		{"row 125: two containers", []*model.Container{{Name: "a", StartOptions: port}, {Name: "b", CreateOptions: port}}, []string{
			`port-clash containers > b > create_options.port_bindings: a and b both publish host port 8000/tcp`,
		}},
		{"row 62: a function that mounts nothing", []*model.Container{{Name: "a", StartOptions: port}, {Name: "b", Uses: []model.Use{{Name: "a"}}}}, []string{
			`nothing-shared containers > b > uses[0]: cannot use "a": it has no volumes (give a shares, binds, uses or attaches)`,
		}},
		{"row 57: two functions", []*model.Container{{Name: "a", StartOptions: bind("/a")}, {Name: "b", StartOptions: bind("/b")}, {Name: "c", Uses: []model.Use{{Name: "a"}, {Name: "b"}}}}, []string{
			`mount-clash containers > c > uses: "/x" is mounted twice: host path /a of a and host path /b of b (only one of them can be there: change a path, or leave one out)`,
		}},
		{"row 69: a function that names a network", []*model.Container{{Name: "a", Links: []model.Link{{Container: "b"}}}, {Name: "b", StartOptions: returns(map[string]any{"network_mode": "n"})}}, []string{
			`wrong-value containers > a > links: a link leads nowhere: a is on the default network, b is on the network "n" (put both on one network, with network_mode, or leave the link out)`,
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := &model.ContainerMap{Name: "m", Containers: test.containers}
			if diff := cmp.Diff(test.want, shortLines(t, specifyAll(t, m))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// The keywords of a call are judged as well: two targets cannot publish one port (row 105).
func TestAcrossKeywords(t *testing.T) {
	m := mapOf(t, `{"a": {}, "b": {"instances": [1, 2]}}`)
	d, err := resolve.Map(m)
	if err != nil {
		t.Fatal(err)
	}
	call, _ := model.From(map[string]any{"port_bindings": map[string]any{"80": int64(8000)}})
	names := []string{"m.a", "m.b.2"}
	err = d.Specify(context.Background(), m, names, resolve.Keywords{Options: call.Value.(model.Dict), For: names})
	want := []string{`port-clash containers > b > option.port_bindings: a and b.2 both publish host port 8000/tcp`}
	if diff := cmp.Diff(want, shortLines(t, err)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A container that takes no part is judged by its fixed options, and not at all where
// a function may say otherwise: nobody calls it (row 110).
func TestAcrossOthers(t *testing.T) {
	port, _ := model.From(map[string]any{"port_bindings": map[string]any{"80": int64(8000)}})
	fixed := model.Options{Values: port.Value.(model.Dict)}
	called := false
	function := model.Options{Func: func(context.Context, model.OptionCall) (model.Dict, error) {
		called = true
		return nil, nil
	}}
	for _, test := range []struct {
		name  string
		other *model.Container
		want  []string
	}{
		{"fixed options", &model.Container{Name: "b", StartOptions: fixed}, []string{`port-clash containers > b > start_options.port_bindings: a and b both publish host port 8000/tcp`}},
		{"a function may win over them", &model.Container{Name: "b", CreateOptions: fixed, StartOptions: function}, nil},
		{"a function may choose another network", &model.Container{Name: "b", CreateOptions: function, StartOptions: fixed}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := &model.ContainerMap{Name: "m", Containers: []*model.Container{{Name: "a", StartOptions: fixed}, test.other}}
			d, err := resolve.Map(m)
			if err != nil {
				t.Fatal(err)
			}
			err = d.Specify(context.Background(), m, []string{"m.a"}, resolve.Keywords{})
			if diff := cmp.Diff(test.want, shortLines(t, err)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if called {
				t.Error("the function of a container that takes no part was called")
			}
		})
	}
}
