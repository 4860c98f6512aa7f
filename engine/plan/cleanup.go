// Plan: the action cleanup.

package plan

import (
	"maps"
	"slices"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/engine/resolve"
	"github.com/dmap-dev/dmap/engine/snapshot"
)

// Cleanup removes what ran and ended.
const Cleanup Action = "cleanup"

func cleanup() *action {
	return &action{
		name: Cleanup, help: "remove what ran and ended, also what the map no longer has; never persistent ones",
		tidies: true, all: true, steps: cleanUp,
	}
}

// cleanUp removes what ran and ended: containers of this map, even those that the map
// no longer has, but never persistent ones, holders of attached volumes (row 103), or
// containers whose volumes a running one uses. Dependents go first.
func cleanUp(b *builder) {
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
	mounted := mountedByRunning(b.s)
	for _, name := range order {
		c := b.s.Containers[name]
		ended := c.State == docker.StateExited || c.State == docker.StateDead
		mark := identity.Read(c.Labels)
		if !ended || !mark.IsOf(b.d.Map) || mark.Role != identity.RoleContainer || mark.Keep {
			continue
		}
		why, at, needs := "is not in the map any more", problem.Origin{}, []string(nil)
		if n := b.d.Node(name); n != nil {
			why, at, needs = "ran and ended", n.Origin, b.todo.removals(b.users[n.Name]...)
		}
		if user := b.usedBy(name, mounted); user != "" {
			b.note(name, at, "ran and ended, but %s, which is running, uses its volumes; left alone", user)
			continue
		}
		b.todo[name] = todo{remove: true}
		b.step(Step{Op: RemoveContainer, Target: name, ContainerID: c.ID}, needs, at, why)
	}
}

// usedBy names a running container that has volumes of the named one: either the map
// says so, or it mounts the same anonymous volume (mounted says who mounts which).
// Without the source, the running container could not be recreated with its data.
func (b *builder) usedBy(name string, mounted map[string]string) string {
	for _, user := range b.users[name] {
		if b.s.Containers[user].Runs() && slices.ContainsFunc(b.d.Node(user).Needs, func(need resolve.Need) bool {
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

// mountedByRunning maps each volume to a running container that mounts it.
func mountedByRunning(s *snapshot.Snapshot) map[string]string {
	users := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(s.Containers)) {
		if c := s.Containers[name]; c.Runs() {
			for _, m := range c.Mounts {
				users[m.Name] = name
			}
		}
	}
	return users
}
