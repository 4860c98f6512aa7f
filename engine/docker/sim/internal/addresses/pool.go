// Addresses: the pools of networks, and who has which address of them.

// Package addresses gives out addresses from the pools of a network. It knows neither
// networks nor containers.
package addresses

import (
	"maps"
	"net/netip"
	"slices"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// errInUse is what the engine says about an address that is taken, whatever it was
// asked for.
const errInUse = "Address already in use"

// Pool is a pool of addresses, with those that are taken.
type Pool struct {
	subnet     netip.Prefix
	assignable netip.Prefix // where addresses come from unless one is asked for
	used       map[netip.Addr]bool
}

// New reads a pool whose texts are known to be valid. Its first address is never given
// out, nor is the last one of an IPv4 pool.
func New(pool spec.IPAMPool) *Pool {
	subnet, _ := netip.ParsePrefix(pool.Subnet)
	p := &Pool{subnet: subnet.Masked(), used: map[netip.Addr]bool{}}
	p.assignable = p.subnet
	if part, err := netip.ParsePrefix(pool.IPRange); err == nil && part.Bits() >= p.subnet.Bits() && p.subnet.Contains(part.Addr()) {
		p.assignable = part.Masked()
	}
	p.used[p.subnet.Addr()] = true
	if p.subnet.Addr().Is4() {
		p.used[lastAddress(p.subnet)] = true
	}
	return p
}

// lastAddress returns the broadcast address of an IPv4 subnet.
func lastAddress(subnet netip.Prefix) netip.Addr {
	b := subnet.Addr().As4()
	for i := subnet.Bits(); i < 32; i++ {
		b[i/8] |= 1 << (7 - i%8)
	}
	return netip.AddrFrom4(b)
}

// take gives out the lowest free address; false if there is none.
func (p *Pool) take() (netip.Addr, bool) {
	for a := p.assignable.Addr(); p.assignable.Contains(a); a = a.Next() {
		if !p.used[a] {
			p.used[a] = true
			return a, true
		}
	}
	return netip.Addr{}, false
}

// Hold marks an address as taken; text that is not an address is ignored.
func (p *Pool) Hold(text string) {
	if address, err := netip.ParseAddr(text); err == nil {
		p.used[address] = true
	}
}

// Fill takes the gateway and the auxiliary addresses of a new network's pool; a pool
// without a gateway gets one.
func (p *Pool) Fill(network string, pool *spec.IPAMPool) error {
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

// setGateway takes the gateway of a pool: the one that is asked for, or the lowest free
// address.
func (p *Pool) setGateway(pool *spec.IPAMPool) error {
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

// Assign takes one address, the one that is asked for or the lowest that is free, and
// also returns the prefix length of its subnet.
func (p *Pool) Assign(network, id, kind, asked string) (netip.Addr, int, error) {
	bits := p.subnet.Bits()
	if asked == "" {
		address, ok := p.take()
		if !ok {
			return address, bits, wire.Failure("no available %s addresses on this network's address pools: %s (%s)", kind, network, id)
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
	p.used[address] = true
	return address, bits, nil
}

// Defaults returns the engine's default pools: 172.17 to 172.31, then sixteenths of
// 192.168.
func Defaults() []netip.Prefix {
	var pools []netip.Prefix
	for i := byte(17); i < 32; i++ {
		pools = append(pools, netip.PrefixFrom(netip.AddrFrom4([4]byte{172, i, 0, 0}), 16))
	}
	for i := range byte(16) {
		pools = append(pools, netip.PrefixFrom(netip.AddrFrom4([4]byte{192, 168, 16 * i, 0}), 20))
	}
	return pools
}
