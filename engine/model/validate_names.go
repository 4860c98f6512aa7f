// Model: names that Docker refuses, and names that two things would share.

package model

import (
	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/problem"
)

// names checks the names of containers, instances and attached volumes.
func (v *validator) names() {
	byName := map[string]*Container{}
	for _, c := range v.m.Containers {
		if c == nil {
			continue
		}
		if first, twice := byName[c.Name]; twice {
			p := v.inContainer(c, problem.CodeDuplicate, "", "the container %s is defined twice", label(c.Name))
			p.Related = problem.RelatedAt(first.Origin, "first defined")
			continue
		}
		byName[c.Name] = c
		if !IsName(c.Name) {
			v.inContainer(c, problem.CodeNameSyntax, "", "%s cannot be the name of a container: %s", quote(c.Name), nameRule)
		}
		v.instances(c)
	}
	v.sameNames()
}

func (v *validator) instances(c *Container) {
	seen := make(map[string]int, len(c.Instances))
	for i, name := range c.Instances {
		field := index("instances", i)
		if first, twice := seen[name]; twice {
			p := v.inContainer(c, problem.CodeDuplicate, field, "%s has the instance %s twice", label(c.Name), quote(name))
			p.Related = problem.RelatedAt(c.At(index("instances", first)), "first given")
			continue
		}
		seen[name] = i
		if !IsName(name) {
			v.inContainer(c, problem.CodeNameSyntax, field, "%s cannot be the name of an instance: %s", quote(name), nameRule)
		}
	}
}

// taken is what has a name in Docker.
type taken struct {
	owner *Container
	what  string
	at    problem.Origin
	// alias is set for attached volumes.
	alias bool
}

// sameNames reports two things that would have the same name in Docker, and names that
// are too long or that dmap needs for itself.
func (v *validator) sameNames() {
	names := map[string]taken{}
	for _, c := range v.m.Containers {
		if c == nil {
			continue
		}
		for i, r := range c.Refs() {
			t := taken{owner: c, what: "the container " + label(c.Name), at: c.Origin}
			field := ""
			if r.Instance != "" {
				field = index("instances", i)
				t.what = "the instance " + quote(r.Instance) + " of " + label(c.Name)
				t.at = c.At(field)
			}
			v.take(names, c, field, r.Name(), t)
		}
	}
	for _, c := range v.m.Containers {
		if c == nil {
			continue
		}
		for i, alias := range c.Attaches {
			field := index("attaches", i)
			v.take(names, c, field, alias, taken{c, "the volume attached by " + label(c.Name), c.At(field), true})
		}
	}
}

// take notes that t has this name, and reports what forbids it.
func (v *validator) take(names map[string]taken, c *Container, field, name string, t taken) {
	first, twice := names[name]
	if !twice {
		names[name] = t
		v.fullName(c, field, name)
		return
	}
	// What is defined twice was reported as such.
	if first.alias == t.alias && (t.alias || first.owner.Name == t.owner.Name) {
		return
	}
	p := v.clash(c, field, name, first, t)
	if p != nil {
		p.Related = append(p.Related, problem.RelatedAt(first.at, first.what)...)
	}
}

// clash reports two things of one name, or returns nil where they can live together: a
// volume that needs no container has no name among containers.
func (v *validator) clash(c *Container, field, name string, first, t taken) *problem.Problem {
	full := quote(v.m.FullName(name))
	switch {
	case !t.alias || v.m.Attached != AttachedVolume:
		return v.inContainer(c, problem.CodeDuplicate, field, "%s and %s would both be %s in Docker", first.what, t.what, full)
	case mayShare(first.owner):
		return v.inContainer(c, problem.CodeDuplicate, field, "%s and %s are both called %s, so uses cannot tell them apart", first.what, t.what, quote(name))
	}
	// A volume and a container without volumes to use may share a name (row 64).
	return nil
}

func (v *validator) fullName(c *Container, field, name string) {
	full := v.m.FullName(name)
	if len(full) > longestName {
		v.inContainer(c, problem.CodeNameSyntax, field, "the name %s has %d characters, more than %d", quote(full), len(full), longestName)
	}
	if suffix := identity.ReservedSuffix(full); suffix != "" {
		v.inContainer(c, problem.CodeNameSyntax, field, "the name %s is reserved: dmap ends the names of its own containers with %s", quote(full), quote(suffix))
	}
}
