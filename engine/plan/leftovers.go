// Plan: what interrupted runs left behind.

package plan

import (
	"maps"
	"slices"

	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/problem"
)

// leftovers removes temporary containers of runs that did not end properly. One that is
// still running may belong to another run in progress; it only stands in the way of a
// preparation of its volume.
func (b *builder) leftovers() {
	if !b.act.tidies {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(b.s.Containers)) {
		c := b.s.Containers[name]
		if !identity.Read(c.Labels).IsHelper(b.d.Map) {
			continue
		}
		v := b.d.Volume(identity.VolumeOfHelper(name))
		if c.Runs() && (v == nil || b.preparedFor(v) == nil) {
			b.note(name, problem.Origin{}, "still prepares a volume; left alone")
			continue
		}
		b.todo[name] = todo{remove: true}
		b.step(Step{Op: RemoveContainer, Target: name, ContainerID: c.ID, Force: true}, nil, problem.Origin{},
			"left behind by an interrupted run")
	}
}
