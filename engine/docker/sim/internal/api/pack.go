// Calls: images that leave as tar files.

package api

import (
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/archive"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/world"
)

// imageSave answers with images as a tar.
func imageSave(w *world.World, q *wire.Request) (wire.Reply, error) {
	names := q.Query["names"]
	if q.Name != "" {
		names = []string{q.Name}
	}
	wanted, err := w.Images.NamedImages(names)
	if err != nil {
		return wire.Reply{}, err
	}
	var content []archive.Packed
	for _, p := range wanted {
		content = append(content, archive.Packed{Image: p.Image.Archived(), Tags: p.Tags})
		w.Journal.EmitImage(p.Image.ID, p.Image.ID, "save")
	}
	text, err := archive.Pack(content, w.State.Start)
	if err != nil {
		return wire.Reply{}, wire.Failure("%v", err)
	}
	return wire.Reply{Raw: text, Header: map[string]string{"Content-Type": "application/x-tar"}}, nil
}
