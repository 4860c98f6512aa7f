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
	"strings"
	"time"
)

// imageManifest is one entry of manifest.json in a tar of images.
type imageManifest struct {
	Config   string
	RepoTags []string
	Layers   []string
}

// imageConfig is the configuration document of an image.
type imageConfig struct {
	Architecture string    `json:"architecture"`
	OS           string    `json:"os"`
	Author       string    `json:"author"`
	Created      time.Time `json:"created"`
	Config       Config    `json:"config"`
	RootFS       struct {
		DiffIDs []string `json:"diff_ids"`
	} `json:"rootfs"`
	History []struct {
		Comment string `json:"comment"`
	} `json:"history"`
}

func (e *Engine) imageLoad(q *request) (reply, error) {
	entries, err := readTar(q.body)
	if err != nil {
		return streamError(fmt.Sprintf("Error processing tar file(exit status 1): %v", err))
	}
	var manifests []imageManifest
	text, found := entries["manifest.json"]
	if !found {
		return streamError("open /var/lib/docker/tmp/docker-import/repositories: no such file or directory")
	}
	if err := json.Unmarshal(text, &manifests); err != nil {
		return streamError(err.Error())
	}
	var made []*image
	for _, m := range manifests {
		im, err := imageFromTar(entries, m)
		if err != nil {
			return streamError(err.Error())
		}
		made = append(made, im)
	}
	var lines []object
	for _, im := range made {
		e.putImage(im)
		for _, tag := range im.Tags {
			lines = append(lines, object{"stream": "Loaded image: " + tag + "\n"})
		}
		if len(im.Tags) == 0 {
			lines = append(lines, object{"stream": "Loaded image ID: " + im.ID + "\n"})
		}
		e.emitImage(im.ID, im.ID, "load")
	}
	return messages(lines...)
}

// streamError is a failure that is told in the stream, after the status 200 was sent.
func streamError(text string) (reply, error) {
	return messages(object{"errorDetail": object{"message": text}, "error": text})
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

// imageFromTar makes the image that a manifest describes.
func imageFromTar(entries map[string][]byte, m imageManifest) (*image, error) {
	text, found := entries[path.Clean(m.Config)]
	if !found {
		return nil, failure("open %s: no such file or directory", m.Config)
	}
	var doc imageConfig
	if err := json.Unmarshal(text, &doc); err != nil {
		return nil, failure("%v", err)
	}
	if len(m.Layers) != len(doc.RootFS.DiffIDs) {
		return nil, badRequest("invalid manifest, layers length mismatch: expected %d, got %d", len(m.Layers), len(doc.RootFS.DiffIDs))
	}
	sum := sha256.Sum256(text)
	im := &image{
		ID: "sha256:" + hex.EncodeToString(sum[:]), Config: doc.Config, Created: doc.Created, Arch: doc.Architecture, OS: doc.OS,
		Author: doc.Author, Layers: doc.RootFS.DiffIDs, Files: newTree(), Complete: true,
	}
	if n := len(doc.History); n > 0 {
		im.Comment = doc.History[n-1].Comment
	}
	for i, name := range m.Layers {
		layer, found := entries[path.Clean(name)]
		if !found {
			return nil, failure("open %s: no such file or directory", name)
		}
		if err := addLayer(im, layer, doc.RootFS.DiffIDs[i]); err != nil {
			return nil, err
		}
	}
	for _, tag := range m.RepoTags {
		ref, err := parseReference(tag)
		if err != nil {
			return nil, err
		}
		im.Tags = append(im.Tags, ref.tagged())
	}
	return im, nil
}

// addLayer lays one layer over the files of an image, and checks that it is the layer the configuration means.
func addLayer(im *image, layer []byte, diffID string) error {
	content, err := unpack(layer)
	if err != nil {
		return failure("%v", err)
	}
	sum := sha256.Sum256(content)
	if got := "sha256:" + hex.EncodeToString(sum[:]); got != diffID {
		return failure("invalid diffID for layer 0: expected %q, got %q", diffID, got)
	}
	size, err := im.Files.addTar(content, "/", tarOptions{whiteouts: true})
	if err != nil {
		return failure("Error processing tar file(exit status 1): %v", err)
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

// addTar lays the files of a tar over dir of a tree, and gives the size of their content.
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
		size += f.Size
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
func (e *Engine) imageImport(q *request) (reply, error) {
	if q.query.Get("fromSrc") != "-" {
		return reply{}, badRequest("cannot import from %q: the simulated engine has no network; send the tar with fromSrc=-", q.query.Get("fromSrc"))
	}
	platform := q.query.Get("platform")
	if err := checkPlatformText(platform); err != nil {
		return reply{}, err
	}
	if os, _, _ := strings.Cut(platform, "/"); os != "" && os != "linux" {
		return reply{}, badRequest("operating system is not supported")
	}
	content, err := unpack(q.body)
	if err != nil {
		return reply{}, failure("%v", err)
	}
	im := &image{
		ID: "sha256:" + e.st.newID("import"), Created: e.st.Now, Arch: "amd64", OS: "linux", Files: newTree(), Complete: true,
		Comment: first(q.query.Get("message"), "Imported from -"),
	}
	if im.Size, err = im.Files.addTar(content, "/", tarOptions{}); err != nil {
		return reply{}, failure("Error processing tar file(exit status 1): %v", err)
	}
	sum := sha256.Sum256(content)
	im.Layers = []string{"sha256:" + hex.EncodeToString(sum[:])}
	if err := applyChanges(&im.Config, q.query["changes"]); err != nil {
		return reply{}, err
	}
	if repo := q.query.Get("repo"); repo != "" {
		ref, err := parseReference(repo)
		if err != nil {
			return reply{}, err
		}
		ref.tag = first(q.query.Get("tag"), ref.tag)
		if ref.tag != "" && !tagPart.MatchString(ref.tag) {
			return reply{}, badRequest("invalid tag format")
		}
		im.Tags = []string{ref.tagged()}
	}
	e.putImage(im)
	e.emitImage(im.ID, im.ID, "import")
	return messages(object{"status": im.ID})
}
