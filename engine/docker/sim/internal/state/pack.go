// State: images that leave as tar files.

package state

import (
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/archive"
)

// Archived returns the image as an archive holds it.
func (im *Image) Archived() archive.Image {
	return archive.Image{
		ID: im.ID, Config: im.Config, Created: im.Created, Arch: im.Arch, OS: im.OS, Author: im.Author, Comment: im.Comment,
		Layers: im.Layers, Size: im.Size, Process: im.Process, Files: im.Files, Complete: im.Complete,
	}
}
