// Docker vocabulary: where a container differs from what was asked for.

package docker

import (
	"maps"
	"slices"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/field"
)

// DifferingFields returns the fields of s that the container does not have as s asks
// for them, named as by [ContainerSpec.Fields] and sorted. Only what s sets is
// compared, by the meaning that package field gives to values. id returns the id of the
// container with a name, or "" if it knows none; nothing can be said about that
// container then. What a container can lose after its creation is not compared: see
// [ContainerSummary.Connected] and [ContainerInfo.LostLinks].
func (s ContainerSpec) DifferingFields(c ContainerInfo, id func(name string) string) ([]string, error) {
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
		if name == "NetworkingConfig" && c.Config.NetworkDisabled { // networks have no effect then
			continue
		}
		if f, _ := field.Find(name); !f.Shows(asked[name], has[name], id) {
			out = append(out, name)
		}
	}
	return out, nil
}

// spec returns what one would ask for to get the container.
func (c ContainerInfo) spec() ContainerSpec {
	s := ContainerSpec{ContainerConfig: c.Config, HostConfig: c.HostConfig, NetworkingConfig: &NetworkingConfig{EndpointsConfig: map[string]EndpointSpec{}}}
	for name, e := range c.Networks {
		s.NetworkingConfig.EndpointsConfig[name] = e.EndpointSpec
	}
	s.HostConfig.Mounts = slices.Clone(s.HostConfig.Mounts)
	for i := range s.HostConfig.Mounts {
		s.HostConfig.Mounts[i].VolumeOptions = s.HostConfig.Mounts[i].VolumeOptions.asked()
	}
	return s
}

// labelAnonymous is what engines of API 1.44 and later write among the labels of a mount whose volume has no name, and show as
// if it had been asked for.
const labelAnonymous = "com.docker.volume.anonymous"

// asked are the options without what the engine added.
func (o *VolumeOptions) asked() *VolumeOptions {
	if o == nil {
		return nil
	}
	if _, added := o.Labels[labelAnonymous]; !added {
		return o
	}
	own := *o
	own.Labels = maps.Clone(o.Labels)
	delete(own.Labels, labelAnonymous)
	return &own
}

// Values returns the [ContainerSpec.Fields] of a spec as decoded JSON.
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

// Connected reports whether the container is still on the network that it was made for.
// That is so where it has none that can be left, and where the engine does not tell.
func (c ContainerSummary) Connected() bool {
	mode := field.Network(c.NetworkMode)
	if c.Networks == nil || !field.OwnNetwork(mode) {
		return true
	}
	for name, id := range c.Networks {
		if name == mode || field.IsID(mode) && (id == "" || strings.HasPrefix(id, mode)) { // "" until it is started
			return true
		}
	}
	return false
}

// LostLinks returns the aliases of those links, written as in HostConfig.Links, that the
// container was made with and no longer has because somebody removed them. Only aliases
// are compared: for the container at the other end an engine may show another name than
// the one that was asked for.
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
