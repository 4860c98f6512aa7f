// Model: names in uses and links, and what a wrong one was probably meant to be.

package model

import (
	"slices"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/problem"
)

// uses checks what a container uses (rows 57 to 65).
func (v *validator) uses(c *Container, mounts mountPoints) {
	seen := map[string]int{}
	for i, u := range c.Uses {
		field := index("uses", i)
		if first, twice := seen[u.Name]; twice {
			p := v.inContainer(c, problem.CodeDuplicate, field, "%s uses %s twice", label(c.Name), quote(u.Name))
			p.Related = problem.RelatedAt(c.At(index("uses", first)), "first used")
			continue
		}
		seen[u.Name] = i
		if owners := v.index.Owners(u.Name); len(owners) > 0 {
			v.usesAlias(c, mounts, field, u, owners)
			continue
		}
		v.usesContainer(c, mounts, i)
	}
}

func (v *validator) usesAlias(c *Container, mounts mountPoints, field string, u Use, owners []*Container) {
	if slices.Contains(owners, c) {
		p := v.inContainer(c, problem.CodeDuplicate, field, "%s attaches %s itself, so it has it already", label(c.Name), quote(u.Name))
		p.Related = problem.RelatedAt(c.At(index("attaches", slices.Index(c.Attaches, u.Name))), "attached")
		return
	}
	if at, ok := v.index.VolumePath(u.Name); ok {
		v.mount(c, mounts, at, mountPoint{field: field, what: "uses " + quote(u.Name), source: "volume " + u.Name})
	}
}

func (v *validator) usesContainer(c *Container, mounts mountPoints, i int) {
	u, field := c.Uses[i], index("uses", i)
	_, targets, ok := v.index.UseTargets(u)
	switch {
	case ok && targets[0].Container == c, !ok && u.Name == c.Name:
		v.inContainer(c, problem.CodeCycle, field, "%s uses itself", label(c.Name))
	case !ok:
		p := v.inContainer(c, problem.CodeUnknownName, field, "cannot use %s: no container and no attached volume has this name", quote(u.Name))
		if len(c.Uses) == 2 && i == 1 && isFlag(u.Name) {
			p.Hint = pairHint(c.Uses[0].Name, u.Name)
			return
		}
		v.explain(p, usable, "use", u.Name)
	default:
		v.usedMounts(c, mounts, field, targets[0])
	}
}

// mayShare reports whether a container can have volumes that others use (row 62), also
// through its options (row 97). It must not say no too early: what an option function
// returns is not known here. Whether there really are any is judged by resolve, from
// the finished request.
func mayShare(c *Container) bool {
	if len(c.Shares)+len(c.Binds)+len(c.Uses)+len(c.Attaches) > 0 {
		return true
	}
	for _, o := range []Options{c.CreateOptions, c.StartOptions} {
		for _, keyword := range []string{"volumes", "binds", "volumesfrom", "mounts"} {
			if _, given := option(o.Values, keyword); given || o.Func != nil {
				return true
			}
		}
	}
	return false
}

// option finds an option by its keyword or by the name of its API field, also inside
// host_config.
func option(d Dict, keyword string) (value Input, ok bool) {
	for _, e := range d {
		name, _ := e.Key.Value.(string)
		folded := foldOption(name)
		if folded == keyword {
			return e.Value, true
		}
		if inner, ok := e.Value.Value.(Dict); ok && folded == "hostconfig" {
			for _, e := range inner {
				if name, _ := e.Key.Value.(string); foldOption(name) == keyword {
					return e.Value, true
				}
			}
		}
	}
	return Input{}, false
}

// foldOption maps "volumes_from", "VolumesFrom" and "HostConfig.VolumesFrom" to the
// same text.
func foldOption(name string) string {
	return strings.TrimPrefix(strings.ToLower(strings.ReplaceAll(name, "_", "")), "hostconfig.")
}

// links checks what a container links to (rows 67 to 76).
func (v *validator) links(c *Container) {
	aliases := map[string]int{}
	for i, l := range c.Links {
		field := index("links", i)
		if l.Alias != "" && !IsName(l.Alias) {
			v.inContainer(c, problem.CodeNameSyntax, field, "%s cannot be the alias of a link: %s", quote(l.Alias), nameRule)
		}
		v.linkTarget(c, field, l)
		alias := l.Alias
		if alias == "" {
			alias = l.Container
		}
		first, twice := aliases[alias]
		if !twice {
			aliases[alias] = i
			continue
		}
		p := v.inContainer(c, problem.CodeDuplicate, field, "%s links to %s as %s twice", label(c.Name), quote(l.Container), quote(alias))
		if other := c.Links[first].Container; other != l.Container {
			p.Msg = label(c.Name) + " links to both " + quote(other) + " and " + quote(l.Container) + " as " + quote(alias)
		}
		p.Related = problem.RelatedAt(c.At(index("links", first)), "first linked")
	}
}

func (v *validator) linkTarget(c *Container, field string, l Link) {
	target, ok := v.index.LinkTarget(l)
	switch {
	case ok && target.Container == c, !ok && l.Container == c.Name:
		v.inContainer(c, problem.CodeCycle, field, "%s links to itself", label(c.Name))
	case !ok:
		p := v.inContainer(c, problem.CodeUnknownName, field, "cannot link to %s: no container has this name", quote(l.Container))
		v.explain(p, linkable, "link to", l.Container)
	}
}

// explain adds to a problem why a name refers to nothing, or what was probably meant.
// For a configuration with instances it replaces the problem's text (rows 61, 75).
func (v *validator) explain(p *problem.Problem, names kind, verb, name string) {
	if c := v.index.Container(name); c != nil {
		p.Msg = "cannot " + verb + " " + quote(name) + ": it has " + count(len(c.Instances), "instance") + ", so one of them must be named"
		p.Hint = "name one: " + listed(refNames(c))
		p.Related = problem.RelatedAt(c.At("instances"), "its instances are set")
		return
	}
	bare, hasPrefix := identity.CutName(v.m.Name, name)
	if _, ok := v.known(names).places[bare]; ok && hasPrefix {
		p.Hint = "leave out the name of the map: " + quote(bare)
		return
	}
	if v.explainVolume(p, names, name) {
		return
	}
	v.suggest(p, names, name)
	base, _, _ := strings.Cut(name, ".")
	if c := v.index.Container(base); p.Hint == "" && c != nil && base != name {
		p.Hint = "there is " + listed(refNames(c))
	}
	if names := sortedKeys(v.known(names).places); p.Hint == "" && len(names) > 1 { // one of them is this container itself
		p.Hint = "there is " + listed(names)
	}
}

// explainVolume adds the hint for an alias written in the wrong property, and reports
// whether there was one.
func (v *validator) explainVolume(p *problem.Problem, names kind, name string) bool {
	_, isVolume := v.index.VolumePath(name)
	_, isHost := v.index.HostPath(name)
	switch {
	case names == linkable && len(v.index.Owners(name)) > 0:
		p.Hint = quote(name) + " is an attached volume: write it in uses"
	case isVolume && isHost:
		p.Hint = quote(name) + " has a host path: write it in binds"
	case isVolume && names == usable:
		p.Hint = "no container attaches the volume " + quote(name)
	default:
		return false
	}
	return true
}

func refNames(c *Container) []string {
	var names []string
	for _, r := range c.Refs() {
		names = append(names, r.Name())
	}
	return names
}

// kind is a set of kinds of names among which a wrong name is looked up.
type kind int

const (
	containers kind = 1 << iota
	attached
	volumeAlias
	hostAlias

	usable   = containers | attached
	linkable = containers
	anyAlias = volumeAlias | hostAlias
)

// known holds the names of some kinds, with the places that define them.
type known struct {
	*problem.Suggester
	places map[string]problem.Origin
}

// known returns the names of some kinds. It collects them only when the first wrong
// name turns up: a valid map never pays for it.
func (v *validator) known(names kind) known {
	if k, ok := v.near[names]; ok {
		return k
	}
	at := map[string]problem.Origin{}
	if names&containers != 0 {
		for name, r := range v.index.refs {
			at[name] = r.Container.Origin
		}
	}
	if names&attached != 0 {
		for alias := range v.index.owners {
			at[alias] = v.m.At(key("volumes", alias))
		}
	}
	if names&volumeAlias != 0 {
		for alias := range v.index.volumes {
			at[alias] = v.m.At(key("volumes", alias))
		}
	}
	if names&hostAlias != 0 {
		for alias := range v.index.host {
			at[alias] = v.m.At(key("host", alias))
		}
	}
	k := known{problem.NewSuggester(sortedKeys(at)), at}
	v.near[names] = k
	return k
}

// suggest adds the nearest name and its place to a problem.
func (v *validator) suggest(p *problem.Problem, names kind, name string) {
	k := v.known(names)
	if near := k.Nearest(name); near != "" {
		p.Hint = problem.Meant(near)
		p.Related = append(p.Related, problem.RelatedAt(k.places[near], quote(near)+" defined")...)
	}
}
