// World: creating and renaming containers.

package world

import (
	"fmt"
	"path"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/files"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/process"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/state"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// Containers creates containers, renames them and changes their limits.
type Containers struct {
	st        *state.State
	version   wire.Version
	host      Host
	journal   *Journal
	mounts    *Mounts
	endpoints *Endpoints
}

// nameTaken returns the error for a name that another container has, or nil.
func (s *Containers) nameTaken(name string) error {
	for _, c := range s.st.Containers {
		if c.Name == name {
			return wire.Conflict("Conflict. The container name \"/%s\" is already in use by container \"%s\". You have to remove (or rename) that container to be able to reuse that name.", name, c.ID)
		}
	}
	return nil
}

// New creates the container. If a step fails, everything made before it is undone and
// the name is free again.
func (s *Containers) New(name, platform string, body *spec.CreateBody) (*state.Container, error) {
	im, err := s.configure(platform, body)
	if err != nil {
		return nil, err
	}
	c := &state.Container{
		ID: s.st.NewID("container"), Created: s.st.Now, Config: body.Config, HostConfig: *body.HostConfig,
		Mounts: map[string]*spec.MountPoint{}, Endpoints: map[string]*spec.EndpointConfig{}, Files: files.Tree{},
	}
	c.Serial = s.st.Serial
	if im != nil {
		c.ImageID = im.ID
	}
	if err := s.setName(c, name); err != nil {
		return nil, err
	}
	if err := spec.CheckSecurity(&c.HostConfig); err != nil {
		return nil, err
	}
	words := append(append([]string{}, spec.NonEmpty(c.Config.Entrypoint)...), c.Config.Cmd...)
	c.Path, c.Args = words[0], words[1:]
	spec.FillDefaults(&c.Config, &c.HostConfig, s.version, c.ShortID(), s.host.HostName())
	if err := s.resolveModes(c); err != nil {
		return nil, err
	}
	// Until it is complete nobody can find it, not even a link or volumes-from of its
	// own.
	if err := s.attach(c, body); err != nil {
		s.mounts.Release(c, true)
		return nil, err
	}
	s.st.Containers[c.ID] = c
	s.journal.EmitContainer(c, "create", nil)
	return c, nil
}

// configure completes a configuration from its image, and returns the image; nil if
// none was asked for.
func (s *Containers) configure(platform string, body *spec.CreateBody) (*state.Image, error) {
	var im *state.Image
	if body.Image != "" {
		found, err := s.st.FindImage(body.Image)
		if err != nil {
			return nil, err
		}
		im = found
		spec.Merge(&body.Config, im.Config)
	}
	if err := checkPlatform(platform, body.Image, im); err != nil {
		return nil, err
	}
	if err := spec.CheckMerged(&body.Config, body.HostConfig); err != nil {
		return nil, err
	}
	return im, nil
}

// setName gives a new container the name that was asked for, or else one that the
// engine invents.
func (s *Containers) setName(c *state.Container, name string) error {
	c.Name = strings.TrimPrefix(name, "/")
	if name == "" {
		c.Name = fmt.Sprintf("sim_%d", c.Serial)
	} else if err := spec.CheckName(c.Name, name); err != nil {
		return err
	}
	return s.nameTaken(c.Name)
}

// Rename gives a container another name.
func (s *Containers) Rename(c *state.Container, name string) error {
	switch name {
	case "":
		return wire.BadRequest("Neither old nor new names may be empty")
	case c.Name:
		return wire.BadRequest("Renaming a container with the same name as its current name")
	}
	const where = "Error when allocating new name: "
	if err := spec.CheckName(name, "/"+name); err != nil {
		return wire.Prefixed(where, err)
	}
	if err := s.nameTaken(name); err != nil {
		return wire.Prefixed(where, err)
	}
	if c.Restarting {
		return wire.NotFound("sandbox %s not found", c.SandboxID)
	}
	old := c.Name
	c.Name = name
	s.journal.EmitContainer(c, "rename", map[string]string{"oldName": "/" + old})
	return nil
}

// attach gives a new container its mounts, links and network settings.
func (s *Containers) attach(c *state.Container, body *spec.CreateBody) error {
	if err := s.mounts.Add(c); err != nil {
		return err
	}
	if err := s.endpoints.registerLinks(c); err != nil {
		return err
	}
	if err := s.makeWorkingDir(c); err != nil {
		return err
	}
	return s.endpoints.set(c, body.NetworkingConfig.EndpointsConfig)
}

// makeWorkingDir makes the program's working directory, on whatever is mounted there,
// if the image is known to lack it.
func (s *Containers) makeWorkingDir(c *state.Container) error {
	im := s.st.Images[c.ImageID]
	if im == nil || !im.Complete || c.Config.WorkingDir == "" {
		return nil
	}
	wanted := path.Clean("/" + c.Config.WorkingDir)
	if _, _, through := s.st.Box(c).Beneath(wanted); through != "" {
		return wire.Failure("lstat %s: %v", s.st.Box(c).Rootfs()+wanted, process.ErrNoDir)
	}
	if f, ok := s.st.Box(c).Follow(wanted); ok && !f.Dir {
		return wire.Failure("Cannot mkdir: %s is not a directory", wanted)
	}
	for dir := wanted; dir != "/"; dir = path.Dir(dir) {
		if _, ok := s.st.Box(c).Own(dir).Get(); ok {
			return nil
		}
		c.Files[dir] = files.Dir()
	}
	return nil
}

// resolveModes replaces the name in modes of the form container:NAME by the id, if that
// container exists.
func (s *Containers) resolveModes(c *state.Container) error {
	h := &c.HostConfig
	for _, mode := range []*string{&h.NetworkMode, &h.PidMode, &h.IpcMode} {
		name, ok := strings.CutPrefix(*mode, "container:")
		if !ok || name == "" {
			continue
		}
		if other, err := s.st.FindContainer(name); err == nil {
			*mode = "container:" + other.ID
		} else if mode != &h.NetworkMode {
			return wire.BadRequest("%s", err.Error())
		}
	}
	return nil
}
