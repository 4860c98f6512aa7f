// World: legacy links, on the default bridge. They hold the linked container itself,
// not its name: a container that was recreated under the same name is a stranger to
// them.

package world

import (
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/state"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// registerLinks resolves the links of a new container. On user-defined networks links
// are not legacy links.
func (s *Endpoints) registerLinks(c *state.Container) error {
	if spec.UserDefined(c.HostConfig.NetworkMode) {
		return nil
	}
	for _, text := range c.HostConfig.Links {
		name, alias, err := spec.ParseLink(text)
		if err != nil {
			return err
		}
		target, err := s.st.FindContainer(name)
		if err != nil {
			return wire.BadRequest("could not get container for %s: %s", name, err.Error())
		}
		// A container that shares another's network is linked to through that other
		// one, which has the addresses.
		if target, err = s.st.NetworkOwner(target, unknownOwner(s.version)); err != nil {
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

// checkLinkable refuses a start if a linked container is not on the default network.
func (s *Endpoints) checkLinkable(c *state.Container) error {
	if c.Endpoints["bridge"] == nil {
		return nil
	}
	for _, l := range c.Links {
		target := s.st.Containers[l.Target]
		if target == nil && l.Apart || target != nil && target.Endpoints["bridge"] == nil {
			return errLinksApart(s.version, l.Target, s.st.LinkName(l))
		}
	}
	return nil
}

// checkLinks refuses a start, or an exec, if a linked container is not running.
func (s *Endpoints) checkLinks(c *state.Container) error {
	if c.Endpoints["bridge"] == nil {
		return nil
	}
	for _, l := range c.Links {
		target := s.st.Containers[l.Target]
		if target == nil || !target.Running {
			return wire.Failure("Cannot link to a non running container: /%s AS /%s/%s", s.st.LinkName(l), c.Name, l.Alias)
		}
	}
	return s.checkLinkable(c)
}

// rememberLinks records the name of a container that is removed in the links that lead
// to it.
func (s *Endpoints) rememberLinks(gone *state.Container) {
	for _, c := range s.st.Containers {
		for i, l := range c.Links {
			if l.Target == gone.ID {
				c.Links[i].Name, c.Links[i].Apart = gone.Name, gone.Endpoints["bridge"] == nil
			}
		}
	}
}

// Unlink removes the link of an alias, and reports whether there was one.
func (s *Endpoints) Unlink(c *state.Container, alias string) bool {
	for i, l := range c.Links {
		if l.Alias == alias {
			c.Links = append(c.Links[:i:i], c.Links[i+1:]...)
			return true
		}
	}
	return false
}
