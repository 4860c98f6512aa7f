// State: legacy links, as they show in names.

package state

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// NetworkOwner follows containers that use another's network to the one that has its
// own. unknown is the format of the error if there is no such container, for its name
// and the reason.
func (s *State) NetworkOwner(c *Container, unknown string) (*Container, error) {
	for range len(s.Containers) {
		name, shares := strings.CutPrefix(c.HostConfig.NetworkMode, "container:")
		if !shares {
			break
		}
		owner, err := s.FindContainer(name)
		if err != nil {
			return nil, wire.BadRequest(unknown, name, err.Error())
		}
		c = owner
	}
	return c, nil
}

// LinkName returns the name of a linked container, or the last one it had.
func (s *State) LinkName(l spec.Link) string {
	if target := s.Containers[l.Target]; target != nil {
		return target.Name
	}
	return l.Name
}

// ShownLinks returns the links of a container as inspect lists them.
func (s *State) ShownLinks(c *Container) []string {
	if len(c.Links) == 0 {
		return c.HostConfig.Links
	}
	var shown []string
	for _, l := range c.Links {
		shown = append(shown, fmt.Sprintf("/%s:/%s/%s", s.LinkName(l), c.Name, l.Alias))
	}
	return shown
}

// NamesOf returns all names of a container: its own first, then those that links give
// it.
func (s *State) NamesOf(c *Container) []string {
	var linkers []*Container
	for _, other := range s.Containers {
		if slices.ContainsFunc(other.Links, func(l spec.Link) bool { return l.Target == c.ID }) {
			linkers = append(linkers, other)
		}
	}
	slices.SortFunc(linkers, func(a, b *Container) int { return cmp.Compare(a.Serial, b.Serial) })
	all := []string{"/" + c.Name}
	for _, other := range linkers {
		for _, l := range other.Links {
			if l.Target == c.ID {
				all = append(all, "/"+other.Name+"/"+l.Alias)
			}
		}
	}
	return all
}
