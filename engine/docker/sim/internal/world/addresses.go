// World: the address pools of networks, and the addresses that endpoints get from them.

package world

import (
	"fmt"
	"net"
	"net/netip"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/addresses"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/state"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// fillPool checks one pool that was asked for a network, and gives it a gateway if it
// has none.
func (s *Networks) fillPool(network string, pool *spec.IPAMPool) error {
	subnet, err := netip.ParsePrefix(pool.Subnet)
	if err != nil {
		return wire.Failure("Invalid subnet %s : invalid CIDR address: %s", pool.Subnet, pool.Subnet)
	}
	if _, err := netip.ParsePrefix(pool.IPRange); err != nil && pool.IPRange != "" {
		return wire.Failure("failed to parse pool request for address space \"LocalDefault\" pool %q subpool %q: Invalid Address SubPool", pool.Subnet, pool.IPRange)
	}
	if s.overlaps(subnet.Masked()) {
		return wire.Forbidden("Pool overlaps with other one on this address space")
	}
	return addresses.New(*pool).Fill(network, pool)
}

// assignAddresses gives an endpoint the addresses that it asks for, or the lowest that
// are free.
func (s *Endpoints) assignAddresses(c *state.Container, ep *spec.EndpointConfig, n *state.Network) error {
	asked := spec.EndpointIPAM{}
	if ep.IPAMConfig != nil {
		asked = *ep.IPAMConfig
	}
	if err := checkAddresses(asked); err != nil {
		return err
	}
	mac, err := macOn(c, n)
	if err != nil {
		return err
	}
	// All addresses are given together: an endpoint that cannot have one of them keeps
	// none.
	given := *ep
	v4, v6 := spec.SplitPools(n.IPAM.Config)
	if len(v4) > 0 {
		address, bits, err := s.networks.assign(n, v4[0], "IPv4", asked.IPv4Address)
		if err != nil {
			return err
		}
		given.IPAddress, given.IPPrefixLen, given.Gateway = address.String(), bits, v4[0].Gateway
		if mac == "" {
			b := address.As4()
			mac = fmt.Sprintf("02:42:%02x:%02x:%02x:%02x", b[0], b[1], b[2], b[3])
		}
	}
	if n.EnableIPv6 && len(v6) > 0 {
		address, bits, err := s.networks.assign(n, v6[0], "IPv6", asked.IPv6Address)
		if err != nil {
			return err
		}
		given.GlobalIPv6Address, given.GlobalIPv6PrefixLen, given.IPv6Gateway = address.String(), bits, v6[0].Gateway
	}
	given.MacAddress = mac
	*ep = given
	return nil
}

// checkAddresses refuses text that is not an address.
func checkAddresses(asked spec.EndpointIPAM) error {
	for _, text := range []struct{ kind, address string }{{"IPv4", asked.IPv4Address}, {"IPv6", asked.IPv6Address}} {
		if text.address != "" && net.ParseIP(text.address) == nil {
			return wire.Failure("Invalid %s address: %s)", text.kind, text.address)
		}
	}
	for _, text := range asked.LinkLocalIPs {
		if net.ParseIP(text) == nil {
			return wire.Failure("Invalid link-local IP address: %s", asked.LinkLocalIPs)
		}
	}
	return nil
}

// macOn returns the MAC address that a container asks for, "" if none. It only applies
// to the network of the container's mode.
func macOn(c *state.Container, n *state.Network) (string, error) {
	mode := c.HostConfig.NetworkMode
	if text := c.Config.MacAddress; text != "" && (mode == n.Name || mode == "default" && n.Name == "bridge") {
		mac, err := net.ParseMAC(text)
		if err != nil {
			return "", wire.Failure("%v", err)
		}
		return mac.String(), nil
	}
	return "", nil
}

// assign takes one address of a pool: the one that is asked for, or the lowest that is
// free.
func (s *Networks) assign(n *state.Network, pool spec.IPAMPool, kind, asked string) (netip.Addr, int, error) {
	return s.poolOf(n, pool).Assign(n.Name, n.ID, kind, asked)
}

// poolOf returns a pool of a network, with all its taken addresses marked.
func (s *Networks) poolOf(n *state.Network, pool spec.IPAMPool) *addresses.Pool {
	p := addresses.New(pool)
	taken := []string{pool.Gateway}
	for _, text := range pool.AuxAddress {
		taken = append(taken, text)
	}
	for _, c := range s.st.Members(n) {
		ep := c.On(n)
		taken = append(taken, ep.IPAddress, ep.GlobalIPv6Address)
	}
	for _, text := range taken {
		p.Hold(text)
	}
	return p
}

// freePool returns the engine's next free address pool, after the one that it gave out
// last.
func (s *Networks) freePool() (netip.Prefix, error) {
	pools := addresses.Defaults()
	for range pools {
		pool := pools[s.st.NextPool%len(pools)]
		s.st.NextPool = (s.st.NextPool + 1) % len(pools)
		if !s.overlaps(pool) {
			return pool, nil
		}
	}
	return netip.Prefix{}, wire.Failure("could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network")
}
