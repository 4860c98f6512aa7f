// Import of docker-map files: the properties of a map.

package dockermap

import (
	"slices"

	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/problem"
)

// mapKeys returns the properties of a map in docker-map; every other key at the top
// level is a container (row 117).
func mapKeys() []string {
	return []string{"name", "repository", "host_root", "host", "volumes", "containers", "default_tag",
		"networks", "groups", "clients", "default_domain", "set_hostname", "use_attached_parent_name"}
}

// mapFeature is a property of a map that has no equivalent in dmap.
type mapFeature struct{ name, why, hint string }

func mapFeatures() []mapFeature {
	return []mapFeature{
		{"networks", "dmap makes no networks",
			"make them with docker network create, and name them in network_mode or networking_config under create_options"},
		{"groups", "dmap knows no groups", "name the containers in each call"},
		{"clients", "a map is for one engine", "run dmap once for each engine, with --host"},
		{"default_domain", "dmap gives containers no host and domain names of its own", "write hostname and domainname under create_options of each container"},
		{"set_hostname", "dmap gives containers no host names of its own", "write hostname under create_options of each container"},
		{"use_attached_parent_name", "dmap names an attached volume <map>.<alias>", "give each volume an alias of its own"},
	}
}

// mapDict returns the map as a dictionary in dmap's terms, its properties in the order
// of model.MapFields.
func (c *converter) mapDict(root *node) *node {
	top := root.value.([]pair)
	c.chooseName(get(top, "name"))
	c.head = root.before
	kept := map[string]pair{}
	var configurations []pair
	for _, p := range top {
		key, isText := p.key.value.(string)
		switch {
		case !isText:
			c.wrong(problem.CodeWrongType, p.key.at, "", "put it in quotes", "want a text as key, got %s", p.key.input())
		case key == "name":
			c.head = slices.Concat(root.before, p.key.before, p.key.after)
		case key == "containers":
			kept[key] = p
			configurations = append(configurations, c.configurations(p)...)
		case !slices.Contains(mapKeys(), key):
			configurations = append(configurations, p)
		case c.isFeature(p, key):
		case p.value.isSet():
			kept[key] = p
		}
	}
	c.volumes = c.volumePaths(kept["volumes"])
	c.host = entries(kept["host"])
	c.collectAliases()
	containers := c.containers(configurations)
	return dict(root.at, c.arranged(kept, containers)...)
}

// arranged returns the properties in their order.
func (c *converter) arranged(kept map[string]pair, containers []pair) []pair {
	var out []pair
	add := func(name string, pairs []pair) {
		p, given := kept[name]
		if !given {
			p.key = text(name, problem.Origin{})
			p.value = dict(problem.Origin{})
		}
		if _, isDict := p.value.value.([]pair); isDict || name == "containers" || !p.value.isSet() {
			p.value = p.value.with(pairs)
		}
		if !p.value.isEmpty() {
			out = append(out, p)
		}
	}
	for _, f := range model.MapFields() {
		switch f.Name {
		case "volumes":
			add(f.Name, c.volumes)
		case "host":
			add(f.Name, c.host)
		case "containers":
			add(f.Name, containers)
		default:
			if p, ok := kept[f.Name]; ok && (f.Name == "host_root" || c.noVariables(p.value, f.Name)) {
				out = append(out, p)
			}
		}
	}
	return out
}

// isFeature reports whether the key is a property that has no equivalent in dmap. If
// the property is set, that is a problem.
func (c *converter) isFeature(p pair, key string) bool {
	for _, f := range mapFeatures() {
		if f.name != key {
			continue
		}
		if !p.value.isEmpty() {
			c.unsupported(p.key.at, key, f.hint, "%s", f.why)
		}
		return true
	}
	return false
}

// entries returns the pairs of a dictionary, nil for anything else.
func entries(p pair) []pair {
	if p.value == nil {
		return nil
	}
	pairs, _ := p.value.value.([]pair)
	return pairs
}

// configurations returns the entries of containers.
func (c *converter) configurations(p pair) []pair {
	if _, isDict := p.value.value.([]pair); !isDict && p.value.isSet() {
		c.wrong(problem.CodeWrongType, p.value.at, "containers", "", "want a dictionary of containers, got %s", p.value.input())
	}
	return entries(p)
}

// volumePaths reads the paths of volumes, which later versions may write as objects.
func (c *converter) volumePaths(p pair) []pair {
	var out []pair
	for _, v := range entries(p) {
		fields, isObject := v.value.value.([]pair)
		if !isObject {
			out = append(out, v)
			continue
		}
		if path := c.volumeObject(v, fields); path != nil {
			out = append(out, pair{v.key, path})
		}
	}
	return out
}

// volumeObject returns the path of a volume written as an object.
func (c *converter) volumeObject(v pair, fields []pair) *node {
	where := "volumes > " + v.key.name()
	for _, f := range fields {
		switch name := f.key.name(); {
		case name == "default_path", f.value.isEmpty():
		case name == "driver" && f.value.value == "local":
		case name == "driver", name == "driver_options", name == "create_options":
			c.unsupported(f.key.at, where+" > "+name, "make the volume first with docker volume create, or bind a host path",
				"dmap makes attached volumes with the standard driver")
		case name == "user", name == "permissions":
			c.unsupported(f.key.at, where+" > "+name, "set it on the container that attaches the volume",
				"dmap takes user and permissions of a volume from its owner")
		default:
			c.unsupported(f.key.at, where+" > "+name, problem.DidYouMean(name, []string{"default_path", "driver", "driver_options", "create_options", "user", "permissions"}),
				"unknown property of a volume %q", name)
		}
	}
	path := get(fields, "default_path")
	if !path.isSet() {
		c.unsupported(v.key.at, where, "write default_path, and use the volume at that path", "the volume has no path; dmap mounts a volume at one path everywhere")
		return nil
	}
	return path
}

// containers converts the configurations: what they inherit is written out, and
// abstract ones are left out.
func (c *converter) containers(configurations []pair) []pair {
	h := c.heritage(configurations)
	var out []pair
	for _, name := range h.names {
		if h.abstract[name] || c.elements > mostNodes {
			continue
		}
		p := h.given[name]
		converted := dict(p.value.at, c.container(name, h.propertiesOf(name))...)
		key := *p.key
		for _, said := range entries(p) {
			if bases := h.extends[name]; said.key.value == "extends" && len(bases) > 0 {
				key.before = slices.Concat(key.before, said.key.before, []string{"# extends " + listed(bases)}, said.key.after)
			}
		}
		out = append(out, pair{&key, converted})
	}
	return out
}

// noVariables refuses !path where the value is not a path, and reports whether there
// was none.
func (c *converter) noVariables(n *node, where string) bool {
	before := len(c.problems)
	n.walk(func(n *node) {
		if e, ok := n.value.(expanded); ok {
			c.wrong(problem.CodeWrongValue, n.at, where, "write the value without the tag, or change the Starlark map afterwards",
				"%s is for paths and options; this is neither (%q)", pathTag, e.sample())
		}
	})
	return len(c.problems) == before
}

// isCompose reports whether the file is one of Compose, and says so in one problem: read
// as a map, every line of it would be wrong. Its services are dictionaries with an image
// or what builds one, which the properties of a container called "services" are not.
func (c *converter) isCompose(root *node) bool {
	pairs, _ := root.value.([]pair)
	i := slices.IndexFunc(pairs, func(p pair) bool { return p.key.value == "services" })
	if i < 0 || !slices.ContainsFunc(entries(pairs[i]), isService) || slices.ContainsFunc(entries(pairs[i]), isValue) {
		return false
	}
	c.problems = nil
	c.wrong(CodeUnsupported, pairs[i].key.at, "", `write each service as a container of a map, container_map("name", {"web": {"image": "nginx"}}); dmap help properties lists what it can have`,
		"this is a Compose file, not a map file of docker-map; dmap does not read it")
	return true
}

func isService(p pair) bool {
	fields := entries(p)
	return get(fields, "image") != nil || get(fields, "build") != nil || get(fields, "extends") != nil
}

// isValue reports whether a key has a value that is no dictionary, as an image has.
func isValue(p pair) bool {
	_, isDict := p.value.value.([]pair)
	return p.value.isSet() && !isDict
}
