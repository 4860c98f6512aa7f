// Model: the resource host, paths on the Docker host by alias.

package model

import (
	"cmp"
	"slices"
	"strings"

	"github.com/dmap-dev/dmap/engine/problem"
)

func hostTable() table[HostPath] {
	return table[HostPath]{
		Field: Field{"host", "dict: alias to path, or to a dict of paths by instance", "paths on the Docker host"},
		of:    "alias",
		list:  func(m *ContainerMap) *[]HostPath { return &m.Host },
		name:  func(h HostPath) (string, bool) { return h.Alias, true },
		read:  (*converter).hostPath,
		value: (*ContainerMap).hostInput,
		parts: func(h HostPath) (instances []string) {
			for _, p := range h.Instances {
				instances = append(instances, p.Instance)
			}
			return instances
		},
		clone: func(h HostPath) HostPath {
			h.Instances = slices.Clone(h.Instances)
			return h
		},
		check: checkHost,
		extra: &extraEntry{ // row 118
			name: "root",
			set: func(m *ContainerMap, k *converter, path string, in Input) {
				m.HostRoot = k.text(path, in)
				k.note("host_root", in.Origin)
			},
			get: func(m *ContainerMap) Input {
				return Input{Value: textOrNone(m.HostRoot), Origin: m.Origins["host_root"]}
			},
		},
	}
}

func (c *converter) hostPath(path, alias string, in Input) (h HostPath, ok bool) {
	switch v := in.Value.(type) {
	case string:
		return HostPath{Alias: alias, Path: v}, true
	case Dict:
		return HostPath{Alias: alias, Instances: c.instancePaths(path, v)}, true
	}
	c.want(path, in, "a path on the host, or a dict of paths by instance")
	return HostPath{}, false
}

func (c *converter) instancePaths(path string, d Dict) []InstancePath {
	out := make([]InstancePath, 0, len(d))
	seen := make(map[string]problem.Origin, len(d))
	for _, e := range d {
		at := cmp.Or(e.Value.Origin, e.Key.Origin)
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

func (m *ContainerMap) hostInput(path string, h HostPath) Input {
	at := m.Origins[path]
	if h.Instances == nil || h.Path != "" {
		return Input{Value: h.Path, Origin: at}
	}
	paths := make(Dict, len(h.Instances))
	for i, p := range h.Instances {
		of := m.Origins[key(path, p.Instance)]
		paths[i] = Entry{Input{p.Instance, of, ""}, Input{p.Path, of, ""}}
	}
	return Input{Value: paths, Origin: at}
}

// checkHost checks the host path, or paths, of an alias.
func checkHost(bad report, field string, h HostPath) {
	if h.Alias == "root" {
		bad(problem.CodeNameSyntax, field, `"root" in host is the host root and cannot be an alias`)
	}
	switch {
	case h.Path != "" && len(h.Instances) > 0:
		bad(problem.CodeWrongValue, field, "alias %s has one host path for all instances and others for each: want one or the other", quote(h.Alias))
	case len(h.Instances) == 0:
		checkHostPath(bad, field, "", h.Alias, h.Path)
	}
	seen := map[string]bool{}
	for _, p := range h.Instances {
		of := " for instance " + quote(p.Instance)
		at := key(field, p.Instance)
		if seen[p.Instance] {
			bad(problem.CodeDuplicate, at, "alias %s has two host paths%s", quote(h.Alias), of)
			continue
		}
		seen[p.Instance] = true
		checkHostPath(bad, at, of, h.Alias, p.Path)
	}
}

func checkHostPath(bad report, field, of, alias, value string) {
	if value == "" {
		bad(problem.CodeMissingPath, field, "the host path of alias %s%s is empty", quote(alias), of)
		return
	}
	fault, hint := mountFault(value), ""
	if strings.HasPrefix(value, "~") {
		fault, hint = `only a shell knows "~", and Docker would make a folder of that name`, "write the whole path, or a path below host_root"
	}
	if fault != "" {
		bad(problem.CodeWrongValue, field, "cannot use %s as the host path of alias %s%s: %s", quote(value), quote(alias), of, fault).Hint = hint
	}
}
