// World: published ports. A conflict shows when a container starts, never when it is
// created.

package world

import (
	"cmp"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/state"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// The range from which the engine takes ephemeral host ports.
const (
	FirstEphemeralPort = 32768
	lastEphemeralPort  = 60999
)

// exposedPorts returns the exposed ports as 80/tcp, in order.
func exposedPorts(c *state.Container) []string {
	var ports []string
	for _, key := range slices.Sorted(maps.Keys(c.Config.ExposedPorts)) {
		number, proto := spec.SplitPort(key)
		if !slices.Contains(ports, number+"/"+proto) {
			ports = append(ports, number+"/"+proto)
		}
	}
	return ports
}

// openPorts publishes the ports of a starting container. A binding of a port that is
// not exposed is ignored.
func (s *Endpoints) openPorts(c *state.Container) error {
	c.Ports = nil
	if !s.onBridge(c) {
		return nil
	}
	// Collected first and set at the end: a start that fails at its second port must
	// hold none, and yet the first port must conflict with the second.
	open := map[string][]spec.PortBinding{}
	for _, port := range exposedPorts(c) {
		number, proto := spec.SplitPort(port)
		bindings := bindingsOf(c, number, proto)
		if len(bindings) == 0 && c.HostConfig.PublishAllPorts {
			bindings = []spec.PortBinding{{}}
		}
		open[port] = nil
		for _, b := range bindings {
			got, err := s.openPort(c, proto, b, open)
			if err != nil {
				return err
			}
			open[port] = append(open[port], got...)
		}
	}
	c.Ports = open
	return nil
}

// onBridge reports whether a container is on a network that can publish ports.
func (s *Endpoints) onBridge(c *state.Container) bool {
	for _, ep := range c.Endpoints {
		if n := s.st.Networks[ep.NetworkID]; n != nil && n.Driver == "bridge" && !n.Internal {
			return true
		}
	}
	return false
}

// bindingsOf returns the bindings of one port, whether its key is written 80/tcp or 80.
func bindingsOf(c *state.Container, number, proto string) []spec.PortBinding {
	if b := c.HostConfig.PortBindings[number+"/"+proto]; len(b) > 0 {
		return b
	}
	if _, exposedBare := c.Config.ExposedPorts[number]; proto == "tcp" && exposedBare {
		return c.HostConfig.PortBindings[number]
	}
	return nil
}

// openPort takes one host port, or the first free one of a range or of the ephemeral
// ports.
func (s *Endpoints) openPort(c *state.Container, proto string, b spec.PortBinding, own map[string][]spec.PortBinding) ([]spec.PortBinding, error) {
	ip := cmp.Or(b.HostIP, "0.0.0.0")
	if _, err := netip.ParseAddr(ip); err != nil {
		return nil, wire.Failure("invalid host IP address %q", b.HostIP)
	}
	wanted, _ := spec.SplitPort(b.HostPort)
	port, err := s.choosePort(c, proto, ip, wanted, own)
	if err != nil {
		return nil, err
	}
	got := []spec.PortBinding{{HostIP: ip, HostPort: strconv.Itoa(port)}}
	if b.HostIP == "" {
		got = append(got, spec.PortBinding{HostIP: "::", HostPort: strconv.Itoa(port)})
	}
	return got, nil
}

func (s *Endpoints) choosePort(c *state.Container, proto, ip, wanted string, own map[string][]spec.PortBinding) (int, error) {
	endpoint := ""
	for _, ep := range c.Endpoints {
		endpoint = max(endpoint, ep.EndpointID)
	}
	if wanted == "" || wanted == "0" {
		for range lastEphemeralPort - FirstEphemeralPort + 1 {
			s.st.LastPort++
			if s.st.LastPort > lastEphemeralPort || s.st.LastPort < FirstEphemeralPort {
				s.st.LastPort = FirstEphemeralPort
			}
			if !s.portTaken(proto, ip, s.st.LastPort, own) {
				return s.st.LastPort, nil
			}
		}
		return 0, wire.Failure("driver failed programming external connectivity on endpoint %s (%s): all ports are allocated", c.Name, endpoint)
	}
	from, to, _ := spec.PortRange(wanted)
	for port := from; port <= to; port++ {
		if !s.portTaken(proto, ip, port, own) {
			return port, nil
		}
	}
	if from != to {
		return 0, wire.Failure("driver failed programming external connectivity on endpoint %s (%s): all ports are allocated", c.Name, endpoint)
	}
	return 0, wire.Failure("driver failed programming external connectivity on endpoint %s (%s): Bind for %s:%d failed: port is already allocated", c.Name, endpoint, ip, from)
}

// portTaken reports whether a host port is already published; an address for all
// interfaces conflicts with every other.
func (s *Endpoints) portTaken(proto, ip string, port int, own map[string][]spec.PortBinding) bool {
	tables := []map[string][]spec.PortBinding{own}
	for _, c := range s.st.Containers {
		tables = append(tables, c.Ports)
	}
	for _, table := range tables {
		for key, bindings := range table {
			if !strings.HasSuffix(key, "/"+proto) {
				continue
			}
			for _, b := range bindings {
				if b.HostPort == strconv.Itoa(port) && addressesOverlap(b.HostIP, ip) {
					return true
				}
			}
		}
	}
	return false
}

func addressesOverlap(a, b string) bool {
	x, errX := netip.ParseAddr(a)
	y, errY := netip.ParseAddr(b)
	if errX != nil || errY != nil || x.Is4() != y.Is4() {
		return false
	}
	return x == y || x.IsUnspecified() || y.IsUnspecified()
}
