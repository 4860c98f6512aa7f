// Example images, helper: walks a tree of files without being led out of it.

//go:build unix

package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// tree applies one change to everything below a path, in sorted order, and goes on
// after a failure.
//
// Each folder is held open while its entries are changed, and entries are named
// relative to it. So even a program that swaps a folder for a link meanwhile cannot
// lead the change to files elsewhere.
type tree struct {
	// name of the applet, for messages.
	name string
	// change acts on one entry of an open folder. It must not follow a link.
	change func(dir *os.Root, entry string, info fs.FileInfo) error
	// childrenFirst changes a folder after its contents, so that a new owner of the
	// folder locks nobody out. Otherwise the folder comes first, so that an unreadable
	// folder is made readable before it is opened.
	childrenFirst bool
	stderr        io.Writer
	failed        bool
}

// walk changes path and everything below it.
func (t *tree) walk(path string) {
	full, err := filepath.Abs(path)
	if err != nil {
		t.fail(path, err)
		return
	}
	dir, err := os.OpenRoot(filepath.Dir(full))
	if err != nil {
		t.fail(path, err)
		return
	}
	defer dir.Close()
	entry := filepath.Base(full)
	if full == "/" {
		entry = "."
	}
	t.visit(dir, entry, path)
}

// visit changes one entry, shown to the user under the given path.
func (t *tree) visit(dir *os.Root, entry, shown string) {
	info, err := dir.Lstat(entry)
	if err != nil {
		t.fail(shown, err)
		return
	}
	if info.IsDir() && t.childrenFirst {
		t.children(dir, entry, shown, info)
	}
	if err := t.change(dir, entry, info); err != nil {
		t.fail(shown, err)
	}
	if info.IsDir() && !t.childrenFirst {
		t.children(dir, entry, shown, info)
	}
}

func (t *tree) children(parent *os.Root, entry, shown string, seen fs.FileInfo) {
	dir, err := parent.OpenRoot(entry)
	if err != nil {
		t.fail(shown, err)
		return
	}
	defer dir.Close()
	names, err := list(dir, seen)
	if err != nil {
		t.fail(shown, err)
		return
	}
	for _, name := range names {
		t.visit(dir, name, filepath.Join(shown, name))
	}
}

// list returns the names in a folder. It must be the same folder that was seen before
// it was opened: a link put in its place meanwhile is noticed here.
func list(dir *os.Root, seen fs.FileInfo) ([]string, error) {
	folder, err := dir.Open(".")
	if err != nil {
		return nil, err
	}
	defer folder.Close()
	info, err := folder.Stat()
	if err != nil {
		return nil, err
	}
	if !os.SameFile(info, seen) {
		return nil, errors.New("another file took its place meanwhile")
	}
	names, err := folder.Readdirnames(-1)
	slices.Sort(names)
	return names, err
}

func (t *tree) fail(path string, err error) {
	t.failed = true
	report(t.stderr, t.name, path, err)
}

// report writes one line in the form "chown: /v/file: operation not permitted".
func report(stderr io.Writer, applet, path string, err error) {
	var inner *fs.PathError
	if errors.As(err, &inner) {
		err = inner.Err
	}
	fmt.Fprintf(stderr, "%s: %s: %v\n", applet, path, err)
}
