// Plan: names that the plan needs for what it makes beside the map's own things.

package plan

import (
	"maps"
	"slices"

	"github.com/dmap-dev/dmap/engine/docker/identity"
)

// neededNames reports whoever has the name of a temporary container, or of a record, that
// the plan is going to make: found only then, it would leave the work half done.
func neededNames(b *builder) {
	for _, name := range slices.Sorted(maps.Keys(b.prepares)) {
		n := b.preparedFor(b.d.Volume(name))
		if c, ok := b.s.Called(identity.Helper(name)); ok && !identity.Read(c.Labels).IsHelper(b.d.Map) {
			b.problem(CodeForeign, n, "remove or rename it", "container %q exists, but %s; its name is that of the container which prepares volume %q", c.Name, b.madeBy(c.Labels), name)
		}
		if v, ok := b.s.Volumes[identity.Record(name)]; ok && !identity.Read(v.Labels).IsRecord(b.d.Map) {
			b.problem(CodeForeign, n, "remove it", "volume %q exists, but %s; its name is that of the record that volume %q was prepared", v.Name, b.madeBy(v.Labels), name)
		}
	}
}
