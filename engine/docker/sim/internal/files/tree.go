// Files: small trees, with owners and modes, for images, containers, volumes and the
// host.

// Package files holds trees of files in memory, with owners and modes, and turns them
// into tars and back.
package files

import (
	"path"
	"strings"
)

// maxFileData is the most content that is kept of one file; of longer files only the
// size is kept.
const maxFileData = 64 << 10

// File is one file or directory. The zero value is an empty file of root with mode 0.
type File struct {
	Dir      bool   `json:",omitempty"`
	UID, GID int    `json:",omitempty"`
	Mode     uint32 // permission bits with setuid (04000), setgid (02000) and sticky (01000)
	Link     string `json:",omitempty"` // target of a symbolic link
	Size     int64  `json:",omitempty"`
	Data     []byte `json:",omitempty"` // content, unless it is long
}

// Deleted, as a mode, marks a file of the image that the container removed.
const Deleted = 1 << 31

// Tree holds files by clean absolute path; "/" is the root.
type Tree map[string]File

// Dir is a directory of root.
func Dir() File { return File{Dir: true, Mode: 0o755} }

// New returns a tree that holds nothing but its root.
func New() Tree { return Tree{"/": Dir()} }

// Clone copies t; the contents are shared, because nobody changes them in place.
func (t Tree) Clone() Tree {
	c := make(Tree, len(t))
	for p, f := range t {
		c[p] = f
	}
	return c
}

// Empty reports whether t holds nothing but its root.
func (t Tree) Empty() bool {
	for p := range t {
		if p != "/" {
			return false
		}
	}
	return true
}

// Under returns the part of t below dir, with dir as its root, and whether dir exists.
func (t Tree) Under(dir string) (Tree, bool) {
	root, ok := t[dir]
	if !ok || !root.Dir {
		return nil, false
	}
	part := Tree{"/": root}
	for p, f := range t {
		if rest, ok := strings.CutPrefix(p, strings.TrimSuffix(dir, "/")+"/"); ok && rest != "" {
			part["/"+rest] = f
		}
	}
	return part, true
}

// MkdirAll makes dir and those of its parents that are missing.
func (t Tree) MkdirAll(dir string) {
	for p := path.Clean("/" + dir); ; p = path.Dir(p) {
		if _, ok := t[p]; !ok {
			t[p] = Dir()
		}
		if p == "/" {
			return
		}
	}
}

// Remove deletes p and what is below it.
func (t Tree) Remove(p string) {
	delete(t, p)
	for q := range t {
		if strings.HasPrefix(q, p+"/") {
			delete(t, q)
		}
	}
}
