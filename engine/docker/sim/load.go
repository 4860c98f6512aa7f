// Part of the simulated engine: images that arrive as tar files.

package sim

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/dockerfile"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/files"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/refs"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/script"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// manifestItem is one entry of manifest.json in a tar of images.
type manifestItem struct {
	Config   string
	RepoTags []string
	Layers   []string
}

// imageConfig is the configuration document of an image.
type imageConfig struct {
	Architecture string         `json:"architecture"`
	Author       string         `json:"author,omitempty"`
	Comment      string         `json:"comment,omitempty"`
	Config       spec.Config    `json:"config"`
	Created      time.Time      `json:"created"`
	History      []imageStep    `json:"history,omitempty"`
	OS           string         `json:"os"`
	RootFS       *imageRoot     `json:"rootfs,omitempty"`
	Simulated    *simulatedPart `json:"dmap_sim,omitempty"`
}

// imageStep is one step in which an image was made.
type imageStep struct {
	Created time.Time `json:"created"`
	Author  string    `json:"author,omitempty"`
	Comment string    `json:"comment,omitempty"`
}

// imageRoot names the layers of an image.
type imageRoot struct {
	Type    string   `json:"type"`
	DiffIDs []string `json:"diff_ids"`
}

// simulatedPart is what the simulation knows of an image that its layer does not show. Other engines keep it and pass it on.
type simulatedPart struct {
	ID       string          `json:"id"`
	Layers   []string        `json:"layers"`
	Size     int64           `json:"size"`
	Process  *script.Process `json:"process,omitempty"`
	Complete bool            `json:"complete"`
}

// imageLoad loads the images of a tar one by one; those before one that cannot be loaded stay.
func imageLoad(w *world, q *wire.Request) (wire.Reply, error) {
	entries, err := files.ReadTar(q.Body)
	if err != nil {
		return wire.StreamError(nil, processing(err))
	}
	text, found := entries["manifest.json"]
	if !found {
		return wire.StreamError(nil, w.images.notInTar("repositories"))
	}
	var manifest []manifestItem
	if err := json.NewDecoder(bytes.NewReader(text)).Decode(&manifest); err != nil {
		return wire.StreamError(nil, strings.ReplaceAll(err.Error(), "]sim.", "]tarexport."))
	}
	var lines []wire.Object
	var untagged strings.Builder
	tags := 0
	for _, m := range manifest {
		im, err := w.images.imageFromTar(entries, m)
		if err != nil {
			return wire.StreamError(lines, err.Error())
		}
		w.images.putImage(im)
		im = w.st.Images[im.ID]
		for _, tag := range m.RepoTags {
			more, err := w.images.loadTag(im, tag)
			if err != nil {
				return wire.StreamError(lines, err.Error())
			}
			lines = append(lines, more...)
		}
		fmt.Fprintf(&untagged, "Loaded image ID: %s\n", im.ID)
		tags = len(m.RepoTags)
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

// processing is what the engine says of a tar that it cannot unpack.
func processing(err error) string {
	return fmt.Sprintf("Error processing tar file(exit status 1): %v", err)
}

// notInTar is what the engine says of a file that a tar of images does not hold; it unpacks each tar into a directory of its own.
func (s *images) notInTar(name string) string {
	return fmt.Sprintf("open /var/lib/docker/tmp/docker-import-%d/%s: no such file or directory", s.st.Serial, name)
}

// imageFromTar makes the image that an entry of the manifest describes, without its tags.
func (s *images) imageFromTar(entries map[string][]byte, m manifestItem) (*image, error) {
	text, found := entries[path.Clean(m.Config)]
	if !found {
		return nil, wire.Failure("%s", s.notInTar(m.Config))
	}
	var doc imageConfig
	if err := json.Unmarshal(text, &doc); err != nil {
		return nil, wire.Failure("%v", err)
	}
	switch {
	case doc.RootFS == nil:
		return nil, wire.Failure("invalid image JSON, no RootFS key")
	case doc.OS != "" && doc.OS != "linux":
		return nil, wire.Failure("cannot load %s image on linux", doc.OS)
	case len(m.Layers) != len(doc.RootFS.DiffIDs):
		return nil, wire.Failure("invalid manifest, layers length mismatch: expected %d, got %d", len(m.Layers), len(doc.RootFS.DiffIDs))
	}
	sum := sha256.Sum256(text)
	im := &image{
		ID: "sha256:" + hex.EncodeToString(sum[:]), Config: doc.Config, Created: doc.Created, Arch: doc.Architecture, OS: first(doc.OS, "linux"),
		Author: doc.Author, Comment: doc.Comment, Layers: doc.RootFS.DiffIDs, Files: files.New(), Complete: true,
	}
	if n := len(doc.History); n > 0 {
		im.Comment = doc.History[n-1].Comment
	}
	for i, name := range m.Layers {
		layer, found := entries[path.Clean(name)]
		if !found {
			return nil, wire.Failure("%s", s.notInTar(name))
		}
		if err := addLayer(im, layer, i); err != nil {
			return nil, err
		}
	}
	if s := doc.Simulated; s != nil && refs.IsImageID(s.ID) {
		im.ID, im.Layers, im.Size, im.Process, im.Complete = s.ID, s.Layers, s.Size, s.Process, s.Complete
	}
	return im, nil
}

// addLayer lays one layer over the files of an image, and checks that it is the layer the configuration means.
func addLayer(im *image, layer []byte, number int) error {
	content, err := files.Unpack(layer)
	if err != nil {
		return wire.Failure("%v", err)
	}
	sum := sha256.Sum256(content)
	size, err := im.Files.AddTar(content, "/", files.TarOptions{Whiteouts: true})
	if err != nil {
		return wire.Failure("%s", processing(err))
	}
	if got, want := "sha256:"+hex.EncodeToString(sum[:]), im.Layers[number]; got != want {
		return wire.Failure("invalid diffID for layer %d: expected %q, got %q", number, want, got)
	}
	im.Size += size
	return nil
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
		Comment: first(q.Query.Get("message"), "Imported from -"),
	}
	if im.Size, err = im.Files.AddTar(content, "/", files.TarOptions{}); err != nil {
		return wire.Reply{}, wire.Failure("%s", processing(err))
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
		ref.Tag = first(q.Query.Get("tag"), ref.Tag)
		if ref.Tag != "" && !refs.IsTag(ref.Tag) {
			return wire.Reply{}, wire.BadRequest("invalid tag format")
		}
		im.Tags = []string{ref.Tagged()}
	}
	w.images.putImage(im)
	w.journal.emitImage(im.ID, im.ID, "import")
	return wire.Messages(wire.Object{"status": im.ID})
}
