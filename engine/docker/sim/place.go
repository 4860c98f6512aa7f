// Part of the simulated engine: files where they really lie, seen from inside a container.

package sim

import (
	"sort"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/files"
)

// place is a file seen from inside a container: which tree it is in, and its path there.
type place struct {
	files    files.Tree
	below    files.Tree // the image's files, for paths that files does not have
	path     string
	readOnly bool
	mounted  bool // it is not one of the container's own files
}

// get reads the file at the place.
func (at place) get() (files.File, bool) {
	if f, ok := at.files[at.path]; ok {
		return f, f.Mode != files.Deleted
	}
	f, ok := at.below[at.path]
	if !ok && at.path == "/" && !at.mounted {
		return files.Dir(), true
	}
	return f, ok
}

// list gives all paths at and below the place, in order.
func (at place) list() []string {
	seen := map[string]bool{}
	prefix := strings.TrimSuffix(at.path, "/") + "/"
	for _, t := range []files.Tree{at.below, at.files} {
		for p, f := range t {
			if p == at.path || strings.HasPrefix(p, prefix) {
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
