// Spec: fields that not every version of the API has.

package spec

import (
	"github.com/dmap-dev/dmap/engine/docker/field"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// has reports whether a version of the API has a field, or a part of one, named as in
// the table of fields.
func has(v wire.Version, name string) bool {
	f, _ := field.Find(name)
	ok, err := f.In(v.String())
	return ok && err == nil
}
