// Calls: images made from containers.

package api

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/dockerfile"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/state"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/world"
)

// commit makes an image from what a container wrote, with its configuration and the
// changes asked for.
func commit(w *world.World, q *wire.Request) (wire.Reply, error) {
	given, err := commitConfig(q)
	if err != nil {
		return wire.Reply{}, err
	}
	c, err := w.State.FindContainer(q.Query.Get("container"))
	if err != nil {
		return wire.Reply{}, err
	}
	if c.Running && !c.Paused && !c.Restarting && (q.Query.Get("pause") == "" || q.Flag("pause")) {
		w.Supervisor.Pause(c)
		defer w.Supervisor.Unpause(c)
	}
	im, err := committed(w, q, c, given)
	if err != nil {
		return wire.Reply{}, err
	}
	w.Images.Put(im)
	shown := ""
	if repo := q.Query.Get("repo"); repo != "" {
		ref, err := tagImage(w, q, w.State.Images[im.ID], repo, q.Query.Get("tag"))
		if err != nil {
			return wire.Reply{}, err
		}
		shown = ref.Given()
	}
	w.Journal.EmitContainer(c, "commit", map[string]string{"comment": im.Comment, "imageID": im.ID, "imageRef": shown})
	return wire.Reply{Status: 201, JSON: wire.Object{"Id": im.ID}}, nil
}

// committed makes the image, with the given configuration or else the container's.
func committed(w *world.World, q *wire.Request, c *state.Container, given *spec.Config) (*state.Image, error) {
	config := spec.CloneConfig(c.Config)
	if given != nil {
		config = *given
	}
	if err := dockerfile.Apply(&config, q.Query["changes"]); err != nil {
		return nil, err
	}
	spec.Merge(&config, spec.CloneConfig(c.Config))
	im, err := w.Images.Commit(c, config)
	if err != nil {
		return nil, err
	}
	im.Author, im.Comment = q.Query.Get("author"), q.Query.Get("comment")
	return im, nil
}

// commitConfig reads the configuration in the body; nil if it sets nothing.
func commitConfig(q *wire.Request) (*spec.Config, error) {
	if err := q.CheckJSONType(); err != nil || len(q.Body) == 0 {
		return nil, err
	}
	// The decoder's errors contain the name of this type, so it is named as in the
	// engine.
	type ContainerConfigWrapper struct{ *spec.Config }
	var body ContainerConfigWrapper
	if err := json.NewDecoder(bytes.NewReader(q.Body)).Decode(&body); err != nil {
		return nil, wire.Failure("%s", strings.NewReplacer(" api.", " runconfig.", " spec.", " runconfig.", "Wrapper.Config.", "Wrapper.").Replace(err.Error()))
	}
	return body.Config, nil
}
