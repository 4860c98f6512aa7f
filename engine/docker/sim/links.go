// Part of the simulated engine: links of the old kind, on the default bridge. They hold the linked container itself, not its
// name, so that one that was made anew under the same name is a stranger.

package sim

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// registerLinks resolves the links of a new container. On networks that somebody made they are none of the old kind.
func (s *endpoints) registerLinks(c *container) error {
	if spec.UserDefined(c.HostConfig.NetworkMode) {
		return nil
	}
	for _, text := range c.HostConfig.Links {
		name, alias, err := spec.ParseLink(text)
		if err != nil {
			return err
		}
		target, err := s.st.lookup(name)
		if err != nil {
			return wire.BadRequest("could not get container for %s: %s", name, err.Error())
		}
		if target, err = s.st.networkOwner(target); err != nil {
			return err
		}
		if target.HostConfig.NetworkMode == "host" {
			return wire.BadRequest("conflicting options: host type networking can't be used with links. This would result in undefined behavior")
		}
		c.Links = append(c.Links, spec.Link{Target: target.ID, Name: target.Name, Alias: alias})
	}
	c.HostConfig.Links = nil
	return nil
}

// networkOwner follows containers that use the network of another to the one that has its own.
func (s *state) networkOwner(c *container) (*container, error) {
	for range len(s.Containers) {
		name, shares := strings.CutPrefix(c.HostConfig.NetworkMode, "container:")
		if !shares {
			break
		}
		owner, err := s.lookup(name)
		if err != nil {
			return nil, wire.BadRequest("Could not get container for %s: %s", name, err.Error())
		}
		c = owner
	}
	return c, nil
}

// checkLinkable refuses a start while a linked container is not on the default network.
func (s *endpoints) checkLinkable(c *container) error {
	if c.Endpoints["bridge"] == nil {
		return nil
	}
	for _, l := range c.Links {
		target := s.st.Containers[l.Target]
		if target == nil && l.Apart || target != nil && target.Endpoints["bridge"] == nil {
			return wire.Failure("Cannot link to /%s, as it does not belong to the default network", s.st.linkName(l))
		}
	}
	return nil
}

// checkLinks refuses a start, and an exec, while a linked container does not run.
func (s *endpoints) checkLinks(c *container) error {
	if c.Endpoints["bridge"] == nil {
		return nil
	}
	for _, l := range c.Links {
		target := s.st.Containers[l.Target]
		if target == nil || !target.Running {
			return wire.Failure("Cannot link to a non running container: /%s AS /%s/%s", s.st.linkName(l), c.Name, l.Alias)
		}
	}
	return s.checkLinkable(c)
}

// linkName is the name of a linked container, or the last it had.
func (s *state) linkName(l spec.Link) string {
	if target := s.Containers[l.Target]; target != nil {
		return target.Name
	}
	return l.Name
}

// shownLinks is how inspect lists the links of a container.
func (s *state) shownLinks(c *container) []string {
	if len(c.Links) == 0 {
		return c.HostConfig.Links
	}
	var shown []string
	for _, l := range c.Links {
		shown = append(shown, fmt.Sprintf("/%s:/%s/%s", s.linkName(l), c.Name, l.Alias))
	}
	return shown
}

// rememberLinks keeps the name of a container that goes in the links to it.
func (s *endpoints) rememberLinks(gone *container) {
	for _, c := range s.st.Containers {
		for i, l := range c.Links {
			if l.Target == gone.ID {
				c.Links[i].Name, c.Links[i].Apart = gone.Name, gone.Endpoints["bridge"] == nil
			}
		}
	}
}

// names gives all names of a container: its own first, then those that links give it.
func (s *state) names(c *container) []string {
	var linkers []*container
	for _, other := range s.Containers {
		if slices.ContainsFunc(other.Links, func(l spec.Link) bool { return l.Target == c.ID }) {
			linkers = append(linkers, other)
		}
	}
	slices.SortFunc(linkers, func(a, b *container) int { return cmp.Compare(a.Serial, b.Serial) })
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

// removeLink removes one link, named as CONTAINER/ALIAS.
func removeLink(w *world, q *wire.Request) (wire.Reply, error) {
	owner, alias, ok := strings.Cut(strings.TrimPrefix(q.Name, "/"), "/")
	if !ok {
		if _, err := w.st.lookup(q.Name); err != nil {
			return wire.Reply{}, err
		}
		return wire.Reply{}, wire.Invalid(q, "Conflict, cannot remove the default link name of the container")
	}
	c, err := w.st.lookup(owner)
	if err != nil {
		return wire.Reply{}, err
	}
	for i, l := range c.Links {
		if l.Alias == alias {
			c.Links = append(c.Links[:i:i], c.Links[i+1:]...)
			return wire.Status(204)
		}
	}
	return wire.Reply{}, wire.NotFound("No such container: %s", q.Name)
}
