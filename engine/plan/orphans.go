// Plan: containers that the map has no longer.

package plan

import (
	"maps"
	"slices"

	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/internal/dag"
	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/engine/resolve"
	"github.com/dmap-dev/dmap/engine/snapshot"
)

// orphans are the names of this map's containers that no part of it stands for any
// more, sorted. Temporary ones are none.
func orphans(d *resolve.Desired, s *snapshot.Snapshot) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(s.Containers)), func(name string) bool {
		return d.Node(name) != nil || !identity.Read(s.Containers[name].Labels).Lasts(d.Map)
	})
}

// removeOrphans takes them down where that is asked for, and else says that they are
// there, if the request is about the whole map. Volumes stay.
func (b *builder) removeOrphans() {
	if len(b.req.Targets) > 0 || !b.act.orphans {
		return
	}
	const why = "is not in the map any more"
	all := orphans(b.d, b.s)
	if !b.req.RemoveOrphans {
		for _, name := range all {
			b.note(name, problem.Origin{}, "%s; --remove-orphans removes it", why)
		}
		return
	}
	users := tiedTo(b.s)
	order, circle := dag.Order(all, func(name string) []string { return users[name] })
	if circle != nil { // two versions of the map: no order is right
		order = all
	}
	for _, name := range order {
		c, ok := b.s.Containers[name], slices.Contains(all, name)
		if !ok {
			continue // a user of an orphan is none itself
		}
		b.todo[name] = todo{stop: c.Runs(), remove: true}
		if c.Runs() {
			b.step(Step{Op: StopContainer, Target: name, ContainerID: c.ID, StopTimeout: b.req.StopTimeout}, b.todo.stops(users[name]...), problem.Origin{}, why)
		}
		b.step(Step{Op: RemoveContainer, Target: name, ContainerID: c.ID}, append(b.todo.removals(users[name]...), b.todo.stops(name)...), problem.Origin{}, why)
	}
}

// tiedTo tells which containers were made to link, or to use, another one.
func tiedTo(s *snapshot.Snapshot) map[string][]string {
	users := map[string][]string{}
	for _, name := range slices.Sorted(maps.Keys(s.Containers)) {
		for target := range identity.Read(s.Containers[name].Labels).TiedTo() {
			if target != name { // whatever the label says
				users[target] = append(users[target], name)
			}
		}
	}
	return users
}
