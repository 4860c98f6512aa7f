// Plan: what a person should know that leads to no step.

package plan

import (
	"slices"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/resolve"
	"github.com/dmap-dev/dmap/engine/snapshot"
)

// notes reports existing containers that differ from the map and stay as they are,
// and those that do not stay, with what they lose.
func (b *builder) notes() {
	if !b.act.specs {
		return
	}
	for _, n := range b.order {
		c, ok := b.container(n)
		if !ok || b.part[n.Name] == nil {
			continue
		}
		if b.todo[n.Name].remove {
			b.leftBehind(n, c)
			continue
		}
		if c.State == docker.StatePaused && !b.todo[n.Name].stop {
			b.note(n.Name, n.Origin, "is paused")
		}
		b.noteDifferences(n, c)
	}
	if b.act.creates && b.act.starts {
		for _, v := range b.d.Volumes {
			b.noteRecord(v)
		}
	}
}

// noteDifferences reports what of an existing container differs from the map and
// stays as it is.
func (b *builder) noteDifferences(n *resolve.Node, c snapshot.Container) {
	diffs := allDifferences(b, n, c)
	once := leftAlone(b, n, c) && b.compares(n)
	if b.compares(n) && !once {
		diffs = nil // the steps tell
		b.foreignLimits(n, c)
	}
	var parts []string
	for _, diff := range diffs {
		parts = append(parts, diff.text)
	}
	if len(parts) > 0 {
		text := "differs from the map: " + strings.Join(parts, ", ")
		if once {
			text += "; left alone, because it is persistent and has ended; --update-persistent recreates it, and it runs again"
		}
		b.note(n.Name, n.At(diffs[0].field), "%s", text)
	}
	if b.otherImage(n, c) && !n.Attached && !slices.ContainsFunc(diffs, ofImage) {
		b.note(n.Name, n.At("Image"), "runs an older image: %s has changed since", n.Image)
	}
}

// foreignLimits notes limits that neither the map nor the container's making set:
// somebody, or an earlier update, set them in place.
func (b *builder) foreignLimits(n *resolve.Node, c snapshot.Container) {
	if c.Info == nil {
		return
	}
	was, set := madeWith(n, c).was, setInPlace(b.s, b.d.Map, n.Name)
	for _, f := range b.differences(n, c).limits {
		if n.Digests[f] == "" && was[f] == "" && !set[f] {
			b.note(n.Name, n.Origin, "has a limit that is not in the map: %s; --force-recreate lifts it", strings.TrimPrefix(f, "HostConfig."))
		}
	}
}
