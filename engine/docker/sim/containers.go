// Part of the simulated engine: finding containers, creating and naming them.

package sim

import (
	"bytes"
	"fmt"
	"path"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/files"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// containers makes containers.
type containers struct {
	st        *state
	version   wire.Version
	host      host
	mounts    *mounts
	endpoints *endpoints
}

// lookup finds a container by id, by name, by the path of a legacy link, or by the beginning of its id.
func (s *state) lookup(ref string) (*container, error) {
	if ref == "" {
		return nil, wire.BadRequest("invalid name or ID supplied: \"\"")
	}
	if c := s.Containers[ref]; c != nil {
		return c, nil
	}
	name := strings.TrimPrefix(ref, "/")
	var found []*container
	for _, c := range s.Containers {
		if c.Name == name {
			return c, nil
		}
		for _, l := range c.Links {
			if target := s.Containers[l.Target]; target != nil && name == c.Name+"/"+l.Alias {
				return target, nil
			}
		}
		if strings.HasPrefix(c.ID, ref) {
			found = append(found, c)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return nil, wire.NotFound("No such container: %s", ref)
	}
	return nil, wire.BadRequest("Multiple IDs found with provided prefix: %s", ref)
}

// nameTaken gives the error for a name that another container has, or nil.
func (s *containers) nameTaken(name string) error {
	for _, c := range s.st.Containers {
		if c.Name == name {
			return wire.Conflict("Conflict. The container name \"/%s\" is already in use by container \"%s\". You have to remove (or rename) that container to be able to reuse that name.", name, c.ID)
		}
	}
	return nil
}

func containerCreate(w *world, q *wire.Request) (wire.Reply, error) {
	var body spec.CreateBody
	if err := q.Decode(&body); err != nil {
		return wire.Reply{}, err
	}
	if len(bytes.Trim(q.Body, "{} \r\n\tnul")) == 0 {
		return wire.Reply{}, wire.BadRequest("Config cannot be empty in order to create a container")
	}
	if err := spec.CheckPlatformText(q.Query.Get("platform")); err != nil {
		return wire.Reply{}, err
	}
	if body.HostConfig == nil {
		body.HostConfig = &spec.HostConfig{}
	}
	if body.HostConfig.Memory == 0 {
		body.HostConfig.Memory = body.Memory
	}
	if body.HostConfig.MemorySwap == 0 {
		body.HostConfig.MemorySwap = body.MemorySwap
	}
	if body.NetworkingConfig == nil {
		body.NetworkingConfig = &spec.NetworkingConfig{}
	}
	if err := spec.CheckCreate(q.Version, &body, w.mounts.machine(w.host.cpus())); err != nil {
		return wire.Reply{}, err
	}
	c, err := w.containers.newContainer(q.Query.Get("name"), q.Query.Get("platform"), &body)
	if err != nil {
		return wire.Reply{}, err
	}
	w.journal.emitContainer(c, "create", nil)
	return wire.Reply{Status: 201, JSON: wire.Object{"Id": c.ID, "Warnings": spec.Warnings(body.HostConfig)}}, nil
}

// newContainer makes the container. When a step fails, everything made before it is undone and the name is free again.
func (s *containers) newContainer(name, platform string, body *spec.CreateBody) (*container, error) {
	var im *image
	if body.Image != "" {
		found, err := s.st.findImage(body.Image)
		if err != nil {
			return nil, err
		}
		im = found
	}
	if im != nil {
		spec.Merge(&body.Config, im.Config)
	}
	if err := checkPlatform(platform, body.Image, im); err != nil {
		return nil, err
	}
	if err := spec.CheckMerged(&body.Config, body.HostConfig); err != nil {
		return nil, err
	}
	c := &container{
		ID: s.st.newID("container"), Created: s.st.Now, Config: body.Config, HostConfig: *body.HostConfig,
		Mounts: map[string]*spec.MountPoint{}, Endpoints: map[string]*spec.EndpointConfig{}, Files: files.Tree{},
	}
	c.Serial = s.st.Serial
	if im != nil {
		c.ImageID = im.ID
	}
	c.Name = strings.TrimPrefix(name, "/")
	if name == "" {
		c.Name = fmt.Sprintf("sim_%d", c.Serial)
	} else if err := spec.CheckName(c.Name, name); err != nil {
		return nil, err
	}
	if err := s.nameTaken(c.Name); err != nil {
		return nil, err
	}
	if err := spec.CheckSecurity(&c.HostConfig); err != nil {
		return nil, err
	}
	words := append(append([]string{}, spec.NonEmpty(c.Config.Entrypoint)...), c.Config.Cmd...)
	c.Path, c.Args = words[0], words[1:]
	spec.FillDefaults(&c.Config, &c.HostConfig, s.version, c.shortID(), s.host.name())
	if err := s.resolveModes(c); err != nil {
		return nil, err
	}
	// Until it is complete nobody can find it, not even a link or volumes-from of its own.
	if err := s.attach(c, body); err != nil {
		s.mounts.releaseVolumes(c, true)
		return nil, err
	}
	s.st.Containers[c.ID] = c
	return c, nil
}

// attach gives a new container its mounts, links and network settings.
func (s *containers) attach(c *container, body *spec.CreateBody) error {
	if err := s.mounts.addMounts(c); err != nil {
		return err
	}
	if err := s.endpoints.registerLinks(c); err != nil {
		return err
	}
	if err := s.makeWorkingDir(c); err != nil {
		return err
	}
	return s.endpoints.setEndpoints(c, body.NetworkingConfig.EndpointsConfig)
}

// makeWorkingDir makes the directory that the program begins in, below what is mounted, where an image is known to lack it.
func (s *containers) makeWorkingDir(c *container) error {
	im := s.st.Images[c.ImageID]
	if im == nil || !im.Complete || c.Config.WorkingDir == "" {
		return nil
	}
	wanted := path.Clean("/" + c.Config.WorkingDir)
	if _, _, through := s.st.box(c).beneath(wanted); through != "" {
		return wire.Failure("lstat %s: %v", s.st.box(c).rootfs()+wanted, errNoDir)
	}
	if f, ok := s.st.box(c).follow(wanted); ok && !f.Dir {
		return wire.Failure("Cannot mkdir: %s is not a directory", wanted)
	}
	for dir := wanted; dir != "/"; dir = path.Dir(dir) {
		if _, ok := s.st.box(c).own(dir).get(); ok {
			return nil
		}
		c.Files[dir] = files.Dir()
	}
	return nil
}

// resolveModes replaces the name in container:NAME modes by the id, where that container exists.
func (s *containers) resolveModes(c *container) error {
	h := &c.HostConfig
	for _, mode := range []*string{&h.NetworkMode, &h.PidMode, &h.IpcMode} {
		name, ok := strings.CutPrefix(*mode, "container:")
		if !ok || name == "" {
			continue
		}
		if other, err := s.st.lookup(name); err == nil {
			*mode = "container:" + other.ID
		} else if mode != &h.NetworkMode {
			return wire.BadRequest("%s", err.Error())
		}
	}
	return nil
}

func containerRename(w *world, q *wire.Request) (wire.Reply, error) {
	c, err := w.st.lookup(q.Name)
	if err != nil {
		return wire.Reply{}, err
	}
	asked := q.Query.Get("name")
	name := strings.TrimPrefix(asked, "/")
	if name == "" {
		return wire.Reply{}, wire.BadRequest("Neither old nor new names may be empty")
	}
	if name == c.Name {
		return wire.Reply{}, wire.BadRequest("Renaming a container with the same name as its current name")
	}
	const where = "Error when allocating new name: "
	if err := spec.CheckName(name, "/"+name); err != nil {
		return wire.Reply{}, wire.Prefixed(where, err)
	}
	if err := w.containers.nameTaken(name); err != nil {
		return wire.Reply{}, wire.Prefixed(where, err)
	}
	if c.Restarting {
		return wire.Reply{}, wire.NotFound("sandbox %s not found", c.SandboxID)
	}
	old := c.Name
	c.Name = name
	w.journal.emitContainer(c, "rename", map[string]string{"oldName": "/" + old})
	return wire.Status(204)
}
