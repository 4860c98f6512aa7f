// World: images made from containers.

package world

import (
	"maps"
	"slices"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/files"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/ids"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/state"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// Commit lays the files of a container over those of its image, as a new image.
func (s *Images) Commit(c *state.Container, config spec.Config) (*state.Image, error) {
	parent := s.st.Images[c.ImageID]
	if parent == nil {
		id := strings.TrimPrefix(c.ImageID, "sha256:")
		return nil, wire.Failure("failed to get digest sha256:%s: open /var/lib/docker/image/overlay2/imagedb/content/sha256/%s: no such file or directory", id, id)
	}
	from := spec.CloneConfig(c.Config)
	im := &state.Image{
		ID: "sha256:" + s.st.NewID("commit"), Parent: parent.ID, Container: c.ID, ContainerConfig: &from, Config: config, Created: s.st.Now,
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

// emptyLayer returns the layer of a container that wrote nothing. The engine does not
// report its removal.
func emptyLayer() string { return "sha256:" + ids.Of("layer", "") }
