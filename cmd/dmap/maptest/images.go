// Tests of maps: the images of a simulated engine, and what their programs do.

package maptest

import (
	"fmt"
	"maps"
	"slices"

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
	// added are the images that are there, by the name they were asked for with.
	added map[string]bool
	// silent are those that were given without a program.
	silent map[string]func(sim.Image) error
}

// process reads the program of an image: "" runs until it is stopped.
func process(name, script string) (*sim.Process, error) {
	p, err := sim.ParseProcess(script)
	if err != nil {
		return nil, fmt.Errorf("image %q: %w", name, err)
	}
	return &p, nil
}

// give puts images on the engine, or into the registry: names, or a dictionary of
// name and program.
func (i *images) give(what string, v starlark.Value, add func(sim.Image) error) error {
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
		if scripts[name] == "" {
			i.silent[name] = add
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

// put puts one image on the engine, once.
func (i *images) put(name string, ends bool) error {
	add := i.sim.AddImage
	if i.given {
		if add = i.silent[resolved(i.silent, name)]; add == nil || !ends {
			return nil
		}
	}
	if i.added[name] {
		return nil
	}
	i.added[name] = true
	return add(sim.Image{Names: []string{name}, Process: &sim.Process{Exits: ends}})
}

// resolved returns the name under which an image was given: with a tag or without.
func resolved[V any](given map[string]V, name string) string {
	for _, n := range []string{name, name + ":latest", trimLatest(name)} {
		if _, ok := given[n]; ok {
			return n
		}
	}
	return ""
}

func trimLatest(name string) string {
	const latest = ":latest"
	if n := len(name) - len(latest); n > 0 && name[n:] == latest {
		return name[:n]
	}
	return name
}
