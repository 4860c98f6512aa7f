// Resolve: what containers need beside other containers, one kind after another.

package resolve

import "github.com/dmap-dev/dmap/engine/model"

// Resources are the things of a map that must exist beside its containers, a list for
// each kind.
type Resources struct {
	// Volumes are the attached volumes, in the order of their owners.
	Volumes []*Volume

	volumes map[string]*Volume
}

// kinds is the table of the kinds of such things. Each adds to the resources what one
// configuration asks for, and to the draft what its instances need because of it.
func kinds() []func(*resolver, *model.Container, *draft) {
	return []func(*resolver, *model.Container, *draft){(*resolver).attachedVolumes}
}

// draft is what all instances of one configuration have in common.
type draft struct {
	needs      []Need
	owns, uses []string // attached volumes, by their names in Docker
}
