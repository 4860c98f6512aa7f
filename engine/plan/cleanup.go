// Plan: what is left over from earlier runs.

package plan

import (
	"maps"
	"slices"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/engine/resolve"
)

// leftovers removes temporary containers of a run that did not end in order. One
// that still runs may be another run's; it is in the way only of a preparation of
// its volume.
func (b *builder) leftovers() {
	switch b.req.Action {
	case Create, Restart, Signal, Pull:
		return
	}
	for _, name := range slices.Sorted(maps.Keys(b.s.Containers)) {
		c := b.s.Containers[name]
		if !identity.Read(c.Labels).IsHelper(b.d.Map) {
			continue
		}
		v := b.d.Volume(identity.VolumeOfHelper(name))
		if isRunning(c) && (v == nil || b.preparedFor(v) == nil) {
			b.note(name, problem.Origin{}, "still prepares a volume; left alone")
			continue
		}
		b.step(Step{Op: RemoveContainer, Target: name, ContainerID: c.ID, Force: true}, nil, problem.Origin{},
			"left behind by an interrupted run")
	}
}

// cleanUp removes what ran and ended: containers of this map, also those that the
// map no longer has, but no persistent ones, and none that hold attached volumes
// (row 103), or volumes that a running one uses. Dependents go first.
func (b *builder) cleanUp() {
	if b.req.Action != Cleanup {
		return
	}
	var order []string
	for _, name := range slices.Sorted(maps.Keys(b.s.Containers)) {
		if b.d.Node(name) == nil && len(b.req.Targets) == 0 {
			order = append(order, name)
		}
	}
	for _, n := range slices.Backward(b.d.Nodes) {
		if b.requested[n.Name] && !n.Persistent {
			order = append(order, n.Name)
		}
	}
	mounted := b.mounted()
	for _, name := range order {
		c := b.s.Containers[name]
		ended := c.State == docker.StateExited || c.State == docker.StateDead
		mark := identity.Read(c.Labels)
		if !ended || !mark.IsOf(b.d.Map) || mark.Role != identity.RoleContainer || mark.Keep {
			continue
		}
		why, at, needs := "is not in the map any more", problem.Origin{}, []string(nil)
		if n := b.d.Node(name); n != nil {
			why, at, needs = "ran and ended", n.Origin, b.ofUsers(n, RemoveContainer)
		}
		if user := b.usedBy(name, mounted); user != "" {
			b.note(name, at, "ran and ended, but %s, which is running, uses its volumes; left alone", user)
			continue
		}
		b.step(Step{Op: RemoveContainer, Target: name, ContainerID: c.ID}, needs, at, why)
	}
}

// usedBy names a running container that has volumes of the named one: the map says
// so, or it mounts the same volume without a name (mounted tells who does). Without
// its source it could not be made again with its data.
func (b *builder) usedBy(name string, mounted map[string]string) string {
	for _, user := range b.users[name] {
		if isRunning(b.s.Containers[user]) && slices.ContainsFunc(b.d.Node(user).Needs, func(need resolve.Need) bool {
			return need.Name == name && need.Why == resolve.Uses && !b.isVolume(need)
		}) {
			return user
		}
	}
	for _, m := range b.s.Containers[name].Mounts {
		if user := mounted[m.Name]; anonymous(m) && user != "" {
			return user
		}
	}
	return ""
}

// mounted tells which running container mounts a volume.
func (b *builder) mounted() map[string]string {
	mounted := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(b.s.Containers)) {
		if c := b.s.Containers[name]; isRunning(c) {
			for _, m := range c.Mounts {
				mounted[m.Name] = name
			}
		}
	}
	return mounted
}
