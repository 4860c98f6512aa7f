// Options, check: whether the parts of a spec go together.

package option

import (
	"github.com/dmap-dev/dmap/engine/docker"
	api "github.com/dmap-dev/dmap/engine/docker/field"
	"github.com/dmap-dev/dmap/engine/problem"
)

// CheckTogether reports fields of a finished spec that exclude each other: what engines
// refuse, and what they drop without an error. The path of a problem is the name of the
// option to change. It has no origin: the caller knows where the option was set.
func CheckTogether(s docker.ContainerSpec) problem.Problems {
	var out problem.Problems
	for _, c := range clashes() {
		if c.found(s) {
			out = append(out, &problem.Problem{Code: problem.CodeWrongValue, Path: c.option, Msg: c.msg})
		}
	}
	return out
}

// clash is a combination that is not allowed.
type clash struct {
	option, msg string
	found       func(docker.ContainerSpec) bool
}

func clashes() []clash {
	return append(networkClashes(), resourceClashes()...)
}

func networkClashes() []clash {
	mode := func(s docker.ContainerSpec) string { return s.HostConfig.NetworkMode }
	host := func(s docker.ContainerSpec) bool { return mode(s) == "host" }
	shared := func(s docker.ContainerSpec) bool { _, joins := api.Joined(mode(s)); return joins }
	none := func(s docker.ContainerSpec) bool { return mode(s) == "none" || s.NetworkDisabled }
	published := func(s docker.ContainerSpec) bool { return len(s.HostConfig.PortBindings) > 0 }
	return []clash{
		{"network_mode", "networking_config names other networks, and an engine puts the container on those alone: name the network of network_mode there as well, or leave network_mode out",
			func(s docker.ContainerSpec) bool { return mode(s) != "" && mode(s) != "default" && !joined(s, mode(s)) }},
		{"port_bindings", `no port is published with network_mode "host": the container has those of the host`,
			func(s docker.ContainerSpec) bool { return host(s) && published(s) }},
		{"port_bindings", "no port is published in the network of another container: publish it there",
			func(s docker.ContainerSpec) bool { return shared(s) && published(s) }},
		{"port_bindings", "no port is published without a network",
			func(s docker.ContainerSpec) bool { return none(s) && published(s) }},
		{"publish_all_ports", "no port is published without a network of the container's own",
			func(s docker.ContainerSpec) bool {
				return (host(s) || shared(s) || none(s)) && s.HostConfig.PublishAllPorts
			}},
		{"links", `links do not go with network_mode "host"`,
			func(s docker.ContainerSpec) bool { return host(s) && len(s.HostConfig.Links) > 0 }},
		{"links", "links do not go with the network of another container",
			func(s docker.ContainerSpec) bool { return shared(s) && len(s.HostConfig.Links) > 0 }},
		{"hostname", "a container in the network of another has its host name",
			func(s docker.ContainerSpec) bool { return shared(s) && s.Hostname != "" }},
		{"mac_address", "a container in the network of another, or of the host, has no MAC address of its own",
			func(s docker.ContainerSpec) bool { return (host(s) || shared(s)) && s.MacAddress != "" }},
		{"dns", "a container in the network of another has its DNS servers",
			func(s docker.ContainerSpec) bool { return shared(s) && len(s.HostConfig.DNS) > 0 }},
		{"extra_hosts", "a container in the network of another has its hosts",
			func(s docker.ContainerSpec) bool { return shared(s) && len(s.HostConfig.ExtraHosts) > 0 }},
		{"ports", "a container in the network of another exposes no ports of its own",
			func(s docker.ContainerSpec) bool {
				return shared(s) && len(s.ExposedPorts) > 0 && !published(s)
			}},
		{"hostname", `the host name cannot be set with uts_mode "host"`,
			func(s docker.ContainerSpec) bool { return s.HostConfig.UTSMode == "host" && s.Hostname != "" }},
	}
}

// joined reports whether networking_config names this network, or names none at all.
func joined(s docker.ContainerSpec, network string) bool {
	if s.NetworkingConfig == nil || len(s.NetworkingConfig.EndpointsConfig) == 0 {
		return true
	}
	_, ok := s.NetworkingConfig.EndpointsConfig[network]
	return ok
}

func resourceClashes() []clash {
	return []clash{
		{"memswap_limit", "memswap_limit needs mem_limit",
			func(s docker.ContainerSpec) bool { return s.HostConfig.MemorySwap > 0 && s.HostConfig.Memory == 0 }},
		{"memswap_limit", "memswap_limit is below mem_limit; it counts memory and swap together",
			func(s docker.ContainerSpec) bool {
				return s.HostConfig.MemorySwap > 0 && s.HostConfig.MemorySwap < s.HostConfig.Memory
			}},
		{"mem_reservation", "mem_reservation is above mem_limit",
			func(s docker.ContainerSpec) bool {
				return s.HostConfig.Memory > 0 && s.HostConfig.MemoryReservation > s.HostConfig.Memory
			}},
		{"cpu_period", "a CPU limit (cpus, nano_cpus) does not go with cpu_period",
			func(s docker.ContainerSpec) bool { return s.HostConfig.NanoCPUs > 0 && s.HostConfig.CPUPeriod > 0 }},
		{"cpu_quota", "a CPU limit (cpus, nano_cpus) does not go with cpu_quota",
			func(s docker.ContainerSpec) bool { return s.HostConfig.NanoCPUs > 0 && s.HostConfig.CPUQuota > 0 }},
	}
}
