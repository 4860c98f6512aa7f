// Program text to model: keys of a map that are misspelt properties, not names of
// containers.

package starlarkmap

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/problem"
)

// misspelt reports the entries of a map's dictionary that were meant as properties, and
// returns the others.
func (m *containerMap) misspelt(d model.Dict) model.Dict {
	return slices.DeleteFunc(slices.Clone(d), func(e model.Entry) bool {
		name, _ := e.Key.Value.(string)
		hint := meant(name, e.Value)
		if hint == "" {
			return false
		}
		p := &problem.Problem{Code: problem.CodeUnknownKey, Origin: e.Key.Origin,
			Msg:  fmt.Sprintf("unknown property of a container_map %q", name),
			Hint: hint}
		m.note(problem.Problems{p})
		return true
	})
}

// meant returns which property an entry was meant to be, or "". An entry with
// properties of containers is a container. So is an empty one, unless its name differs
// from a property only by an s at the end.
func meant(name string, in model.Input) string {
	d, ok := in.Value.(model.Dict)
	if !ok || isTable(name) {
		return ""
	}
	fields := model.ContainerFields()
	for _, e := range d {
		if slices.ContainsFunc(fields, func(f model.Field) bool { return f.Name == e.Key.Value }) {
			return ""
		}
	}
	if word := model.OfOthers(name); word != "" && len(d) > 0 {
		return word
	}
	near := problem.Nearest(name, tables()) // only these are dictionaries, as containers are
	if near == "" || len(d) == 0 && strings.TrimSuffix(name, "s") != strings.TrimSuffix(near, "s") {
		return ""
	}
	return fmt.Sprintf("did you mean %q? A container of this name goes into \"containers\"", near)
}

// inContainers completes the paths of problems in a map's dictionary, where containers
// may be at the top level.
func inContainers(ps problem.Problems) problem.Problems {
	for _, p := range ps {
		first, _, _ := strings.Cut(p.Path, " > ")
		if first != "" && !isTable(first) {
			p.Path = "containers > " + p.Path
		}
	}
	return ps
}
