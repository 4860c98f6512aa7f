// State: what a state that was read from a file must satisfy.

package state

import (
	"fmt"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/files"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/refs"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
)

// Complete creates the maps that JSON left out, and refuses a state that refers to what
// it does not hold.
func (s *State) Complete() error {
	if s.Containers == nil || s.Volumes == nil || s.Networks == nil || s.Images == nil || s.Execs == nil || s.Remote == nil || s.Host == nil {
		return fmt.Errorf("a part of the state is missing")
	}
	if s.NextPool < 0 {
		return fmt.Errorf("the next address pool is number %d", s.NextPool)
	}
	for id, c := range s.Containers {
		if c == nil || c.ID != id || len(id) != 64 || c.Name == "" {
			return fmt.Errorf("container %q is damaged", id)
		}
		if err := c.complete(); err != nil {
			return err
		}
	}
	for name, v := range s.Volumes {
		if v == nil || v.Name != name || v.Files == nil {
			return fmt.Errorf("volume %q is damaged", name)
		}
		if v.Refs == nil {
			v.Refs = map[string]int{}
		}
	}
	for id, n := range s.Networks {
		if n == nil || n.ID != id {
			return fmt.Errorf("network %q is damaged", id)
		}
	}
	return s.completeRest()
}

// complete creates the maps that JSON left out.
func (c *Container) complete() error {
	if c.Files == nil {
		c.Files = files.Tree{}
	}
	if c.Mounts == nil {
		c.Mounts = map[string]*spec.MountPoint{}
	}
	if c.Endpoints == nil {
		c.Endpoints = map[string]*spec.EndpointConfig{}
	}
	for dest, m := range c.Mounts {
		if m == nil {
			return fmt.Errorf("mount %q of container %q is damaged", dest, c.Name)
		}
	}
	for name, ep := range c.Endpoints {
		if ep == nil {
			return fmt.Errorf("endpoint %q of container %q is damaged", name, c.Name)
		}
	}
	return nil
}

func (s *State) completeRest() error {
	for kind, images := range []map[string]*Image{s.Images, s.Remote} {
		for id, im := range images {
			const remote = 1 // a pull reports the first layer
			if im == nil || !refs.IsImageID(im.ID) || kind == remote && len(im.Layers) == 0 {
				return fmt.Errorf("image %q is damaged", id)
			}
			if im.Files == nil {
				im.Files = files.Tree{}
			}
		}
	}
	for id, im := range s.Images {
		generations := 0
		for ; im != nil && generations <= len(s.Images); im = s.Images[im.Parent] {
			generations++
		}
		if im != nil {
			return fmt.Errorf("image %q comes from itself", id)
		}
	}
	for id, x := range s.Execs {
		if x == nil || x.ID != id || len(x.Cmd) == 0 {
			return fmt.Errorf("exec %q is damaged", id)
		}
	}
	return nil
}
