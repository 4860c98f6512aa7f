// Part of the simulated engine: the endpoints of containers on networks: addresses, aliases, joining and leaving.

package sim

import (
	"maps"
	"slices"
	"sort"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// endpoints are the places of containers on networks.
type endpoints struct {
	st       *state
	version  wire.Version
	journal  *journal
	networks *networks
}

// setEndpoints says which networks a new container will join when it starts.
func (s *endpoints) setEndpoints(c *container, given map[string]*spec.EndpointConfig) error {
	mode := c.HostConfig.NetworkMode
	if c.Config.NetworkDisabled || strings.HasPrefix(mode, "container:") {
		return nil
	}
	for name, ep := range given {
		if ep == nil {
			ep = &spec.EndpointConfig{}
		}
		c.Endpoints[name] = ep
	}
	name := mode
	if mode == "default" {
		name = "bridge"
	} else if n, err := s.st.findNetwork(mode); err == nil {
		name = n.Name
	}
	if len(c.Endpoints) == 0 {
		c.Endpoints[name] = &spec.EndpointConfig{}
	}
	for _, other := range []string{mode, "default"} {
		if ep := c.Endpoints[other]; ep != nil && other != name && (mode == "default" || other == mode) {
			delete(c.Endpoints, other)
			c.Endpoints[name] = ep
		}
	}
	return nil
}

// connectAll puts a container that starts on its networks, and opens its ports.
func (s *endpoints) connectAll(c *container) error {
	if other, ok := strings.CutPrefix(c.HostConfig.NetworkMode, "container:"); ok {
		target, err := s.st.lookup(other)
		if err != nil {
			return err
		}
		if target == c {
			return wire.Failure("cannot join own network")
		}
		if !target.Running {
			return wire.Conflict("cannot join network of a non running container: %s", other)
		}
		c.Config.Hostname, c.Config.Domainname = target.Config.Hostname, target.Config.Domainname
		return nil
	}
	c.SandboxID = ""
	sandbox := s.st.newID("sandbox")
	for _, name := range endpointOrder(c) {
		n, err := s.st.findNetwork(name)
		if err != nil {
			return err
		}
		if err := s.connectOne(c, name, n); err != nil {
			return err
		}
		c.SandboxID = sandbox
	}
	if err := s.checkLinkable(c); err != nil {
		return err
	}
	if err := s.openPorts(c); err != nil {
		return err
	}
	return s.checkLinks(c)
}

// endpointOrder is the default network first, then the others by name.
func endpointOrder(c *container) []string {
	names := slices.Sorted(maps.Keys(c.Endpoints))
	sort.SliceStable(names, func(i, j int) bool { return names[i] == "bridge" && names[j] != "bridge" })
	return names
}

// connectOne gives a container its address on one network.
func (s *endpoints) connectOne(c *container, name string, n *network) error {
	ep := c.Endpoints[name]
	if err := s.completeEndpoint(c, ep, n); err != nil {
		return err
	}
	if n.Driver == "null" && !n.Predefined {
		return wire.Forbidden("cannot create endpoint on configuration-only network")
	}
	if n.Driver != "host" && n.Driver != "null" {
		if err := s.assignAddresses(c, ep, n); err != nil {
			return err
		}
	}
	ep.NetworkID, ep.EndpointID = n.ID, s.st.newID("endpoint")
	s.journal.emit("network", "connect", n.ID, map[string]string{"container": c.ID, "name": n.Name, "type": n.Driver})
	return nil
}

// completeEndpoint refuses what a network cannot do, and adds the names that the engine itself gives.
func (s *endpoints) completeEndpoint(c *container, ep *spec.EndpointConfig, n *network) error {
	fixed := ep.IPAMConfig != nil && (ep.IPAMConfig.IPv4Address != "" || ep.IPAMConfig.IPv6Address != "")
	switch {
	case n.Predefined && fixed:
		return wire.BadRequest("user specified IP address is supported on user defined networks only")
	case n.Predefined && len(ep.Aliases) > 0:
		return wire.BadRequest("network-scoped alias is supported only for containers in user defined networks")
	case n.Predefined:
		return nil
	case fixed && !allowsFixed(n, ep.IPAMConfig):
		return wire.BadRequest("user specified IP address is supported only when connecting to networks with user configured subnets")
	}
	s.addOwnAliases(c, ep)
	return nil
}

// allowsFixed tells whether somebody asked for the pools of a network that hold addresses of these kinds.
func allowsFixed(n *network, asked *spec.EndpointIPAM) bool {
	v4, v6 := spec.SplitPools(n.IPAM.Config)
	return (asked.IPv4Address == "" || len(v4) > 0 && !n.AnyPool) && (asked.IPv6Address == "" || len(v6) > 0)
}

// addOwnAliases adds the short id and the host name to the aliases; since API 1.45 they are DNS names and no aliases.
func (s *endpoints) addOwnAliases(c *container, ep *spec.EndpointConfig) {
	own := []string{c.shortID()}
	if host := c.Config.Hostname; host != "" && host != c.Name && host != c.shortID() {
		own = append(own, host)
	}
	if s.version.At(44) {
		ep.DNSNames = append([]string{c.Name}, append(append([]string{}, ep.Aliases...), own...)...)
	}
	if s.version.At(45) {
		return
	}
	for _, alias := range own {
		if !slices.Contains(ep.Aliases, alias) {
			ep.Aliases = append(ep.Aliases, alias)
		}
	}
}

// disconnectAll takes a container that ended off its networks; it will join them again when it starts.
func (s *endpoints) disconnectAll(c *container) {
	c.Ports = nil
	for _, name := range endpointOrder(c) {
		ep := c.Endpoints[name]
		if ep.EndpointID == "" {
			continue
		}
		s.leave(c, ep)
	}
}

// leave ends one endpoint.
func (s *endpoints) leave(c *container, ep *spec.EndpointConfig) {
	n := s.st.Networks[ep.NetworkID]
	ep.EndpointID, ep.Gateway, ep.IPAddress, ep.IPPrefixLen, ep.MacAddress = "", "", "", 0, ""
	ep.IPv6Gateway, ep.GlobalIPv6Address, ep.GlobalIPv6PrefixLen = "", "", 0
	if n != nil {
		s.journal.emit("network", "disconnect", n.ID, map[string]string{"container": c.ID, "name": n.Name, "type": n.Driver})
	}
}

func networkConnect(w *world, q *wire.Request) (wire.Reply, error) {
	var body struct {
		Container      string
		EndpointConfig *spec.EndpointConfig
	}
	if err := q.Decode(&body); err != nil {
		return wire.Reply{}, err
	}
	c, err := w.st.lookup(body.Container)
	if err != nil {
		return wire.Reply{}, err
	}
	ep := body.EndpointConfig
	if ep == nil {
		ep = &spec.EndpointConfig{}
	}
	ep.EndpointID, ep.NetworkID = "", ""
	shares := strings.HasPrefix(c.HostConfig.NetworkMode, "container:")
	if c.Running && shares {
		return wire.Reply{}, wire.BadRequest("container sharing network namespace with another container or host cannot be connected to any other network")
	}
	n, err := w.st.findNetwork(q.Name)
	if err != nil && !c.Running && wire.StatusOf(wire.Reply{}, err) == 404 {
		// Who does not run can be connected to what does not exist; the start will fail. The engine keeps no
		// networks for a container that shares those of another, and its handler dies on that.
		if shares && !c.Connected {
			return wire.Reply{}, wire.ErrCut
		}
		c.Endpoints[q.Name] = ep
		return wire.Status(200)
	}
	if err != nil {
		return wire.Reply{}, err
	}
	if err := w.endpoints.checkConnect(c, ep, n); err != nil {
		return wire.Reply{}, err
	}
	if old := c.Endpoints[n.Name]; old != nil {
		if c.Running && old.EndpointID != "" {
			return wire.Reply{}, wire.Forbidden("endpoint with name %s already exists in network %s", c.Name, n.Name)
		}
		return wire.Status(200)
	}
	c.Endpoints[n.Name], c.Connected = ep, true
	if c.Running && !c.Restarting {
		if err := w.endpoints.connectOne(c, n.Name, n); err != nil {
			delete(c.Endpoints, n.Name)
			return wire.Reply{}, err
		}
	}
	return wire.Status(200)
}

// checkConnect refuses what a network cannot do, and networks that a container cannot have together.
func (s *endpoints) checkConnect(c *container, ep *spec.EndpointConfig, n *network) error {
	if c.Removing || c.Dead {
		return wire.Conflict("container %s is marked for removal and cannot be connected or disconnected to the network", c.ID)
	}
	if err := s.completeEndpoint(c, ep, n); err != nil {
		return err
	}
	onHost, host := c.HostConfig.NetworkMode == "host", n.Driver == "host"
	switch {
	case host && !onHost:
		return wire.BadRequest(errHostNetwork)
	case c.Endpoints[n.Name] != nil:
		return nil
	case onHost && c.Endpoints["host"] != nil:
		return wire.BadRequest("container sharing network namespace with another container or host cannot be connected to any other network")
	case n.Name == "none" && len(c.Endpoints) > 0 || c.Endpoints["none"] != nil:
		return wire.BadRequest("container cannot be connected to multiple networks with one of the networks in private (none) mode")
	}
	return nil
}

const errHostNetwork = "container cannot be disconnected from host network or connected to host network"

func networkDisconnect(w *world, q *wire.Request) (wire.Reply, error) {
	var body struct {
		Container string
		Force     bool
	}
	if err := q.Decode(&body); err != nil {
		return wire.Reply{}, err
	}
	c, err := w.st.lookup(body.Container)
	if err != nil && body.Force {
		if _, err := w.st.findNetwork(q.Name); err != nil {
			return wire.Reply{}, err
		}
		return wire.Reply{}, wire.NotFound("endpoint %s not found", body.Container)
	}
	if err != nil {
		return wire.Reply{}, err
	}
	n, err := w.st.findNetwork(q.Name)
	if err != nil && (c.Running && !body.Force) {
		return wire.Reply{}, err
	}
	name := q.Name
	if err == nil {
		name = n.Name
		if c.Running && c.HostConfig.NetworkMode == "host" && n.Driver == "host" {
			return wire.Reply{}, wire.BadRequest(errHostNetwork)
		}
	}
	ep := c.Endpoints[name]
	if ep == nil && c.Running {
		return wire.Reply{}, wire.Failure("container %s is not connected to network %s", c.ID, name)
	}
	if ep == nil {
		return wire.Reply{}, wire.Failure("container %s is not connected to the network %s", c.ID, name)
	}
	if ep.EndpointID != "" {
		w.endpoints.leave(c, ep)
	}
	delete(c.Endpoints, name)
	if n != nil {
		// Who runs leaves and is disconnected, which are two events.
		w.journal.emit("network", "disconnect", n.ID, map[string]string{"container": c.ID, "name": n.Name, "type": n.Driver})
	}
	return wire.Status(200)
}
