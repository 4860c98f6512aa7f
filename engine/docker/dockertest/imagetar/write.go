// Test tools, images: images -> one docker-archive tar.

package imagetar

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

// manifestEntry is one row of manifest.json, which ties tags, configuration and layers
// of an image together.
type manifestEntry struct {
	Config   string
	RepoTags []string
	Layers   []string
}

// Write writes all images as one docker-archive tar. If any of them has a fault,
// nothing is written and the error names every fault. The whole tar is built in memory.
// Equal layers are written once.
func Write(w io.Writer, images ...Image) error {
	if err := checkImages(images); err != nil {
		return err
	}
	entries := map[string][]byte{} // name in the tar to content; a nil content is a folder
	var manifest []manifestEntry
	for i, img := range images {
		built, err := build(img)
		if err != nil {
			return fmt.Errorf("cannot write image %s: %w", imageName(img, i), err)
		}
		entries[built.layerDir()] = nil
		entries[built.layerPath()] = built.layer
		entries[built.configPath()] = built.config
		manifest = append(manifest, manifestEntry{
			Config:   built.configPath(),
			RepoTags: slices.Clone(img.Tags),
			Layers:   []string{built.layerPath()},
		})
	}
	text, err := json.Marshal(manifest)
	if err != nil {
		return fmt.Errorf("cannot write the manifest of the image tar: %w", err)
	}
	entries["manifest.json"] = text
	return writeEntries(w, entries)
}

// ID returns the id that an engine gives to the image once it is loaded: "sha256:" and
// 64 hexadecimal digits. An engine that keeps its images in containerd uses another
// digest.
func ID(img Image) (string, error) {
	if err := checkImages([]Image{img}); err != nil {
		return "", err
	}
	built, err := build(img)
	if err != nil {
		return "", fmt.Errorf("cannot compute the id of image %s: %w", imageName(img, 0), err)
	}
	return "sha256:" + digest(built.config), nil
}

type builtImage struct {
	layer, config []byte
}

func build(img Image) (builtImage, error) {
	layer, err := layerTar(img.Files)
	if err != nil {
		return builtImage{}, err
	}
	config, err := configText(img, digest(layer))
	return builtImage{layer: layer, config: config}, err
}

func (b builtImage) layerDir() string   { return digest(b.layer) + "/" }
func (b builtImage) layerPath() string  { return b.layerDir() + "layer.tar" }
func (b builtImage) configPath() string { return digest(b.config) + ".json" }

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func writeEntries(w io.Writer, entries map[string][]byte) error {
	out := tar.NewWriter(w)
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		h := &tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644, Size: int64(len(entries[name])), ModTime: time.Unix(0, 0), Format: tar.FormatPAX}
		if strings.HasSuffix(name, "/") {
			h.Typeflag, h.Mode = tar.TypeDir, 0o755
		}
		if err := out.WriteHeader(h); err != nil {
			return fmt.Errorf("cannot write the image tar: %w", err)
		}
		if _, err := out.Write(entries[name]); err != nil {
			return fmt.Errorf("cannot write the image tar: %w", err)
		}
	}
	if err := out.Close(); err != nil {
		return fmt.Errorf("cannot write the image tar: %w", err)
	}
	return nil
}
