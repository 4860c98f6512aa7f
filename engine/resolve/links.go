// Resolve, across containers: links that could never work.

package resolve

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/field"
	"github.com/dmap-dev/dmap/engine/problem"
)

// networksOf returns the networks that a container with this request is on, by the
// names in the request, sorted. If NetworkingConfig names any, the engine puts the
// container on those only, whatever NetworkMode says (measured with API 1.41).
func networksOf(s *docker.ContainerSpec) []string {
	if s.NetworkingConfig == nil || len(s.NetworkingConfig.EndpointsConfig) == 0 {
		return []string{field.Network(s.HostConfig.NetworkMode)}
	}
	var names []string
	for name := range s.NetworkingConfig.EndpointsConfig {
		names = append(names, field.Network(name))
	}
	slices.Sort(names)
	return names
}

// deadLinks reports links from n to containers of the map that are on none of its
// networks: the engine accepts such a link, and the name never resolves. Containers
// outside the map, or without a request so far, are not judged: where they are is not
// known.
func (r *resolver) deadLinks(n *Node) problem.Problems {
	if !field.OwnNetwork(n.Spec.HostConfig.NetworkMode) {
		return nil // was reported before
	}
	var problems problem.Problems
	here := networksOf(n.Spec)
	for _, l := range linksOf(n.Spec) {
		target := r.d.nodes[sourceOf(l.line)]
		if target.request() == nil {
			continue
		}
		there := networksOf(target.Spec)
		if l.network == field.DefaultNetwork {
			there = r.throughJoins(there)
		}
		if there == nil || slices.Contains(there, l.network) {
			continue
		}
		problems = append(problems, &problem.Problem{
			Code:   problem.CodeWrongValue,
			Origin: n.At("HostConfig.Links"),
			Path:   n.path() + " > links",
			Msg:    fmt.Sprintf("a link leads nowhere: %s is %s, %s is %s", n.Ref(), place(here), target.Ref(), place(there)),
			Hint:   linkHint(target, there),
		})
	}
	return problems
}

// throughJoins returns the networks that a container which joined others' networks is
// really on, following one to the next. On the default network a link to it leads there
// (measured with API 1.41); on others it is looked up by its name, which no network
// knows. nil means that this is not known.
func (r *resolver) throughJoins(networks []string) []string {
	for range r.d.Nodes { // at most once through all: options can make containers join in a circle
		name, joins := field.Joined(networks[0])
		if !joins {
			return networks
		}
		owner := r.d.nodes[name]
		if owner.request() == nil {
			return nil
		}
		networks = networksOf(owner.Spec)
	}
	return nil
}

// link is one link of a request, on a network.
type link struct{ network, line string }

// linksOf returns the links of a request with their networks, in order.
func linksOf(s *docker.ContainerSpec) []link {
	var out []link
	for _, line := range s.HostConfig.Links {
		out = append(out, link{field.DefaultNetwork, line})
	}
	if s.NetworkingConfig == nil {
		return out
	}
	endpoints := s.NetworkingConfig.EndpointsConfig
	for _, name := range slices.Sorted(maps.Keys(endpoints)) {
		for _, line := range endpoints[name].Links {
			out = append(out, link{field.Network(name), line})
		}
	}
	return out
}

// place says where a container is: `on the network "back"`.
func place(networks []string) string {
	first := networks[0]
	owner, joins := field.Joined(first)
	switch {
	case len(networks) > 1:
		return "on the networks " + strings.Join(networks, ", ")
	case first == "host":
		return "in the network of the host"
	case first == "none":
		return "on no network"
	case first == field.DefaultNetwork:
		return "on the default network"
	case joins:
		return "in the network of " + owner
	default:
		return fmt.Sprintf("on the network %q", first)
	}
}

func linkHint(target *Node, there []string) string {
	if other, ok := field.Joined(there[0]); ok {
		return fmt.Sprintf("link to %s, whose network it is", other)
	}
	return "put both on one network, with network_mode, or leave the link out"
}
