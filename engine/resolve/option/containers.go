// Options, conversion: volumes_from and links, which name other containers.

package option

import (
	"slices"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/model"
)

// volumesFrom reads containers to take volumes from. The key is the container: one that
// is already listed keeps its place and gets the new mode (row 98).
func volumesFrom(r *reader, it item) change {
	elements := r.readVolumesFrom(it)
	unique(r, elements, "container", beforeColon)
	return func(s *docker.ContainerSpec) {
		list := slices.Clone(s.HostConfig.VolumesFrom)
		for _, e := range elements {
			list = putKeyed(list, e.value, beforeColon)
		}
		s.HostConfig.VolumesFrom = list
	}
}

// beforeColon returns the container in "name[:mode]", and the target in "name:alias".
func beforeColon(line string) string {
	name, _, _ := strings.Cut(line, ":")
	return name
}

func (r *reader) readVolumesFrom(it item) []element[string] {
	var out []element[string]
	put := func(from item, name, mode string) {
		if !isContainerName(name) {
			r.wrong(from, "want the name of a container, got %q", name)
			return
		}
		if mode == "" {
			out = append(out, element[string]{from, name})
			return
		}
		if wrong := wrongSharedMode(mode); wrong != "" {
			r.wrong(from, "cannot take volumes with mode %q: %s", mode, wrong)
			return
		}
		out = append(out, element[string]{from, name + ":" + mode})
	}
	if d, isDict := it.Value.(model.Dict); isDict {
		for _, e := range r.entries(it, d) {
			mode, ok := e.value.Value.(string)
			if !ok && e.value.Value != nil {
				r.want(e.value, `"ro", "rw" or None as mode`)
				continue
			}
			put(e.value, e.name, mode)
		}
		return out
	}
	for _, e := range r.volumesFromItems(it) {
		text, ok := e.Value.(string)
		if !ok {
			r.want(e, `the name of a container, or "name:ro"`)
			continue
		}
		name, mode, hasMode := strings.Cut(text, ":")
		if hasMode && mode == "" {
			r.wrong(e, "the mode is empty in %s", e.Input)
			continue
		}
		put(e, name, mode)
	}
	return out
}

// volumesFromItems splits "a,b:ro" at the commas that do not belong to a mode, as
// docker-py does for a single text.
func (r *reader) volumesFromItems(it item) []item {
	text, isText := it.Value.(string)
	if !isText {
		return r.elements(it)
	}
	var out []item
	for _, part := range strings.Split(text, ",") {
		out = append(out, item{model.Input{Value: part, Origin: it.Origin}, it.path})
	}
	return out
}

// wrongSharedMode returns what is wrong with a mode of volumes_from, or "".
func wrongSharedMode(mode string) string {
	for _, w := range strings.Split(mode, ",") {
		if !slices.Contains([]string{"ro", "rw", "z", "Z"}, w) {
			return `want "ro", "rw", "z" or "Z"`
		}
	}
	return wrongMode(mode, true)
}

// link is one link. If adds is set, it does not replace other links to the target.
type link struct {
	line string // target:alias
	adds bool
}

// links reads links to containers. A dictionary or a text "target:alias" replaces all
// earlier links to that target; a pair (target, alias) adds one (row 99).
func links(r *reader, it item) change {
	elements := r.readLinks(it)
	return func(s *docker.ContainerSpec) {
		list := slices.Clone(s.HostConfig.Links)
		var keyed []element[string]
		for _, e := range elements {
			if !e.value.adds {
				keyed = append(keyed, element[string]{e.from, e.value.line})
			}
		}
		list = replaceNamed(list, keyed, beforeColon)
		for _, e := range elements {
			if e.value.adds && !slices.Contains(list, e.value.line) {
				list = append(list, e.value.line)
			}
		}
		s.HostConfig.Links = list
	}
}

const linkForms = `"container:alias", (container, alias), or a dict of aliases by container`

func (r *reader) readLinks(it item) []element[link] {
	var out []element[link]
	put := func(from item, target string, alias any, adds bool) {
		line, ok := r.linkLine(from, target, alias)
		if ok {
			out = append(out, element[link]{from, link{line, adds}})
		}
	}
	if d, isDict := it.Value.(model.Dict); isDict {
		for _, e := range r.entries(it, d) {
			put(e.value, e.name, e.value.Value, false)
		}
		return out
	}
	for _, e := range r.elements(it) {
		switch v := e.Value.(type) {
		case string:
			target, alias, hasAlias := strings.Cut(v, ":")
			if hasAlias && alias == "" {
				r.wrong(e, "the alias is empty in %s", e.Input)
				continue
			}
			put(e, target, alias, false)
		case model.List:
			target, ok := pairTarget(v)
			if !ok {
				r.want(e, linkForms)
				continue
			}
			put(e, target, v[1].Value, true)
		default:
			r.want(e, linkForms)
		}
	}
	return out
}

func pairTarget(pair model.List) (string, bool) {
	if len(pair) != 2 {
		return "", false
	}
	target, ok := pair[0].Value.(string)
	return target, ok
}

// linkLine joins target and alias. Without an alias, the target's own name is used, as
// by the engine.
func (r *reader) linkLine(it item, target string, alias any) (string, bool) {
	name, ok := alias.(string)
	if !ok && alias != nil {
		r.want(it, linkForms)
		return "", false
	}
	if name == "" {
		name = target
	}
	if !isContainerName(target) {
		r.wrong(it, "want the name of a container to link to, got %q", target)
		return "", false
	}
	if word(name) != "" || strings.ContainsAny(name, ":/") {
		r.wrong(it, "want an alias without blanks, colons and slashes, got %q", name)
		return "", false
	}
	return target + ":" + name, true
}
