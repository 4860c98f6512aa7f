// World: networks. The places of containers on them are in endpoints.go.

package world

import (
	"cmp"
	"net/netip"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/ids"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/state"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// Networks holds the networks and their address pools.
type Networks struct {
	st      *state.State
	version wire.Version
	journal *Journal
}

// AddPredefined creates bridge, host and none.
func (s *Networks) AddPredefined() {
	for _, n := range []struct{ name, driver string }{{"none", "null"}, {"host", "host"}, {"bridge", "bridge"}} {
		made := &state.Network{
			ID: ids.Of("network", n.name), Name: n.name, Driver: n.driver, Scope: "local", Created: s.st.Now, Predefined: true,
			Labels: map[string]string{}, Options: map[string]string{}, IPAM: spec.IPAMConfig{Driver: "default", Config: []spec.IPAMPool{}},
		}
		if n.name == "bridge" {
			made.IPAM.Config = []spec.IPAMPool{{Subnet: "172.17.0.0/16", Gateway: "172.17.0.1"}}
			made.Options = map[string]string{
				"com.docker.network.bridge.default_bridge": "true", "com.docker.network.bridge.enable_icc": "true",
				"com.docker.network.bridge.enable_ip_masquerade": "true", "com.docker.network.bridge.host_binding_ipv4": "0.0.0.0",
				"com.docker.network.bridge.name": "docker0", "com.docker.network.driver.mtu": "1500",
			}
		}
		s.st.Networks[made.ID] = made
	}
}

// New creates a network. asked is the version of the call.
func (s *Networks) New(asked wire.Version, body *spec.NetworkBody) (*state.Network, error) {
	n := &state.Network{
		Name: body.Name, Driver: cmp.Or(body.Driver, "bridge"), Scope: "local", Created: s.st.Now, Labels: spec.NotNil(body.Labels),
		Options: spec.NotNil(body.Options), Internal: body.Internal, Attachable: body.Attachable, ConfigOnly: body.ConfigOnly,
		EnableIPv6: body.EnableIPv6 != nil && *body.EnableIPv6, IPAM: spec.IPAMConfig{Driver: "default"},
	}
	if body.ConfigFrom != nil {
		n.ConfigFrom = body.ConfigFrom.Network
	}
	if body.IPAM != nil {
		n.IPAM = spec.IPAMConfig{Driver: cmp.Or(body.IPAM.Driver, "default"), Options: body.IPAM.Options, Config: body.IPAM.Config}
	}
	for _, pool := range n.IPAM.Config {
		if _, err := netip.ParsePrefix(pool.Subnet); err != nil {
			return nil, wire.Failure("Invalid subnet %s : invalid CIDR address: %s", pool.Subnet, pool.Subnet)
		}
	}
	if strings.TrimSpace(n.Name) == "" {
		if asked.At(44) {
			return nil, wire.BadRequest("invalid name: name is empty")
		}
		return nil, wire.Failure("invalid name: %s", n.Name)
	}
	if err := checkConfiguration(n, body); err != nil {
		return nil, err
	}
	if n.ConfigOnly {
		n.Driver = "null"
	} else if err := s.plumb(n, body); err != nil {
		return nil, err
	}
	n.ID = s.st.NewID("network")
	s.st.Networks[n.ID] = n
	s.journal.Emit("network", "create", n.ID, map[string]string{"name": n.Name, "type": n.Driver})
	return n, nil
}

// checkConfiguration refuses combinations that make no sense for networks that are a
// configuration or take one.
func checkConfiguration(n *state.Network, body *spec.NetworkBody) error {
	switch {
	case n.ConfigOnly && (body.Ingress || n.Internal || n.Attachable || body.Scope != ""):
		return wire.Forbidden("configuration network can only contain network specific fields. Network operator fields like [ ingress | internal | attachable | scope ] are not supported.")
	case n.ConfigFrom == "":
		return nil
	case n.ConfigOnly:
		return wire.Forbidden("a configuration network cannot depend on another configuration network")
	case n.IPAM.Driver != "default" || n.EnableIPv6 || len(n.Labels) > 0 || len(n.IPAM.Options) > 0 || len(n.IPAM.Config) > 0:
		return wire.Forbidden("user specified configurations are not supported if the network depends on a configuration network")
	case len(n.Options) > 0:
		return wire.Forbidden("network driver options are not supported if the network depends on a configuration network")
	}
	return nil
}

// plumb checks what the driver of a network is asked to do, and gives the network its
// addresses.
func (s *Networks) plumb(n *state.Network, body *spec.NetworkBody) error {
	if err := checkDriver(n, body); err != nil {
		return err
	}
	if n.ConfigFrom != "" {
		if err := s.takeConfiguration(n); err != nil {
			return err
		}
	}
	if n.IPAM.Driver != "default" {
		return wire.NotFound("plugin %q not found", n.IPAM.Driver)
	}
	if n.Driver == "host" || n.Driver == "null" {
		return wire.Forbidden("only one instance of %q network is allowed", n.Driver)
	}
	if err := s.checkPools(n); err != nil {
		return err
	}
	if n.Driver == "bridge" {
		if err := spec.CheckBridge(n.Options, n.IPAM.Config); err != nil {
			return err
		}
	}
	// The engine assigns addresses first, and only then finds that there is no swarm to
	// tell about the network.
	if n.Driver == "overlay" || body.Scope != "" && body.Scope != "local" {
		return wire.Failure("%s", NoManager)
	}
	return nil
}

// checkDriver refuses drivers that do not exist, and scopes that a driver does not
// have.
func checkDriver(n *state.Network, body *spec.NetworkBody) error {
	switch n.Driver {
	case "bridge", "overlay", "macvlan", "ipvlan", "host", "null":
	default:
		return wire.NotFound("plugin %q not found", n.Driver)
	}
	overlay := n.Driver == "overlay"
	switch {
	case overlay && body.Scope == "local":
		return wire.Forbidden("cannot downgrade network scope for overlay networks")
	case body.Ingress && !overlay:
		return wire.Forbidden("Ingress network can only be global scope network")
	case body.Scope == "swarm":
		return wire.Forbidden("cannot create a swarm scoped network when swarm is not active")
	}
	return nil
}

// takeConfiguration gives a network the configuration that another network holds for
// it.
func (s *Networks) takeConfiguration(n *state.Network) error {
	for _, from := range s.st.NetworksByAge() {
		if from.ConfigOnly && from.Name == n.ConfigFrom {
			n.EnableIPv6, n.IPAM, n.Options = from.EnableIPv6, from.IPAM, from.Options
			n.Labels = spec.Union(from.Labels, n.Labels)
			return nil
		}
	}
	return wire.NotFound("configuration network %q does not exist", n.ConfigFrom)
}

// checkPools checks the address pools of a network that is being created, and gives it
// one of IPv4 addresses if it has none. Pools of IPv6 addresses count only if IPv6 is
// enabled.
func (s *Networks) checkPools(n *state.Network) error {
	v4, v6 := spec.SplitPools(n.IPAM.Config)
	for i := range v4 {
		if err := s.fillPool(n.Name, &v4[i]); err != nil {
			return err
		}
	}
	if len(v4) == 0 {
		pool, err := s.freePool()
		if err != nil {
			return err
		}
		v4, n.AnyPool = []spec.IPAMPool{{Subnet: pool.String(), Gateway: pool.Addr().Next().String()}}, true
	}
	if n.EnableIPv6 && len(v6) == 0 {
		return wire.NotFound("could not find an available, non-overlapping IPv6 address pool among the defaults to assign to the network")
	}
	for i := range v6 {
		// Without IPv6 the pools are kept and shown, and whatever is wrong with them is
		// ignored: nobody will take an address from them.
		if err := s.fillPool(n.Name, &v6[i]); n.EnableIPv6 && err != nil {
			return err
		}
	}
	n.IPAM.Config = append(v4, v6...)
	return nil
}

// overlaps reports whether a subnet overlaps one in use.
func (s *Networks) overlaps(subnet netip.Prefix) bool {
	for _, n := range s.st.Networks {
		if n.ConfigOnly {
			continue // it holds no addresses
		}
		for _, pool := range n.IPAM.Config {
			if used, err := netip.ParsePrefix(pool.Subnet); err == nil && used.Overlaps(subnet) {
				return true
			}
		}
	}
	return false
}

// Drop removes a network.
func (s *Networks) Drop(n *state.Network) {
	delete(s.st.Networks, n.ID)
	s.journal.Emit("network", "destroy", n.ID, map[string]string{"name": n.Name, "type": n.Driver})
}

// NoManager is what the engine answers to what only the manager of a swarm can do.
const NoManager = `This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.`
