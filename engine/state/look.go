// State: the calls that fill a snapshot.

package state

import (
	"context"
	"fmt"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/calls"
	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/snapshot"
)

// parallel bounds the calls in flight. An engine answers reads in well under a
// millisecond; more calls would only fill its queue.
const parallel = 8

// Look finds out what q asks for, and adds it to s. A container that has gone since it
// was listed is taken out of s. The error is the first one that occurred, a
// [docker.Error].
func Look(ctx context.Context, r docker.Reader, s *snapshot.Snapshot, q snapshot.Query) error {
	whole := ctx
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(parallel)
	l := looker{r: r, s: s}
	if q.Map != "" {
		names := identity.Pattern(q.Map)
		g.Go(func() error {
			// In this order: if no claim of another run is seen, everything that the
			// run did is seen afterwards. The other way round, a run could end between
			// the two lists and its containers would be missed.
			if err := l.volumes(ctx, names); err != nil {
				return err
			}
			return l.containers(ctx)
		})
	}
	if q.Engine {
		g.Go(func() error { return l.engine(ctx) })
	}
	if q.Networks {
		g.Go(func() error { return l.networks(ctx) })
	}
	for _, ref := range q.Images {
		g.Go(func() error { return l.image(ctx, ref) })
	}
	for _, ref := range q.Registries {
		g.Go(func() error { return l.registry(ctx, ref) })
	}
	for _, name := range q.Inspect {
		g.Go(func() error { return l.inspect(ctx, name) })
	}
	if err := g.Wait(); err != nil || q.Map == "" {
		return err
	}
	return l.sortOut(whole, q.Map)
}

// looker adds answers to a snapshot as they come.
type looker struct {
	r  docker.Reader
	mu sync.Mutex // guards s
	s  *snapshot.Snapshot
	// all are the containers of the engine, as it lists them.
	all []docker.ContainerSummary
}

func (l *looker) volumes(ctx context.Context, names string) error {
	list, err := read(ctx, calls.Observe, "the engine to list volumes", func(ctx context.Context) ([]docker.VolumeInfo, error) { return l.r.Volumes(ctx, names) })
	if err != nil {
		return err
	}
	all := make(map[string]docker.VolumeInfo, len(list))
	for _, v := range list {
		all[v.Name] = v
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.s.Volumes = all
	return nil
}

func (l *looker) engine(ctx context.Context) error {
	info, err := read(ctx, calls.Observe, "the engine to say who it is", l.r.Engine)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.s.Engine = &info
	return nil
}

func (l *looker) image(ctx context.Context, ref string) error {
	info, err := read(ctx, calls.Observe, fmt.Sprintf("the engine to inspect image %q", ref), func(ctx context.Context) (docker.ImageInfo, error) { return l.r.Image(ctx, ref) })
	switch docker.KindOf(err) {
	case docker.ImageMissing, docker.NotFound:
		info, err = docker.ImageInfo{}, nil
	}
	if err != nil {
		return err
	}
	l.setImage(ref, snapshot.Image{ID: info.ID, Run: identity.Read(info.Config.Labels).Run})
	return nil
}

func (l *looker) networks(ctx context.Context) error {
	list, err := read(ctx, calls.Observe, "the engine to list networks", l.r.Networks)
	if err != nil {
		return err
	}
	all := make(map[string]string, len(list))
	for _, n := range list {
		all[n.ID] = n.Name
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.s.Networks = all
	return nil
}

// registry finds out whether an image that is not on the engine could be pulled. Why it
// could not is an answer too. If the engine cannot ask, the pull will show.
func (l *looker) registry(ctx context.Context, ref string) error {
	_, missing := read(ctx, calls.Registry, fmt.Sprintf("the registry of image %q", ref), func(ctx context.Context) (struct{}, error) {
		return struct{}{}, l.r.RemoteImage(ctx, ref)
	})
	if err := ctx.Err(); err != nil {
		return err
	}
	if docker.KindOf(missing) == docker.Unsupported {
		missing = nil
	}
	l.setImage(ref, snapshot.Image{Asked: true, Missing: missing})
	return nil
}

func (l *looker) setImage(ref string, found snapshot.Image) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.s.Images == nil {
		l.s.Images = map[string]snapshot.Image{}
	}
	l.s.Images[ref] = found
}

// inspect asks about a container of the map, or another one of the engine.
func (l *looker) inspect(ctx context.Context, name string) error {
	l.mu.Lock()
	among := l.s.Containers
	c, exists := among[name]
	if !exists {
		among = l.s.Others
		c, exists = among[name]
	}
	l.mu.Unlock()
	if !exists {
		return nil
	}
	info, err := read(ctx, calls.Observe, fmt.Sprintf("the engine to inspect container %q", name), func(ctx context.Context) (docker.ContainerInfo, error) { return l.r.Container(ctx, c.ID) })
	gone := docker.KindOf(err) == docker.NotFound
	if err != nil && !gone {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if gone {
		delete(among, name)
		return nil
	}
	c.Info = &info
	among[name] = c
	return nil
}

// read makes a call that only reads; what says, for people, what is waited for.
func read[T any](ctx context.Context, kind calls.Kind, what string, ask func(context.Context) (T, error)) (out T, err error) {
	err = calls.New(calls.Times{}).Do(ctx, calls.Call{Kind: kind, For: what, Make: func(ctx context.Context) (err error) {
		out, err = ask(ctx)
		return err
	}})
	return out, err
}
