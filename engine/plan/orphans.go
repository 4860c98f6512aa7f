// Plan: containers that the map no longer has.

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

// orphans returns the names of this map's containers that no part of the map stands for
// any more, sorted. Temporary containers do not count as orphans.
func orphans(d *resolve.Desired, s *snapshot.Snapshot) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(s.Containers)), func(name string) bool {
		return d.Node(name) != nil || !identity.Read(s.Containers[name].Labels).Lasts(d.Map)
	})
}

// removeOrphans takes orphans down if the request asks for that, and otherwise notes
// that they are there, provided that the request is about the whole map. Volumes stay.
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
	if circle != nil { // left from two versions of the map: no order is right
		order = all
	}
	for _, name := range order {
		c, ok := b.s.Containers[name], slices.Contains(all, name)
		if !ok {
			continue // what uses an orphan may itself be in the map
		}
		b.todo[name] = todo{stop: c.Runs(), remove: true}
		if c.Runs() {
			b.step(Step{Op: StopContainer, Target: name, ContainerID: c.ID, StopTimeout: b.req.StopTimeout}, b.todo.stops(users[name]...), problem.Origin{}, why)
		}
		b.step(Step{Op: RemoveContainer, Target: name, ContainerID: c.ID}, append(b.todo.removals(users[name]...), b.todo.stops(name)...), problem.Origin{}, why)
	}
}

// tiedTo returns, for each container, those that were made to link to it or use it.
func tiedTo(s *snapshot.Snapshot) map[string][]string {
	users := map[string][]string{}
	for _, name := range slices.Sorted(maps.Keys(s.Containers)) {
		for target := range identity.Read(s.Containers[name].Labels).TiedTo() {
			if target != name { // whatever the label says, nothing waits for itself
				users[target] = append(users[target], name)
			}
		}
	}
	return users
}
