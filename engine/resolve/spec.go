// Resolve: the create request of each container.

package resolve

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/field"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/engine/resolve/option"
)

// Keywords are options given with a call rather than in the map; they win over both
// option dictionaries (row 105).
type Keywords struct {
	Options model.Dict
	// For lists the names of the containers that get them: the requested ones, never
	// their dependencies (row 104).
	For []string
}

// Specify fills Spec and Digests of the named containers. It calls the option
// functions of the map, each once for each container. The error holds everything
// that is wrong, as [problem.Problems].
func (d *Desired) Specify(ctx context.Context, m *model.ContainerMap, names []string, k Keywords) error {
	if m == nil {
		return noMap()
	}
	r := &resolver{m: m, index: m.Index(), d: d}
	called := make(map[string]bool, len(k.For))
	for _, name := range k.For {
		called[name] = true
	}
	var problems problem.Problems
	for _, name := range names {
		n := d.nodes[name]
		if n == nil {
			continue
		}
		var call model.Dict
		if called[name] {
			call = k.Options
		}
		own := r.specify(ctx, n, call)
		n.faulty = len(own) > 0
		problems = append(problems, own...)
	}
	// Instances of one configuration mostly have the same problems: Unique.
	return append(problems, r.across(names)...).Unique().Err(d.Source)
}

func (r *resolver) specify(ctx context.Context, n *Node, call model.Dict) problem.Problems {
	var problems problem.Problems
	if !n.Attached {
		problems = r.container(ctx, n, call)
	}
	if err := n.digest(); err != nil { // every field of a spec can be encoded
		return append(problems, &problem.Problem{Msg: err.Error(), Cause: err})
	}
	n.Spec.Labels = r.labels(n)
	return problems
}

// container builds the spec of an instance: attributes, then create_options, then
// start_options, then the keywords of the call (rows 95-108), then what follows from
// all of them together.
func (r *resolver) container(ctx context.Context, n *Node, call model.Dict) problem.Problems {
	spec := r.attributes(n)
	n.Spec = spec
	n.at = attributeOrigins(n.config)
	n.ports = nil
	var problems problem.Problems
	for _, o := range []struct {
		path    string
		options model.Options
	}{
		{"create_options", n.config.CreateOptions},
		{"start_options", n.config.StartOptions},
	} {
		values, wrong := r.values(ctx, n, o.path, o.options)
		if wrong != nil { // go on: the other options can be wrong independently of these
			problems = append(problems, wrong)
			continue
		}
		problems = append(problems, n.apply(values, o.path, true)...)
	}
	problems = append(problems, n.apply(call, "option", false)...)
	r.attach(n)
	problems = append(problems, r.network(n)...)
	problems = append(problems, r.named(n)...)
	// Of an incomplete spec the parts may not go together although the map's do.
	if len(problems) == 0 {
		problems = n.place(option.CheckTogether(*spec))
	}
	return problems
}

// place adds the place in the map to problems of a finished spec, whose paths are names
// of options.
func (n *Node) place(problems problem.Problems) problem.Problems {
	for _, p := range problems {
		p.Origin = n.Origin
		if o, ok := option.Find(p.Path); ok {
			p.Origin = n.At(o.Field)
		}
	}
	return problems.Under(n.path())
}

// CheckAPI reports what the specs of the named containers ask for that an engine with
// that API version ("1.41") does not have: the engine would silently ignore it.
func (d *Desired) CheckAPI(names []string, version string) error {
	var problems problem.Problems
	for _, name := range names {
		if n := d.nodes[name]; n != nil && n.Spec != nil {
			problems = append(problems, n.place(option.Check(n.value(), version))...)
		}
	}
	return problems.Unique().Err(d.Source)
}

// value returns a function that returns the value of a field, as decoded JSON, or nil
// if the spec does not set it.
func (n *Node) value() func(field string) any {
	values := sync.OnceValue(func() map[string]any {
		all, _ := n.Spec.Values() // cannot fail: digest encoded it before
		return all
	})
	return func(field string) any {
		if n.Digests[field] == "" {
			return nil
		}
		return values()[field]
	}
}

// attributes returns the spec that follows from the properties of the configuration.
func (r *resolver) attributes(n *Node) *docker.ContainerSpec {
	c := n.config
	spec := &docker.ContainerSpec{}
	spec.Image = n.Image
	spec.User = processUser(c.User)
	for _, path := range c.Shares {
		addVolume(spec, path)
	}
	host := &spec.HostConfig
	for _, b := range c.Binds {
		path, _ := r.index.VolumePath(b.Volume)
		source, _ := r.index.HostPathFor(b.Volume, n.Instance)
		addVolume(spec, path) // what is bound is declared as a volume as well (row 39)
		host.Binds = append(host.Binds, source+":"+path+":"+mode(b.ReadOnly))
	}
	for _, u := range c.Uses {
		r.use(spec, u)
	}
	for _, l := range c.Links {
		if target, ok := r.index.LinkTarget(l); ok {
			host.Links = append(host.Links, r.m.FullName(target.Name())+":"+cmp.Or(l.Alias, l.Container))
		}
	}
	return spec
}

// use adds the volumes of another container, or an attached volume (rows 56-58, 65).
func (r *resolver) use(spec *docker.ContainerSpec, u model.Use) {
	alias, targets, _ := r.index.UseTargets(u)
	host := &spec.HostConfig
	switch {
	case alias != "" && r.d.Mode == model.AttachedVolume:
		path, _ := r.index.VolumePath(alias)
		host.Binds = append(host.Binds, r.m.FullName(alias)+":"+path+":"+mode(u.ReadOnly)+nocopy)
	case alias != "":
		host.VolumesFrom = append(host.VolumesFrom, from(r.m.FullName(alias), u.ReadOnly))
	default:
		for _, t := range targets {
			host.VolumesFrom = append(host.VolumesFrom, from(r.m.FullName(t.Name()), u.ReadOnly))
		}
	}
}

// nocopy keeps the engine from filling an attached volume with the image's files at
// that path, and from giving it that directory's owner and mode: a volume that is
// prepared but still empty would lose its preparation when the next container is
// created. Volumes that come from a holder are never filled either, so both modes do
// the same.
const nocopy = ",nocopy"

// attach adds the attached volumes to their owner. It runs after the options, so that
// these can override (rows 56, 83, 98).
func (r *resolver) attach(n *Node) {
	host := &n.Spec.HostConfig
	for _, name := range n.Owns {
		v := r.d.volumes[name]
		if v.Holder == "" {
			if !host.MountsAt(v.Path) { // else an option mounts something else there (row 100)
				host.Binds = append(host.Binds, v.Name+":"+v.Path+":rw"+nocopy)
			}
			continue
		}
		if !slices.ContainsFunc(host.VolumesFrom, func(f string) bool { return sourceOf(f) == v.Holder }) {
			host.VolumesFrom = append(host.VolumesFrom, v.Holder)
		}
	}
}

// network moves links to where the container's network needs them: on a user-defined
// network they are links of the endpoint, and a container that joins another one's
// network, or has none, cannot have any.
func (r *resolver) network(n *Node) problem.Problems {
	host := &n.Spec.HostConfig
	on := networksOf(n.Spec)
	wrong := func(hint, format string, args ...any) problem.Problems {
		return problem.Problems{{
			Code:   problem.CodeWrongValue,
			Origin: n.At("HostConfig.Links"),
			Path:   n.path() + " > links",
			Msg:    fmt.Sprintf(format, args...),
			Hint:   hint,
		}}
	}
	switch {
	case len(host.Links) == 0:
		return nil
	case !field.OwnNetwork(host.NetworkMode):
		return wrong("leave out links or network_mode", "links need a network, but network_mode is %q", host.NetworkMode)
	case len(on) > 1:
		return wrong("write them into networking_config, at the network where each is to be known", "the container is on several networks (%s), and links do not say on which", strings.Join(on, ", "))
	case on[0] == field.DefaultNetwork:
		var problems problem.Problems
		host.Links, problems = r.aliases(n, host.Links)
		return problems
	}
	if n.Spec.NetworkingConfig == nil {
		n.at["NetworkingConfig"] = n.At("HostConfig.Links")
		n.Spec.NetworkingConfig = &docker.NetworkingConfig{}
	}
	endpoints := &n.Spec.NetworkingConfig.EndpointsConfig
	if *endpoints == nil {
		*endpoints = map[string]docker.EndpointSpec{}
	}
	e := (*endpoints)[on[0]]
	links, problems := r.aliases(n, append(slices.Clone(e.Links), host.Links...))
	e.Links = links
	(*endpoints)[on[0]] = e
	host.Links = nil // left there, the engine would take them and the names would never resolve
	return problems
}

// aliases adds to links the safe forms of default aliases (row 73). Nobody asked for
// these, so a safe form gives way to any link that has this alias, and one that stands
// for two names is left out: a missing alias is better than one that leads to the wrong
// container. Two written links with one alias are a problem: the engine would silently
// take the last.
func (r *resolver) aliases(n *Node, links []string) ([]string, problem.Problems) {
	var problems problem.Problems
	leads := map[string]string{} // alias to container
	for _, l := range links {
		target, alias, _ := strings.Cut(l, ":")
		before, twice := leads[alias]
		leads[alias] = target
		if twice && before != target {
			problems = append(problems, &problem.Problem{
				Code:   problem.CodeDuplicate,
				Origin: n.At("HostConfig.Links"),
				Path:   n.path() + " > links",
				Msg:    fmt.Sprintf("both %q and %q are linked as %q", before, target, alias),
				Hint:   "give each its own alias",
			})
		}
	}
	safe := map[string]string{} // by the link as written
	bearers := map[string]int{}
	for _, l := range n.config.Links {
		target, ok := r.index.LinkTarget(l)
		if form := safeAlias(l); ok && form != "" {
			safe[r.m.FullName(target.Name())+":"+l.Container] = form
			bearers[form]++
		}
	}
	var out []string
	for _, l := range links {
		out = append(out, l)
		target, _, _ := strings.Cut(l, ":")
		if form := safe[l]; form != "" && leads[form] == "" && bearers[form] == 1 {
			out = append(out, target+":"+form)
		}
	}
	return out, problems
}

// values returns the option dictionary, calling the function if it is one (row 110).
func (r *resolver) values(ctx context.Context, n *Node, path string, o model.Options) (model.Dict, *problem.Problem) {
	if o.Func == nil {
		return o.Values, nil
	}
	values, err := o.Func(ctx, model.OptionCall{
		Map:       r.m.Name,
		Container: n.Config,
		Instance:  n.Instance,
		Name:      n.Name,
		Host:      r.hostPaths(n.Instance),
	})
	if err == nil {
		return values, nil
	}
	var p *problem.Problem
	if errors.As(err, &p) {
		return nil, p
	}
	return nil, &problem.Problem{
		Code:   CodeCallable,
		Origin: n.config.At(path),
		Path:   n.path() + " > " + path,
		Msg:    fmt.Sprintf("the function failed for container %q: %s", n.Name, err),
		Cause:  err,
	}
}

// CodeCallable is the code of a [problem.Problem] about an option function that failed.
const CodeCallable problem.Code = "callable-failed"

func (r *resolver) hostPaths(instance string) map[string]string {
	paths := make(map[string]string, len(r.m.Host))
	for _, h := range r.m.Host {
		if path, ok := r.index.HostPathFor(h.Alias, instance); ok {
			paths[h.Alias] = path
		}
	}
	return paths
}

// apply merges options into the spec and remembers where each field came from.
func (n *Node) apply(values model.Dict, path string, inMap bool) problem.Problems {
	problems := option.Apply(n.Spec, values, path)
	n.remember(values)
	n.rememberPorts(values, path)
	if !inMap {
		return problems
	}
	for _, p := range problems {
		if p.Origin == (problem.Origin{}) {
			p.Origin = n.config.At(path)
		}
	}
	return problems.Under(n.path())
}

// remember notes where options are written, including those inside the option
// host_config.
func (n *Node) remember(values model.Dict) {
	for _, e := range values {
		name, _ := e.Key.Value.(string)
		o, ok := option.Find(name)
		if ok && e.Key.Origin != (problem.Origin{}) {
			n.at[o.Field] = e.Key.Origin
		}
		if inside, isDict := e.Value.Value.(model.Dict); isDict && o.Field == "HostConfig" {
			n.remember(inside)
		}
	}
}

// labels returns the labels of the create request: the map's own, and those by which
// dmap recognizes the container. The latter are always all set, so that labels of the
// image cannot pass for them.
func (r *resolver) labels(n *Node) map[string]string {
	mark := n.Mark(r.d.Map)
	mark.Origin = n.Origin.String()
	mark.Keep = n.Attached || n.Persistent
	mark.Fields = EncodeRecord(n.Record)
	labels := map[string]string{}
	maps.Copy(labels, n.Spec.Labels)
	maps.Copy(labels, mark.ContainerLabels())
	return labels
}

// attributeOrigins returns where API fields that follow from properties were set.
func attributeOrigins(c *model.Container) map[string]problem.Origin {
	first := func(paths ...string) problem.Origin {
		for _, path := range paths {
			if at, ok := c.Origins.At(path); ok {
				return at
			}
		}
		return c.Origin
	}
	return map[string]problem.Origin{
		"Image":                  first("image"),
		"User":                   first("user"),
		"Volumes":                first("shares", "binds"),
		"HostConfig.Binds":       first("binds", "attaches", "uses"),
		"HostConfig.VolumesFrom": first("uses", "attaches"),
		"HostConfig.Links":       first("links"),
	}
}

// safeAlias returns the form of the default alias that is a valid host name, or "" if
// the alias is one itself or was chosen (row 73).
func safeAlias(l model.Link) string {
	safe := strings.NewReplacer("_", "-", ".", "-").Replace(l.Container)
	if l.Alias != "" || safe == l.Container {
		return ""
	}
	return safe
}

func addVolume(spec *docker.ContainerSpec, path string) {
	if spec.Volumes == nil {
		spec.Volumes = map[string]struct{}{}
	}
	spec.Volumes[path] = struct{}{}
}

func mode(readOnly bool) string {
	if readOnly {
		return "ro"
	}
	return "rw"
}

func from(name string, readOnly bool) string {
	if readOnly {
		return name + ":ro"
	}
	return name
}
