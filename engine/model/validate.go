// Model: everything that is wrong with a map, at once.

package model

import (
	"cmp"
	"strings"

	"github.com/dmap-dev/dmap/engine/problem"
)

// Validate reports everything that is wrong with the map, as [problem.Problems] sorted
// by place, or returns nil (row 124). Of options it checks only that they are plain
// data; package resolve judges what they mean. An empty map is valid (row 2), and so is
// one without containers. Validate never changes the map, and accepts any map,
// including one built by hand with nil entries.
func (m *ContainerMap) Validate() error {
	if m == nil {
		var ps problem.Problems
		ps.Add(problem.CodeWrongValue, problem.Origin{}, "container_map", "there is no map")
		return ps
	}
	v := &validator{m: m, index: m.Index(), near: map[kind]known{}, binders: map[string][]bindAt{}}
	v.properties()
	for _, r := range resources() {
		r.validate(m, v.inMap)
	}
	for i, c := range m.Containers {
		if c == nil {
			v.inMap(problem.CodeWrongValue, index("containers", i), "there is no container at this place")
			continue
		}
		v.container(c)
	}
	v.boundPaths()
	v.names()
	v.cycles()
	return v.problems.Err(m.Source)
}

type validator struct {
	m        *ContainerMap
	index    *Index
	problems problem.Problems
	// near holds the names that wrong ones are compared with, by the kinds looked up.
	near map[kind]known
	// used counts the mounts of used containers examined so far; see mostUsed.
	used int
	// binders lists the places that bind each alias, in order.
	binders map[string][]bindAt
}

// inMap reports a problem with a value of the map itself.
func (v *validator) inMap(code problem.Code, field, format string, args ...any) *problem.Problem {
	shown := field
	if property, alias, ok := strings.Cut(field, "."); ok && !IsName(alias) {
		shown = key(property, quote(alias))
	}
	return v.problems.Add(code, v.m.At(field), "container_map > "+shown, format, args...)
}

// inContainer reports a problem with a value of a container; field "" is the container
// itself.
func (v *validator) inContainer(c *Container, code problem.Code, field, format string, args ...any) *problem.Problem {
	path := "container_map > containers > " + label(c.Name) + " > " + field
	return v.problems.Add(code, c.At(field), strings.TrimSuffix(path, " > "), format, args...)
}

// properties checks the single values of the map.
func (v *validator) properties() {
	m := v.m
	switch {
	case m.Name == "":
		v.problems.Add(problem.CodeNameSyntax, m.Origin, "container_map", "the map has no name")
	case !IsName(m.Name):
		v.problems.Add(problem.CodeNameSyntax, m.Origin, "container_map", "%s cannot be the name of a map: %s", quote(m.Name), nameRule)
	}
	if m.Repository != "" {
		v.fault("repository", m.Repository, prefixFault(m.Repository))
	}
	if m.DefaultTag != "" {
		v.fault("default_tag", m.DefaultTag, tagFault(m.DefaultTag))
	}
	if m.BaseImage != "" {
		v.fault("base_image", m.BaseImage, imageFault(m.BaseImage))
	}
	if m.CoreImage != "" {
		v.fault("core_image", m.CoreImage, imageFault(m.CoreImage))
	}
	if m.HostRoot != "" {
		v.fault("host_root", m.HostRoot, rootFault(m.HostRoot))
	}
	switch m.Attached {
	case "", AttachedContainer, AttachedVolume:
	default:
		v.inMap(problem.CodeWrongValue, "attached", `want "container" or "volume", got %s`, quote(string(m.Attached)))
	}
}

func (v *validator) fault(field, value, fault string) {
	if fault != "" {
		v.inMap(problem.CodeWrongValue, field, "cannot use %s as %s: %s", quote(value), field, fault)
	}
}

func rootFault(root string) string {
	if !strings.HasPrefix(root, "/") {
		return "it is not absolute"
	}
	return mountFault(root)
}

// container checks one configuration by itself, and what its names refer to.
func (v *validator) container(c *Container) {
	v.image(c)
	v.user(c)
	v.options(c, "create_options", c.CreateOptions)
	v.options(c, "start_options", c.StartOptions)
	mounts := mountPoints{}
	v.shares(c, mounts)
	v.binds(c, mounts)
	v.attaches(c, mounts)
	v.uses(c, mounts)
	v.links(c)
}

func (v *validator) image(c *Container) {
	if c.Image != "" {
		if fault := imageFault(c.Image); fault != "" {
			v.inContainer(c, problem.CodeWrongValue, "image", "cannot use %s as an image: %s", quote(c.Image), fault)
		}
		return
	}
	if fault := imageFault(c.Name); fault != "" && IsName(c.Name) {
		p := v.inContainer(c, problem.CodeWrongValue, "image", "no image is set, and %s cannot be the image of its name: %s", label(c.Name), fault)
		p.Hint = "set image"
	}
}

func (v *validator) user(c *Container) {
	if c.User != "" {
		if fault := userFault(c.User); fault != "" {
			v.inContainer(c, problem.CodeWrongValue, "user", "cannot use %s as a user: %s", quote(c.User), fault).
				Hint = `want "user" or "user:group"`
		}
	}
	if c.Permissions != "" && !isMode(c.Permissions) {
		v.inContainer(c, problem.CodeWrongValue, "permissions", "cannot use %s as permissions: chmod would not take it", quote(c.Permissions)).
			Hint = `want an octal mode such as "0750" or a symbolic one such as "u=rwX,g=rX,o="`
	}
}

func (v *validator) options(c *Container, field string, o Options) {
	if o.Func != nil && o.Values != nil {
		v.inContainer(c, problem.CodeWrongValue, field, "want fixed values or a function, got both")
	}
	k := &converter{set: problem.Origins{}}
	k.optionValues(field, o.Values)
	for _, p := range k.problems {
		p.Origin = cmp.Or(p.Origin, c.At(field))
		v.problems = append(v.problems, p)
	}
	k.problems.Under("container_map > containers > " + label(c.Name))
}
