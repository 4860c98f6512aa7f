// Part of the simulated engine: what a container mounts, decided when it is created and used when it starts.

package sim

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

const volumeRoot = "/var/lib/docker/volumes/"

// mounts are what containers mount.
type mounts struct {
	st      *state
	version wire.Version
	journal *journal
	volumes *volumes
}

// addMounts gives a new container its mounts: those of other containers first, then binds, then mounts, then the anonymous
// volumes of its configuration where nothing else is mounted. Two of one place from binds and mounts are an error; of two
// volumes-from the last wins.
func (s *mounts) addMounts(c *container) error {
	for _, from := range c.HostConfig.VolumesFrom {
		if err := s.addVolumesFrom(c, from); err != nil {
			return err
		}
	}
	taken := map[string]bool{}
	for _, bind := range c.HostConfig.Binds {
		m, err := parseBind(bind)
		if err != nil {
			return err
		}
		if _, tmpfs := c.HostConfig.Tmpfs[m.Destination]; tmpfs {
			return wire.BadRequest("Duplicate mount point: %s", m.Destination)
		}
		options := &volumeOptions{DriverConfig: &driverConfig{Name: c.HostConfig.VolumeDriver}}
		if err := s.addOwnMount(c, m, options, taken); err != nil {
			return err
		}
	}
	for _, asked := range c.HostConfig.Mounts {
		m, err := mountOf(asked, s.machine(0))
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

// machine is what checks see of the engine and its host.
func (s *mounts) machine(cpus int) machine {
	return machine{API: s.version, CPUs: cpus, Has: func(path string) bool {
		_, there := s.st.Host[path]
		return there
	}}
}

// addVolumesFrom copies the mounts of another container.
func (s *mounts) addVolumesFrom(c *container, from string) error {
	name, mode, hasMode := strings.Cut(from, ":")
	if name == "" {
		return wire.BadRequest("malformed volumes-from specification: %s", from)
	}
	if !hasMode {
		mode = "rw"
	}
	words, readWrite := bindMode(mode)
	if words == nil || words["copy"] != "" || words["propagation"] != "" {
		return wire.BadRequest("invalid mode: %s", mode)
	}
	source, err := s.st.lookup(name)
	if err != nil {
		return wire.BadRequest("%s", err.Error())
	}
	for _, dest := range slices.Sorted(maps.Keys(source.Mounts)) {
		m := *source.Mounts[dest]
		m.RW = m.RW && readWrite
		m.Mode, m.Copy, m.Held, m.CreateHost = "", false, false, m.Type == "bind" && m.CreateHost
		s.replaceMount(c, &m)
		if m.Type == "volume" && !m.HasSource {
			s.hold(c, &m)
		}
	}
	return nil
}

// addOwnMount adds a mount that the container itself asked for.
func (s *mounts) addOwnMount(c *container, m *mountPoint, options *volumeOptions, taken map[string]bool) error {
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
		s.hold(c, m)
	}
	return nil
}

// replaceMount puts m in its place; what was there gives its volume back.
func (s *mounts) replaceMount(c *container, m *mountPoint) {
	if old := c.Mounts[m.Destination]; old != nil {
		s.unhold(c, old)
	}
	c.Mounts[m.Destination] = m
}

// volumeForMount finds or makes the volume of a mount.
func (s *mounts) volumeForMount(m *mountPoint, options *volumeOptions) error {
	var labels, driverOptions map[string]string
	driver := ""
	if options != nil {
		labels = options.Labels
		if d := options.DriverConfig; d != nil {
			driver, driverOptions = d.Name, d.Options
		}
	}
	v, err := s.volumes.ensureVolume(m.Name, driver, labels, driverOptions)
	if err != nil {
		return err
	}
	m.Name, m.Driver = v.Name, v.Driver
	return nil
}

// addAnonymous makes the volumes that the configuration declares, except where something is mounted already.
func (s *mounts) addAnonymous(c *container) error {
	for _, declared := range slices.Sorted(maps.Keys(c.Config.Volumes)) {
		dest := path.Clean(declared)
		if _, tmpfs := c.HostConfig.Tmpfs[dest]; c.Mounts[dest] != nil || tmpfs {
			continue
		}
		if driver := c.HostConfig.VolumeDriver; driver != "" && driver != "local" {
			_, err := s.volumes.ensureVolume(s.st.newID("volume"), driver, nil, nil)
			return err
		}
		v := s.volumes.newVolume("", "", nil, nil)
		m := &mountPoint{Type: "volume", Name: v.Name, Driver: v.Driver, Destination: dest, RW: true, Copy: true}
		c.Mounts[dest] = m
		s.hold(c, m)
		if f, there, through := s.st.box(c).beneath(dest); through == "" && there && !f.Dir {
			return wire.Failure("cannot mount volume over existing file, file exists %s", c.rootfs()+dest)
		}
	}
	return nil
}

// copyUp fills empty volumes with what the image has at their place, owner and mode of the directory included.
func (s *mounts) copyUp(c *container) error {
	im := s.st.Images[c.ImageID]
	if im == nil {
		return nil
	}
	for _, dest := range slices.Sorted(maps.Keys(c.Mounts)) {
		m := c.Mounts[dest]
		v := s.st.Volumes[m.Name]
		if m.Type != "volume" || !m.Copy || v == nil || !v.Files.empty() {
			continue
		}
		switch f, there, through := s.st.box(c).beneath(dest); {
		case through != "":
			return wire.Failure("lstat %s: %v", c.rootfs()+dest, errNoDir)
		case there && !f.Dir:
			return wire.Failure("source %s is not directory", c.rootfs()+dest)
		}
		if content, ok := im.Files.under(path.Clean("/" + dest)); ok {
			v.Files = content
		}
	}
	return nil
}

// bindWord tells what a word in the mode of a bind speaks about; there may be one of each at most.
func bindWord(word string) string {
	switch word {
	case "rw", "ro":
		return "access"
	case "z", "Z":
		return "label"
	case "nocopy":
		return "copy"
	case "private", "rprivate", "slave", "rslave", "shared", "rshared":
		return "propagation"
	case "cached", "consistent", "delegated":
		return "consistency"
	}
	return ""
}

// bindMode gives the words of a mode by what they speak about, nil if it is not valid, and whether it allows writing.
func bindMode(mode string) (words map[string]string, readWrite bool) {
	words = map[string]string{}
	if mode == "" {
		return words, true
	}
	for word := range strings.SplitSeq(mode, ",") {
		kind := bindWord(word)
		if kind == "" || words[kind] != "" {
			return nil, false
		}
		words[kind] = word
	}
	return words, words["access"] != "ro"
}

// parseBind reads one entry of Binds: DEST, SOURCE:DEST or SOURCE:DEST:MODE.
func parseBind(bind string) (*mountPoint, error) {
	parts := strings.Split(bind, ":")
	wrong := fmt.Sprintf("invalid volume specification: '%s'", bind)
	if len(parts) > 3 || parts[0] == "" {
		return nil, wire.Failure("%s", wrong)
	}
	m := &mountPoint{Type: "volume", Destination: parts[0]}
	source := ""
	if len(parts) > 1 {
		source, m.Destination = parts[0], parts[1]
	}
	if words, _ := bindMode(m.Destination); len(parts) == 2 && words != nil {
		return nil, wire.Failure("%s", wrong)
	}
	if len(parts) == 3 {
		m.Mode = parts[2]
	}
	words, readWrite := bindMode(m.Mode)
	if words == nil {
		return nil, wire.Failure("invalid mode: %s", m.Mode)
	}
	m.RW = readWrite
	if path.IsAbs(source) {
		m.Type = "bind"
	}
	extra := func(field string) error {
		return wire.Failure("%s: invalid mount config for type %q: field %s must not be specified", wrong, m.Type, field)
	}
	switch err := checkDestination(m.Destination, m.Type); {
	case err != nil:
		return nil, wire.Failure("%s: %s", wrong, err.Error())
	case m.Type == "bind" && words["copy"] != "":
		return nil, extra("VolumeOptions")
	case m.Type == "volume" && words["propagation"] != "":
		return nil, extra("BindOptions")
	}
	m.Destination = path.Clean(m.Destination)
	if m.Type == "bind" {
		m.Source, m.CreateHost, m.Propagation = path.Clean(source), true, cmp.Or(words["propagation"], "rprivate")
		return m, nil
	}
	m.Name, m.Named, m.Copy, m.Mode = source, source != "", words["copy"] == "", cmp.Or(m.Mode, "z")
	return m, nil
}

// checkDestination refuses places nothing can be mounted at.
func checkDestination(dest, kind string) error {
	if dest == "" {
		return fmt.Errorf("invalid mount config for type %q: field Target must not be empty", kind)
	}
	if !path.IsAbs(dest) {
		return fmt.Errorf("invalid mount config for type %q: invalid mount path: '%s' mount path must be absolute", kind, dest)
	}
	if path.Clean(dest) == "/" {
		return fmt.Errorf("invalid mount config for type %q: invalid specification: destination can't be '/'", kind)
	}
	return nil
}

// mountOf reads one entry of Mounts.
func mountOf(asked mountSpec, on machine) (*mountPoint, error) {
	wrong := func(format string, args ...any) error {
		return wire.BadRequest("invalid mount config for type %q: %s", asked.Type, fmt.Sprintf(format, args...))
	}
	if err := checkDestination(asked.Target, asked.Type); err != nil {
		return nil, wire.BadRequest("%s", err.Error())
	}
	m := &mountPoint{Type: asked.Type, Destination: path.Clean(asked.Target), RW: !asked.ReadOnly}
	switch asked.Type {
	case "bind":
		return m, bindOf(asked, on, m, wrong)
	case "volume":
	case "tmpfs":
		if asked.BindOptions != nil {
			return nil, wrong("field BindOptions must not be specified")
		}
		if asked.Source != "" {
			return nil, wrong("field Source must not be specified")
		}
		return m, nil
	default:
		return nil, wrong("mount type unknown")
	}
	if asked.BindOptions != nil {
		return nil, wrong("field BindOptions must not be specified")
	}
	m.Name, m.Named, m.Mode, m.Copy = asked.Source, asked.Source != "", "z", true
	if o := asked.VolumeOptions; o != nil && o.NoCopy {
		m.Copy = false
	}
	if asked.Source == "" && asked.ReadOnly {
		return nil, wrong("must not set ReadOnly mode when using anonymous volumes")
	}
	return m, nil
}

// bindOf completes a mount of the strict kind: its source has to exist now.
func bindOf(asked mountSpec, on machine, m *mountPoint, wrong func(string, ...any) error) error {
	switch {
	case asked.Source == "":
		return wrong("field Source must not be empty")
	case asked.BindOptions != nil && asked.BindOptions.Propagation != "" && bindWord(asked.BindOptions.Propagation) != "propagation":
		return wrong("invalid propagation mode: %s", asked.BindOptions.Propagation)
	case asked.VolumeOptions != nil:
		return wrong("field VolumeOptions must not be specified")
	case !path.IsAbs(asked.Source):
		return wrong("invalid mount path: '%s' mount path must be absolute", asked.Source)
	}
	m.Source, m.Propagation = path.Clean(asked.Source), "rprivate"
	if o := asked.BindOptions; o != nil {
		m.CreateHost = o.CreateMountpoint && on.API.At(42)
		m.Propagation = cmp.Or(o.Propagation, m.Propagation)
	}
	if !m.CreateHost && !on.Has(m.Source) {
		return wrong("bind source path does not exist: %s", asked.Source)
	}
	return nil
}

// mountAll does what a start does with mounts: it counts volumes that were not counted yet and makes missing host paths.
func (s *mounts) mountAll(c *container) error {
	for _, dest := range slices.Sorted(maps.Keys(c.Mounts)) {
		m := c.Mounts[dest]
		switch m.Type {
		case "volume":
			if s.st.Volumes[m.Name] == nil {
				return wire.Failure("get %s: no such volume", m.Name)
			}
			s.hold(c, m)
		case "bind":
			if _, there := s.st.Host[m.Source]; there {
				continue
			}
			if !m.CreateHost {
				return wire.BadRequest("invalid mount config for type \"bind\": bind source path does not exist: %s", m.Source)
			}
			s.st.Host.mkdirAll(m.Source)
		}
	}
	if err := checkTmpfs(&c.HostConfig); err != nil {
		return err
	}
	s.emitMounts(c)
	return nil
}

// emitMounts reports that the volumes of a container are mounted.
func (s *mounts) emitMounts(c *container) {
	for _, dest := range slices.Sorted(maps.Keys(c.Mounts)) {
		if m := c.Mounts[dest]; m.Type == "volume" {
			s.journal.emitVolume(m.Name, "mount", map[string]string{
				"driver": m.Driver, "container": c.ID, "destination": m.Destination, "propagation": m.Propagation, "read/write": fmt.Sprint(m.RW),
			})
		}
	}
}

// unmountAll reports that the volumes of a stopped container are free.
func (s *mounts) unmountAll(c *container) {
	for _, dest := range slices.Sorted(maps.Keys(c.Mounts)) {
		if m := c.Mounts[dest]; m.Type == "volume" {
			s.journal.emitVolume(m.Name, "unmount", map[string]string{"driver": m.Driver, "container": c.ID})
		}
	}
}

// hold counts the mount as a reference of its volume, once.
func (s *mounts) hold(c *container, m *mountPoint) {
	if v := s.st.Volumes[m.Name]; v != nil && !m.Held {
		v.Refs[c.ID]++
		m.Held = true
	}
}

func (s *mounts) unhold(c *container, m *mountPoint) {
	if v := s.st.Volumes[m.Name]; v != nil && m.Held {
		if v.Refs[c.ID]--; v.Refs[c.ID] <= 0 {
			delete(v.Refs, c.ID)
		}
	}
	m.Held = false
}

// holdVolumes counts all volumes of a container, as the daemon does when it starts.
func (s *mounts) holdVolumes(c *container) {
	for _, m := range c.Mounts {
		if m.Type == "volume" {
			s.hold(c, m)
		}
	}
}

// releaseVolumes gives the volumes of a removed container back; with remove those go that had no name and nobody else.
func (s *mounts) releaseVolumes(c *container, remove bool) {
	for _, dest := range slices.Sorted(maps.Keys(c.Mounts)) {
		m := c.Mounts[dest]
		if m.Type != "volume" || !m.Held {
			continue
		}
		s.unhold(c, m)
		if v := s.st.Volumes[m.Name]; remove && !m.Named && v != nil && len(v.Refs) == 0 {
			s.volumes.dropVolume(v)
		}
	}
}
