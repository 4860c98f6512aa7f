// Resolve: tests of published ports, in the forms that JSON cannot write.

package resolve_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/problem"
)

// publishes is a container that publishes one port, as one entry of port_bindings.
func publishes(name string, port, binding any) *model.Container {
	return &model.Container{Name: name, StartOptions: model.Options{Values: model.Dict{{
		Key: model.Input{Value: "port_bindings", Origin: at(1)},
		Value: model.Input{Value: model.Dict{{
			Key: model.Input{Value: port, Origin: at(7)}, Value: model.Input{Value: binding}}}},
	}}}}
}

// at is a line of the map.
func at(line int) problem.Origin { return problem.Origin{File: "site.star", Line: line, Col: 1} }

// lines returns an error as its lines, none for nil.
func lines(err error) []string {
	if err == nil {
		return nil
	}
	return strings.Split(err.Error(), "\n")
}

func list(values ...any) model.List {
	var out model.List
	for _, v := range values {
		out = append(out, model.Input{Value: v})
	}
	return out
}

// What the engine refuses was measured with API 1.41: a port on all addresses and
// on one of them clash, also in the other order; 0.0.0.0 and :: do not.
func TestPublishedPorts(t *testing.T) {
	type entry struct{ port, binding any }
	hostPort := func(ip, port any) model.Dict {
		return model.Dict{{Key: model.Input{Value: "HostIp"}, Value: model.Input{Value: ip}}, {Key: model.Input{Value: "HostPort"}, Value: model.Input{Value: port}}}
	}
	for _, test := range []struct {
		name  string
		a, b  entry
		clash string
	}{
		{"same number", entry{int64(80), int64(8000)}, entry{int64(81), int64(8000)}, "8000/tcp"},
		{"same number as text", entry{"80", "8000"}, entry{int64(81), int64(8000)}, "8000/tcp"},
		{"leading zeros", entry{"80", "08000"}, entry{int64(81), int64(8000)}, "8000/tcp"},
		{"all and one address", entry{"80", "8000"}, entry{"80", list("127.0.0.1", int64(8000))}, "8000/tcp"},
		{"one and all addresses", entry{"80", list("127.0.0.1", int64(8000))}, entry{"80", list("0.0.0.0", int64(8000))}, "8000/tcp"},
		{"all addresses of both kinds", entry{"80", list("::", int64(8000))}, entry{"80", list("0.0.0.0", int64(8000))}, ""},
		{"no address and one of IPv6", entry{"80", int64(8000)}, entry{"80", list("::1", int64(8000))}, "8000/tcp"},
		{"two addresses", entry{"80", list("127.0.0.1", int64(8000))}, entry{"80", list("127.0.0.2", int64(8000))}, ""},
		{"one address, two spellings", entry{"80", list("::1", int64(8000))}, entry{"80", list("0:0::1", int64(8000))}, "8000/tcp"},
		{"dicts", entry{"80/tcp", hostPort("", "8000")}, entry{"80/tcp", list(hostPort(nil, int64(8000)))}, "8000/tcp"},
		{"D22: two protocols", entry{list(int64(53), "udp"), int64(53)}, entry{"53", int64(53)}, ""},
		{"D22: one protocol", entry{list(int64(53), "udp"), int64(53)}, entry{"54/UDP", list(int64(53))}, "53/udp"},
		{"any port", entry{"80", nil}, entry{"80", list("127.0.0.1")}, ""},
		{"a range", entry{"80", "8000-8010"}, entry{"80", "8000-8010"}, ""},
		{"row 125: a range and a port in it", entry{"80", int64(8001)}, entry{"80", "8000-8001"}, "! b publishes one of the host ports 8000-8001/tcp, which may be 8001/tcp of a (leave 8001 out of the range)"},
		{"row 125: a range and a port in it at one address", entry{"80", list("[::1]", int64(8001))}, entry{"80", list("::1", "8000-8001")}, "! b publishes one of the host ports 8000-8001/tcp, which may be 8001/tcp of a (leave 8001 out of the range)"},
		{"a range and a port in it at another address", entry{"80", list("127.0.0.2", int64(8001))}, entry{"80", list("127.0.0.1", "8000-8001")}, ""},
		{"a range and a port beside it", entry{"80", int64(8002)}, entry{"80", "8000-8001"}, ""},
		{"a range and a port of another protocol", entry{"80/udp", int64(8001)}, entry{"80", "8000-8001"}, ""},
		{"row 125: ports one by one", entry{"81", int64(8001)}, entry{"80-82", "8000-8002"}, "8001/tcp"},
		{"row 125: one problem for ports one by one", entry{"80-89", "8000-8009"}, entry{"80-89", "8000-8009"}, "8000/tcp"},
		{"a range that is one port", entry{"80", "8000-8000"}, entry{"80", int64(8000)}, "8000/tcp"},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := &model.ContainerMap{Name: "m", Containers: []*model.Container{
				publishes("a", test.a.port, test.a.binding), publishes("b", test.b.port, test.b.binding)}}
			var want []string
			if test.clash != "" {
				text, isText := strings.CutPrefix(test.clash, "! ")
				if !isText {
					text = "a and b both publish host port " + test.clash
				}
				want = []string{"site.star:7:1: container_map > containers > b > start_options.port_bindings: " + text}
			}
			if diff := cmp.Diff(want, lines(specifyAll(t, m))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
