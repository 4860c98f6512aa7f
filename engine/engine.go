// Front door: one engine, maps, plans and runs.

// Package engine is the front door for programs that embed dmap: it puts resolve,
// state, plan and run together.
//
//	e, err := engine.New(engine.Config{Docker: client})
//	report, err := e.Do(ctx, m, plan.Request{Action: plan.Start}, engine.Options{})
//
// Maps come from package starlarkmap or are built in Go with package model. The
// client comes from package dockerd. The engine prints nothing and reads no
// environment.
package engine

import (
	"context"
	"errors"
	"slices"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/field"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/resolve"
	"github.com/dmap-dev/dmap/engine/run"
	"github.com/dmap-dev/dmap/engine/state"
)

// Config says what an Engine works with.
type Config struct {
	// Docker is the engine to work on; required. The caller keeps it open as long
	// as the Engine is used.
	Docker docker.Client
}

// Engine plans and runs maps on one Docker Engine. It holds no state of its own and
// is safe for concurrent use.
type Engine struct {
	docker docker.Client
}

// New returns an Engine.
func New(c Config) (*Engine, error) {
	if c.Docker == nil {
		return nil, errors.New("engine: Config.Docker is nil; open one with package dockerd")
	}
	return &Engine{docker: c.Docker}, nil
}

// Plan decides what a request means for m; see [Plan].
func (e *Engine) Plan(ctx context.Context, m *model.ContainerMap, req plan.Request) (*plan.Plan, error) {
	return Plan(ctx, e.docker, m, req)
}

// Run carries out a plan that was made just now; see [run.Do]. It takes the lock of the
// map without waiting, and does not plan again: [Engine.Do] does.
func (e *Engine) Run(ctx context.Context, p *plan.Plan, o run.Options) (*run.Report, error) {
	return run.Do(ctx, e.docker, p, o)
}

// Plan looks at a Docker Engine and decides what a request means for m there. It
// only reads, so the caller needs no more than a [docker.Reader]. The error is a
// [problem.Problems] if the map or its state on the engine forbids the request, a
// [plan.RequestError] if the request names something wrong, or a [docker.Error].
func Plan(ctx context.Context, r docker.Reader, m *model.ContainerMap, req plan.Request) (*plan.Plan, error) {
	if err := valid(m); err != nil {
		return nil, err
	}
	d, err := resolve.Map(m)
	if err != nil {
		return nil, err
	}
	sel, err := plan.Select(d, req)
	if err != nil {
		return nil, err
	}
	snapshot, err := state.Observe(ctx, r, query(d, sel, req))
	if err != nil {
		return nil, err
	}
	names, images := plan.Wants(d, snapshot, sel, req)
	if err := state.AskRegistries(ctx, r, snapshot, images); err != nil {
		return nil, err
	}
	if err := specify(ctx, r, d, m, names, sel, req); err != nil {
		return nil, err
	}
	listed := len(snapshot.Containers)
	if err := snapshot.Inspect(ctx, r, plan.Looks(d, snapshot, names, req)); err != nil {
		return nil, err
	}
	if len(snapshot.Containers) < listed { // what is gone since is made anew, and others follow
		names, _ = plan.Wants(d, snapshot, sel, req)
		if err := specify(ctx, r, d, m, names, sel, req); err != nil {
			return nil, err
		}
	}
	return plan.Build(d, snapshot, sel, req)
}

// specify fills the create requests of those of the named containers that have none.
func specify(ctx context.Context, r docker.Reader, d *resolve.Desired, m *model.ContainerMap, names []string, sel *plan.Selection, req plan.Request) error {
	names = slices.DeleteFunc(slices.Clone(names), func(name string) bool { return d.Node(name).Digests != nil })
	if err := d.Specify(ctx, m, names, resolve.Keywords{Options: req.Options, For: sel.Requested}); err != nil {
		return err
	}
	return checkAPI(ctx, r, d, names)
}

func valid(m *model.ContainerMap) error {
	if m == nil {
		return errors.New("engine: the map is nil")
	}
	return m.Validate()
}

// checkAPI asks the engine for its API version only if a request needs more than
// the oldest one.
func checkAPI(ctx context.Context, r docker.Reader, d *resolve.Desired, names []string) error {
	if d.CheckAPI(names, field.Oldest) == nil {
		return nil
	}
	info, err := r.Engine(ctx)
	if err != nil {
		return err
	}
	return d.CheckAPI(names, info.APIVersion)
}

// Check reports everything that is wrong with m that can be known without a Docker
// Engine: what [model.ContainerMap.Validate] finds, and options that cannot be.
// It calls the option functions of the map.
func Check(ctx context.Context, m *model.ContainerMap) error {
	if err := valid(m); err != nil {
		return err
	}
	d, err := resolve.Map(m)
	if err != nil {
		return err
	}
	var names []string
	for _, n := range d.Nodes {
		names = append(names, n.Name)
	}
	return d.Specify(ctx, m, names, resolve.Keywords{})
}

// query asks for what a plan can depend on, and no more.
func query(d *resolve.Desired, sel *plan.Selection, req plan.Request) state.Query {
	q := state.Query{Map: d.Map, Engine: req.Basis}
	if req.Action.NeedsImages() {
		for _, name := range slices.Concat(sel.All, sel.Followers) {
			q.Images = append(q.Images, d.Node(name).Image)
		}
		q.Images = append(q.Images, d.CoreImage)
	}
	if req.Action == plan.Startup {
		q.Exited = slices.Concat(sel.All, sel.Followers)
	}
	if req.Action == plan.Restart && req.Basis {
		q.Started = sel.All
	}
	return q
}
