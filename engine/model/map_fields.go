// Model: the table of map properties, and maps from dictionaries.

package model

import (
	"cmp"
	"slices"

	"github.com/dmap-dev/dmap/engine/problem"
)

type mapField struct {
	Field
	// own marks properties the source document does not know. At the top level of a
	// dictionary, a dict under such a name is a container: maps written for the source
	// document may have one of that name (row 117).
	own bool
	set func(*ContainerMap, *converter, string, Input)
	get func(*ContainerMap) any
}

func mapFields() []mapField {
	fields := valueFields()
	for _, r := range resources() {
		fields = append(fields, mapField{r.field(), false,
			func(m *ContainerMap, k *converter, _ string, in Input) { r.open(m).setAll(k, in) },
			func(m *ContainerMap) any { return r.dict(m) }})
	}
	return fields
}

// valueFields are the properties with a single value; the others are [resources].
func valueFields() []mapField {
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

// Set converts in and sets one property by name. Those that hold [Resources] take
// dictionaries and add to or replace single entries (row 119); all others are
// replaced. What cannot be converted is left out and reported.
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

// Update sets everything in d: properties by their names, and every other key as
// a container (rows 115-119).
func (m *ContainerMap) Update(d Dict) problem.Problems {
	ps := m.withConverter(func(k *converter) { k.keyOnce("", d) })
	ps = append(ps, twoRoots(d)...)
	edit := m.Edit()
	for _, e := range d {
		name, ok := e.Key.Value.(string)
		e.Value.Origin = cmp.Or(e.Value.Origin, e.Key.Origin)
		switch {
		case !ok:
			ps.Add(problem.CodeWrongType, e.Key.Origin, "", "want the name of a property or a container (string), got %s", e.Key)
		case m.isProperty(name, e.Value):
			ps = append(ps, m.Set(name, e.Value)...)
		case isConfiguration(e.Value):
			ps = append(ps, edit.Set("containers", name, e.Key.Origin, e.Value)...)
		default:
			p := ps.Add(problem.CodeUnknownKey, e.Key.Origin, "", "%q is not a property of a container_map, and a container needs a dict, got %s", name, e.Value)
			p.Hint = MeantField(name)
		}
	}
	return ps
}

// MeantField returns the hint for a name that is not a property of a map: what dmap has
// instead, or a near name; "" if neither is known. more lists properties that exist
// only in the language.
func MeantField(name string, more ...string) string {
	return cmp.Or(OfOthers(name), problem.DidYouMean(name, append(fieldNames(MapFields()), more...)))
}

// FromDict makes a map from a dictionary as the source document has it (row 115). If
// there are problems, the map is still returned, without the parts at fault.
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
