// Test tools: the suite's cases about starting containers that cannot start.

package dockertest

import (
	"net"
	"strconv"

	"github.com/dmap-dev/dmap/engine/docker"
)

var startCases = []suiteCase{
	{"a failed start says why, and leaves the container as it was", func(s *suite) {
		for _, row := range []struct {
			name   string
			kind   docker.Kind
			change func(*docker.ContainerSpec)
		}{
			{"missing program", docker.InvalidSpec, func(c *docker.ContainerSpec) { c.Cmd = []string{"/missing"} }},
			{"unknown user", docker.InvalidSpec, func(c *docker.ContainerSpec) { c.User = "nobodyknows" }},
			{"missing network", docker.Conflict, func(c *docker.ContainerSpec) { c.HostConfig.NetworkMode = s.name("missing") }},
			{"network of a missing container", docker.Conflict, func(c *docker.ContainerSpec) {
				c.HostConfig.NetworkMode = "container:" + s.name("missing")
			}},
		} {
			asked := spec("run")
			row.change(&asked)
			s.create("x", asked)
			s.want(row.name, s.StartContainer(s.Context(), s.name("x")), row.kind)
			got := s.inspect("x")
			s.same(row.name+": status", got.State.Status, docker.StateCreated)
			if got.State.Error == "" || !got.State.StartedAt.IsZero() {
				s.Errorf("%s: want an error and no start in the state, got %+v", row.name, got.State)
			}
			s.ok(s.RemoveContainer(s.Context(), s.name("x"), false))
		}
	}},
	{"a port belongs to one container, and is free after it", func(s *suite) {
		port := freePort(s)
		asked := spec("run")
		asked.ExposedPorts = map[string]struct{}{"80/tcp": {}}
		asked.HostConfig.NetworkMode = ""
		asked.HostConfig.PortBindings = map[string][]docker.PortBinding{"80/tcp": {{HostIP: "127.0.0.1", HostPort: port}}}
		s.create("x", asked)
		s.create("y", asked)
		s.start("x")
		s.want("second", s.StartContainer(s.Context(), s.name("y")), docker.PortTaken)
		s.same("state of second", s.state("y"), docker.StateCreated)
		s.ok(s.StopContainer(s.Context(), s.name("x"), nil))
		s.start("y")
	}},
	{"a link needs a running target", func(s *suite) {
		target, linker := spec("run"), spec("run")
		target.HostConfig.NetworkMode, linker.HostConfig.NetworkMode = "", ""
		linker.HostConfig.Links = []string{s.name("db") + ":data"}
		s.create("db", target)
		s.create("web", linker)
		s.want("start", s.StartContainer(s.Context(), s.name("web")), docker.LinkTargetDown)
		s.start("db")
		s.start("web")
		s.same("state", s.state("web"), docker.StateRunning)
		s.same("links", s.inspect("web").HostConfig.Links, []string{"/" + s.name("db") + ":/" + s.name("web") + "/data"})
		list, err := s.Containers(s.Context(), "^"+s.prefix)
		s.ok(err)
		var names []string
		for _, one := range list {
			names = append(names, one.Name)
		}
		s.same("names in the list, without those of links", names, []string{s.name("db"), s.name("web")})
		list, err = s.Containers(s.Context(), "data$")
		s.ok(err)
		for _, one := range list {
			if one.Name == s.name("db") {
				s.Error("the name that a link gives was matched")
			}
		}
	}},
}

func freePort(s *suite) string {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	s.ok(err)
	port := l.Addr().(*net.TCPAddr).Port
	s.ok(l.Close())
	return strconv.Itoa(port)
}
