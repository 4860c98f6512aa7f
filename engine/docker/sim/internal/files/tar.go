// Files: trees as tar files.

package files

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

// Write adds one file to a tar. Content that was too long to keep comes out as zeros of
// the same length.
func Write(t *tar.Writer, name string, f File, made time.Time) error {
	h := &tar.Header{Name: name, Mode: int64(f.Mode & 0o7777), Uid: f.UID, Gid: f.GID, ModTime: made, Typeflag: tar.TypeReg}
	switch {
	case f.Dir:
		h.Typeflag, h.Name = tar.TypeDir, strings.TrimSuffix(name, "/")+"/"
	case f.Link != "":
		h.Typeflag, h.Linkname = tar.TypeSymlink, f.Link
	default:
		h.Size = f.Size
	}
	if err := t.WriteHeader(h); err != nil {
		return err
	}
	if h.Typeflag != tar.TypeReg {
		return nil
	}
	if _, err := t.Write(f.Data); err != nil {
		return err
	}
	_, err := io.CopyN(t, zeros{}, f.Size-int64(len(f.Data)))
	return err
}

// zeros is an endless file of zeros.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// Add puts a plain file into a tree that becomes a tar.
func (t Tree) Add(name string, text []byte) {
	t[name] = File{Mode: 0o644, Size: int64(len(text)), Data: text}
}

// AddJSON puts a file with a document into a tree that becomes a tar.
func (t Tree) AddJSON(name string, value any) error {
	text, err := json.Marshal(value)
	t.Add(name, append(text, '\n'))
	return err
}

// Tar returns the files of a tree as a tar, in order and without the root; made is the
// time of all of them.
func Tar(content Tree, made time.Time) ([]byte, error) {
	var buffer bytes.Buffer
	t := tar.NewWriter(&buffer)
	for _, p := range slices.Sorted(maps.Keys(content)) {
		if p == "/" {
			continue
		}
		if err := Write(t, strings.TrimPrefix(p, "/"), content[p], made); err != nil {
			return nil, err
		}
	}
	err := t.Close()
	return buffer.Bytes(), err
}
