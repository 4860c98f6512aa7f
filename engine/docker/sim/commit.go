// Part of the simulated engine: images that are made of containers.

package sim

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/dockerfile"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/files"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/ids"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// commit makes an image of what a container wrote, with its configuration and with changes to it.
func commit(w *world, q *wire.Request) (wire.Reply, error) {
	given, err := commitConfig(q)
	if err != nil {
		return wire.Reply{}, err
	}
	c, err := w.st.lookup(q.Query.Get("container"))
	if err != nil {
		return wire.Reply{}, err
	}
	if c.Running && !c.Paused && !c.Restarting && (q.Query.Get("pause") == "" || q.Flag("pause")) {
		w.supervisor.pause(c)
		defer w.supervisor.unpause(c)
	}
	config := spec.CloneConfig(c.Config)
	if given != nil {
		config = *given
	}
	if err := dockerfile.Apply(&config, q.Query["changes"]); err != nil {
		return wire.Reply{}, err
	}
	spec.Merge(&config, spec.CloneConfig(c.Config))
	im, err := w.images.commitImage(c, config)
	if err != nil {
		return wire.Reply{}, err
	}
	im.Author, im.Comment = q.Query.Get("author"), q.Query.Get("comment")
	w.images.putImage(im)
	shown := ""
	if repo := q.Query.Get("repo"); repo != "" {
		ref, err := tagImage(w, q, w.st.Images[im.ID], repo, q.Query.Get("tag"))
		if err != nil {
			return wire.Reply{}, err
		}
		shown = ref.Given()
	}
	w.journal.emitContainer(c, "commit", map[string]string{"comment": im.Comment, "imageID": im.ID, "imageRef": shown})
	return wire.Reply{Status: 201, JSON: wire.Object{"Id": im.ID}}, nil
}

// commitConfig reads the configuration in the body; nil if it sets nothing.
func commitConfig(q *wire.Request) (*spec.Config, error) {
	if err := q.CheckJSONType(); err != nil || len(q.Body) == 0 {
		return nil, err
	}
	// Errors of the decoder name the type.
	type ContainerConfigWrapper struct{ *spec.Config }
	var body ContainerConfigWrapper
	if err := json.NewDecoder(bytes.NewReader(q.Body)).Decode(&body); err != nil {
		return nil, wire.Failure("%s", strings.NewReplacer(" sim.", " runconfig.", " spec.", " runconfig.", "Wrapper.Config.", "Wrapper.").Replace(err.Error()))
	}
	return body.Config, nil
}

// commitImage lays the files of a container over those of its image.
func (s *images) commitImage(c *container, config spec.Config) (*image, error) {
	parent := s.st.Images[c.ImageID]
	if parent == nil {
		id := strings.TrimPrefix(c.ImageID, "sha256:")
		return nil, wire.Failure("failed to get digest sha256:%s: open /var/lib/docker/image/overlay2/imagedb/content/sha256/%s: no such file or directory", id, id)
	}
	from := spec.CloneConfig(c.Config)
	im := &image{
		ID: "sha256:" + s.st.newID("commit"), Parent: parent.ID, Container: c.ID, ContainerConfig: &from, Config: config, Created: s.st.Now,
		Arch: parent.Arch, OS: parent.OS, Process: parent.Process, Complete: parent.Complete, Files: parent.Files.Clone(), Size: parent.Size,
	}
	layer := emptyLayer()
	if len(c.Files) > 0 {
		layer = "sha256:" + ids.Of("layer", im.ID)
	}
	im.Layers = append(slices.Clone(parent.Layers), layer)
	for _, p := range slices.Sorted(maps.Keys(c.Files)) {
		f := c.Files[p]
		if f.Mode == files.Deleted {
			im.Files.Remove(p)
			continue
		}
		im.Files[p] = f
		im.Size += f.Size + int64(len(f.Link))
	}
	return im, nil
}

// emptyLayer is the layer of a container that wrote nothing. The engine does not tell when it removes one.
func emptyLayer() string { return "sha256:" + ids.Of("layer", "") }

// children gives the images that were made of containers of an image.
func (s *state) children(im *image) []*image {
	var found []*image
	for _, other := range s.Images {
		if other.Parent == im.ID {
			found = append(found, other)
		}
	}
	return found
}
