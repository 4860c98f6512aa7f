// Front door: one engine, maps, plans and runs.

// Package engine is the front door for programs that embed dmap: it puts resolve,
// state, plan and run together.
//
//	e, err := engine.New(engine.Config{Docker: client})
//	report, err := e.Do(ctx, m, plan.Request{Action: plan.Start}, engine.Options{})
//
// Maps come from package starlarkmap or are built in Go with package model. The
// client comes from package dockerd. The engine prints nothing and reads no
// environment. Package calls says how long it waits, and can announce for what.
package engine

import (
	"context"
	"errors"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/run"
)

// Config says what an Engine works with.
type Config struct {
	// Docker is the engine to work on; it is required. The caller keeps it open as long
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
// map without waiting, and does not plan again, as [Engine.Do] would.
func (e *Engine) Run(ctx context.Context, p *plan.Plan, o run.Options) (*run.Report, error) {
	return run.Do(ctx, e.docker, p, o)
}

// Plan looks at a Docker Engine and decides what a request means for m there. It only
// reads, so a [docker.Reader] is all it needs. The error is a [problem.Problems] if the
// map or its state on the engine forbids the request, a [plan.RequestError] if the
// request names something wrong, or a [docker.Error].
func Plan(ctx context.Context, r docker.Reader, m *model.ContainerMap, req plan.Request) (*plan.Plan, error) {
	w, err := newWorld(r, m)
	if err != nil {
		return nil, err
	}
	return w.plan(ctx, req)
}

// Check reports everything wrong with m that can be found without a Docker Engine: what
// [model.ContainerMap.Validate] finds, and options with impossible values. It calls the
// option functions of the map.
func Check(ctx context.Context, m *model.ContainerMap) error {
	w, err := newWorld(nil, m)
	if err != nil {
		return err
	}
	var names []string
	for _, n := range w.desired.Nodes {
		names = append(names, n.Name)
	}
	return w.specify(ctx, names)
}
