// Calls: images that arrive as tar files.

package api

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/archive"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/dockerfile"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/files"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/refs"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/state"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/world"
)

// imageLoad loads the images of a tar one by one; if one cannot be loaded, those before
// it stay.
func imageLoad(w *world.World, q *wire.Request) (wire.Reply, error) {
	from, err := archive.Open(q.Body, w.State.Serial)
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
		w.Images.Put(world.ImageOf(loaded))
		im := w.State.Images[loaded.ID]
		for _, tag := range item.RepoTags {
			more, err := w.Images.LoadTag(im, tag)
			if err != nil {
				return wire.StreamError(lines, err.Error())
			}
			lines = append(lines, more...)
		}
		fmt.Fprintf(&untagged, "Loaded image ID: %s\n", im.ID)
		tags = len(item.RepoTags)
		w.Journal.EmitImage(im.ID, im.ID, "load")
	}
	switch {
	case untagged.Len() == 0:
		lines = append(lines, wire.Object{})
	case tags == 0:
		lines = append(lines, wire.Object{"stream": untagged.String()})
	}
	return wire.Messages(lines...)
}

// imageImport makes an image of one layer from a tar in the body.
func imageImport(w *world.World, q *wire.Request) (wire.Reply, error) {
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
	im := &state.Image{
		ID: "sha256:" + w.State.NewID("import"), Created: w.State.Now, Arch: "amd64", OS: "linux", Files: files.New(), Complete: true,
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
	if im.Tags, err = importTags(q.Query.Get("repo"), q.Query.Get("tag")); err != nil {
		return wire.Reply{}, err
	}
	w.Images.Put(im)
	w.Journal.EmitImage(im.ID, im.ID, "import")
	return wire.Messages(wire.Object{"status": im.ID})
}

// importTags returns the name that an imported image gets, if any.
func importTags(repo, tag string) ([]string, error) {
	if repo == "" {
		return nil, nil
	}
	ref, err := refs.Parse(repo)
	if err != nil {
		return nil, err
	}
	ref.Tag = cmp.Or(tag, ref.Tag)
	if ref.Tag != "" && !refs.IsTag(ref.Tag) {
		return nil, wire.BadRequest("invalid tag format")
	}
	return []string{ref.Tagged()}, nil
}
