// Plan: what only one running container at a time can have: host ports and fixed
// addresses.

package plan

import (
	"slices"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/snapshot"
)

// becomesFree returns the ports and addresses that become free, with the stops that
// free them.
func becomesFree(steps []Step, s *snapshot.Snapshot) map[string][]string {
	freed, table := map[string][]string{}, operations()
	for _, st := range steps {
		c := s.Containers[st.Target]
		if op, _ := table.of(st.Op); !op.frees || c.Info == nil {
			continue
		}
		for _, one := range held(c.Info) {
			freed[one] = append(freed[one], st.ID)
		}
	}
	return freed
}

// held returns the ports and addresses that a container has.
func held(c *docker.ContainerInfo) []string {
	out := c.HostConfig.HostPorts()
	for _, e := range c.Networks {
		out = append(out, e.IPAddress)
		out = append(out, addresses(e.EndpointSpec)...)
	}
	return sorted(out)
}

// claimed returns the ports and addresses that a container asks for.
func claimed(s *docker.ContainerSpec) []string {
	out := s.HostConfig.HostPorts()
	if s.NetworkingConfig != nil {
		for _, e := range s.NetworkingConfig.EndpointsConfig {
			out = append(out, addresses(e)...)
		}
	}
	return sorted(out)
}

func addresses(e docker.EndpointSpec) []string {
	if e.IPAMConfig == nil {
		return nil
	}
	return []string{e.IPAMConfig.IPv4Address, e.IPAMConfig.IPv6Address}
}

// sorted drops empty and repeated elements, and sorts the others.
func sorted(list []string) []string {
	slices.Sort(list)
	return slices.DeleteFunc(slices.Compact(list), func(one string) bool { return one == "" })
}
