// Resolve: other containers and volumes of the map that options name.

package resolve

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/field"
	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/engine/resolve/option"
)

// named is a container or volume that must exist when the container of a spec is
// created, because the spec names it.
type named struct {
	name   string // in Docker
	field  string // of the API: "HostConfig.Links"
	why    Why
	volume bool
}

// namedBy returns the containers and volumes that a spec names. Links on a user-defined
// network need nothing: their names are looked up when they are used.
func namedBy(host *docker.HostConfig) []named {
	var out []named
	for _, set := range []struct {
		field string
		why   Why
		texts []string
	}{
		{"HostConfig.VolumesFrom", Uses, host.VolumesFrom},
		{"HostConfig.Binds", Uses, host.Binds},
		{"HostConfig.Mounts", Uses, sources(host.Mounts)},
		{"HostConfig.Links", Links, host.Links},
		{"HostConfig.NetworkMode", Joins, []string{host.NetworkMode}},
		{"HostConfig.PidMode", Joins, []string{host.PidMode}},
		{"HostConfig.IpcMode", Joins, []string{host.IpcMode}},
	} {
		if set.why == Links && !isDefaultNetwork(host.NetworkMode) {
			continue
		}
		f, _ := field.Find(set.field)
		for _, text := range set.texts {
			if ref, ok := f.Ref(text); ok && ref.Kind != field.NetworkRef {
				out = append(out, named{ref.Name, set.field, set.why, ref.Kind == field.VolumeRef})
			}
		}
	}
	return out
}

// Partners returns the containers outside the map that the create request of a container
// names; none as long as it has no request.
func (d *Desired) Partners(n *Node) []Need {
	if n.Spec == nil {
		return nil
	}
	var out []Need
	for _, other := range namedBy(&n.Spec.HostConfig) {
		if !other.volume && d.nodes[other.name] == nil {
			out = append(out, Need{other.name, other.why, other.name, n.At(other.field)})
		}
	}
	return out
}

// sources returns the names of the volumes among mounts.
func sources(mounts []docker.Mount) []string {
	var out []string
	for _, m := range mounts {
		if m.Type == "volume" {
			out = append(out, m.Source)
		}
	}
	return out
}

func isDefaultNetwork(mode string) bool { return field.Network(mode) == field.DefaultNetwork }

// byOptions adds to the needs and used volumes of a configuration the parts of the map
// that its fixed options name: for Docker there is no difference to uses and links
// (rows 98, 99). What is wrong with the options is reported by [Desired.Specify].
func (r *resolver) byOptions(c *model.Container, needs []Need, uses []string) ([]Need, []string) {
	// Onto an empty spec, so that only what the options name is found, in whichever form
	// they were written.
	spec := &docker.ContainerSpec{}
	places := map[string]problem.Origin{}
	for _, o := range fixedOptions(c) {
		values := naming(o.values)
		option.Apply(spec, values, o.path)
		for _, e := range values {
			found, _ := option.Find(e.Key.Value.(string))
			places[found.Field] = e.Key.Origin
			if e.Key.Origin == (problem.Origin{}) {
				places[found.Field] = c.At(o.path)
			}
		}
	}
	add := func(n Need) {
		if !slices.ContainsFunc(needs, func(old Need) bool { return old.Name == n.Name && old.Why == n.Why && old.Ref == n.Ref }) {
			needs = append(needs, n)
		}
	}
	for _, other := range namedBy(&spec.HostConfig) {
		ref, inMap := identity.CutName(r.m.Name, other.name)
		at, ok := places[other.field]
		if !ok { // given inside host_config
			at = places["HostConfig"]
		}
		owners := r.index.Owners(ref)
		switch target, found := r.index.LinkTarget(model.Link{Container: ref}); {
		case !inMap, slices.Contains(owners, c): // the owner does not wait for itself
		case len(owners) > 0 && (other.volume || r.d.Mode == model.AttachedContainer):
			// To use a volume is to depend on all instances that own it (row 59).
			for _, owner := range owners[0].Refs() {
				add(Need{r.m.FullName(owner.Name()), other.why, ref, at})
			}
			if r.d.Mode == model.AttachedContainer {
				add(Need{other.name, other.why, ref, at})
			}
			if !slices.Contains(uses, other.name) {
				uses = append(uses, other.name)
			}
		case found && !other.volume:
			add(Need{r.m.FullName(target.Name()), other.why, ref, at})
		}
	}
	return needs, uses
}

// fixed is an option dictionary of a configuration.
type fixed struct {
	path   string
	values model.Dict
}

// fixedOptions returns the option dictionaries that are not functions, in the order in
// which they are applied.
func fixedOptions(c *model.Container) []fixed {
	return []fixed{{"create_options", c.CreateOptions.Values}, {"start_options", c.StartOptions.Values}}
}

// naming returns the options that can name containers or volumes.
func naming(d model.Dict) model.Dict {
	return slices.DeleteFunc(slices.Clone(d), func(e model.Entry) bool {
		name, _ := e.Key.Value.(string)
		o, _ := option.Find(name)
		f, _ := field.Find(o.Field)
		return o.Field != "HostConfig" && !f.Refers()
	})
}

// onlyFields returns the options that set some fields of the API.
func onlyFields(d model.Dict, fields ...string) model.Dict {
	return slices.DeleteFunc(slices.Clone(d), func(e model.Entry) bool {
		name, _ := e.Key.Value.(string)
		o, ok := option.Find(name)
		return !ok || !slices.Contains(fields, o.Field)
	})
}

// named reports what the finished spec names wrongly: containers and volumes of the map
// that were not known as needs, because only a function or the call names them, and
// names that begin like those of the map but belong to no container.
func (r *resolver) named(n *Node) problem.Problems {
	var problems problem.Problems
	for _, other := range namedBy(&n.Spec.HostConfig) {
		msg, hint := r.misnamed(n, other)
		if msg == "" {
			continue
		}
		o, _ := option.Find(other.field)
		problems = append(problems, &problem.Problem{
			Code:   problem.CodeWrongValue,
			Origin: n.At(other.field),
			Path:   n.path() + " > " + o.Name,
			Msg:    fmt.Sprintf("the option %s names %q%s", o.Name, other.name, msg),
			Hint:   hint,
		})
	}
	return problems
}

// misnamed returns what is wrong with a name and what to do about it, or "".
func (r *resolver) misnamed(n *Node, other named) (msg, hint string) {
	ref, inMap := identity.CutName(r.m.Name, other.name)
	asNeed := slices.ContainsFunc(n.Needs, func(need Need) bool { return need.Name == other.name })
	asVolume := slices.Contains(n.Owns, other.name) || slices.Contains(n.Uses, other.name)
	isNode, isVolume := r.d.nodes[other.name] != nil, r.d.volumes[other.name] != nil
	switch {
	case !inMap, other.volume && (asVolume || !isVolume), !other.volume && asNeed:
		return "", ""
	case other.volume || isNode:
		msg = " of this map, which is too late for the order of the containers"
		if other.why == Joins {
			return msg, "write it into create_options as a fixed value"
		}
		return msg, fmt.Sprintf("name %q in %s of %s as well", ref, other.why, n.Config)
	case isVolume:
		return ", which is a volume and no container", fmt.Sprintf("name %q in uses of %s", ref, n.Config)
	}
	c := r.index.Container(ref)
	if c == nil {
		return "", "" // not a part of this map
	}
	var names []string
	for i, instance := range c.Refs() {
		if i == 3 {
			names = append(names, "…")
			break
		}
		names = append(names, strconv.Quote(r.m.FullName(instance.Name())))
	}
	return ", but " + c.Name + " has instances", "name one: " + strings.Join(names, ", ")
}

// sourceOf is the container or volume that an entry such as "name:ro" names.
func sourceOf(from string) string {
	name, _, _ := strings.Cut(from, ":")
	return name
}
