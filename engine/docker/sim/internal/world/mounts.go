// World: what a container mounts: decided when it is created, used when it starts.

package world

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/process"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/state"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// Mounts gives containers their mounts.
type Mounts struct {
	st      *state.State
	version wire.Version
	journal *Journal
	volumes *Volumes
}

// Add gives a new container its mounts: those of other containers first, then binds,
// then mounts, then the anonymous volumes of its configuration where nothing else is
// mounted. If binds and mounts name one place twice, that is an error; if volumes-from
// does, the last one wins.
func (s *Mounts) Add(c *state.Container) error {
	for _, from := range c.HostConfig.VolumesFrom {
		if err := s.addVolumesFrom(c, from); err != nil {
			return err
		}
	}
	taken := map[string]bool{}
	for _, bind := range c.HostConfig.Binds {
		m, err := spec.ParseBind(bind)
		if err != nil {
			return err
		}
		if _, tmpfs := c.HostConfig.Tmpfs[m.Destination]; tmpfs {
			return wire.BadRequest("Duplicate mount point: %s", m.Destination)
		}
		options := &spec.VolumeOptions{DriverConfig: &spec.DriverConfig{Name: c.HostConfig.VolumeDriver}}
		if err := s.addOwnMount(c, m, options, taken); err != nil {
			return err
		}
	}
	for _, asked := range c.HostConfig.Mounts {
		m, err := spec.MountOf(asked, s.Machine(0))
		if err != nil {
			return err
		}
		if err := s.addOwnMount(c, m, asked.VolumeOptions, taken); err != nil {
			return err
		}
	}
	if err := s.addAnonymous(c); err != nil {
		return err
	}
	return s.copyUp(c)
}

// Machine returns what checks see of the engine and its host.
func (s *Mounts) Machine(cpus int) spec.Machine {
	return spec.Machine{API: s.version, CPUs: cpus, Has: func(path string) bool {
		_, there := s.st.Host[path]
		return there
	}}
}

// addVolumesFrom copies the mounts of another container.
func (s *Mounts) addVolumesFrom(c *state.Container, from string) error {
	name, mode, hasMode := strings.Cut(from, ":")
	if name == "" {
		return wire.BadRequest("malformed volumes-from specification: %s", from)
	}
	if !hasMode {
		mode = "rw"
	}
	words, readWrite := spec.BindMode(mode)
	if words == nil || words["copy"] != "" || words["propagation"] != "" {
		return wire.BadRequest("invalid mode: %s", mode)
	}
	source, err := s.st.FindContainer(name)
	if err != nil {
		return wire.BadRequest("%s", err.Error())
	}
	for _, dest := range slices.Sorted(maps.Keys(source.Mounts)) {
		m := *source.Mounts[dest]
		m.RW = m.RW && readWrite
		m.Mode, m.Copy, m.Held, m.CreateHost = "", false, false, m.Type == "bind" && m.CreateHost
		s.replaceMount(c, &m)
		// The engine does not count here what the donor has through binds or mounts:
		// once the donor is gone, such a volume can be removed until this container
		// starts.
		if m.Type == "volume" && !m.HasSource {
			s.count(c, &m)
		}
	}
	return nil
}

// addOwnMount adds a mount that the container itself asks for.
func (s *Mounts) addOwnMount(c *state.Container, m *spec.MountPoint, options *spec.VolumeOptions, taken map[string]bool) error {
	if taken[m.Destination] {
		return wire.BadRequest("Duplicate mount point: %s", m.Destination)
	}
	taken[m.Destination] = true
	if m.Type == "volume" {
		m.HasSource = true
		if err := s.volumeForMount(m, options); err != nil {
			return err
		}
	}
	s.replaceMount(c, m)
	if m.Type == "volume" {
		s.count(c, m)
	}
	return nil
}

// replaceMount puts m in its place; the mount that was there releases its volume.
func (s *Mounts) replaceMount(c *state.Container, m *spec.MountPoint) {
	// Otherwise the volume would stay in use by a container that does not mount it.
	if old := c.Mounts[m.Destination]; old != nil {
		s.uncount(c, old)
	}
	c.Mounts[m.Destination] = m
}

// volumeForMount finds or creates the volume of a mount.
func (s *Mounts) volumeForMount(m *spec.MountPoint, options *spec.VolumeOptions) error {
	var labels, driverOptions map[string]string
	driver := ""
	if options != nil {
		labels = options.Labels
		if d := options.DriverConfig; d != nil {
			driver, driverOptions = d.Name, d.Options
		}
	}
	v, err := s.volumes.Ensure(m.Name, driver, labels, driverOptions)
	if err != nil {
		return err
	}
	m.Name, m.Driver = v.Name, v.Driver
	return nil
}

// addAnonymous creates the volumes that the configuration declares, except where
// something is mounted already.
func (s *Mounts) addAnonymous(c *state.Container) error {
	for _, declared := range slices.Sorted(maps.Keys(c.Config.Volumes)) {
		dest := path.Clean(declared)
		if _, tmpfs := c.HostConfig.Tmpfs[dest]; c.Mounts[dest] != nil || tmpfs {
			continue
		}
		// A driver that does not exist fails here, as it would for a named volume.
		if driver := c.HostConfig.VolumeDriver; driver != "" && driver != "local" {
			_, err := s.volumes.Ensure(s.st.NewID("volume"), driver, nil, nil)
			return err
		}
		v := s.volumes.New("", "", nil, nil)
		m := &spec.MountPoint{Type: "volume", Name: v.Name, Driver: v.Driver, Destination: dest, RW: true, Copy: true}
		c.Mounts[dest] = m
		s.count(c, m)
		if f, there, through := s.st.Box(c).Beneath(dest); through == "" && there && !f.Dir {
			return wire.Failure("cannot mount volume over existing file, file exists %s", s.st.Box(c).Rootfs()+dest)
		}
	}
	return nil
}

// copyUp fills empty volumes with what the image has in their place, including owner
// and mode of the directory.
func (s *Mounts) copyUp(c *state.Container) error {
	im := s.st.Images[c.ImageID]
	if im == nil {
		return nil
	}
	for _, dest := range slices.Sorted(maps.Keys(c.Mounts)) {
		m := c.Mounts[dest]
		v := s.st.Volumes[m.Name]
		// Only a volume that holds nothing is filled: even a single file that somebody
		// put there is never mixed with the content of an image.
		if m.Type != "volume" || !m.Copy || v == nil || !v.Files.Empty() {
			continue
		}
		switch f, there, through := s.st.Box(c).Beneath(dest); {
		case through != "":
			return wire.Failure("lstat %s: %v", s.st.Box(c).Rootfs()+dest, process.ErrNoDir)
		case there && !f.Dir:
			return wire.Failure("source %s is not directory", s.st.Box(c).Rootfs()+dest)
		}
		if content, ok := im.Files.Under(path.Clean("/" + dest)); ok {
			v.Files = content
		}
	}
	return nil
}

// Mount does what a start does with mounts: it counts volumes that were not yet
// counted, and creates missing host paths.
func (s *Mounts) Mount(c *state.Container) error {
	for _, dest := range slices.Sorted(maps.Keys(c.Mounts)) {
		m := c.Mounts[dest]
		switch m.Type {
		case "volume":
			if s.st.Volumes[m.Name] == nil {
				return wire.Failure("get %s: no such volume", m.Name)
			}
			s.count(c, m)
		case "bind":
			if _, there := s.st.Host[m.Source]; there {
				continue
			}
			if !m.CreateHost {
				return wire.BadRequest("invalid mount config for type \"bind\": bind source path does not exist: %s", m.Source)
			}
			s.st.Host.MkdirAll(m.Source)
		}
	}
	if err := spec.CheckTmpfs(&c.HostConfig); err != nil {
		return err
	}
	s.mounted(c)
	return nil
}

// mounted emits the events that the volumes of a container are mounted.
func (s *Mounts) mounted(c *state.Container) {
	for _, dest := range slices.Sorted(maps.Keys(c.Mounts)) {
		if m := c.Mounts[dest]; m.Type == "volume" {
			s.journal.emitVolume(m.Name, "mount", map[string]string{
				"driver": m.Driver, "container": c.ID, "destination": m.Destination, "propagation": m.Propagation, "read/write": fmt.Sprint(m.RW),
			})
		}
	}
}

// Look mounts the volumes of a container for a call that reads or writes its files,
// whether it runs or not. As on a start, the engine counts them, and it goes on
// counting them: that is how a volume comes to be in use by a container that never ran.
// The caller unmounts.
func (s *Mounts) Look(c *state.Container) error {
	for _, dest := range slices.Sorted(maps.Keys(c.Mounts)) {
		m := c.Mounts[dest]
		if m.Type == "volume" && s.st.Volumes[m.Name] == nil {
			return wire.Failure("get %s: no such volume", m.Name)
		}
	}
	s.Hold(c)
	s.mounted(c)
	return nil
}

// Unmount emits the events that the volumes of a stopped container are unmounted.
func (s *Mounts) Unmount(c *state.Container) {
	for _, dest := range slices.Sorted(maps.Keys(c.Mounts)) {
		if m := c.Mounts[dest]; m.Type == "volume" {
			s.journal.emitVolume(m.Name, "unmount", map[string]string{"driver": m.Driver, "container": c.ID})
		}
	}
}

// count counts the mount as a reference to its volume, once.
func (s *Mounts) count(c *state.Container, m *spec.MountPoint) {
	if v := s.st.Volumes[m.Name]; v != nil && !m.Held {
		v.Refs[c.ID]++
		m.Held = true
	}
}

func (s *Mounts) uncount(c *state.Container, m *spec.MountPoint) {
	if v := s.st.Volumes[m.Name]; v != nil && m.Held {
		if v.Refs[c.ID]--; v.Refs[c.ID] <= 0 {
			delete(v.Refs, c.ID)
		}
	}
	m.Held = false
}

// Hold counts all volumes of a container, as the daemon does when it comes up.
func (s *Mounts) Hold(c *state.Container) {
	for _, m := range c.Mounts {
		if m.Type == "volume" {
			s.count(c, m)
		}
	}
}

// Release releases the volumes of a removed container; with remove, unnamed ones that
// nobody else uses are removed.
func (s *Mounts) Release(c *state.Container, remove bool) {
	for _, dest := range slices.Sorted(maps.Keys(c.Mounts)) {
		m := c.Mounts[dest]
		if m.Type != "volume" || !m.Held {
			continue
		}
		s.uncount(c, m)
		if v := s.st.Volumes[m.Name]; remove && !m.Named && v != nil && len(v.Refs) == 0 {
			s.volumes.Drop(v)
		}
	}
}
