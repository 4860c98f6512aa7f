// World: volumes.

package world

import (
	"cmp"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/files"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/state"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// Volumes holds the volumes, named by somebody or by the engine.
type Volumes struct {
	st      *state.State
	version wire.Version
	journal *Journal
}

// Ensure returns the volume with a name, and creates it if it is missing; an existing
// one keeps its labels and options.
func (s *Volumes) Ensure(name, driver string, labels, options map[string]string) (*state.Volume, error) {
	if v := s.st.Volumes[name]; v != nil {
		if driver != "" && driver != v.Driver {
			return nil, wire.Conflict("create %s: conflict: volume name must be unique", name)
		}
		return v, nil
	}
	if driver != "" && driver != "local" {
		return nil, wire.NotFound("create %s: error looking up volume plugin %s: plugin %q not found", name, driver, driver)
	}
	if name != "" && !spec.ValidName(name) {
		if len(name) == 1 {
			return nil, wire.BadRequest("create %s: volume name is too short, names should be at least two alphanumeric characters", name)
		}
		return nil, wire.BadRequest("create %s: %q includes invalid characters for a local volume name, only \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you intended to pass a host directory, use absolute path", name, name)
	}
	if err := spec.CheckVolumeOptions(options); err != nil {
		return nil, wire.Prefixed("create "+cmp.Or(name, s.st.NewID("volume"))+": ", err)
	}
	return s.New(name, driver, labels, options), nil
}

// New creates a volume; the engine invents the name if none is given.
func (s *Volumes) New(name, driver string, labels, options map[string]string) *state.Volume {
	v := &state.Volume{
		Name: name, Driver: cmp.Or(driver, "local"), Labels: labels, Options: options, Created: s.st.Now,
		Files: files.New(), Refs: map[string]int{},
	}
	if name == "" {
		v.Name, v.Anonymous = s.st.NewID("volume"), true
		if s.version.At(42) {
			v.Labels = spec.Union(v.Labels, map[string]string{"com.docker.volume.anonymous": ""})
		}
	}
	s.st.Volumes[v.Name] = v
	s.journal.emitVolume(v.Name, "create", map[string]string{"driver": v.Driver})
	return v
}

// Drop removes a volume.
func (s *Volumes) Drop(v *state.Volume) {
	delete(s.st.Volumes, v.Name)
	s.journal.emitVolume(v.Name, "destroy", map[string]string{"driver": v.Driver})
}
