// Front door: finding out what a decision lacks, until it lacks nothing.

package engine

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/resolve"
	"github.com/dmap-dev/dmap/engine/snapshot"
	"github.com/dmap-dev/dmap/engine/state"
)

// world is what decisions are made from: what a map asks for, and what is known about
// an engine. It grows with every question.
type world struct {
	reader   docker.Reader // nil if no engine is asked
	of       *model.ContainerMap
	desired  *resolve.Desired
	snapshot snapshot.Snapshot
}

var (
	errNoMap    = errors.New("engine: the map is nil")
	errNoReader = errors.New("engine: the reader of the engine is nil; open one with package dockerd")
)

// newWorld begins with a valid map, and nothing known about the engine.
func newWorld(r docker.Reader, m *model.ContainerMap) (*world, error) {
	if m == nil {
		return nil, errNoMap
	}
	if err := m.Validate(); err != nil {
		return nil, err
	}
	d, err := resolve.Map(m)
	if err != nil {
		return nil, err
	}
	return &world{reader: r, of: m, desired: d}, nil
}

// until calls decide and finds out what it lacks, again and again, until it lacks
// nothing. decide reads the world and must not change it.
func (w *world) until(ctx context.Context, decide func() (plan.Missing, error)) error {
	for before := (plan.Missing{}); ; {
		missing, err := decide()
		switch {
		case err != nil || missing.Empty():
			return err
		case reflect.DeepEqual(missing, before): // otherwise it would ask for ever
			return fmt.Errorf("internal error: %+v %q is missing, although it was found out", missing.Query, missing.Specs)
		}
		if err := w.find(ctx, missing); err != nil {
			return err
		}
		before = missing
	}
}

// find asks the engine first, because that is cheap, whereas option functions may take
// long.
func (w *world) find(ctx context.Context, missing plan.Missing) error {
	if !missing.Query.Empty() {
		if w.reader == nil {
			return errNoReader
		}
		if err := state.Look(ctx, w.reader, &w.snapshot, missing.Query); err != nil {
			return err
		}
	}
	if len(missing.Specs) == 0 {
		return nil
	}
	return w.desired.Specify(ctx, w.of, missing.Specs, missing.Keywords)
}

// specify fills in the create requests of the named containers, as the map has them.
func (w *world) specify(ctx context.Context, names []string) error {
	return w.find(ctx, plan.Missing{Specs: names})
}

// plan decides what a request means.
func (w *world) plan(ctx context.Context, req plan.Request) (p *plan.Plan, err error) {
	err = w.until(ctx, func() (missing plan.Missing, err error) {
		p, missing, err = plan.Make(w.desired, &w.snapshot, req)
		return missing, err
	})
	if err != nil {
		return nil, err
	}
	return p, nil
}
