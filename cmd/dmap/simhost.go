// Command line: the simulated engine as a host, "sim:" or "sim:FILE".

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/dmap-dev/dmap/engine"
	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/dockerd"
	"github.com/dmap-dev/dmap/engine/docker/sim"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/resolve"
)

// connection is an engine, with the function to call when the command has finished with
// it.
type connection struct {
	engine *engine.Engine
	close  func() error
	// lockDir is that of runs on the engine; "" if it is this program's own.
	lockDir string
}

// connected returns a connection through a client.
func connected(client docker.Client, close func() error) (*connection, error) {
	e, err := engine.New(engine.Config{Docker: client})
	if err != nil {
		return nil, err
	}
	return &connection{engine: e, close: close}, nil
}

// connect opens the engine that the flags select; changes says whether the command
// changes something. A simulated engine has the images in its registry.
func (f *engineFlags) connect(ctx context.Context, images func() (simImages, error), changes bool) (*connection, error) {
	host := f.host
	if host == "" && f.context == "" {
		host = os.Getenv("DOCKER_HOST")
	}
	if file, ok := strings.CutPrefix(host, simPrefix); ok {
		if f.context != "" {
			return nil, &usageError{text: fmt.Sprintf("both --host %s and --context %s are given; give one of them", host, f.context)}
		}
		return simulated(ctx, file, images, changes, f.wait)
	}
	client, err := dockerd.Open(ctx, dockerd.Options{Host: f.host, Context: f.context, InsecureTLS: f.insecureTLS})
	if docker.KindOf(err) == docker.InvalidSpec {
		return nil, &usageError{text: err.Error()}
	}
	if err != nil {
		return nil, err
	}
	c, err := connected(client, func() error { return nil })
	if err == nil {
		c.lockDir = lockDir()
	}
	return c, err
}

// simImages are the images that can be pulled, with their programs; nil is one that
// runs until it is stopped.
type simImages map[string]*sim.Process

// add adds an image. The image of a container that holds an attached volume exits
// immediately.
func (s simImages) add(ref string, holder bool) {
	if holder {
		s[ref] = &sim.Process{Exits: true}
	} else if _, known := s[ref]; !known {
		s[ref] = nil
	}
}

// imagesOf returns the images that a map names.
func imagesOf(m *model.ContainerMap) (simImages, error) {
	d, err := resolve.Map(m)
	if err != nil {
		return nil, err
	}
	images := simImages{d.CoreImage: nil}
	for _, n := range d.Nodes {
		images.add(n.Image, n.Attached)
	}
	return images, nil
}

// simulated opens a simulated engine with the state in file. A command that changes
// something is the only one that does until it ends, and writes the state back at the end;
// it waits for others as long as wait says.
func simulated(ctx context.Context, file string, images func() (simImages, error), changes bool, wait time.Duration) (c *connection, err error) {
	var state *simState
	if file != "" && changes {
		if state, err = openSimState(ctx, file, wait); err != nil {
			return nil, err
		}
	}
	done := func() error { return state.close() }
	defer func() {
		if c == nil {
			err = errors.Join(err, done())
		}
	}()
	e, err := loadSim(file, sim.Options{})
	if err != nil {
		return nil, err
	}
	remote, err := images()
	if err != nil {
		return nil, err
	}
	// No order is needed: the images do not depend on one another.
	for ref, process := range remote {
		if err := e.AddRemoteImage(sim.Image{Names: []string{ref}, Process: process}); err != nil {
			return nil, err
		}
	}
	client, err := dockerd.Open(ctx, dockerd.Options{DialContext: e.DialContext, Host: "tcp://simulated.invalid"})
	if err != nil {
		return nil, err
	}
	return connected(client, func() error { return errors.Join(state.save(e), done(), e.Close()) })
}

// loadSim reads the state of a simulated engine. No file name, or a file that does not
// exist yet, means an empty engine.
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
