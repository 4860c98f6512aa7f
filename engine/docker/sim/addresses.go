// Part of the simulated engine: the address pools of networks, and the addresses that endpoints get from them.

package sim

import (
	"fmt"
	"maps"
	"net"
	"net/netip"
	"slices"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// poolInUse is a pool of addresses with those that are taken.
type poolInUse struct {
	subnet netip.Prefix
	within netip.Prefix // the part that addresses are taken from when nobody asks for one
	used   map[netip.Addr]bool
}

// newPoolInUse reads a pool whose texts are known to be valid. Its first address, and of IPv4 its last, are never given out.
func newPoolInUse(pool ipamPool) *poolInUse {
	subnet, _ := netip.ParsePrefix(pool.Subnet)
	p := &poolInUse{subnet: subnet.Masked(), used: map[netip.Addr]bool{}}
	p.within = p.subnet
	if part, err := netip.ParsePrefix(pool.IPRange); err == nil && part.Bits() >= p.subnet.Bits() && p.subnet.Contains(part.Addr()) {
		p.within = part.Masked()
	}
	p.used[p.subnet.Addr()] = true
	if p.subnet.Addr().Is4() {
		p.used[lastAddress(p.subnet)] = true
	}
	return p
}

// lastAddress is the broadcast address of a subnet of IPv4.
func lastAddress(subnet netip.Prefix) netip.Addr {
	b := subnet.Addr().As4()
	for i := subnet.Bits(); i < 32; i++ {
		b[i/8] |= 1 << (7 - i%8)
	}
	return netip.AddrFrom4(b)
}

// take gives out the lowest free address; false is none.
func (p *poolInUse) take() (netip.Addr, bool) {
	for a := p.within.Addr(); p.within.Contains(a); a = a.Next() {
		if !p.used[a] {
			p.used[a] = true
			return a, true
		}
	}
	return netip.Addr{}, false
}

// hold marks an address as taken; what is none is passed over.
func (p *poolInUse) hold(text string) {
	if address, err := netip.ParseAddr(text); err == nil {
		p.used[address] = true
	}
}

// errInUse is what the engine says of an address that somebody has, for whatever it is wanted.
const errInUse = "Address already in use"

// fillPool checks one pool that was asked for a network, and gives it a gateway if it has none.
func (s *networks) fillPool(network string, pool *ipamPool) error {
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
	return newPoolInUse(*pool).fill(network, pool)
}

// fill takes the gateway and the further addresses of a pool that a network is made of; without a gateway the pool gets one.
func (p *poolInUse) fill(network string, pool *ipamPool) error {
	if err := p.setGateway(pool); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(pool.AuxAddress)) {
		text := pool.AuxAddress[name]
		address, err := netip.ParseAddr(text)
		switch {
		case err != nil:
			return wire.BadRequest("non parsable secondary ip address (%s:%s) passed for network %s", name, text, network)
		case !p.subnet.Contains(address):
			return wire.Forbidden("auxiliary address: (%s:%s) must belong to the master pool: %s", name, text, p.subnet)
		case p.used[address]:
			return wire.Failure("failed to allocate secondary ip address (%s:%s): %s", name, text, errInUse)
		}
		p.used[address] = true
	}
	return nil
}

// setGateway takes the gateway of a pool: the one that is asked for, or the lowest address.
func (p *poolInUse) setGateway(pool *ipamPool) error {
	if pool.Gateway == "" {
		gateway, ok := p.take()
		if !ok {
			return wire.Failure("failed to allocate gateway (): No available addresses on this pool")
		}
		pool.Gateway, pool.Implied = gateway.String(), true
		return nil
	}
	gateway, err := netip.ParseAddr(pool.Gateway)
	switch {
	case err != nil:
		return wire.Failure("invalid gateway address %s in Ipam configuration", pool.Gateway)
	case !p.subnet.Contains(gateway):
		return wire.Failure("failed to allocate gateway (%s): Requested address is out of range", pool.Gateway)
	case p.used[gateway]:
		return wire.Failure("failed to allocate gateway (%s): %s", pool.Gateway, errInUse)
	}
	p.used[gateway] = true
	return nil
}

// assignAddresses gives an endpoint the addresses that it asks for, or the lowest that are free.
func (s *endpoints) assignAddresses(c *container, ep *endpointConfig, n *network) error {
	asked := endpointIPAM{}
	if ep.IPAMConfig != nil {
		asked = *ep.IPAMConfig
	}
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
	mac, err := c.macOn(n)
	if err != nil {
		return err
	}
	given := *ep
	v4, v6 := splitPools(n.IPAM.Config)
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

// macOn gives the MAC address that a container asks for, which counts on the network of its mode alone; "" if it asks for none.
func (c *container) macOn(n *network) (string, error) {
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

// assign takes one address of a pool: the one that is asked for, or the lowest that is free.
func (s *networks) assign(n *network, pool ipamPool, kind, asked string) (netip.Addr, int, error) {
	return s.poolOf(n, pool).assign(fmt.Sprintf("%s (%s)", n.Name, n.ID), kind, asked)
}

// assign takes one address: the one that is asked for, or the lowest that is free. It gives the bits of the subnet, too.
func (p *poolInUse) assign(network, kind, asked string) (netip.Addr, int, error) {
	bits := p.subnet.Bits()
	if asked == "" {
		address, ok := p.take()
		if !ok {
			return address, bits, wire.Failure("no available %s addresses on this network's address pools: %s", kind, network)
		}
		return address, bits, nil
	}
	address, err := netip.ParseAddr(asked)
	if err != nil || !p.subnet.Contains(address) {
		return address, bits, wire.Failure("Invalid address %s: It does not belong to any of this network's subnets", asked)
	}
	if p.used[address] {
		return address, bits, wire.Forbidden(errInUse)
	}
	return address, bits, nil
}

// poolOf gives a pool of a network with all addresses that are taken.
func (s *networks) poolOf(n *network, pool ipamPool) *poolInUse {
	p := newPoolInUse(pool)
	taken := []string{pool.Gateway}
	for _, text := range pool.AuxAddress {
		taken = append(taken, text)
	}
	for _, c := range s.st.members(n) {
		ep := c.on(n)
		taken = append(taken, ep.IPAddress, ep.GlobalIPv6Address)
	}
	for _, text := range taken {
		p.hold(text)
	}
	return p
}

// freePool gives the next of the engine's address pools that is free, after the one it gave last.
func (s *networks) freePool() (netip.Prefix, error) {
	pools := defaultPools()
	for range pools {
		pool := pools[s.st.NextPool%len(pools)]
		s.st.NextPool = (s.st.NextPool + 1) % len(pools)
		if !s.overlaps(pool) {
			return pool, nil
		}
	}
	return netip.Prefix{}, wire.Failure("could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network")
}

// defaultPools are 172.17 to 172.31, then 192.168 in sixteenths.
func defaultPools() []netip.Prefix {
	var pools []netip.Prefix
	for i := byte(17); i < 32; i++ {
		pools = append(pools, netip.PrefixFrom(netip.AddrFrom4([4]byte{172, i, 0, 0}), 16))
	}
	for i := range byte(16) {
		pools = append(pools, netip.PrefixFrom(netip.AddrFrom4([4]byte{192, 168, 16 * i, 0}), 20))
	}
	return pools
}
