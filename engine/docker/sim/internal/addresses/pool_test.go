// Addresses: the test of what a pool gives out.

package addresses_test

import (
	"testing"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/addresses"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
)

// TestPool takes all addresses of small pools. The first one, the last one of IPv4, the
// gateway and those that are held are never given out.
func TestPool(t *testing.T) {
	for _, row := range []struct {
		name string
		pool spec.IPAMPool
		held string
		want []string // the gateway first
	}{
		{"the lowest are given out", spec.IPAMPool{Subnet: "10.0.0.0/29"}, "", []string{"10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5", "10.0.0.6"}},
		{"a gateway of one's own", spec.IPAMPool{Subnet: "10.0.0.0/30", Gateway: "10.0.0.2"}, "", []string{"10.0.0.2", "10.0.0.1"}},
		{"held, and further addresses", spec.IPAMPool{Subnet: "10.0.0.0/29", AuxAddress: map[string]string{"a": "10.0.0.3"}}, "10.0.0.2",
			[]string{"10.0.0.1", "10.0.0.4", "10.0.0.5", "10.0.0.6"}},
		{"a part of the pool", spec.IPAMPool{Subnet: "10.0.0.0/24", IPRange: "10.0.0.252/30", Gateway: "10.0.0.1"}, "", []string{"10.0.0.1", "10.0.0.252", "10.0.0.253", "10.0.0.254"}},
		{"IPv6 has no last one", spec.IPAMPool{Subnet: "fd00::/126"}, "", []string{"fd00::1", "fd00::2", "fd00::3"}},
		{"written from its middle", spec.IPAMPool{Subnet: "10.0.0.6/30"}, "", []string{"10.0.0.5", "10.0.0.6"}},
	} {
		p := addresses.New(row.pool)
		if err := p.Fill("net", &row.pool); err != nil {
			t.Errorf("%s: %v", row.name, err)
			continue
		}
		p.Hold(row.held)
		for i, want := range row.want {
			got := row.pool.Gateway
			if i > 0 {
				address, _, err := p.Assign("net", "id", "IPv4", "")
				if err != nil {
					t.Fatalf("%s: address %d: %v", row.name, i, err)
				}
				got = address.String()
			}
			if got != want {
				t.Errorf("%s: address %d is %s, want %s", row.name, i, got, want)
			}
		}
		if address, _, err := p.Assign("net", "id", "IPv4", ""); err == nil || err.Error() != "no available IPv4 addresses on this network's address pools: net (id)" {
			t.Errorf("%s: one more is %s, %v", row.name, address, err)
		}
	}
}

func TestPoolRefuses(t *testing.T) {
	for want, pool := range map[string]spec.IPAMPool{
		"invalid gateway address x in Ipam configuration":                              {Subnet: "10.0.0.0/29", Gateway: "x"},
		"failed to allocate gateway (10.0.1.1): Requested address is out of range":     {Subnet: "10.0.0.0/29", Gateway: "10.0.1.1"},
		"failed to allocate gateway (10.0.0.7): Address already in use":                {Subnet: "10.0.0.0/29", Gateway: "10.0.0.7"},
		"failed to allocate gateway (): No available addresses on this pool":           {Subnet: "10.0.0.0/32"},
		"non parsable secondary ip address (a:x) passed for network net":               {Subnet: "10.0.0.0/29", AuxAddress: map[string]string{"a": "x"}},
		"auxiliary address: (a:10.0.1.1) must belong to the master pool: 10.0.0.0/29":  {Subnet: "10.0.0.0/29", AuxAddress: map[string]string{"a": "10.0.1.1"}},
		"failed to allocate secondary ip address (a:10.0.0.1): Address already in use": {Subnet: "10.0.0.0/29", AuxAddress: map[string]string{"a": "10.0.0.1"}},
		"failed to allocate secondary ip address (b:10.0.0.2): Address already in use": {Subnet: "10.0.0.0/29", AuxAddress: map[string]string{"a": "10.0.0.2", "b": "10.0.0.2"}},
	} {
		if err := addresses.New(pool).Fill("net", &pool); err == nil || err.Error() != want {
			t.Errorf("%+v: got %v, want %s", pool, err, want)
		}
	}
	p := addresses.New(spec.IPAMPool{Subnet: "10.0.0.0/29"})
	for _, row := range []struct{ asked, want string }{
		{"10.0.0.5", ""},
		{"10.0.0.5", "Address already in use"},
		{"10.0.0.0", "Address already in use"},
		{"10.0.1.5", "Invalid address 10.0.1.5: It does not belong to any of this network's subnets"},
		{"x", "Invalid address x: It does not belong to any of this network's subnets"},
	} {
		got := ""
		if _, _, err := p.Assign("net", "id", "IPv4", row.asked); err != nil {
			got = err.Error()
		}
		if got != row.want {
			t.Errorf("%s: got %q, want %q", row.asked, got, row.want)
		}
	}
}
