// World: the endpoints of containers on networks: how they join and leave.

package world

import (
	"maps"
	"slices"
	"sort"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/state"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// Endpoints are the places of containers on networks.
type Endpoints struct {
	st       *state.State
	version  wire.Version
	journal  *Journal
	networks *Networks
}

// set records which networks a new container will join when it starts.
func (s *Endpoints) set(c *state.Container, given map[string]*spec.EndpointConfig) error {
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
	} else if n, err := s.st.FindNetwork(mode); err == nil {
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

// connect puts a starting container on its networks, and opens its ports.
func (s *Endpoints) connect(c *state.Container) error {
	if other, ok := strings.CutPrefix(c.HostConfig.NetworkMode, "container:"); ok {
		target, err := s.st.FindContainer(other)
		switch {
		case err != nil:
			return errJoinsNobody(s.version, err)
		case target == c:
			return errJoinsItself(s.version)
		case !target.Running:
			return errJoinsStopped(s.version, target, other)
		}
		c.Config.Hostname, c.Config.Domainname = target.Config.Hostname, target.Config.Domainname
		return errSharesAndJoins(s.version, c)
	}
	// It stays empty if no network could be joined.
	c.SandboxID = ""
	sandbox := s.st.NewID("sandbox")
	for _, name := range EndpointOrder(c) {
		n, err := s.st.FindNetwork(name)
		if err != nil {
			return networkSetUp(s.version, err)
		}
		if err := s.connectOne(c, name, n); err != nil {
			return networkSetUp(s.version, err)
		}
		c.SandboxID = sandbox
	}
	// Links are checked twice, as the engine does: whether their targets are on the
	// default network before ports are taken, and whether they run after that.
	if linksFirstApart(s.version) {
		if err := s.checkLinkable(c); err != nil {
			return err
		}
	}
	if err := s.openPorts(c); err != nil {
		return networkSetUp(s.version, err)
	}
	return s.checkLinks(c)
}

// EndpointOrder returns the networks of a container: the default one first, then the
// others by name.
func EndpointOrder(c *state.Container) []string {
	names := slices.Sorted(maps.Keys(c.Endpoints))
	sort.SliceStable(names, func(i, j int) bool { return names[i] == "bridge" && names[j] != "bridge" })
	return names
}

// connectOne gives a container its address on one network.
func (s *Endpoints) connectOne(c *state.Container, name string, n *state.Network) error {
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
	ep.NetworkID, ep.EndpointID = n.ID, s.st.NewID("endpoint")
	s.journal.Emit("network", "connect", n.ID, map[string]string{"container": c.ID, "name": n.Name, "type": n.Driver})
	return nil
}

// completeEndpoint refuses what a network cannot do, and adds the names that the engine
// itself assigns.
func (s *Endpoints) completeEndpoint(c *state.Container, ep *spec.EndpointConfig, n *state.Network) error {
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

// allowsFixed reports whether the pools of a network that hold addresses of these kinds
// were asked for by somebody, rather than chosen by the engine: only then can an
// address be asked for.
func allowsFixed(n *state.Network, asked *spec.EndpointIPAM) bool {
	v4, v6 := spec.SplitPools(n.IPAM.Config)
	return (asked.IPv4Address == "" || len(v4) > 0 && !n.AnyPool) && (asked.IPv6Address == "" || len(v6) > 0)
}

// addOwnAliases adds the short id and the host name to the aliases; since API 1.45 they
// are DNS names, not aliases.
func (s *Endpoints) addOwnAliases(c *state.Container, ep *spec.EndpointConfig) {
	own := []string{c.ShortID()}
	if host := c.Config.Hostname; host != "" && host != c.Name && host != c.ShortID() {
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

// disconnect takes a container that ended off its networks; it will join them again
// when it starts.
func (s *Endpoints) disconnect(c *state.Container) {
	c.Ports = nil
	for _, name := range EndpointOrder(c) {
		ep := c.Endpoints[name]
		if ep.EndpointID == "" {
			continue
		}
		s.leave(c, ep)
	}
}

// leave ends one endpoint.
func (s *Endpoints) leave(c *state.Container, ep *spec.EndpointConfig) {
	n := s.st.Networks[ep.NetworkID]
	ep.EndpointID, ep.Gateway, ep.IPAddress, ep.IPPrefixLen, ep.MacAddress = "", "", "", 0, ""
	ep.IPv6Gateway, ep.GlobalIPv6Address, ep.GlobalIPv6PrefixLen = "", "", 0
	if n != nil {
		s.journal.Emit("network", "disconnect", n.ID, map[string]string{"container": c.ID, "name": n.Name, "type": n.Driver})
	}
}
