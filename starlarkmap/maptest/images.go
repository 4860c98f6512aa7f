// Tests of maps: the images of a simulated engine, and what their programs do.

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

// images are those of one engine.
type images struct {
	sim *sim.Engine
	// given tells that the test named all there are; else every image that a map names
	// is there.
	given bool
	// added are those that are there because they were needed.
	added map[string]bool
}

// process reads the program of an image. "" runs until it is stopped, but the usual
// base image ends at once.
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

// give adds images, which are names or a dictionary of name and program: to the
// engine, or to the registry.
func give(what string, v starlark.Value, add func(sim.Image) error) error {
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

// forMap puts the images that m names on the engine, unless the test gave them. The
// image that holds an attached volume ends at once, as tianon/true does; any other
// runs until it is stopped.
func (i *images) forMap(m *model.ContainerMap) error {
	if m.Validate() != nil {
		return nil // the plan says what is wrong
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
		if err := i.put(name, holds[name]); err != nil {
			return err
		}
	}
	return nil
}

// put puts an image on the engine, once, unless the test gave all there are.
func (i *images) put(name string, ends bool) error {
	if i.given || i.added[name] {
		return nil
	}
	i.added[name] = true
	return i.sim.AddImage(sim.Image{Names: []string{name}, Process: &sim.Process{Exits: ends}})
}
