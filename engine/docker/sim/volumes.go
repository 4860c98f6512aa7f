// Part of the simulated engine: volumes.

package sim

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/files"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/filter"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// volumes are the volumes that have a name, be it one of the engine's making.
type volumes struct {
	st      *state
	version wire.Version
	journal *journal
}

// ensureVolume gives the volume of a name, made if it is missing; an existing one keeps its labels and options.
func (s *volumes) ensureVolume(name, driver string, labels, options map[string]string) (*volume, error) {
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
		return nil, wire.Prefixed("create "+cmp.Or(name, s.st.newID("volume"))+": ", err)
	}
	return s.newVolume(name, driver, labels, options), nil
}

func (s *volumes) newVolume(name, driver string, labels, options map[string]string) *volume {
	v := &volume{
		Name: name, Driver: cmp.Or(driver, "local"), Labels: labels, Options: options, Created: s.st.Now,
		Files: files.New(), Refs: map[string]int{},
	}
	if name == "" {
		v.Name, v.Anonymous = s.st.newID("volume"), true
		if s.version.At(42) {
			v.Labels = spec.Union(v.Labels, map[string]string{"com.docker.volume.anonymous": ""})
		}
	}
	s.st.Volumes[v.Name] = v
	s.journal.emitVolume(v.Name, "create", map[string]string{"driver": v.Driver})
	return v
}

func (s *volumes) dropVolume(v *volume) {
	delete(s.st.Volumes, v.Name)
	s.journal.emitVolume(v.Name, "destroy", map[string]string{"driver": v.Driver})
}

func volumeDocument(v *volume) wire.Object {
	return wire.Object{
		"Name": v.Name, "Driver": v.Driver, "Mountpoint": spec.VolumeRoot + v.Name + "/_data", "Labels": v.Labels,
		"Options": v.Options, "Scope": "local", "CreatedAt": v.Created.UTC().Format("2006-01-02T15:04:05Z07:00"),
	}
}

func volumeCreate(w *world, q *wire.Request) (wire.Reply, error) {
	var body struct {
		Name, Driver       string
		Labels, DriverOpts map[string]string
	}
	if err := q.Decode(&body); err != nil {
		return wire.Reply{}, err
	}
	v, err := w.volumes.ensureVolume(body.Name, body.Driver, body.Labels, body.DriverOpts)
	if err != nil {
		return wire.Reply{}, err
	}
	return wire.Reply{Status: 201, JSON: volumeDocument(v)}, nil
}

func (s *state) findVolume(name string) (*volume, error) {
	if v := s.Volumes[name]; v != nil {
		return v, nil
	}
	return nil, wire.NotFound("get %s: no such volume", name)
}

func volumeInspect(w *world, q *wire.Request) (wire.Reply, error) {
	v, err := w.st.findVolume(q.Name)
	if err != nil {
		return wire.Reply{}, err
	}
	return wire.OK(volumeDocument(v))
}

func volumeList(w *world, q *wire.Request) (wire.Reply, error) {
	f, err := filter.Read(q, "dangling", "name", "driver", "label")
	if err != nil {
		return wire.Reply{}, err
	}
	dangling, err := f.Boolean("dangling")
	if err != nil {
		return wire.Reply{}, err
	}
	docs, fits := []wire.Object{}, f.Pattern("name")
	for _, name := range slices.Sorted(maps.Keys(w.st.Volumes)) {
		v := w.st.Volumes[name]
		if dangling != nil && *dangling != (len(v.Refs) == 0) {
			continue
		}
		if fits(v.Name) && f.Has("driver", v.Driver) && f.Labels(v.Labels) {
			docs = append(docs, volumeDocument(v))
		}
	}
	return wire.OK(wire.Object{"Volumes": docs, "Warnings": nil})
}

func volumeRemove(w *world, q *wire.Request) (wire.Reply, error) {
	v, err := w.st.findVolume(q.Name)
	if err != nil {
		if q.Flag("force") {
			return wire.Status(204)
		}
		return wire.Reply{}, err
	}
	if len(v.Refs) > 0 {
		return wire.Reply{}, wire.Conflict("remove %s: volume is in use - [%s]", v.Name, strings.Join(slices.Sorted(maps.Keys(v.Refs)), ", "))
	}
	w.volumes.dropVolume(v)
	return wire.Status(204)
}

// volumePrune removes unused volumes: all of them below API 1.42, since then anonymous ones unless all is asked for.
func volumePrune(w *world, q *wire.Request) (wire.Reply, error) {
	known := []string{"label", "label!"}
	if q.At(42) {
		known = append(known, "all")
	}
	f, err := filter.Read(q, known...)
	if err != nil {
		return wire.Reply{}, err
	}
	all, err := f.Boolean("all")
	if err != nil {
		return wire.Reply{}, err
	}
	everything := !q.At(42) || all != nil && *all
	gone := []string{}
	for _, name := range slices.Sorted(maps.Keys(w.st.Volumes)) {
		v := w.st.Volumes[name]
		if len(v.Refs) == 0 && (everything || v.Anonymous) && f.Labels(v.Labels) {
			w.volumes.dropVolume(v)
			gone = append(gone, name)
		}
	}
	slices.Sort(gone)
	w.journal.emit("volume", "prune", "", map[string]string{"reclaimed": "0"})
	return wire.OK(wire.Object{"VolumesDeleted": gone, "SpaceReclaimed": 0})
}
