// Part of the simulated engine: images that arrive as tar files.

package sim

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"

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
	Config       Config         `json:"config"`
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
	ID       string   `json:"id"`
	Layers   []string `json:"layers"`
	Size     int64    `json:"size"`
	Process  *Process `json:"process,omitempty"`
	Complete bool     `json:"complete"`
}

// imageLoad loads the images of a tar one by one; those before one that cannot be loaded stay.
func imageLoad(w *world, q *wire.Request) (wire.Reply, error) {
	entries, err := readTar(q.Body)
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
	ref, err := parseReference(tag)
	if err != nil {
		return nil, err
	}
	if ref.tag == "" || ref.digest != "" {
		return nil, wire.BadRequest("invalid tag %q", tag)
	}
	tag = ref.tagged()
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

// readTar reads all plain files of a tar, which may be packed with gzip.
func readTar(text []byte) (map[string][]byte, error) {
	entries := map[string][]byte{}
	err := eachFile(text, func(h *tar.Header, content io.Reader) error {
		if h.Typeflag != tar.TypeReg {
			return nil
		}
		data, err := io.ReadAll(content)
		entries[path.Clean(h.Name)] = data
		return err
	})
	return entries, err
}

// maxUnpacked bounds what a packed tar may unpack to.
const maxUnpacked = 8 << 30

// eachFile calls do for each entry of a tar, which may be packed with gzip.
func eachFile(text []byte, do func(*tar.Header, io.Reader) error) error {
	var from io.Reader = bytes.NewReader(text)
	if bytes.HasPrefix(text, []byte{0x1f, 0x8b}) {
		unpacked, err := gzip.NewReader(from)
		if err != nil {
			return err
		}
		from = io.LimitReader(unpacked, maxUnpacked)
	}
	t := tar.NewReader(from)
	for {
		h, err := t.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := do(h, t); err != nil {
			return err
		}
	}
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
		Author: doc.Author, Comment: doc.Comment, Layers: doc.RootFS.DiffIDs, Files: newTree(), Complete: true,
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
	if s := doc.Simulated; s != nil && isImageID(s.ID) {
		im.ID, im.Layers, im.Size, im.Process, im.Complete = s.ID, s.Layers, s.Size, s.Process, s.Complete
	}
	return im, nil
}

// addLayer lays one layer over the files of an image, and checks that it is the layer the configuration means.
func addLayer(im *image, layer []byte, number int) error {
	content, err := unpack(layer)
	if err != nil {
		return wire.Failure("%v", err)
	}
	sum := sha256.Sum256(content)
	size, err := im.Files.addTar(content, "/", tarOptions{whiteouts: true})
	if err != nil {
		return wire.Failure("%s", processing(err))
	}
	if got, want := "sha256:"+hex.EncodeToString(sum[:]), im.Layers[number]; got != want {
		return wire.Failure("invalid diffID for layer %d: expected %q, got %q", number, want, got)
	}
	im.Size += size
	return nil
}

func unpack(text []byte) ([]byte, error) {
	if !bytes.HasPrefix(text, []byte{0x1f, 0x8b}) {
		return text, nil
	}
	r, err := gzip.NewReader(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(r, maxUnpacked))
}

// tarOptions say how a tar is laid over a tree.
type tarOptions struct {
	whiteouts bool // entries .wh.NAME remove NAME
	named     bool // only what the tar names, no directories above it
}

// addTar lays the files of a tar over dir of a tree, and gives the size of their content. Symbolic links count as long as where
// they lead to, and further names of a file as nothing.
func (t tree) addTar(text []byte, dir string, opts tarOptions) (size int64, err error) {
	err = eachFile(text, func(h *tar.Header, content io.Reader) error {
		p := path.Join(dir, path.Clean("/"+h.Name))
		if opts.whiteouts && t.whiteout(p) {
			return nil
		}
		f, err := fileOf(h, content, t, dir)
		if err != nil {
			return err
		}
		if !opts.named {
			t.mkdirAll(path.Dir(p))
		}
		if old, there := t[p]; there && old.Dir && !f.Dir {
			t.remove(p)
		}
		t[p] = f
		if h.Typeflag != tar.TypeLink {
			size += f.Size + int64(len(f.Link))
		}
		return nil
	})
	return size, err
}

// whiteout applies p if it is the mark of a removed file.
func (t tree) whiteout(p string) bool {
	name, ok := strings.CutPrefix(path.Base(p), ".wh.")
	if !ok {
		return false
	}
	dir := path.Dir(p)
	if name == ".wh..opq" {
		root := t[dir]
		t.remove(dir)
		t[dir] = root
		return true
	}
	t.remove(path.Join(dir, name))
	return true
}

// fileOf makes a file from a tar entry.
func fileOf(h *tar.Header, content io.Reader, t tree, dir string) (File, error) {
	f := File{UID: h.Uid, GID: h.Gid, Mode: uint32(h.Mode) & 0o7777}
	switch h.Typeflag {
	case tar.TypeDir:
		f.Dir = true
	case tar.TypeSymlink:
		f.Link = h.Linkname
	case tar.TypeLink:
		return t[path.Join(dir, path.Clean("/"+h.Linkname))], nil
	case tar.TypeReg:
		f.Size = h.Size
		data, err := io.ReadAll(io.LimitReader(content, maxFileData+1))
		if err != nil {
			return f, err
		}
		if len(data) <= maxFileData {
			f.Data = data
		}
	}
	return f, nil
}

// imageImport makes an image of one layer from a tar in the body.
func imageImport(w *world, q *wire.Request) (wire.Reply, error) {
	if q.Query.Get("fromSrc") != "-" {
		return wire.Reply{}, wire.BadRequest("cannot import from %q: the simulated engine has no network; send the tar with fromSrc=-", q.Query.Get("fromSrc"))
	}
	platform := q.Query.Get("platform")
	if err := checkPlatformText(platform); err != nil {
		return wire.Reply{}, err
	}
	if os, _, _ := strings.Cut(platform, "/"); os != "" && os != "linux" {
		return wire.Reply{}, wire.BadRequest("operating system is not supported")
	}
	content, err := unpack(q.Body)
	if err != nil {
		return wire.Reply{}, wire.Failure("%v", err)
	}
	im := &image{
		ID: "sha256:" + w.st.newID("import"), Created: w.st.Now, Arch: "amd64", OS: "linux", Files: newTree(), Complete: true,
		Comment: first(q.Query.Get("message"), "Imported from -"),
	}
	if im.Size, err = im.Files.addTar(content, "/", tarOptions{}); err != nil {
		return wire.Reply{}, wire.Failure("%s", processing(err))
	}
	sum := sha256.Sum256(content)
	im.Layers = []string{"sha256:" + hex.EncodeToString(sum[:])}
	if err := applyChanges(&im.Config, q.Query["changes"]); err != nil {
		return wire.Reply{}, err
	}
	if repo := q.Query.Get("repo"); repo != "" {
		ref, err := parseReference(repo)
		if err != nil {
			return wire.Reply{}, err
		}
		ref.tag = first(q.Query.Get("tag"), ref.tag)
		if ref.tag != "" && !isTag(ref.tag) {
			return wire.Reply{}, wire.BadRequest("invalid tag format")
		}
		im.Tags = []string{ref.tagged()}
	}
	w.images.putImage(im)
	w.journal.emitImage(im.ID, im.ID, "import")
	return wire.Messages(wire.Object{"status": im.ID})
}
