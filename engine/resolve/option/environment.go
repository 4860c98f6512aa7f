// Options, conversion: environment, and other strings by name.

package option

import (
	"slices"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/model"
)

// environment reads variables from a dictionary or from strings "K=V", and merges them
// by name (row 107). None, or a string without "=", unsets the image's variable.
func environment(r *reader, it item) change {
	elements := readEnvironment(r, it)
	unique(r, elements, "variable", variableName)
	return func(s *docker.ContainerSpec) {
		env := slices.Clone(s.Env)
		for _, e := range elements {
			env = putKeyed(env, e.value, variableName)
		}
		s.Env = env
	}
}

// variableName returns the name in "K=V" or "K".
func variableName(v string) string {
	name, _, _ := strings.Cut(v, "=")
	return name
}

func readEnvironment(r *reader, it item) []element[string] {
	d, isDict := it.Value.(model.Dict)
	if !isDict {
		return texts(variable)(r, it)
	}
	var out []element[string]
	for _, e := range r.entries(it, d) {
		if e.name == "" || strings.Contains(e.name, "=") {
			r.wrong(e.key, `want the name of a variable, not empty and without "=", got %s`, e.key.Input)
			continue
		}
		if e.value.Value == nil {
			out = append(out, element[string]{e.value, e.name})
			continue
		}
		if text, ok := readScalar(r, e.value); ok {
			out = append(out, element[string]{e.value, e.name + "=" + text})
		}
	}
	return out
}

func variable(s string) string {
	if variableName(s) == "" {
		return `"NAME=value", or "NAME" to unset`
	}
	return ""
}

// textMap returns a reader of strings by name: a dictionary, or a list of "name=value".
// If bare is set, a name alone has an empty value, and booleans are accepted; they are
// not for an engine's own settings, which do not read "True" as true.
func textMap(bare bool, checkName func(string) string) func(*reader, item) []element[named[string]] {
	return func(r *reader, it item) []element[named[string]] {
		out := readTextMap(r, it, bare)
		for _, e := range out {
			if wanted := checkName(e.value.name); wanted != "" {
				r.wrong(e.from, "want %s as name, got %q", wanted, e.value.name)
			}
		}
		return out
	}
}

func readTextMap(r *reader, it item, bare bool) []element[named[string]] {
	var out []element[named[string]]
	read := readText
	if bare {
		read = readScalar
	}
	if d, isDict := it.Value.(model.Dict); isDict {
		for _, e := range r.entries(it, d) {
			if text, ok := read(r, e.value); ok {
				out = append(out, element[named[string]]{e.value, named[string]{e.name, text}})
			}
		}
		return out
	}
	for _, e := range r.elements(it) {
		s, ok := e.Value.(string)
		if !ok {
			r.want(e, `"name=value", or a dict instead of the list`)
			continue
		}
		name, value, hasValue := strings.Cut(s, "=")
		if !hasValue && !bare {
			r.wrong(e, `want "name=value", got %s`, e.Input)
			continue
		}
		out = append(out, element[named[string]]{e, named[string]{name, value}})
	}
	return out
}

func labelName(s string) string {
	if identity.IsLabel(s) {
		return `a name outside of "` + identity.LabelPrefix + `" (dmap's own labels)`
	}
	return notEmpty(s)
}

// hosts reads additional host names: {"name": "address"} or "name:address". A name
// replaces all addresses it had before (row 107); one value may give a name several
// addresses.
func hosts(r *reader, it item) change {
	elements := readHosts(r, it)
	return func(s *docker.ContainerSpec) {
		old := slices.Clone(s.HostConfig.ExtraHosts)
		s.HostConfig.ExtraHosts = replaceNamed(old, elements, hostOf)
	}
}

func hostOf(line string) string {
	name, _, _ := strings.Cut(line, ":")
	return name
}

func readHosts(r *reader, it item) []element[string] {
	var out []element[string]
	put := func(from item, name, address string) {
		if word(name) != "" || strings.ContainsAny(name, ":=") {
			r.wrong(from, "want a host name, got %q", name)
			return
		}
		address = strings.TrimSuffix(strings.TrimPrefix(address, "["), "]")
		if address != "host-gateway" && ipAddress(address) != "" {
			r.wrong(from, `want an IP address or "host-gateway" for host %q, got %q`, name, address)
			return
		}
		out = append(out, element[string]{from, name + ":" + address})
	}
	if d, isDict := it.Value.(model.Dict); isDict {
		for _, e := range r.entries(it, d) {
			address, ok := e.value.Value.(string)
			if !ok {
				r.want(e.value, `an IP address or "host-gateway"`)
				continue
			}
			put(e.value, e.name, address)
		}
		return out
	}
	for _, e := range r.elements(it) {
		line, ok := e.Value.(string)
		cut := strings.IndexAny(line, ":=")
		if !ok || cut < 0 {
			r.want(e, `"name:address", or a dict of addresses by name`)
			continue
		}
		put(e, line[:cut], line[cut+1:])
	}
	return out
}

// replaceNamed puts lines into list: the first line of a name replaces all earlier ones
// of that name, further ones follow it.
func replaceNamed(list []string, elements []element[string], nameOf func(string) string) []string {
	fresh := map[string]bool{}
	for _, e := range elements {
		name := nameOf(e.value)
		if fresh[name] {
			if !slices.Contains(list, e.value) {
				list = append(list, e.value)
			}
			continue
		}
		fresh[name] = true
		list = putFirst(list, e.value, nameOf)
	}
	return list
}

// putFirst puts line in the place of the first line of its name and drops the others.
func putFirst(list []string, line string, nameOf func(string) string) []string {
	i := slices.IndexFunc(list, func(old string) bool { return nameOf(old) == nameOf(line) })
	if i < 0 {
		return append(list, line)
	}
	list[i] = line
	after := slices.DeleteFunc(list[i+1:], func(old string) bool { return nameOf(old) == nameOf(line) })
	return list[:i+1+len(after)]
}
