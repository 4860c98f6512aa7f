// World: containers that join and leave networks after their creation.

package world

import (
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/state"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

import ()

// Join puts a container on one more network: at once if it runs, else when it starts.
func (s *Endpoints) Join(c *state.Container, network string, ep *spec.EndpointConfig) error {
	ep.EndpointID, ep.NetworkID = "", ""
	shares := strings.HasPrefix(c.HostConfig.NetworkMode, "container:")
	if c.Running && shares {
		return errSharedNetwork()
	}
	n, err := s.st.FindNetwork(network)
	if err != nil && !c.Running && wire.StatusOf(wire.Reply{}, err) == 404 {
		// A container that is not running can be connected even to a network that does
		// not exist; its start will fail. For a container that shares another's
		// networks the engine keeps none, and its handler crashes on that.
		if shares && !c.Connected {
			return wire.ErrCut
		}
		c.Endpoints[network] = ep
		return nil
	}
	if err != nil {
		return err
	}
	if err := s.checkJoin(c, ep, n); err != nil {
		return err
	}
	if old := c.Endpoints[n.Name]; old != nil {
		if c.Running && old.EndpointID != "" {
			return wire.Forbidden("endpoint with name %s already exists in network %s", c.Name, n.Name)
		}
		return nil
	}
	c.Endpoints[n.Name], c.Connected = ep, true
	if c.Running && !c.Restarting {
		if err := s.connectOne(c, n.Name, n); err != nil {
			delete(c.Endpoints, n.Name)
			return err
		}
	}
	return nil
}

// checkJoin refuses what a network cannot do, and combinations of networks that no
// container can have.
func (s *Endpoints) checkJoin(c *state.Container, ep *spec.EndpointConfig, n *state.Network) error {
	if c.Removing || c.Dead {
		return wire.Conflict("container %s is marked for removal and cannot be connected or disconnected to the network", c.ID)
	}
	if err := s.completeEndpoint(c, ep, n); err != nil {
		return err
	}
	onHost, host := c.HostConfig.NetworkMode == "host", n.Driver == "host"
	switch {
	case host && !onHost:
		return wire.BadRequest(errHostNetwork)
	case c.Endpoints[n.Name] != nil:
		return nil
	case onHost && c.Endpoints["host"] != nil:
		return errSharedNetwork()
	case n.Name == "none" && len(c.Endpoints) > 0 || c.Endpoints["none"] != nil:
		return wire.BadRequest("container cannot be connected to multiple networks with one of the networks in private (none) mode")
	}
	return nil
}

// errHostNetwork is what the engine says about leaving or joining the host's network.
const errHostNetwork = "container cannot be disconnected from host network or connected to host network"

// Part takes a container off a network.
func (s *Endpoints) Part(c *state.Container, network string, force bool) error {
	n, err := s.st.FindNetwork(network)
	if err != nil && c.Running && !force {
		return err
	}
	name := network
	if err == nil {
		name = n.Name
		if c.Running && c.HostConfig.NetworkMode == "host" && n.Driver == "host" {
			return wire.BadRequest(errHostNetwork)
		}
	}
	ep := c.Endpoints[name]
	if ep == nil && c.Running {
		return wire.Failure("container %s is not connected to network %s", c.ID, name)
	}
	if ep == nil {
		return wire.Failure("container %s is not connected to the network %s", c.ID, name)
	}
	if ep.EndpointID != "" {
		s.leave(c, ep)
	}
	delete(c.Endpoints, name)
	if n != nil {
		// A running container first leaves and is then disconnected, which makes two
		// events.
		s.journal.Emit("network", "disconnect", n.ID, map[string]string{"container": c.ID, "name": n.Name, "type": n.Driver})
	}
	return nil
}
