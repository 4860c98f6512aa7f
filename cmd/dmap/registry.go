// Command line: what can be pulled from the registry of a simulated engine.

package main

import (
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim"
)

// registryOf returns the images of a registry: any, none, or those that a file names.
func registryOf(what string) (func(name string) *sim.Image, error) {
	switch what {
	case "any":
		return imageCalled, nil
	case "none":
		return nil, nil
	}
	f, err := openRegular(what)
	if err != nil {
		return nil, fmt.Errorf("cannot read the names of images (--registry any, none or a file): %w", err)
	}
	defer f.Close()
	const most = 1 << 20
	text, err := io.ReadAll(io.LimitReader(f, most))
	if err != nil {
		return nil, fmt.Errorf("cannot read the names of images: %w", err)
	}
	known := map[string]bool{}
	for _, name := range strings.Fields(string(text)) {
		if !strings.Contains(path.Base(name), ":") {
			name += ":latest"
		}
		known[name] = true
	}
	return func(name string) *sim.Image {
		if !known[name] {
			return nil
		}
		return imageCalled(name)
	}, nil
}

// imageCalled returns an image of that name. What does its work and ends in reality ends
// at once.
func imageCalled(name string) *sim.Image {
	im := &sim.Image{Names: []string{name}}
	if base, _, _ := strings.Cut(path.Base(name), ":"); base == "true" || base == "hello-world" {
		im.Process = &sim.Process{Exits: true}
	}
	return im
}
