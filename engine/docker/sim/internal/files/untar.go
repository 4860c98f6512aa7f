// Files: tar files, compressed or not, laid over trees.

package files

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"io"
	"path"
	"strings"
)

// TarOptions say how a tar is laid over a tree.
type TarOptions struct {
	Whiteouts bool // an entry .wh.NAME removes NAME
	Named     bool // only what the tar names: missing parents are not made
}

// ReadTar reads all plain files of a tar, which may be compressed with gzip.
func ReadTar(text []byte) (map[string][]byte, error) {
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

// maxUnpacked bounds the size of what a compressed tar unpacks to.
const maxUnpacked = 8 << 30

// eachFile calls do for each entry of a tar, which may be compressed with gzip.
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

// Unpack returns a tar, which may be compressed with gzip, uncompressed.
func Unpack(text []byte) ([]byte, error) {
	if !bytes.HasPrefix(text, []byte{0x1f, 0x8b}) {
		return text, nil
	}
	r, err := gzip.NewReader(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(r, maxUnpacked))
}

// AddTar lays the files of a tar over dir of a tree, and returns the size of their
// content. A symbolic link counts as the length of its target, and another name of a
// file as nothing.
func (t Tree) AddTar(text []byte, dir string, opts TarOptions) (size int64, err error) {
	err = eachFile(text, func(h *tar.Header, content io.Reader) error {
		p := path.Join(dir, path.Clean("/"+h.Name))
		if opts.Whiteouts && t.whiteout(p) {
			return nil
		}
		f, err := fileOf(h, content, t, dir)
		if err != nil {
			return err
		}
		if !opts.Named {
			t.MkdirAll(path.Dir(p))
		}
		// Where a file replaces a directory, what lay below must go as well: it would
		// come to light again if a directory returned.
		if old, there := t[p]; there && old.Dir && !f.Dir {
			t.Remove(p)
		}
		t[p] = f
		if h.Typeflag != tar.TypeLink {
			size += f.Size + int64(len(f.Link))
		}
		return nil
	})
	return size, err
}

// whiteout applies p if it marks a removed file.
func (t Tree) whiteout(p string) bool {
	name, ok := strings.CutPrefix(path.Base(p), ".wh.")
	if !ok {
		return false
	}
	dir := path.Dir(p)
	if name == ".wh..opq" {
		root := t[dir]
		t.Remove(dir)
		t[dir] = root
		return true
	}
	t.Remove(path.Join(dir, name))
	return true
}

// fileOf makes a file from a tar entry.
func fileOf(h *tar.Header, content io.Reader, t Tree, dir string) (File, error) {
	f := File{UID: h.Uid, GID: h.Gid, Mode: uint32(h.Mode) & 0o7777}
	switch h.Typeflag {
	case tar.TypeDir:
		f.Dir = true
	case tar.TypeSymlink:
		f.Link = h.Linkname
	case tar.TypeLink:
		// Another name of a file that came earlier in the tar. From here on the two are
		// separate files, since trees know no hard links.
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
