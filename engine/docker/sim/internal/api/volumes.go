// Calls: calls about volumes.

package api

import (
	"maps"
	"slices"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/filter"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/state"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/world"
)

func volumeDocument(v *state.Volume) wire.Object {
	return wire.Object{
		"Name": v.Name, "Driver": v.Driver, "Mountpoint": spec.VolumeRoot + v.Name + "/_data", "Labels": v.Labels,
		"Options": v.Options, "Scope": "local", "CreatedAt": v.Created.UTC().Format("2006-01-02T15:04:05Z07:00"),
	}
}

// volumeCreate answers 201 for a volume that exists already too, with the labels that
// it had: a client has to compare them to know whose it is.
func volumeCreate(w *world.World, q *wire.Request) (wire.Reply, error) {
	var body struct {
		Name, Driver       string
		Labels, DriverOpts map[string]string
	}
	if err := q.Decode(&body); err != nil {
		return wire.Reply{}, err
	}
	v, err := w.Volumes.Ensure(body.Name, body.Driver, body.Labels, body.DriverOpts)
	if err != nil {
		return wire.Reply{}, err
	}
	return wire.Reply{Status: 201, JSON: volumeDocument(v)}, nil
}

func volumeInspect(w *world.World, q *wire.Request) (wire.Reply, error) {
	v, err := w.State.FindVolume(q.Name)
	if err != nil {
		return wire.Reply{}, err
	}
	return wire.OK(volumeDocument(v))
}

func volumeList(w *world.World, q *wire.Request) (wire.Reply, error) {
	f, err := filter.Read(q, "dangling", "name", "driver", "label")
	if err != nil {
		return wire.Reply{}, err
	}
	dangling, err := f.Boolean("dangling")
	if err != nil {
		return wire.Reply{}, err
	}
	docs, fits := []wire.Object{}, f.Pattern("name")
	for _, name := range slices.Sorted(maps.Keys(w.State.Volumes)) {
		v := w.State.Volumes[name]
		if dangling != nil && *dangling != (len(v.Refs) == 0) {
			continue
		}
		if fits(v.Name) && f.Has("driver", v.Driver) && f.Labels(v.Labels) {
			docs = append(docs, volumeDocument(v))
		}
	}
	return wire.OK(wire.Object{"Volumes": docs, "Warnings": nil})
}

func volumeRemove(w *world.World, q *wire.Request) (wire.Reply, error) {
	v, err := w.State.FindVolume(q.Name)
	if err != nil {
		// With force, a volume that is missing counts as removed.
		if q.Flag("force") {
			return wire.Status(204)
		}
		return wire.Reply{}, err
	}
	if len(v.Refs) > 0 {
		return wire.Reply{}, wire.Conflict("remove %s: volume is in use - [%s]", v.Name, strings.Join(slices.Sorted(maps.Keys(v.Refs)), ", "))
	}
	w.Volumes.Drop(v)
	return wire.Status(204)
}

// volumePrune removes unused volumes: all of them before API 1.42, only the anonymous
// ones since then, unless all are asked for.
func volumePrune(w *world.World, q *wire.Request) (wire.Reply, error) {
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
	for _, name := range slices.Sorted(maps.Keys(w.State.Volumes)) {
		v := w.State.Volumes[name]
		if len(v.Refs) == 0 && (everything || v.Anonymous) && f.Labels(v.Labels) {
			w.Volumes.Drop(v)
			gone = append(gone, name)
		}
	}
	slices.Sort(gone)
	w.Journal.Emit("volume", "prune", "", map[string]string{"reclaimed": "0"})
	return wire.OK(wire.Object{"VolumesDeleted": gone, "SpaceReclaimed": 0})
}
