// Test tools, images: files -> the bytes of one layer.

package imagetar

import (
	"archive/tar"
	"bytes"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"
)

// layerTar writes files that were checked, parents before children, all with the same
// time.
func layerTar(files []File) ([]byte, error) {
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for _, f := range withParents(files) {
		if err := w.WriteHeader(header(f)); err != nil {
			return nil, fmt.Errorf("cannot write file %q: %w", f.Path, err)
		}
		if _, err := w.Write(f.Data); err != nil {
			return nil, fmt.Errorf("cannot write file %q: %w", f.Path, err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("cannot end the layer: %w", err)
	}
	return buf.Bytes(), nil
}

// withParents returns the files sorted by path, with an entry for every folder above
// one of them.
func withParents(files []File) []File {
	known := map[string]bool{}
	for _, f := range files {
		known[f.Path] = true
	}
	all := slices.Clone(files)
	for _, f := range files {
		for dir := path.Dir(f.Path); dir != "/" && !known[dir]; dir = path.Dir(dir) {
			known[dir] = true
			all = append(all, File{Path: dir, Dir: true})
		}
	}
	slices.SortFunc(all, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return all
}

func header(f File) *tar.Header {
	h := &tar.Header{
		Typeflag: tar.TypeReg,
		Name:     strings.TrimPrefix(f.Path, "/"),
		Size:     int64(len(f.Data)),
		Mode:     int64(f.Mode),
		Uid:      f.UID,
		Gid:      f.GID,
		ModTime:  time.Unix(0, 0),
		Format:   tar.FormatPAX,
	}
	switch {
	case f.Dir:
		h.Typeflag, h.Name = tar.TypeDir, h.Name+"/"
		h.Mode = orDefault(h.Mode, 0o755)
	case f.Link != "":
		h.Typeflag, h.Linkname, h.Mode = tar.TypeSymlink, f.Link, 0o777
	default:
		h.Mode = orDefault(h.Mode, 0o644)
	}
	return h
}

func orDefault(mode, otherwise int64) int64 {
	if mode == 0 {
		return otherwise
	}
	return mode
}
