// Command line: the simulated engine as a host, "sim:" or "sim:FILE".

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/dockerd"
	"github.com/dmap-dev/dmap/engine/docker/sim"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/resolve"
)

// simPrefix begins the host names of simulated engines.
const simPrefix = "sim:"

// connection is an engine, and what to do when the command is done with it.
type connection struct {
	client docker.Client
	close  func() error
}

// connect opens the engine of the flags for a command on m.
func (f *requestFlags) connect(ctx context.Context, m *model.ContainerMap) (*connection, error) {
	host := f.host
	if host == "" && f.context == "" {
		host = os.Getenv("DOCKER_HOST")
	}
	if file, ok := strings.CutPrefix(host, simPrefix); ok {
		return simulated(ctx, file, m)
	}
	client, err := dockerd.Open(ctx, dockerd.Options{Host: f.host, Context: f.context})
	if err != nil {
		return nil, err
	}
	return &connection{client: client, close: func() error { return nil }}, nil
}

// simulated opens a simulated engine that holds what file says; its state is
// written back at the end. Every image the map names can be pulled there: a base
// image ends at once, any other runs until it is stopped.
func simulated(ctx context.Context, file string, m *model.ContainerMap) (*connection, error) {
	e, err := loadSim(file, sim.Options{})
	if err != nil {
		return nil, err
	}
	d, err := resolve.Map(m)
	if err != nil {
		return nil, err
	}
	images := map[string]*sim.Process{d.CoreImage: nil}
	for _, n := range d.Nodes {
		images[n.Image] = nil
		if n.Attached {
			images[n.Image] = &sim.Process{Exits: true}
		}
	}
	for ref, process := range images {
		if err := e.AddRemoteImage(sim.Image{Names: []string{ref}, Process: process}); err != nil {
			return nil, err
		}
	}
	client, err := dockerd.Open(ctx, dockerd.Options{DialContext: e.DialContext, Host: "tcp://simulated.invalid"})
	if err != nil {
		return nil, err
	}
	return &connection{client: client, close: func() error {
		if file == "" {
			return e.Close()
		}
		return errors.Join(saveSim(e, file), e.Close())
	}}, nil
}

// loadSim reads the state of a simulated engine; no file, or none yet, is an empty
// engine.
func loadSim(file string, o sim.Options) (*sim.Engine, error) {
	if file == "" {
		return sim.New(o), nil
	}
	f, err := openRegular(file)
	if errors.Is(err, fs.ErrNotExist) {
		return sim.New(o), nil
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read the state of the simulated engine: %w", err)
	}
	defer f.Close()
	e, err := sim.Load(f, o)
	if err != nil {
		return nil, fmt.Errorf("cannot use %s as the state of a simulated engine: %w", file, err)
	}
	return e, nil
}

// saveSim replaces the file as a whole.
func saveSim(e *sim.Engine, file string) error {
	tmp, err := os.CreateTemp(filepath.Dir(file), ".dmap-sim-*")
	if err != nil {
		return fmt.Errorf("cannot save the state of the simulated engine: %w", err)
	}
	err = errors.Join(e.Save(tmp), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), file)
	}
	if err != nil {
		os.Remove(tmp.Name())
		return fmt.Errorf("cannot save the state of the simulated engine: %w", err)
	}
	return nil
}
