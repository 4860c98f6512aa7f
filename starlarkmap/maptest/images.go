// Tests of maps: the images of a simulated engine, and how their programs behave.

package maptest

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.starlark.net/starlark"

	"github.com/dmap-dev/dmap/engine/docker/sim"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/resolve"
)

// images provides the images of one engine.
type images struct {
	sim *sim.Engine
	// given is set if the test listed the images; otherwise every image that a map
	// names exists.
	given bool
	// added holds the images that were added because a map names them.
	added map[string]bool
}

// process parses the program of an image. "" is one that runs until it is stopped,
// except that the usual base image exits immediately.
func process(name, script string) (*sim.Process, error) {
	if script == "" && strings.TrimSuffix(name, ":latest") == model.DefaultBaseImage {
		return &sim.Process{Exits: true}, nil
	}
	p, err := sim.ParseProcess(script)
	if err != nil {
		return nil, fmt.Errorf("image %q: %w", name, err)
	}
	return &p, nil
}

// addImages adds images, given as names or as a dictionary of names and programs, to
// the engine or to the registry.
func addImages(what string, v starlark.Value, add func(sim.Image) error) error {
	scripts := map[string]string{}
	var err error
	switch v := v.(type) {
	case *starlark.Dict:
		scripts, err = textDict(what, v)
	case *starlark.List, starlark.Tuple:
		iter := starlark.Iterate(v)
		defer iter.Done()
		var e starlark.Value
		for iter.Next(&e) {
			name, ok := starlark.AsString(e)
			if !ok {
				return fmt.Errorf("%s: want names, got %s", what, e.Type())
			}
			scripts[name] = ""
		}
	default:
		return fmt.Errorf("%s: want a list of names, or a dict of name and program, got %s", what, v.Type())
	}
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(scripts)) {
		p, err := process(name, scripts[name])
		if err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		if err := add(sim.Image{Names: []string{name}, Process: p}); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
	}
	return nil
}

// forMap adds the images that m names to the engine, unless the test listed the images.
// The image that holds an attached volume exits immediately, as tianon/true does; any
// other runs until it is stopped.
func (i *images) forMap(m *model.ContainerMap) error {
	if m.Validate() != nil {
		return nil // planning reports what is wrong
	}
	d, err := resolve.Map(m)
	if err != nil {
		return err
	}
	holds := map[string]bool{d.CoreImage: false}
	for _, n := range d.Nodes {
		holds[n.Image] = holds[n.Image] || n.Attached
	}
	for _, name := range slices.Sorted(maps.Keys(holds)) {
		if err := i.addOnce(name, holds[name]); err != nil {
			return err
		}
	}
	return nil
}

// addOnce adds an image to the engine, once, unless the test listed the images.
func (i *images) addOnce(name string, ends bool) error {
	if i.given || i.added[name] {
		return nil
	}
	i.added[name] = true
	return i.sim.AddImage(sim.Image{Names: []string{name}, Process: &sim.Process{Exits: ends}})
}
