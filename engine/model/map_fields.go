// Model: the table of map properties, and maps from dictionaries.

package model

import (
	"slices"
	"strings"
)

type mapField struct {
	Field
	// own marks properties the source document does not know: at the top level of
	// a dictionary only text is taken for them, so that a container may have the
	// name (row 117).
	own bool
	set func(*ContainerMap, *converter, string, Input)
	get func(*ContainerMap) any
}

func mapFields() []mapField {
	return []mapField{
		{Field{"repository", "string", "prefix of image names without a slash"}, false,
			func(m *ContainerMap, k *converter, p string, in Input) { m.Repository = k.text(p, in) },
			func(m *ContainerMap) any { return textOrNone(m.Repository) }},
		{Field{"host_root", "string", "prefix of host paths that do not start with a slash"}, false,
			func(m *ContainerMap, k *converter, p string, in Input) { m.HostRoot = k.text(p, in) },
			func(m *ContainerMap) any { return textOrNone(m.HostRoot) }},
		{Field{"default_tag", "string", `tag of images written without one ("latest")`}, true,
			func(m *ContainerMap, k *converter, p string, in Input) { m.DefaultTag = k.text(p, in) },
			func(m *ContainerMap) any { return textOrNone(m.DefaultTag) }},
		{Field{"attached", `"container" or "volume"`, "how attached volumes exist in Docker"}, true,
			setAttached,
			func(m *ContainerMap) any { return textOrNone(string(m.Attached)) }},
		{Field{"base_image", "string", "image of attached volume containers"}, true,
			func(m *ContainerMap, k *converter, p string, in Input) { m.BaseImage = k.text(p, in) },
			func(m *ContainerMap) any { return textOrNone(m.BaseImage) }},
		{Field{"core_image", "string", "image of the temporary containers that run chown and chmod"}, true,
			func(m *ContainerMap, k *converter, p string, in Input) { m.CoreImage = k.text(p, in) },
			func(m *ContainerMap) any { return textOrNone(m.CoreImage) }},
		{Field{"volumes", "dict: alias to path", "paths of volumes inside containers"}, false,
			setVolumes, func(m *ContainerMap) any { return m.volumesDict() }},
		{Field{"host", "dict: alias to path, or to a dict of paths by instance", "paths on the Docker host"}, false,
			setHost, func(m *ContainerMap) any { return m.hostDict() }},
		{Field{"containers", "dict: name to container(…) or dict", "the container configurations"}, false,
			setContainers, func(m *ContainerMap) any { return m.containersDict() }},
	}
}

// MapFields lists the properties of a map, in the order in which they are shown.
func MapFields() []Field {
	var out []Field
	for _, f := range mapFields() {
		out = append(out, f.Field)
	}
	return out
}

// Set converts in and sets one property by name. "volumes", "host" and
// "containers" take dictionaries and add to or replace single entries (row 119);
// all others are replaced. What cannot be converted is left out and reported.
func (m *ContainerMap) Set(name string, in Input) Problems {
	fields := mapFields()
	i := slices.IndexFunc(fields, func(f mapField) bool { return f.Name == name })
	if i < 0 {
		return unknownField("property of a container_map", name, in.Origin, m.fieldNames())
	}
	if m.Origins == nil {
		m.Origins = Origins{}
	}
	k := &converter{set: m.Origins}
	fields[i].set(m, k, name, in)
	return k.problems
}

// Get returns one property by name as an Input that [ContainerMap.Set] takes back.
func (m *ContainerMap) Get(name string) (in Input, ok bool) {
	for _, f := range mapFields() {
		if f.Name == name {
			return Input{Value: f.get(m), Origin: m.Origins[name]}, true
		}
	}
	return Input{}, false
}

func (m *ContainerMap) fieldNames() []string {
	var out []string
	for _, f := range mapFields() {
		out = append(out, f.Name)
	}
	return out
}

// Update sets everything in d: properties by their names, and every other key as
// a container (rows 115-119).
func (m *ContainerMap) Update(d Dict) Problems {
	var ps Problems
	ps = append(ps, m.twoRoots(d)...)
	for _, e := range d {
		name, ok := e.Key.Value.(string)
		switch {
		case !ok:
			ps.add(CodeWrongType, e.Key.Origin, "", "want the name of a property or a container (string), got %s", e.Key)
		case m.isProperty(name, e.Value):
			ps = append(ps, m.Set(name, e.Value)...)
		case isConfiguration(e.Value):
			ps = append(ps, m.SetContainer(name, e.Key.Origin, e.Value)...)
		default:
			p := ps.add(CodeUnknownKey, e.Key.Origin, "", "%q is no property of a container_map, and a container needs a dict, got %s", name, e.Value)
			p.Hint = DidYouMean(name, m.fieldNames())
		}
	}
	return ps
}

// FromDict makes a map from a dictionary as the source document has it (row 115).
// The map is returned also when there are problems, without the parts at fault.
func FromDict(name string, d Dict) (*ContainerMap, Problems) {
	m := &ContainerMap{Name: name}
	return m, m.Update(d)
}

func (m *ContainerMap) isProperty(name string, in Input) bool {
	for _, f := range mapFields() {
		if f.Name == name {
			return !f.own || !isConfiguration(in)
		}
	}
	return false
}

func isConfiguration(in Input) bool {
	switch in.Value.(type) {
	case nil, Dict, *Container:
		return true
	}
	return false
}

// twoRoots reports host_root and host.root that differ (row 118).
func (m *ContainerMap) twoRoots(d Dict) (ps Problems) {
	top, ok := d.Get("host_root")
	host, hasHost := d.Get("host")
	hosts, isDict := host.Value.(Dict)
	if !ok || !hasHost || !isDict {
		return nil
	}
	inner, ok := hosts.Get("root")
	if ok && inner.Value != top.Value {
		p := ps.add(CodeDuplicate, inner.Origin, "host > root", "the host root is given twice: %s here, %s as host_root", inner, top)
		p.Related = []Related{{top.Origin, "host_root is set here"}}
	}
	return ps
}

func setAttached(m *ContainerMap, k *converter, path string, in Input) {
	mode := AttachedMode(k.text(path, in))
	switch mode {
	case "", AttachedContainer, AttachedVolume:
		m.Attached = mode
	default:
		k.problems.add(CodeWrongValue, in.Origin, path, `want "container" or "volume", got %s`, in)
	}
}

// dict returns the pairs of a dictionary with string keys; None has none.
func (c *converter) dict(path string, in Input, of string) Dict {
	c.note(path, in.Origin)
	switch v := in.Value.(type) {
	case nil:
		return nil
	case Dict:
		out := make(Dict, 0, len(v))
		for _, e := range v {
			if _, ok := e.Key.Value.(string); !ok {
				c.want(path, e.Key, "a string as "+of)
				continue
			}
			out = append(out, e)
		}
		return out
	}
	c.want(path, in, "a dict")
	return nil
}

func setVolumes(m *ContainerMap, k *converter, path string, in Input) {
	for _, e := range k.dict(path, in, "alias") {
		m.setVolume(k, e.Key.Value.(string), e.Value)
	}
}

// SetVolume sets the path of one alias inside containers.
func (m *ContainerMap) SetVolume(alias string, in Input) Problems {
	return m.with(func(k *converter) { m.setVolume(k, alias, in) })
}

func (m *ContainerMap) setVolume(k *converter, alias string, in Input) {
	path := key("volumes", alias)
	text, ok := in.Value.(string)
	k.note(path, in.Origin)
	if !ok {
		k.want(path, in, "a path inside containers (string)")
		return
	}
	i := slices.IndexFunc(m.Volumes, func(v Volume) bool { return v.Alias == alias })
	if i < 0 {
		m.Volumes = append(m.Volumes, Volume{Alias: alias})
		i = len(m.Volumes) - 1
	}
	m.Volumes[i].Path = text
}

func setHost(m *ContainerMap, k *converter, path string, in Input) {
	for _, e := range k.dict(path, in, "alias") {
		m.setHostPath(k, e.Key.Value.(string), e.Value)
	}
}

// SetHostPath sets the host path of one alias; the alias "root" sets HostRoot
// (row 118).
func (m *ContainerMap) SetHostPath(alias string, in Input) Problems {
	return m.with(func(k *converter) { m.setHostPath(k, alias, in) })
}

func (m *ContainerMap) setHostPath(k *converter, alias string, in Input) {
	path := key("host", alias)
	k.note(path, in.Origin)
	if alias == "root" {
		m.HostRoot = k.text(path, in)
		k.note("host_root", in.Origin)
		return
	}
	h := HostPath{Alias: alias}
	switch v := in.Value.(type) {
	case string:
		h.Path = v
	case Dict:
		h.Instances = k.instancePaths(path, v)
	default:
		k.want(path, in, "a path on the host, or a dict of paths by instance")
		return
	}
	i := slices.IndexFunc(m.Host, func(h HostPath) bool { return h.Alias == alias })
	if i < 0 {
		m.Host = append(m.Host, h)
		return
	}
	m.Host[i] = h
}

func (c *converter) instancePaths(path string, d Dict) []InstancePath {
	out := []InstancePath{}
	for _, e := range d {
		names := c.names(path, e.Key, true)
		text, ok := e.Value.Value.(string)
		if !ok {
			c.want(path, e.Value, "a path on the host (string)")
		}
		if !ok || len(names) != 1 {
			continue
		}
		c.note(key(path, names[0]), e.Value.Origin)
		out = append(out, InstancePath{Instance: names[0], Path: text})
	}
	return out
}

func setContainers(m *ContainerMap, k *converter, path string, in Input) {
	for _, e := range k.dict(path, in, "container name") {
		name := e.Key.Value.(string)
		if !isConfiguration(e.Value) {
			k.want("containers > "+name, e.Value, "container(…) or a dict")
			continue
		}
		k.problems = append(k.problems, m.SetContainer(name, e.Key.Origin, e.Value)...)
	}
}

// SetContainer defines or updates the container called name from a dictionary,
// None (nothing set) or a *[Container], which the map
// then owns. at is where the name is written.
func (m *ContainerMap) SetContainer(name string, at Origin, in Input) Problems {
	c := m.Container(name)
	given, whole := in.Value.(*Container)
	switch {
	case whole && c != nil:
		*c = *given
		c.Name = name
		return nil
	case whole:
		given.Name = name
		m.Containers = append(m.Containers, given)
		return nil
	case c == nil:
		c = &Container{Name: name, Origin: at, Origins: Origins{}}
		m.Containers = append(m.Containers, c)
	}
	d, _ := in.Value.(Dict)
	return c.Update(d).Under("containers > " + name)
}

func (m *ContainerMap) with(f func(*converter)) Problems {
	if m.Origins == nil {
		m.Origins = Origins{}
	}
	k := &converter{set: m.Origins}
	f(k)
	return k.problems
}

// Under puts prefix before the path of each problem and returns them.
func (ps Problems) Under(prefix string) Problems {
	for _, p := range ps {
		p.Path = strings.TrimSuffix(prefix+" > "+p.Path, " > ")
	}
	return ps
}

// Dict returns the map as data that [FromDict] takes back; the name is not part
// of it. Containers stand under "containers".
func (m *ContainerMap) Dict() Dict {
	var d Dict
	for _, f := range mapFields() {
		if v := f.get(m); !isNone(v) {
			d = append(d, Entry{Input{Value: f.Name}, Input{Value: v}})
		}
	}
	return d
}

func (m *ContainerMap) volumesDict() Dict {
	var d Dict
	for _, v := range m.Volumes {
		d = append(d, Entry{Input{Value: v.Alias}, Input{Value: v.Path}})
	}
	return d
}

func (m *ContainerMap) hostDict() Dict {
	var d Dict
	for _, h := range m.Host {
		value := Input{Value: h.Path}
		if h.Instances != nil {
			var paths Dict
			for _, p := range h.Instances {
				paths = append(paths, Entry{Input{Value: p.Instance}, Input{Value: p.Path}})
			}
			value = Input{Value: paths}
		}
		d = append(d, Entry{Input{Value: h.Alias}, value})
	}
	return d
}

func (m *ContainerMap) containersDict() Dict {
	var d Dict
	for _, c := range m.Containers {
		props := c.Dict()
		if props == nil {
			props = Dict{}
		}
		d = append(d, Entry{Input{Value: c.Name}, Input{Value: props}})
	}
	return d
}
