// Model: aliases, their paths, and what a container mounts.

package model

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/dmap-dev/dmap/engine/problem"
)

// mountPoints are the paths a container mounts, and what mounts them.
type mountPoints map[string]mountPoint

type mountPoint struct {
	field, what string
	// source identifies what is mounted: the same thing reached in two ways is no
	// clash. "" never equals another source.
	source string
	// wish is set for a path that the container shares: a used container may supply the
	// volume.
	wish bool
	// at is the line of another container that causes the mount; hint says what to do
	// about a clash.
	at   []problem.Related
	hint string
}

// mount notes a mount and reports a different one at the same path (row 53). An
// impossible path was reported before and is skipped.
func (v *validator) mount(c *Container, mounts mountPoints, at string, m mountPoint) {
	if pathFault(at) != "" {
		return
	}
	clean := path.Clean(at)
	first, twice := mounts[clean]
	if !twice {
		mounts[clean] = m
		return
	}
	if m.source != "" && m.source == first.source {
		return
	}
	p := v.inContainer(c, problem.CodeMountClash, m.field, "%s is mounted twice: by %s and by %s", quote(clean), first.what, m.what)
	p.Related = slices.Concat(problem.RelatedAt(c.At(first.field), "first mounted"), first.at, m.at)
	p.Hint = cmp.Or(m.hint, first.hint)
}

func (v *validator) shares(c *Container, mounts mountPoints) {
	for i, share := range c.Shares {
		field := index("shares", i)
		if fault := pathFault(share); fault != "" {
			v.inContainer(c, problem.CodeWrongValue, field, "cannot share %s: %s", quote(share), fault)
		}
		v.mount(c, mounts, share, mountPoint{field: field, what: "shares " + quote(share), wish: true})
	}
}

// bindAt is an entry that binds an alias.
type bindAt struct {
	c     *Container
	field string
}

func (v *validator) binds(c *Container, mounts mountPoints) {
	seen := map[string]int{}
	for i, b := range c.Binds {
		field := index("binds", i)
		if first, twice := seen[b.Volume]; twice {
			p := v.inContainer(c, problem.CodeMountClash, field, "alias %s is bound twice", quote(b.Volume))
			p.Related = problem.RelatedAt(c.At(index("binds", first)), "first bound")
			continue
		}
		seen[b.Volume] = i
		at, isVolume := v.index.VolumePath(b.Volume)
		_, isHost := v.index.HostPath(b.Volume)
		if !isVolume || !isHost {
			v.unknownBind(c, i, isVolume, isHost)
		}
		if isHost {
			v.binders[b.Volume] = append(v.binders[b.Volume], bindAt{c, field})
		}
		if isVolume {
			v.mount(c, mounts, at, mountPoint{field: field, what: "binds " + quote(b.Volume), source: v.hostSource(b.Volume, c.InstanceNames())})
		}
	}
}

// unknownBind reports whether an alias lacks its host path, its container path (row 48)
// or both.
func (v *validator) unknownBind(c *Container, i int, isVolume, isHost bool) {
	alias := c.Binds[i].Volume
	names := anyAlias
	lacks := "no host path and no container path"
	switch {
	case isVolume:
		names, lacks = hostAlias, "no host path"
	case isHost:
		names, lacks = volumeAlias, "no container path"
	}
	p := v.inContainer(c, problem.CodeUnknownAlias, index("binds", i), "alias %s has %s", quote(alias), lacks)
	switch owners := v.index.Owners(alias); {
	case len(c.Binds) == 2 && i == 1 && isFlag(alias):
		p.Hint = pairHint(c.Binds[0].Volume, alias)
	case strings.HasPrefix(alias, "/"):
		p.Hint = "binds takes aliases; a path that is not a host path goes into shares"
	case len(owners) > 0:
		p.Hint = label(owners[0].Name) + " attaches it: write it in uses"
	default:
		v.suggest(p, names, alias)
	}
	if p.Hint == "" && isHost != isVolume {
		p.Hint = "add it to " + map[bool]string{true: "host", false: "volumes"}[isVolume]
	}
}

// isFlag reports whether an alias is one of the words meant as access in ("alias",
// "ro"), which is read as a list of two aliases (row 49).
func isFlag(s string) bool { return s == "ro" || s == "rw" }

func pairHint(name, flag string) string {
	return "if " + quote(flag) + " is meant as access, write [(" + quote(name) + ", " + quote(flag) + ")]"
}

func (v *validator) attaches(c *Container, mounts mountPoints) {
	seen := map[string]bool{}
	for i, alias := range c.Attaches {
		field := index("attaches", i)
		if seen[alias] {
			v.inContainer(c, problem.CodeDuplicate, field, "%s attaches %s twice", label(c.Name), quote(alias))
			continue
		}
		seen[alias] = true
		if first := v.index.Owners(alias)[0]; first != c {
			p := v.inContainer(c, problem.CodeDuplicate, field, "%s and %s both attach %s: it can have one owner", label(first.Name), label(c.Name), quote(alias))
			p.Related = problem.RelatedAt(first.At(index("attaches", slices.Index(first.Attaches, alias))), "first attached")
			p.Hint = "one attaches it, the other uses it"
		}
		at, ok := v.index.VolumePath(alias)
		if !ok {
			p := v.inContainer(c, problem.CodeUnknownAlias, field, "alias %s has no container path", quote(alias))
			v.suggest(p, volumeAlias, alias)
		}
		v.mount(c, mounts, at, mountPoint{field: field, what: "attaches " + quote(alias), source: "volume " + alias})
	}
}

// boundPaths checks the host paths of aliases that some container binds: there must be
// one for every instance (rows 22, 23), absolute once the root is applied. Host paths
// that nothing binds may be anything: a map is often a part of a larger one.
func (v *validator) boundPaths() {
	done := map[string]bool{}
	for _, h := range v.m.Host {
		binders := v.binders[h.Alias]
		if done[h.Alias] || len(binders) == 0 {
			continue
		}
		done[h.Alias] = true
		v.relative(h, binders[0])
		if len(h.Instances) > 0 {
			v.instancePaths(h, binders)
		}
	}
}

// relative reports a path that Docker would refuse or read as the name of a volume
// (rows 15, 16).
func (v *validator) relative(h HostPath, by bindAt) {
	if v.m.HostRoot != "" {
		return
	}
	for _, p := range append([]InstancePath{{"", h.Path}}, h.Instances...) {
		if p.Path == "" || strings.HasPrefix(p.Path, "/") {
			continue
		}
		field := key("host", h.Alias)
		if p.Instance != "" {
			field = key(field, p.Instance)
		}
		found := v.inMap(problem.CodeMissingPath, field, "the host path %s of alias %s is relative, and there is no host root", quote(p.Path), quote(h.Alias))
		found.Hint = "set host_root"
		found.Related = problem.RelatedAt(by.c.At(by.field), "bound by "+label(by.c.Name))
	}
}

func (v *validator) instancePaths(h HostPath, binders []bindAt) {
	paths := v.index.paths[h.Alias]
	wanted := map[string]bool{DefaultInstance: true}
	var all []string
	for _, b := range binders {
		var missing []string
		for _, name := range b.c.InstanceNames() {
			name = instanceKey(name)
			if _, ok := paths[name]; !ok {
				missing = append(missing, name)
			}
			if !wanted[name] {
				all = append(all, name)
			}
			wanted[name] = true
		}
		v.missingPaths(h, b, missing)
	}
	if len(all) == 0 {
		return // only containers without instances bind it: the other paths may be used later (row 22)
	}
	v.strayPaths(h, wanted, all)
}

// missingPaths reports the instances of one container that have no path (row 23).
func (v *validator) missingPaths(h HostPath, by bindAt, missing []string) {
	if len(missing) == 0 {
		return
	}
	given := make([]string, len(h.Instances))
	for i, p := range h.Instances {
		given[i] = p.Instance
	}
	who := "instance " + listed(missing) + " of " + label(by.c.Name)
	switch {
	case len(missing) > 1:
		who = "the instances " + listed(missing) + " of " + label(by.c.Name)
	case len(by.c.Instances) == 0:
		who = label(by.c.Name) + ", which has no instances"
	}
	p := v.inContainer(by.c, problem.CodeMissingPath, by.field, "alias %s has no host path for %s; it has paths for %s", quote(h.Alias), who, listed(given))
	p.Related = problem.RelatedAt(v.m.At(key("host", h.Alias)), "its host paths are set")
	p.Hint = "add " + listed(missing) + " to the host paths of " + quote(h.Alias)
}

// strayPaths reports paths for instances that no container binding the alias has.
func (v *validator) strayPaths(h HostPath, wanted map[string]bool, all []string) {
	near := problem.NewSuggester(all)
	for _, p := range h.Instances {
		if wanted[p.Instance] {
			continue
		}
		field := key(key("host", h.Alias), p.Instance)
		found := v.inMap(problem.CodeUnknownName, field, "alias %s has a host path for instance %s, which no container that binds it has", quote(h.Alias), quote(p.Instance))
		found.Hint = problem.Meant(near.Nearest(p.Instance))
	}
}
