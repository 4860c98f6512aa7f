// Import of docker-map files: the properties of a container.

package dockermap

import (
	"fmt"
	"slices"

	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/problem"
)

// containerFeature is a property of a container that has no equivalent in dmap.
type containerFeature struct{ name, why, hint string }

func containerFeatures() []containerFeature {
	return []containerFeature{
		{"networks", "dmap makes no networks, and joins only those that options name",
			"make the network with docker network create, and name it in network_mode or networking_config under create_options"},
		{"exec_commands", "dmap runs no further commands in a container", "let the command of the container do it, or run docker exec"},
		{"clients", "a map is for one engine", "run dmap once for each engine, with --host"},
		{"start_delay", "dmap does not wait after a start", "let the containers that need this one wait for it"},
	}
}

// containerKeys returns the properties of a container in docker-map.
func containerKeys() []string {
	keys := []string{"abstract", "extends", "host_config", "exposes", "network_mode", "network", "stop_timeout", "stop_signal", "healthcheck"}
	for _, f := range model.ContainerFields() {
		keys = append(keys, f.Name)
	}
	for _, f := range containerFeatures() {
		keys = append(keys, f.name)
	}
	return keys
}

// builder converts one container.
type builder struct {
	c     *converter
	where string
	// out holds its properties; options holds what goes into create_options because
	// dmap has no property for it.
	out     []pair
	options []pair
}

// container returns the properties of a container in dmap's terms.
func (c *converter) container(name string, pairs []pair) []pair {
	b := &builder{c: c, where: "containers > " + name}
	for _, p := range pairs {
		key, isText := p.key.value.(string)
		if !isText {
			c.wrong(problem.CodeWrongType, p.key.at, b.where, "", "want the name of a property, got %s", p.key.input())
			continue
		}
		b.property(key, p)
	}
	b.addOptions()
	return slices.DeleteFunc(b.out, func(p pair) bool {
		property := p.key.name()
		return !takesVariables(property) && !c.noVariables(p.value, b.where+" > "+property)
	})
}

func takesVariables(property string) bool {
	return property == "shares" || property == "create_options" || property == "start_options"
}

func (b *builder) property(key string, p pair) {
	where := b.where + " > " + p.key.shown()
	if !p.value.isSet() && key != "network_mode" && key != "network" && key != "healthcheck" {
		return
	}
	switch key {
	case "binds":
		b.keep(p, b.binds(p.value, where))
	case "uses":
		b.keep(p, b.uses(p.value, where))
	case "attaches":
		b.keep(p, b.attaches(p.value, where))
	case "exposes":
		b.exposes(p.value, where)
	case "network_mode", "network":
		b.networkMode(p, where)
	case "stop_timeout", "stop_signal":
		b.option(text(key, p.key.at), p.value, where)
	case "healthcheck":
		b.healthcheck(p, where)
	case "create_options", "start_options":
		b.keep(p, b.givenOptions(p.value, where))
	default:
		b.keepAsIs(key, p, where)
	}
}

// keepAsIs keeps a property unchanged, or reports that dmap has none of this name.
func (b *builder) keepAsIs(key string, p pair, where string) {
	isProperty := func(f model.Field) bool { return f.Name == key }
	if slices.ContainsFunc(model.ContainerFields(), isProperty) {
		b.keep(p, p.value)
		return
	}
	for _, f := range containerFeatures() {
		if f.name == key {
			if !p.value.isEmpty() {
				b.c.unsupported(p.key.at, where, f.hint, "%s", f.why)
			}
			return
		}
	}
	hint := problem.DidYouMean(key, containerKeys())
	if hint == "" {
		hint = "options of Docker belong under create_options"
	}
	b.c.unsupported(p.key.at, where, hint, "unknown property %q, which the original ignores", key)
}

// keep adds a property. A nil value was reported before, and is skipped.
func (b *builder) keep(p pair, value *node) {
	if value != nil {
		b.out = append(b.out, pair{p.key, value})
	}
}

// rewritten applies convert to the elements of a list property. If nothing changes, the
// property stays as written, with its short forms. convert returns nil for an element
// that is left out.
func rewritten(n *node, convert func(e *node) *node) *node {
	before := elements(n)
	after := make([]*node, 0, len(before))
	changed := false
	for _, e := range before {
		to := convert(e)
		changed = changed || to != e
		if to != nil {
			after = append(after, to)
		}
	}
	if !changed {
		return n
	}
	return n.with(after)
}

// fields splits an element that names its parts: {path: …, host_path: …}. An element
// with only one key is read so only if it cannot be a pair of an alias and its access:
// {name: ro} mounts the alias "name".
func fields(e *node, names ...string) (map[string]*node, bool) {
	pairs, isDict := e.value.([]pair)
	if !isDict || len(pairs) == 0 {
		return nil, false
	}
	out := map[string]*node{}
	for _, p := range pairs {
		name, _ := p.key.value.(string)
		if !slices.Contains(names, name) {
			return nil, false
		}
		out[name] = p.value
	}
	if len(pairs) == 1 {
		only := out["name"]
		return out, only.isSet() && !isAccess(only)
	}
	return out, true
}

// isAccess reports whether a value says read-only or not.
func isAccess(n *node) bool {
	switch n.value {
	case nil, true, false, "ro", "rw":
		return true
	}
	return false
}

// withAccess returns an alias with its access in dmap's short form.
func withAccess(alias, access *node, like *node) *node {
	if access == nil || access.value == nil {
		return like.with(alias.value)
	}
	return like.with([]pair{{alias, access}})
}

// addOptions puts the properties that became options into create_options.
func (b *builder) addOptions() {
	if len(b.options) == 0 {
		return
	}
	at := b.options[0].key.at
	i := slices.IndexFunc(b.out, func(p pair) bool { return p.key.value == "create_options" })
	if i < 0 {
		b.out = append(b.out, pair{text("create_options", at), dict(at, b.options...)})
		return
	}
	given, isDict := b.out[i].value.value.([]pair)
	if !isDict {
		return // the model reports what is wrong with it
	}
	join := func(key string, older, newer *node) *node { return b.joinOption(key, older, newer) }
	b.out[i].value = b.out[i].value.with(merged(given, b.options, join))
}

// joinOption joins an option that is given directly with the one that follows from a
// property.
func (b *builder) joinOption(key string, given, more *node) *node {
	where := b.where + " > create_options > " + key
	switch was := given.value.(type) {
	case []pair:
		if ports, ok := more.value.([]pair); ok && key == "port_bindings" {
			return given.with(merged(was, ports, func(port string, older, newer *node) *node {
				b.twice(older, newer, where+" > "+port, "port "+port)
				return older
			}))
		}
	case []*node:
		if ports, ok := more.value.([]*node); ok && key == "ports" {
			return given.with(b.c.union("ports", was, ports))
		}
	}
	if identity(given) != identity(more) {
		b.twice(given, more, where, key)
	}
	return given
}

func (b *builder) twice(given, more *node, where, what string) {
	b.c.wrong(problem.CodeDuplicate, given.at, where, "leave one of them out", "%s is given twice", what)
	last := b.c.problems[len(b.c.problems)-1]
	last.Related = []problem.Related{{Origin: more.at, Msg: "also given"}}
}

// option adds an option that follows from a property.
func (b *builder) option(key, value *node, where string) {
	for _, o := range b.options {
		if o.key.value == key.value {
			b.twice(o.value, value, where, fmt.Sprint(key.value))
			return
		}
	}
	b.options = append(b.options, pair{key, value})
}
