// Plan: what labels tell of how a container was made.

package plan

import (
	"github.com/dmap-dev/dmap/engine/docker/field"
	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/resolve"
	"github.com/dmap-dev/dmap/engine/snapshot"
)

// made is what a label keeps of the fields that a container was made with, and what it
// would keep of those of the map.
type made struct {
	was, now map[string]string
	record   map[string]string // that of the map, whatever the container has
	// earlier: an earlier version made it, and kept digests of all fields as written.
	earlier bool
}

// madeWith reads the labels of a container; was is nil if no label of dmap tells. Between
// two releases both labels were written: then that of earlier versions counts.
func madeWith(n *resolve.Node, c snapshot.Container) made {
	mark := identity.Read(c.Labels)
	if was := resolve.DecodeDigests(mark.Spec); was != nil {
		return made{was: was, now: n.Digests, record: n.Record, earlier: true}
	}
	return made{was: resolve.DecodeRecord(mark.Fields), now: n.Record, record: n.Record}
}

// tells reports whether the label alone tells if a field has the value that the map has.
func (m made) tells(name string) bool { return m.earlier || !field.IsShown(name) }

// same reports whether a field of which the label tells is as it was made.
func (m made) same(name string) bool { return m.was[name] == m.now[name] }

// untold reports whether only an inspection can tell that a container has all that the
// map asks for.
func (m made) untold() bool {
	for name := range m.now {
		if m.was != nil && !m.tells(name) {
			return true
		}
	}
	return false
}
