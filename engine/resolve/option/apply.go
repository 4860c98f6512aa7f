// Options, conversion: one dictionary of options onto a spec.

package option

import (
	"fmt"
	"slices"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/problem"
)

// Apply converts the options of d and merges them into spec. path leads to d, such as
// "create_options"; it begins the path of every problem. If spec is nil, d is only
// checked.
//
// Single values are overwritten, even by empty ones; an option that is None is not set
// (row 106). Dictionaries are merged one level deep (row 107). Lists are appended
// without duplicates, or merged by a key of their elements, as the documentation of the
// option says (row 108); command and entrypoint are replaced.
//
// All problems are returned: those of keys first, then those of values, both in the
// order of d. Options with a problem leave the spec unchanged, others are applied. spec
// keeps no memory of d, and no slice or map that spec came with is changed in place.
func Apply(spec *docker.ContainerSpec, d model.Dict, path string) problem.Problems {
	if spec == nil {
		spec = &docker.ContainerSpec{}
	}
	r := &reader{}
	var changes []change
	for _, g := range r.given(item{model.Input{Value: d}, path}, d) {
		before := len(r.problems)
		if !r.plain(g.value, 0) {
			continue
		}
		c := g.option.rule(r, g.value)
		if len(r.problems) == before {
			changes = append(changes, c)
		}
	}
	for _, c := range changes {
		c(spec)
	}
	return r.problems
}

// given is an option with its value.
type given struct {
	option Option
	value  item
	key    item
	name   string // as the map wrote it
}

// given returns the options of a dictionary that are known, not None, and not given
// twice. Unknown and duplicate ones are reported.
func (r *reader) given(at item, d model.Dict) []given {
	table := rows()
	all := slices.DeleteFunc(r.known(table, at, d, false), func(g given) bool { return g.value.Value == nil })
	doubled := r.doubled(all)
	return slices.DeleteFunc(all, func(g given) bool { return slices.Contains(doubled, g.option.Field) })
}

// hostConfig is the key of a nested dictionary with options of the host configuration,
// as in docker-py's create_container.
const hostConfig = "host_config"

// known looks up the keys of a dictionary. onlyHost is set inside host_config.
func (r *reader) known(table []Option, at item, d model.Dict, onlyHost bool) []given {
	var out []given
	for _, e := range r.entries(at, d) {
		o, ok := find(table, e.name)
		switch {
		case !ok:
			r.unknown(table, e)
		case o.Name == hostConfig && !onlyHost:
			out = append(out, r.nested(table, e)...)
		case o.Refused != "":
			r.add(CodeRefused, e.keyAtValue(), "cannot set option %q: %s", e.name, o.Refused)
		case onlyHost && !o.onHost() && o.Name != hostConfig:
			r.wrong(e.keyAtValue(), "option %q does not belong to the host configuration", e.name).Hint = "write it beside host_config"
		default:
			out = append(out, given{o, e.value, e.keyAtValue(), e.name})
		}
	}
	return out
}

// misplacedHostConfig is the rule of host_config as an ordinary option, which it is
// only inside itself.
func misplacedHostConfig(r *reader, it item) change {
	r.wrong(it, "host_config cannot stand inside of host_config")
	return nil
}

// nested reads the options inside host_config.
func (r *reader) nested(table []Option, e entry) []given {
	if e.value.Value == nil {
		return nil
	}
	d, ok := e.value.Value.(model.Dict)
	if !ok {
		r.want(e.value, "a dict of options")
		return nil
	}
	return r.known(table, e.value, d, true)
}

// keyAtValue returns the key with the path of its value, under which a problem with the
// key itself is reported.
func (e entry) keyAtValue() item { return item{e.key.Input, e.value.path} }

// doubled reports fields that more than one key sets, and returns them.
func (r *reader) doubled(all []given) []string {
	first := map[string]given{}
	var out []string
	for _, g := range all {
		field := g.option.Field
		before, twice := first[field]
		if !twice {
			first[field] = g
			continue
		}
		p := r.add(problem.CodeDuplicate, g.key, "%q and %q set the same field %s", before.name, g.name, field)
		p.Hint = "keep one of them"
		p.Related = []problem.Related{{Origin: before.key.Origin, Msg: fmt.Sprintf("%q is given here", before.name)}}
		out = append(out, field)
	}
	return out
}

// unknown reports a key that is not an option, and suggests the one that may be meant.
func (r *reader) unknown(table []Option, e entry) {
	p := r.add(problem.CodeUnknownKey, e.keyAtValue(), "unknown option %q", e.name)
	if own := ownProperty(e.name); own {
		p.Hint = "it is a property of the container: set it there, not in its options"
		return
	}
	if other := otherName(e.name); other != "" {
		p.Hint = fmt.Sprintf("did you mean %q?", other)
		return
	}
	var ours, api []string
	for _, o := range table {
		if o.Refused != "" {
			continue
		}
		ours = append(ours, o.Name)
		if o.Of == "" {
			api = append(api, lastPart(o.Field))
		}
	}
	if p.Hint = didYouMean(e.name, ours, api); p.Hint == "" {
		p.Hint = `"dmap help options" lists all options`
	}
}
