// World: images that arrive as tar files.

package world

import (
	"fmt"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/archive"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/refs"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/state"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// LoadTag gives a loaded image one of its names, and returns the report of that.
func (s *Images) LoadTag(im *state.Image, tag string) ([]wire.Object, error) {
	ref, err := refs.Parse(tag)
	if err != nil {
		return nil, err
	}
	if ref.Tag == "" || ref.Digest != "" {
		return nil, wire.BadRequest("invalid tag %q", tag)
	}
	tag = ref.Tagged()
	var lines []wire.Object
	if old := s.st.ImageTagged(tag); old != nil && old != im {
		lines = append(lines, wire.Object{"stream": fmt.Sprintf("The image %s already exists, renaming the old one with ID %s to empty string\n", tag, old.ID)})
	}
	s.Tag(im, tag)
	return append(lines, wire.Object{"stream": "Loaded image: " + tag + "\n"}), nil
}

// ImageOf returns an image of an archive as the engine keeps it, without its tags.
func ImageOf(from *archive.Image) *state.Image {
	return &state.Image{
		ID: from.ID, Config: from.Config, Created: from.Created, Arch: from.Arch, OS: from.OS, Author: from.Author, Comment: from.Comment,
		Layers: from.Layers, Size: from.Size, Process: from.Process, Files: from.Files, Complete: from.Complete,
	}
}
