// Resolve, across containers: fixed addresses that two containers want.

package resolve

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/field"
	"github.com/dmap-dev/dmap/engine/problem"
)

// addressClashes reports fixed addresses that two containers, or two instances of one,
// want on the same network: the engine would start the first and refuse the other,
// half-way through a run.
func (r *resolver) addressClashes() problem.Problems {
	type place struct{ network, address string }
	owner := map[place]*Node{}
	told := map[[2]string]bool{}
	var problems problem.Problems
	for _, n := range r.d.Nodes {
		if n.request() == nil || n.Spec.NetworkingConfig == nil {
			continue
		}
		endpoints := n.Spec.NetworkingConfig.EndpointsConfig
		for _, network := range slices.Sorted(maps.Keys(endpoints)) {
			for _, address := range fixedAddresses(endpoints[network]) {
				at := place{field.Network(network), address}
				first := owner[at]
				if first == nil {
					owner[at] = n
					continue
				}
				if pair := [2]string{first.Config, n.Config}; !told[pair] && first != n {
					told[pair] = true
					problems = append(problems, addressClash(first, n, network, address))
				}
			}
		}
	}
	return problems
}

func addressClash(first, n *Node, network, address string) *problem.Problem {
	p := &problem.Problem{
		Code:   problem.CodeDuplicate,
		Origin: n.At("NetworkingConfig"),
		Path:   n.path() + " > networking_config",
		Msg:    fmt.Sprintf("%s and %s both want the address %s on the network %q", first.Ref(), n.Ref(), address, network),
		Hint:   "give each its own address, or leave it to Docker",
	}
	if at := first.At("NetworkingConfig"); at != (problem.Origin{}) && first.Config != n.Config {
		p.Related = []problem.Related{{Origin: at, Msg: "first wanted"}}
	}
	return p
}

// fixedAddresses returns the addresses that an endpoint asks for, in their shortest
// form, so that two spellings of one IPv6 address are equal.
func fixedAddresses(e docker.EndpointSpec) []string {
	if e.IPAMConfig == nil {
		return nil
	}
	var out []string
	for _, text := range []string{e.IPAMConfig.IPv4Address, e.IPAMConfig.IPv6Address} {
		if a, err := netip.ParseAddr(text); err == nil {
			out = append(out, a.String())
		}
	}
	return out
}
