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

	"github.com/dmap-dev/dmap/engine"
	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/dockerd"
	"github.com/dmap-dev/dmap/engine/docker/sim"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/resolve"
)

// simPrefix is how the host names of simulated engines begin.
const simPrefix = "sim:"

// connection is an engine, with the function to call when the command has finished with
// it.
type connection struct {
	engine *engine.Engine
	close  func() error
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
		return simulated(ctx, file, images, changes)
	}
	client, err := dockerd.Open(ctx, dockerd.Options{Host: f.host, Context: f.context, InsecureTLS: f.insecureTLS})
	if docker.KindOf(err) == docker.InvalidSpec {
		return nil, &usageError{text: err.Error()}
	}
	if err != nil {
		return nil, err
	}
	return connected(client, func() error { return nil })
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

// simulated opens a simulated engine with the state in file; it is written back at the
// end if the command changes something.
func simulated(ctx context.Context, file string, images func() (simImages, error), changes bool) (*connection, error) {
	e, err := loadSim(file, sim.Options{})
	if err != nil {
		return nil, err
	}
	save := file != "" && changes
	if save {
		if err := canSave(file); err != nil {
			return nil, err
		}
	}
	remote, err := images()
	if err != nil {
		return nil, err
	}
	for ref, process := range remote {
		if err := e.AddRemoteImage(sim.Image{Names: []string{ref}, Process: process}); err != nil {
			return nil, err
		}
	}
	client, err := dockerd.Open(ctx, dockerd.Options{DialContext: e.DialContext, Host: "tcp://simulated.invalid"})
	if err != nil {
		return nil, err
	}
	return connected(client, func() error {
		if !save {
			return e.Close()
		}
		return errors.Join(saveSim(e, file), e.Close())
	})
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

// canSave returns an error if the state cannot be written, before anything is done that
// would be lost.
func canSave(file string) error {
	tmp, err := newState(file)
	if err != nil {
		return err
	}
	return errors.Join(tmp.Close(), os.Remove(tmp.Name()))
}

// newState creates the temporary file that will replace another.
func newState(file string) (*os.File, error) {
	tmp, err := os.CreateTemp(filepath.Dir(file), ".dmap-sim-*")
	if err != nil {
		return nil, fmt.Errorf("cannot save the state of the simulated engine: %w", err)
	}
	return tmp, nil
}

// saveSim replaces the file as a whole.
func saveSim(e *sim.Engine, file string) error {
	tmp, err := newState(file)
	if err != nil {
		return err
	}
	err = errors.Join(e.Save(tmp), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), file)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("cannot save the state of the simulated engine: %w", err), os.Remove(tmp.Name()))
	}
	return nil
}
