// Model: what the names in uses, links and host paths refer to.

package model

import (
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/identity"
)

// Ref is one instance of a configuration; Instance is "" for one without instances.
type Ref struct {
	Container *Container
	Instance  string
}

// Name returns the name by which a map refers to the instance: "name" or
// "name.instance" (rows 9, 33). It has no map prefix.
func (r Ref) Name() string {
	return identity.Part(r.Container.Name, r.Instance)
}

// Refs returns one Ref for each instance, in the order they are listed (row 33),
// or the only one of a configuration without instances (rows 35, 36).
func (c *Container) Refs() []Ref {
	if len(c.Instances) == 0 {
		return []Ref{{Container: c}}
	}
	refs := make([]Ref, len(c.Instances))
	for i, name := range c.Instances {
		refs[i] = Ref{Container: c, Instance: name}
	}
	return refs
}

// Index finds the things a map refers to by name, without searching its lists. It is a
// snapshot: make a new one after changing the map. If a map defines a name twice, which
// Validate reports, the first one is found.
type Index struct {
	root       string
	containers map[string]*Container
	refs       map[string]Ref
	owners     map[string][]*Container
	volumes    map[string]string
	host       map[string]HostPath
	// paths holds the per-instance paths of the aliases that have them.
	paths map[string]map[string]string
}

// Index returns an index of the map as it is now. Nil entries are left out.
func (m *ContainerMap) Index() *Index {
	x := &Index{
		root:       m.HostRoot,
		containers: make(map[string]*Container, len(m.Containers)),
		refs:       make(map[string]Ref, len(m.Containers)),
		owners:     map[string][]*Container{},
		volumes:    make(map[string]string, len(m.Volumes)),
		host:       make(map[string]HostPath, len(m.Host)),
		paths:      map[string]map[string]string{},
	}
	for _, c := range m.Containers {
		if c != nil {
			x.addContainer(c)
		}
	}
	// Plain names come before "name.instance", so that an exact name always wins.
	for _, c := range m.Containers {
		if c != nil && len(c.Instances) > 0 {
			x.addRefs(c)
		}
	}
	for _, v := range m.Volumes {
		setOnce(x.volumes, v.Alias, v.Path)
	}
	for _, h := range m.Host {
		x.addHost(h)
	}
	return x
}

func (x *Index) addHost(h HostPath) {
	if _, ok := x.host[h.Alias]; ok {
		return
	}
	x.host[h.Alias] = h
	if len(h.Instances) == 0 {
		return
	}
	paths := make(map[string]string, len(h.Instances))
	for _, p := range h.Instances {
		setOnce(paths, p.Instance, p.Path)
	}
	x.paths[h.Alias] = paths
}

func (x *Index) addContainer(c *Container) {
	setOnce(x.containers, c.Name, c)
	if len(c.Instances) == 0 {
		x.addRefs(c)
	}
	for _, alias := range c.Attaches { // listed twice in one container, it has one owner
		owners := x.owners[alias]
		if len(owners) == 0 || owners[len(owners)-1] != c {
			x.owners[alias] = append(owners, c)
		}
	}
}

func (x *Index) addRefs(c *Container) {
	for _, r := range c.Refs() {
		setOnce(x.refs, r.Name(), r)
	}
}

func setOnce[K comparable, V any](m map[K]V, key K, value V) {
	if _, ok := m[key]; !ok {
		m[key] = value
	}
}

// Container returns the configuration of that name, or nil.
func (x *Index) Container(name string) *Container { return x.containers[name] }

// Owners returns the configurations that attach alias: one, in a valid map.
func (x *Index) Owners(alias string) []*Container { return x.owners[alias] }

// VolumePath returns the path of alias inside containers.
func (x *Index) VolumePath(alias string) (path string, ok bool) {
	path, ok = x.volumes[alias]
	return path, ok
}

// HostPath returns the entry of alias on the host.
func (x *Index) HostPath(alias string) (h HostPath, ok bool) {
	h, ok = x.host[alias]
	return h, ok
}

// UseTargets does the same as [ContainerMap.UseTargets].
func (x *Index) UseTargets(u Use) (alias string, targets []Ref, ok bool) {
	if owners := x.owners[u.Name]; len(owners) > 0 { // before a container of the name (row 64)
		for _, c := range owners {
			targets = append(targets, c.Refs()...)
		}
		return u.Name, targets, true
	}
	if r, found := x.refs[u.Name]; found {
		return "", []Ref{r}, true
	}
	return "", nil, false
}

// LinkTarget does the same as [ContainerMap.LinkTarget].
func (x *Index) LinkTarget(l Link) (target Ref, ok bool) {
	target, ok = x.refs[l.Container]
	return target, ok
}

// HostPathFor does the same as [ContainerMap.HostPathFor].
func (x *Index) HostPathFor(alias, instance string) (path string, ok bool) {
	path = x.host[alias].Path
	if paths, each := x.paths[alias]; each {
		path = paths[instanceKey(instance)]
	}
	return joinRoot(x.root, path), path != ""
}

// UseTargets returns what an entry of uses refers to. For an attached alias, alias is
// set and targets are all instances of its owner (rows 58, 59); an alias takes
// precedence over a container of the same name (row 64). For a container, targets is
// the one instance named (rows 57, 60). ok is false if the entry names nothing, or a
// configuration of several instances without saying which (rows 61, 63). For many
// look-ups, make an [Index] once.
func (m *ContainerMap) UseTargets(u Use) (alias string, targets []Ref, ok bool) {
	return m.Index().UseTargets(u)
}

// LinkTarget returns the instance a link refers to (rows 67, 75). ok is false if it
// names nothing, or a configuration of several instances without saying which. For many
// look-ups, make an [Index] once.
func (m *ContainerMap) LinkTarget(l Link) (target Ref, ok bool) {
	return m.Index().LinkTarget(l)
}

// HostPathFor returns the path on the host of alias for one instance, with the
// host root applied (rows 15 to 23). instance is "" for a configuration without
// instances. ok is false if there is no path for it.
func (m *ContainerMap) HostPathFor(alias, instance string) (path string, ok bool) {
	h, ok := m.HostPath(alias)
	if !ok {
		return "", false
	}
	path, ok = h.For(instance)
	return joinRoot(m.HostRoot, path), ok
}

// For returns the path of one instance as written, without the host root: Path if
// the entry has one for all, else that of the instance, or of [DefaultInstance]
// for a configuration without instances (rows 19 to 22). An empty path counts as
// none.
func (h HostPath) For(instance string) (path string, ok bool) {
	if len(h.Instances) == 0 {
		return h.Path, h.Path != ""
	}
	for _, p := range h.Instances {
		if p.Instance == instanceKey(instance) {
			return p.Path, p.Path != ""
		}
	}
	return "", false
}

// instanceKey returns the key of per-instance paths (row 22).
func instanceKey(instance string) string {
	if instance == "" {
		return DefaultInstance
	}
	return instance
}

// joinRoot puts root before a path that does not start with a slash, with one
// slash between; it normalises nothing else (rows 15 to 17). An empty root or
// path changes nothing.
func joinRoot(root, path string) string {
	if root == "" || path == "" || strings.HasPrefix(path, "/") {
		return path
	}
	return strings.TrimRight(root, "/") + "/" + path
}
