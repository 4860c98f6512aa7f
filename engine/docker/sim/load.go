// Part of the simulated engine: images that arrive as tar files.

package sim

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/archive"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/dockerfile"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/files"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/refs"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// imageLoad loads the images of a tar one by one; those before one that cannot be loaded stay.
func imageLoad(w *world, q *wire.Request) (wire.Reply, error) {
	from, err := archive.Open(q.Body, w.st.Serial)
	if err != nil {
		return wire.StreamError(nil, err.Error())
	}
	var lines []wire.Object
	var untagged strings.Builder
	tags := 0
	for _, item := range from.Manifest {
		loaded, err := from.Image(item)
		if err != nil {
			return wire.StreamError(lines, err.Error())
		}
		w.images.putImage(imageOf(loaded))
		im := w.st.Images[loaded.ID]
		for _, tag := range item.RepoTags {
			more, err := w.images.loadTag(im, tag)
			if err != nil {
				return wire.StreamError(lines, err.Error())
			}
			lines = append(lines, more...)
		}
		fmt.Fprintf(&untagged, "Loaded image ID: %s\n", im.ID)
		tags = len(item.RepoTags)
		w.journal.emitImage(im.ID, im.ID, "load")
	}
	switch {
	case untagged.Len() == 0:
		lines = append(lines, wire.Object{})
	case tags == 0:
		lines = append(lines, wire.Object{"stream": untagged.String()})
	}
	return wire.Messages(lines...)
}

// loadTag gives a loaded image one of its names, and tells so.
func (s *images) loadTag(im *image, tag string) ([]wire.Object, error) {
	ref, err := refs.Parse(tag)
	if err != nil {
		return nil, err
	}
	if ref.Tag == "" || ref.Digest != "" {
		return nil, wire.BadRequest("invalid tag %q", tag)
	}
	tag = ref.Tagged()
	var lines []wire.Object
	if old := s.st.imageTagged(tag); old != nil && old != im {
		lines = append(lines, wire.Object{"stream": fmt.Sprintf("The image %s already exists, renaming the old one with ID %s to empty string\n", tag, old.ID)})
	}
	s.setTag(im, tag)
	return append(lines, wire.Object{"stream": "Loaded image: " + tag + "\n"}), nil
}

// imageTagged gives the image that has a tag, or nil.
func (s *state) imageTagged(tag string) *image {
	for _, im := range s.Images {
		if slices.Contains(im.Tags, tag) {
			return im
		}
	}
	return nil
}

// imageOf is an image of an archive as the engine keeps it, without its tags.
func imageOf(from *archive.Image) *image {
	return &image{
		ID: from.ID, Config: from.Config, Created: from.Created, Arch: from.Arch, OS: from.OS, Author: from.Author, Comment: from.Comment,
		Layers: from.Layers, Size: from.Size, Process: from.Process, Files: from.Files, Complete: from.Complete,
	}
}

// imageImport makes an image of one layer from a tar in the body.
func imageImport(w *world, q *wire.Request) (wire.Reply, error) {
	if q.Query.Get("fromSrc") != "-" {
		return wire.Reply{}, wire.BadRequest("cannot import from %q: the simulated engine has no network; send the tar with fromSrc=-", q.Query.Get("fromSrc"))
	}
	platform := q.Query.Get("platform")
	if err := spec.CheckPlatformText(platform); err != nil {
		return wire.Reply{}, err
	}
	if os, _, _ := strings.Cut(platform, "/"); os != "" && os != "linux" {
		return wire.Reply{}, wire.BadRequest("operating system is not supported")
	}
	content, err := files.Unpack(q.Body)
	if err != nil {
		return wire.Reply{}, wire.Failure("%v", err)
	}
	im := &image{
		ID: "sha256:" + w.st.newID("import"), Created: w.st.Now, Arch: "amd64", OS: "linux", Files: files.New(), Complete: true,
		Comment: cmp.Or(q.Query.Get("message"), "Imported from -"),
	}
	if im.Size, err = im.Files.AddTar(content, "/", files.TarOptions{}); err != nil {
		return wire.Reply{}, archive.Processing(err)
	}
	sum := sha256.Sum256(content)
	im.Layers = []string{"sha256:" + hex.EncodeToString(sum[:])}
	if err := dockerfile.Apply(&im.Config, q.Query["changes"]); err != nil {
		return wire.Reply{}, err
	}
	if repo := q.Query.Get("repo"); repo != "" {
		ref, err := refs.Parse(repo)
		if err != nil {
			return wire.Reply{}, err
		}
		ref.Tag = cmp.Or(q.Query.Get("tag"), ref.Tag)
		if ref.Tag != "" && !refs.IsTag(ref.Tag) {
			return wire.Reply{}, wire.BadRequest("invalid tag format")
		}
		im.Tags = []string{ref.Tagged()}
	}
	w.images.putImage(im)
	w.journal.emitImage(im.ID, im.ID, "import")
	return wire.Messages(wire.Object{"status": im.ID})
}
