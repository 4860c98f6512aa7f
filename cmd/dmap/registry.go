// Command line: what can be pulled from the registry of a simulated engine.

package main

import (
	"path"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim"
)

// registryOf returns a registry that has images of these names.
func registryOf(names []string) func(name string) *sim.Image {
	known := map[string]bool{}
	for _, name := range names {
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
	}
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
