// Model: the table of map properties, and maps from dictionaries.

package model

import (
	"cmp"
	"slices"

	"github.com/dmap-dev/dmap/engine/problem"
)

type mapField struct {
	Field
	// own marks properties the source document does not know: at the top level of
	// a dictionary a dict is not taken for them, so that a container may have the
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
func (m *ContainerMap) Set(name string, in Input) problem.Problems {
	fields := mapFields()
	i := slices.IndexFunc(fields, func(f mapField) bool { return f.Name == name })
	if i < 0 {
		return unknownField("property of a container_map", name, in.Origin, MeantField(name))
	}
	if m.Origins == nil {
		m.Origins = problem.Origins{}
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

func mapFieldNames() []string {
	var out []string
	for _, f := range mapFields() {
		out = append(out, f.Name)
	}
	return out
}

// Update sets everything in d: properties by their names, and every other key as
// a container (rows 115-119).
func (m *ContainerMap) Update(d Dict) problem.Problems {
	ps := m.with(func(k *converter) { k.keyOnce("", d) })
	ps = append(ps, twoRoots(d)...)
	containers := lookUp(&m.Containers, nameOfContainer)
	for _, e := range d {
		name, ok := e.Key.Value.(string)
		e.Value.Origin = or(e.Value.Origin, e.Key.Origin)
		switch {
		case !ok:
			ps.Add(problem.CodeWrongType, e.Key.Origin, "", "want the name of a property or a container (string), got %s", e.Key)
		case m.isProperty(name, e.Value):
			ps = append(ps, m.Set(name, e.Value)...)
		case isConfiguration(e.Value):
			ps = append(ps, m.setContainer(containers, name, e.Key.Origin, e.Value)...)
		default:
			p := ps.Add(problem.CodeUnknownKey, e.Key.Origin, "", "%q is no property of a container_map, and a container needs a dict, got %s", name, e.Value)
			p.Hint = MeantField(name)
		}
	}
	return ps
}

// MeantField is the hint for a name that is no property of a map: what dmap has
// instead, or a near name; "" if neither is known. The names of more are properties
// that only the language has.
func MeantField(name string, more ...string) string {
	return cmp.Or(OfOthers(name), problem.DidYouMean(name, append(mapFieldNames(), more...)))
}

// FromDict makes a map from a dictionary as the source document has it (row 115).
// The map is returned also when there are problems, without the parts at fault.
func FromDict(name string, d Dict) (*ContainerMap, problem.Problems) {
	m := &ContainerMap{Name: name}
	return m, m.Update(d)
}

func (m *ContainerMap) isProperty(name string, in Input) bool {
	for _, f := range mapFields() {
		if f.Name == name {
			return !f.own || in.Value == nil || !isConfiguration(in)
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
func twoRoots(d Dict) (ps problem.Problems) {
	top, _ := d.Get("host_root")
	host, _ := d.Get("host")
	hosts, _ := host.Value.(Dict)
	inner, _ := hosts.Get("root")
	one, isText := top.Value.(string)
	other, isTextToo := inner.Value.(string)
	if isText && isTextToo && one != other {
		p := ps.Add(problem.CodeDuplicate, inner.Origin, "host.root", "the host root is given twice: %s here, %s as host_root", inner, top)
		p.Related = problem.RelatedAt(top.Origin, "host_root is set")
	}
	return ps
}

func setAttached(m *ContainerMap, k *converter, path string, in Input) {
	mode := AttachedMode(k.text(path, in))
	switch mode {
	case "", AttachedContainer, AttachedVolume:
		m.Attached = mode
	default:
		k.problems.Add(problem.CodeWrongValue, in.Origin, path, `want "container" or "volume", got %s`, in)
	}
}

// dict returns the pairs of a dictionary with string keys; None has none.
func (c *converter) dict(path string, in Input, of string) Dict {
	c.note(path, in.Origin)
	switch v := in.Value.(type) {
	case nil:
		return nil
	case Dict:
		c.keyOnce(path, v)
		out := make(Dict, 0, len(v))
		for _, e := range v {
			e.Value.Origin = or(e.Value.Origin, e.Key.Origin)
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

// find gives the index of a name in a list, or -1.
type find func(name string) int

// search looks through the list each time: for a single look-up.
func search[T any](list []T, name func(T) string) find {
	return func(wanted string) int {
		return slices.IndexFunc(list, func(e T) bool { return name(e) == wanted })
	}
}

// lookUp remembers the names: for many look-ups. It keeps up with a list that
// grows; entries must keep their names.
func lookUp[T any](list *[]T, name func(T) string) find {
	at, seen := map[string]int{}, 0
	return func(wanted string) int {
		for ; seen < len(*list); seen++ {
			setOnce(at, name((*list)[seen]), seen)
		}
		if i, ok := at[wanted]; ok {
			return i
		}
		return -1
	}
}

func aliasOfVolume(v Volume) string { return v.Alias }

func aliasOfHost(h HostPath) string { return h.Alias }

func nameOfContainer(c *Container) string {
	if c == nil {
		return ""
	}
	return c.Name
}

func setVolumes(m *ContainerMap, k *converter, path string, in Input) {
	volumes := lookUp(&m.Volumes, aliasOfVolume)
	for _, e := range k.dict(path, in, "alias") {
		m.setVolume(k, volumes, e.Key.Value.(string), e.Value)
	}
}

// SetVolume sets the path of one alias inside containers.
func (m *ContainerMap) SetVolume(alias string, in Input) problem.Problems {
	return m.with(func(k *converter) { m.setVolume(k, search(m.Volumes, aliasOfVolume), alias, in) })
}

func (m *ContainerMap) setVolume(k *converter, volumes find, alias string, in Input) {
	path := key("volumes", alias)
	text, ok := in.Value.(string)
	k.note(path, in.Origin)
	if !ok {
		k.want(path, in, "a path inside containers (string)")
		return
	}
	i := volumes(alias)
	if i < 0 {
		m.Volumes = append(m.Volumes, Volume{Alias: alias})
		i = len(m.Volumes) - 1
	}
	m.Volumes[i].Path = text
}

func setHost(m *ContainerMap, k *converter, path string, in Input) {
	hosts := lookUp(&m.Host, aliasOfHost)
	for _, e := range k.dict(path, in, "alias") {
		m.setHostPath(k, hosts, e.Key.Value.(string), e.Value)
	}
}

// SetHostPath sets the host path of one alias; the alias "root" sets HostRoot
// (row 118).
func (m *ContainerMap) SetHostPath(alias string, in Input) problem.Problems {
	return m.with(func(k *converter) { m.setHostPath(k, search(m.Host, aliasOfHost), alias, in) })
}

func (m *ContainerMap) setHostPath(k *converter, hosts find, alias string, in Input) {
	path := key("host", alias)
	i := hosts(alias)
	if i >= 0 {
		forget(m.Origins, m.Host[i])
	}
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
	if i < 0 {
		m.Host = append(m.Host, h)
		return
	}
	m.Host[i] = h
}

// forget removes the places of an entry that is about to be replaced.
func forget(o problem.Origins, h HostPath) {
	delete(o, key("host", h.Alias))
	for _, p := range h.Instances {
		delete(o, key(key("host", h.Alias), p.Instance))
	}
}

func (c *converter) instancePaths(path string, d Dict) []InstancePath {
	out := make([]InstancePath, 0, len(d))
	seen := make(map[string]problem.Origin, len(d))
	for _, e := range d {
		at := or(e.Value.Origin, e.Key.Origin)
		name, ok := c.name(path, e.Key, true)
		text, isText := e.Value.Value.(string)
		if !isText {
			c.want(path, Input{Value: e.Value.Value, Origin: at}, "a path on the host (string)")
		}
		if !ok || !isText {
			continue
		}
		if first, twice := seen[name]; twice {
			p := c.problems.Add(problem.CodeDuplicate, c.place(path, at), path, "the path of instance %q is given twice", name)
			p.Related = problem.RelatedAt(first, "first given")
			continue
		}
		seen[name] = at
		c.note(key(path, name), at)
		out = append(out, InstancePath{Instance: name, Path: text})
	}
	return out
}

func setContainers(m *ContainerMap, k *converter, path string, in Input) {
	containers := lookUp(&m.Containers, nameOfContainer)
	for _, e := range k.dict(path, in, "container name") {
		name := e.Key.Value.(string)
		if !isConfiguration(e.Value) {
			k.want("containers > "+name, e.Value, "container(…) or a dict")
			continue
		}
		k.problems = append(k.problems, m.setContainer(containers, name, e.Key.Origin, e.Value)...)
	}
}

// SetContainer defines or updates the container called name from a dictionary,
// None (nothing set) or a *[Container], which the map then owns; one that it owns
// already under another name is copied. at is where the name is written. Any
// other value is reported and defines nothing.
func (m *ContainerMap) SetContainer(name string, at problem.Origin, in Input) problem.Problems {
	return m.setContainer(search(m.Containers, nameOfContainer), name, at, in)
}

func (m *ContainerMap) setContainer(containers find, name string, at problem.Origin, in Input) problem.Problems {
	var c *Container
	if i := containers(name); i >= 0 {
		c = m.Containers[i]
	}
	switch v := in.Value.(type) {
	case *Container:
		if v != nil {
			m.putContainer(name, c, v)
			return nil
		}
	case nil, Dict:
	default:
		var ps problem.Problems
		ps.Add(problem.CodeWrongType, or(in.Origin, at), "containers > "+name, "want container(…) or a dict, got %s", in)
		return ps
	}
	if c == nil {
		c = &Container{Name: name, Origin: at, Origins: problem.Origins{}}
		m.Containers = append(m.Containers, c)
	}
	d, _ := in.Value.(Dict)
	return c.Update(d).Under("containers > " + name)
}

// putContainer makes given the container called name, in place of c unless c is nil.
func (m *ContainerMap) putContainer(name string, c, given *Container) {
	switch {
	case c == given:
		return
	case c != nil:
		*c = *given.Copy()
		c.Name = name
		return
	case slices.Contains(m.Containers, given):
		given = given.Copy()
	}
	given.Name = name
	m.Containers = append(m.Containers, given)
}

func (m *ContainerMap) with(f func(*converter)) problem.Problems {
	if m.Origins == nil {
		m.Origins = problem.Origins{}
	}
	k := &converter{set: m.Origins}
	f(k)
	return k.problems
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
		at := m.Origins[key("volumes", v.Alias)]
		d = append(d, Entry{Input{v.Alias, at, ""}, Input{v.Path, at, ""}})
	}
	return d
}

func (m *ContainerMap) hostDict() Dict {
	var d Dict
	for _, h := range m.Host {
		path := key("host", h.Alias)
		at := m.Origins[path]
		value := Input{Value: h.Path, Origin: at}
		if h.Instances != nil && h.Path == "" {
			paths := make(Dict, len(h.Instances))
			for i, p := range h.Instances {
				of := m.Origins[key(path, p.Instance)]
				paths[i] = Entry{Input{p.Instance, of, ""}, Input{p.Path, of, ""}}
			}
			value.Value = paths
		}
		d = append(d, Entry{Input{h.Alias, at, ""}, value})
	}
	return d
}

func (m *ContainerMap) containersDict() Dict {
	var d Dict
	for _, c := range m.Containers {
		if c == nil {
			continue
		}
		props := c.Dict()
		if props == nil {
			props = Dict{}
		}
		d = append(d, Entry{Input{c.Name, c.Origin, ""}, Input{props, c.Origin, ""}})
	}
	return d
}
