// Process: files where they really lie.

package process

import (
	"sort"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/files"
)

// Place is a file seen from inside a container: which tree it is in, and its path
// there.
type Place struct {
	Files    files.Tree
	below    files.Tree // the image's files, for paths that Files does not have
	Path     string
	ReadOnly bool
	Mounted  bool // it does not lie among the container's own files
}

// Get reads the file at the place.
func (at Place) Get() (files.File, bool) {
	if f, ok := at.Files[at.Path]; ok {
		return f, f.Mode != files.Deleted
	}
	f, ok := at.below[at.Path]
	if !ok && at.Path == "/" && !at.Mounted {
		return files.Dir(), true
	}
	return f, ok
}

// List returns all paths at and below the place, in order.
func (at Place) List() []string {
	seen := map[string]bool{}
	prefix := strings.TrimSuffix(at.Path, "/") + "/"
	for _, t := range []files.Tree{at.below, at.Files} {
		for p, f := range t {
			if p == at.Path || strings.HasPrefix(p, prefix) {
				seen[p] = f.Mode != files.Deleted
			}
		}
	}
	var paths []string
	for p, there := range seen {
		if there {
			paths = append(paths, p)
		}
	}
	sort.Strings(paths)
	return paths
}
