// State: what belongs together, in order.

package state

import (
	"sort"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
)

// Children returns the images that were made from containers of an image.
func (s *State) Children(im *Image) []*Image {
	var found []*Image
	for _, other := range s.Images {
		if other.Parent == im.ID {
			found = append(found, other)
		}
	}
	return found
}

// ImagesByAge returns the images, newest first.
func (s *State) ImagesByAge() []*Image {
	all := make([]*Image, 0, len(s.Images))
	for _, im := range s.Images {
		all = append(all, im)
	}
	sort.Slice(all, func(i, j int) bool {
		if !all[i].Created.Equal(all[j].Created) {
			return all[i].Created.After(all[j].Created)
		}
		return all[i].Serial > all[j].Serial
	})
	return all
}

// NetworksByAge returns all networks, oldest first.
func (s *State) NetworksByAge() []*Network {
	all := make([]*Network, 0, len(s.Networks))
	for _, n := range s.Networks {
		all = append(all, n)
	}
	sort.Slice(all, func(i, j int) bool {
		if !all[i].Created.Equal(all[j].Created) {
			return all[i].Created.Before(all[j].Created)
		}
		return all[i].Name < all[j].Name || all[i].Name == all[j].Name && all[i].ID < all[j].ID
	})
	return all
}

// Members returns the containers that are on a network now.
func (s *State) Members(n *Network) []*Container {
	var on []*Container
	for _, c := range s.ContainersByAge() {
		for _, ep := range c.Endpoints {
			if ep.NetworkID == n.ID && ep.EndpointID != "" {
				on = append(on, c)
			}
		}
	}
	return on
}

// On returns the live endpoint of c on n, or nil.
func (c *Container) On(n *Network) *spec.EndpointConfig {
	for _, ep := range c.Endpoints {
		if ep.NetworkID == n.ID && ep.EndpointID != "" {
			return ep
		}
	}
	return nil
}

// ContainersByAge returns all containers, oldest first.
func (s *State) ContainersByAge() []*Container {
	list := make([]*Container, 0, len(s.Containers))
	for _, c := range s.Containers {
		list = append(list, c)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Serial < list[j].Serial })
	return list
}
