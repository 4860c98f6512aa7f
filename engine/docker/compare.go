// Docker vocabulary: where a container is not as it was asked for.

package docker

import (
	"maps"
	"slices"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/field"
)

// Unlike names the fields of s that the container does not have as s asks for them,
// sorted, as [ContainerSpec.Fields] names them. Only what s sets is compared, by the
// meanings that package field has for values. id tells the id of a container by its
// name; "" for one that it does not know, of which nothing can be told. What a
// container can lose later is not looked for: see [ContainerInfo.Connected] and
// [ContainerInfo.LostLinks].
func (s ContainerSpec) Unlike(c ContainerInfo, id func(name string) string) ([]string, error) {
	asked, err := s.Values()
	if err != nil {
		return nil, err
	}
	has, err := c.spec().Values()
	if err != nil {
		return nil, err
	}
	var out []string
	for _, name := range slices.Sorted(maps.Keys(asked)) {
		if name == "NetworkingConfig" && c.Config.NetworkDisabled { // then it has no effect
			continue
		}
		if f, _ := field.Find(name); !f.Shows(asked[name], has[name], id) {
			out = append(out, name)
		}
	}
	return out, nil
}

// spec is what one would ask for to get the container.
func (c ContainerInfo) spec() ContainerSpec {
	s := ContainerSpec{ContainerConfig: c.Config, HostConfig: c.HostConfig, NetworkingConfig: &NetworkingConfig{EndpointsConfig: map[string]EndpointSpec{}}}
	for name, e := range c.Networks {
		s.NetworkingConfig.EndpointsConfig[name] = e.EndpointSpec
	}
	return s
}

// Values are the [ContainerSpec.Fields] of a spec as decoded JSON.
func (s ContainerSpec) Values() (map[string]any, error) {
	fields, err := s.Fields()
	if err != nil {
		return nil, err
	}
	out := make(map[string]any, len(fields))
	for name, text := range fields {
		if out[name], err = field.Decode(text); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Connected tells whether the container is on the network that it was made for, where
// that is one that can be left.
func (c ContainerInfo) Connected() bool {
	mode := field.Network(c.HostConfig.NetworkMode)
	if !field.OwnNetwork(mode) || c.Config.NetworkDisabled {
		return true
	}
	for name, e := range c.Networks {
		if name == mode || field.IsID(mode) && (e.NetworkID == "" || strings.HasPrefix(e.NetworkID, mode)) { // "" until it is started
			return true
		}
	}
	return false
}

// LostLinks are the aliases of links that the container was made with, links as in
// HostConfig.Links, and does not have any more: somebody took them away. To which
// container a link leads is not told, an engine may show another one.
func (c ContainerInfo) LostLinks(links []string) []string {
	alias := func(link string) string { return link[strings.LastIndexAny(link, ":/")+1:] }
	has := map[string]bool{}
	for _, l := range c.HostConfig.Links {
		has[alias(l)] = true
	}
	var lost []string
	for _, l := range links {
		if !has[alias(l)] {
			lost = append(lost, alias(l))
		}
	}
	return lost
}
