// State: the containers of an engine, and which of them are the map's.

package state

import (
	"context"

	"golang.org/x/sync/errgroup"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/calls"
	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/snapshot"
)

// containers lists all containers of the engine: those of other names have ports and links
// that count, and one may be the map's although somebody renamed it.
func (l *looker) containers(ctx context.Context) (err error) {
	l.all, err = read(ctx, calls.Observe, "the engine to list containers", func(ctx context.Context) ([]docker.ContainerSummary, error) { return l.r.Containers(ctx, "") })
	return err
}

// sortOut tells the containers of the map from all others.
func (l *looker) sortOut(ctx context.Context, mapName string) error {
	if err := l.disown(ctx, mapName); err != nil {
		return err
	}
	taken := map[string]bool{}
	l.s.Containers, l.s.Others, l.s.Links = map[string]snapshot.Container{}, map[string]snapshot.Container{}, map[string]bool{}
	for _, c := range l.all {
		taken[c.Name] = true
		for _, link := range c.LinkNames {
			l.s.Links[link] = true
		}
	}
	for _, c := range l.all {
		mark, name, among := identity.Read(c.Labels), c.Name, l.s.Others
		// What dmap gave a name of the map is the map's under that name, whatever it is called now.
		if mark.Lasts(mapName) && mark.Name != "" && !taken[mark.FullName()] {
			name = mark.FullName()
			taken[name] = true // one only: the first of the list, which is sorted
		}
		if _, ok := identity.CutName(mapName, name); ok {
			among = l.s.Containers
		}
		among[name] = snapshot.Container{ContainerSummary: c}
	}
	return nil
}

// disown takes dmap's labels off the containers that have them only from their image:
// nobody made those for a map. Of most, the image was looked up for another reason.
func (l *looker) disown(ctx context.Context, mapName string) error {
	known := map[string]bool{"": true}
	for _, im := range l.s.Images {
		known[im.ID] = true
	}
	g, looking := errgroup.WithContext(ctx)
	g.SetLimit(parallel)
	for _, c := range l.all {
		_, called := identity.CutName(mapName, c.Name)
		mark := identity.Read(c.Labels)
		if !known[c.ImageID] && (mark.IsOf(mapName) || called && !mark.IsForeign()) {
			known[c.ImageID] = true
			g.Go(func() error { return l.image(looking, c.ImageID) })
		}
	}
	if err := g.Wait(); err != nil {
		return err
	}
	images := map[string]identity.Mark{} // by id
	for _, im := range l.s.Images {
		images[im.ID] = identity.Mark{Run: im.Run}
	}
	for i, c := range l.all {
		if identity.Read(c.Labels).InheritedFrom(images[c.ImageID]) {
			l.all[i].Labels = identity.Foreign(c.Labels)
		}
	}
	return nil
}
