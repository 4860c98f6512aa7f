// Archive: images that arrive as tar files.

package archive

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"path"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/files"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/refs"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// Archive is an unpacked tar of images.
type Archive struct {
	Manifest []Item
	entries  map[string][]byte
	number   uint64
}

// Open unpacks a tar of images. The engine unpacks each tar into a directory of its
// own; number is part of that directory's name, which shows in errors.
func Open(text []byte, number uint64) (*Archive, error) {
	entries, err := files.ReadTar(text)
	if err != nil {
		return nil, Processing(err)
	}
	a := &Archive{entries: entries, number: number}
	manifest, found := entries["manifest.json"]
	if !found {
		return nil, a.missing("repositories")
	}
	if err := json.NewDecoder(bytes.NewReader(manifest)).Decode(&a.Manifest); err != nil {
		return nil, wire.Failure("%s", strings.ReplaceAll(err.Error(), "]archive.", "]tarexport."))
	}
	return a, nil
}

// Processing returns what the engine says about a tar that it cannot unpack.
func Processing(err error) error {
	return wire.Failure("Error processing tar file(exit status 1): %v", err)
}

// missing returns what the engine says about a file that the archive lacks.
func (a *Archive) missing(name string) error {
	return wire.Failure("open /var/lib/docker/tmp/docker-import-%d/%s: no such file or directory", a.number, name)
}

// Image returns the image that an entry of the manifest describes.
func (a *Archive) Image(item Item) (*Image, error) {
	text, found := a.entries[path.Clean(item.Config)]
	if !found {
		return nil, a.missing(item.Config)
	}
	var doc document
	if err := json.Unmarshal(text, &doc); err != nil {
		return nil, wire.Failure("%v", err)
	}
	switch {
	case doc.RootFS == nil:
		return nil, wire.Failure("invalid image JSON, no RootFS key")
	case doc.OS != "" && doc.OS != "linux":
		return nil, wire.Failure("cannot load %s image on linux", doc.OS)
	case len(item.Layers) != len(doc.RootFS.DiffIDs):
		return nil, wire.Failure("invalid manifest, layers length mismatch: expected %d, got %d", len(item.Layers), len(doc.RootFS.DiffIDs))
	}
	im := &Image{
		ID: digest(text), Config: doc.Config, Created: doc.Created, Arch: doc.Architecture, OS: cmp.Or(doc.OS, "linux"),
		Author: doc.Author, Comment: doc.Comment, Layers: doc.RootFS.DiffIDs, Files: files.New(), Complete: true,
	}
	if n := len(doc.History); n > 0 {
		im.Comment = doc.History[n-1].Comment
	}
	for i, name := range item.Layers {
		layer, found := a.entries[path.Clean(name)]
		if !found {
			return nil, a.missing(name)
		}
		if err := im.addLayer(layer, i); err != nil {
			return nil, err
		}
	}
	if s := doc.Simulated; s != nil && refs.IsImageID(s.ID) {
		im.ID, im.Layers, im.Size, im.Process, im.Complete = s.ID, s.Layers, s.Size, s.Process, s.Complete
	}
	return im, nil
}

// addLayer applies one layer to the files of an image, after checking that it is the
// layer that the configuration names.
func (im *Image) addLayer(layer []byte, number int) error {
	content, err := files.Unpack(layer)
	if err != nil {
		return wire.Failure("%v", err)
	}
	size, err := im.Files.AddTar(content, "/", files.TarOptions{Whiteouts: true})
	if err != nil {
		return Processing(err)
	}
	if got, want := digest(content), im.Layers[number]; got != want {
		return wire.Failure("invalid diffID for layer %d: expected %q, got %q", number, want, got)
	}
	im.Size += size
	return nil
}

func digest(text []byte) string {
	sum := sha256.Sum256(text)
	return "sha256:" + hex.EncodeToString(sum[:])
}
