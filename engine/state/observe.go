// State: the calls that make a snapshot.

package state

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/calls"
	"github.com/dmap-dev/dmap/engine/docker/identity"
)

// Query says what to look at.
type Query struct {
	// Map is the name of the map: everything called "<map>.…" is listed.
	Map string
	// Images are references to look up on the engine; no registry is asked.
	Images []string
	// Engine asks for the engine's id.
	Engine bool
	// Exited and Started ask for inspection of these containers, where they exited, or
	// run.
	Exited, Started []string
	// Inspect asks for inspection of these containers, in any state.
	Inspect []string
}

// parallel bounds the calls in flight. An engine answers reads in well under a
// millisecond; more would only fill its queue.
const parallel = 8

// Observe asks an engine. The error is the first one met, as [docker.Error].
func Observe(ctx context.Context, r docker.Reader, q Query) (*Snapshot, error) {
	s := &Snapshot{
		Containers: map[string]Container{},
		Volumes:    map[string]docker.VolumeInfo{},
		Images:     map[string]Image{},
	}
	ours := identity.Pattern(q.Map)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(parallel)
	g.Go(func() error { return s.containers(ctx, r, ours, q) })
	g.Go(func() error { return s.volumes(ctx, r, ours) })
	if q.Engine {
		g.Go(func() error { return s.engine(ctx, r) })
	}
	var mu sync.Mutex
	for _, ref := range slices.Compact(slices.Sorted(slices.Values(q.Images))) {
		g.Go(func() error {
			found, err := image(ctx, r, ref)
			mu.Lock()
			defer mu.Unlock()
			s.Images[ref] = found
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *Snapshot) engine(ctx context.Context, r docker.Reader) error {
	info, err := read(ctx, calls.Observe, "the engine to say who it is", r.Engine)
	s.Engine = info.ID
	return err
}

func (s *Snapshot) containers(ctx context.Context, r docker.Reader, ours string, q Query) error {
	list, err := read(ctx, calls.Observe, "the engine to list containers", func(ctx context.Context) ([]docker.ContainerSummary, error) { return r.Containers(ctx, ours) })
	if err != nil {
		return err
	}
	for _, c := range list {
		s.Containers[c.Name] = Container{ContainerSummary: c}
	}
	return s.Inspect(ctx, r, slices.Concat(s.in(docker.StateExited, q.Exited), s.in(docker.StateRunning, q.Started), q.Inspect))
}

// Inspect adds to the snapshot what inspection tells of the named containers, where
// they exist. One that is gone since it was listed is taken out.
func (s *Snapshot) Inspect(ctx context.Context, r docker.Reader, names []string) error {
	infos := make([]docker.ContainerInfo, len(names))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(parallel)
	for i, name := range names {
		c, ok := s.Containers[name]
		if !ok || c.Info != nil {
			continue
		}
		g.Go(func() (err error) {
			infos[i], err = read(ctx, calls.Observe, fmt.Sprintf("the engine to inspect container %q", c.Name), func(ctx context.Context) (docker.ContainerInfo, error) { return r.Container(ctx, c.ID) })
			if docker.KindOf(err) == docker.NotFound {
				return nil
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	for i, name := range names {
		c, ok := s.Containers[name]
		switch {
		case !ok || c.Info != nil:
		case infos[i].ID == "":
			delete(s.Containers, name)
		default:
			c.Info = &infos[i]
			s.Containers[name] = c
		}
	}
	return nil
}

// in returns the containers that are in a state.
func (s *Snapshot) in(state string, names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return s.Containers[name].State != state })
}

func (s *Snapshot) volumes(ctx context.Context, r docker.Reader, ours string) error {
	list, err := read(ctx, calls.Observe, "the engine to list volumes", func(ctx context.Context) ([]docker.VolumeInfo, error) { return r.Volumes(ctx, ours) })
	if err != nil {
		return err
	}
	for _, v := range list {
		s.Volumes[v.Name] = v
	}
	return nil
}

// read makes a call that only reads; what says what is waited for.
func read[T any](ctx context.Context, kind calls.Kind, what string, ask func(context.Context) (T, error)) (out T, err error) {
	err = calls.New(calls.Times{}).Do(ctx, calls.Call{Kind: kind, For: what, Make: func(ctx context.Context) (err error) {
		out, err = ask(ctx)
		return err
	}})
	return out, err
}

// image looks an image up on the engine.
func image(ctx context.Context, r docker.Reader, ref string) (Image, error) {
	info, err := read(ctx, calls.Observe, fmt.Sprintf("the engine to inspect image %q", ref), func(ctx context.Context) (docker.ImageInfo, error) { return r.Image(ctx, ref) })
	switch docker.KindOf(err) {
	case docker.ImageMissing, docker.NotFound:
		return Image{}, nil
	}
	return Image{ID: info.ID}, err
}

// AskRegistries finds out, through the engine, whether images that are not on it
// could be pulled, and notes in the snapshot which cannot. An engine that cannot
// ask leaves the answer to the pull.
func AskRegistries(ctx context.Context, r docker.Reader, s *Snapshot, refs []string) error {
	missing := make([]error, len(refs))
	var g errgroup.Group
	g.SetLimit(parallel)
	for i, ref := range refs {
		g.Go(func() error {
			_, missing[i] = read(ctx, calls.Registry, fmt.Sprintf("the registry of image %q", ref), func(ctx context.Context) (struct{}, error) {
				return struct{}{}, r.RemoteImage(ctx, ref)
			})
			return nil
		})
	}
	g.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	for i, ref := range refs {
		if docker.KindOf(missing[i]) != docker.Unsupported {
			s.Images[ref] = Image{Missing: missing[i]}
		}
	}
	return nil
}
