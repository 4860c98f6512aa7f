// Plan: ports of the host that somebody else has.

package plan

import (
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/snapshot"
)

const portBindings = "HostConfig.PortBindings"

// portsTaken reports ports that a container is going to publish although a running one,
// which this plan does not stop, has them: the start would fail, with half of the work done.
func portsTaken(b *builder) {
	for _, n := range b.d.Nodes {
		t := b.todo[n.Name]
		if !t.start || n.Spec == nil || !t.create && !madeWith(n, b.s.Containers[n.Name]).same(portBindings) {
			continue
		}
		for _, port := range published(n.Spec) {
			if holder := holderOf(b, n.Name, port); holder != "" {
				b.problem(CodeState, n, "stop that one, or publish another port", "container %q publishes the port %s of the host, which container %q has", n.Name, strings.TrimPrefix(port.String(), "0.0.0.0:"), holder)
				b.problems[len(b.problems)-1].Origin = n.At(portBindings)
			}
		}
	}
}

// published are the ports of the host that a request asks for by number.
func published(s *docker.ContainerSpec) []docker.HostPort {
	var out []docker.HostPort
	for _, key := range slices.Sorted(maps.Keys(s.HostConfig.PortBindings)) {
		_, protocol, ok := strings.Cut(key, "/")
		if !ok {
			protocol = "tcp"
		}
		for _, binding := range s.HostConfig.PortBindings[key] {
			number, err := strconv.ParseUint(binding.HostPort, 10, 16)
			if err == nil && number != 0 { // of a range, the engine takes a free one
				ip := binding.HostIP
				if ip == "" {
					ip = "0.0.0.0"
				}
				out = append(out, docker.HostPort{IP: ip, Port: uint16(number), Protocol: protocol})
			}
		}
	}
	return out
}

// holderOf names a running container that has a port, and that the plan does not stop.
func holderOf(b *builder, asking string, port docker.HostPort) string {
	for _, among := range []map[string]snapshot.Container{b.s.Containers, b.s.Others} {
		for _, name := range slices.Sorted(maps.Keys(among)) {
			c := among[name]
			if name == asking || !c.Runs() || b.todo[name].stop {
				continue
			}
			if slices.ContainsFunc(c.Ports, func(has docker.HostPort) bool { return overlap(has, port) }) {
				return c.Name
			}
		}
	}
	return ""
}

// overlap reports whether two containers cannot have these ports at a time: they are the
// same, on the same address or on all addresses of its family.
func overlap(a, b docker.HostPort) bool {
	if a.Port != b.Port || a.Protocol != b.Protocol {
		return false
	}
	one, err := netip.ParseAddr(a.IP)
	other, wrong := netip.ParseAddr(b.IP)
	if err != nil || wrong != nil {
		return false
	}
	return one.Is4() == other.Is4() && (one == other || one.IsUnspecified() || other.IsUnspecified())
}
