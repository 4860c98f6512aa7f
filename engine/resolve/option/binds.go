// Options, conversion: binds, volumes, tmpfs: what is mounted where.

package option

import (
	"path"
	"slices"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/problem"
)

// claim notes that the dictionary mounts something at a container path, and reports a
// second mount at the same path. Docker refuses such containers.
func (r *reader) claim(it item, target string) {
	before, taken := r.targets[target]
	if !taken {
		if r.targets == nil {
			r.targets = map[string]item{}
		}
		r.targets[target] = it
		return
	}
	p := r.add(problem.CodeMountClash, it, "two mounts on %q", target)
	p.Related = []problem.Related{{Origin: before.Origin, Msg: "first mounted by " + before.path}}
}

// unmount removes whatever binds, mounts and tmpfs have at the target, to make room for
// a new mount: at one path, the option wins (row 100).
func unmount(s *docker.ContainerSpec, target string, keepBinds, keepMounts, keepTmpfs bool) {
	h := &s.HostConfig
	if !keepBinds {
		h.Binds = without(h.Binds, func(b string) bool { return bindTarget(b) == target })
	}
	if !keepMounts {
		h.Mounts = without(h.Mounts, func(m docker.Mount) bool { return path.Clean(m.Target) == target })
	}
	if !keepTmpfs {
		h.Tmpfs = withoutTarget(h.Tmpfs, target)
	}
}

// without returns list, or a copy that lacks the elements that match.
func without[T any](list []T, match func(T) bool) []T {
	if !slices.ContainsFunc(list, match) {
		return list
	}
	return slices.DeleteFunc(slices.Clone(list), match)
}

func withoutTarget(tmpfs map[string]string, target string) map[string]string {
	out := make(map[string]string, len(tmpfs))
	for at, options := range tmpfs {
		if path.Clean(at) != target {
			out[at] = options
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// bindTarget returns the container path in "source:target[:mode]".
func bindTarget(bind string) string {
	parts := strings.SplitN(bind, ":", 3)
	if len(parts) < 2 {
		return path.Clean(bind)
	}
	return path.Clean(parts[1])
}

// binds reads host paths and named volumes to mount. The key is the container path: the
// option replaces anything mounted there before (row 100).
func binds(r *reader, it item) change {
	elements := r.readBinds(it)
	for _, e := range elements {
		r.claim(e.from, bindTarget(e.value))
	}
	return func(s *docker.ContainerSpec) {
		list := slices.Clone(s.HostConfig.Binds)
		for _, e := range elements {
			list = putKeyed(list, e.value, bindTarget)
		}
		s.HostConfig.Binds = list
		for _, e := range elements {
			unmount(s, bindTarget(e.value), true, false, false)
		}
	}
}

func (r *reader) readBinds(it item) []element[string] {
	d, isDict := it.Value.(model.Dict)
	var out []element[string]
	if isDict {
		for _, e := range r.entries(it, d) {
			if bind, ok := r.bindEntry(e); ok {
				out = append(out, element[string]{e.value, bind})
			}
		}
		return out
	}
	for _, e := range r.elements(it) {
		if bind, ok := r.bindText(e); ok {
			out = append(out, element[string]{e, bind})
		}
	}
	return out
}

// bindText reads "source:target[:mode]".
func (r *reader) bindText(it item) (string, bool) {
	text, ok := it.Value.(string)
	if !ok {
		r.want(it, `"source:target" or "source:target:mode"`)
		return "", false
	}
	parts := strings.Split(text, ":")
	if len(parts) < 2 || len(parts) > 3 {
		p := r.wrong(it, `want "source:target" or "source:target:mode", got %s`, it.Input)
		if len(parts) == 1 {
			p.Hint = "a path without a source belongs to volumes"
		}
		return "", false
	}
	if len(parts) == 2 {
		return r.bind(it, parts[0], parts[1], "")
	}
	if parts[2] == "" {
		r.wrong(it, "the mode is empty in %s", it.Input)
		return "", false
	}
	return r.bind(it, parts[0], parts[1], parts[2])
}

// bindEntry reads {source: target} or {source: {"bind": target, "ro": flag}}, in which
// "mode" may replace "ro".
func (r *reader) bindEntry(e entry) (string, bool) {
	if target, ok := e.value.Value.(string); ok {
		if strings.Contains(target, ":") {
			p := r.wrong(e.value, "want a container path, got %s", e.value.Input)
			p.Hint = `write the mode as {"bind": path, "mode": "ro"}`
			return "", false
		}
		return r.bind(e.value, e.name, target, "rw")
	}
	d, ok := e.value.Value.(model.Dict)
	if !ok {
		r.want(e.value, `a container path or {"bind": path, "ro": flag}`)
		return "", false
	}
	return r.bindRecord(e, d)
}

func (r *reader) bindRecord(e entry, d model.Dict) (string, bool) {
	before := len(r.problems)
	target, mode, ways := "", "rw", 0
	r.record(e.value, d, "a bind",
		field{"bind", "bind", func(it item) { target = textWhere(mountPath)(r, it) }},
		field{"ro", "ro", func(it item) {
			ways++
			if readFlag(r, it) {
				mode = "ro"
			}
		}},
		field{"mode", "mode", func(it item) {
			ways++
			mode = textWhere(notEmpty)(r, it)
		}})
	switch {
	case len(r.problems) > before:
		return "", false
	case ways > 1:
		r.wrong(e.value, `want "ro" or "mode", not both`)
		return "", false
	case target == "":
		r.wrong(e.value, `the container path is missing: {"bind": path}`)
		return "", false
	}
	return r.bind(e.value, e.name, target, mode)
}

// bind checks the parts of a bind and joins them. An empty mode is left out.
func (r *reader) bind(it item, source, target, mode string) (string, bool) {
	if wanted := mountPath(target); wanted != "" {
		r.wrong(it, "want %s, got %q", wanted, target)
		return "", false
	}
	isPath := strings.HasPrefix(source, "/")
	if !isPath && !isContainerName(source) || strings.Contains(source, ":") {
		p := r.wrong(it, "want an absolute host path or the name of a volume as source, got %q", source)
		if strings.HasPrefix(source, ".") || strings.HasPrefix(source, "~") {
			p.Hint = "Docker does not know which folder a relative path starts from"
		}
		return "", false
	}
	if isPath {
		source = path.Clean(source)
	}
	bind := source + ":" + path.Clean(target)
	if mode == "" {
		return bind, true
	}
	if wrong := wrongMode(mode, isPath); wrong != "" {
		r.wrong(it, "cannot mount with mode %q: %s", mode, wrong)
		return "", false
	}
	return bind + ":" + mode, true
}

// modeGroups are the words of a mount mode; one of each group may be given.
func modeGroups() [][]string {
	return [][]string{
		{"rw", "ro"},
		{"z", "Z"},
		{"shared", "rshared", "slave", "rslave", "private", "rprivate"},
		{"nocopy"},
		{"consistent", "cached", "delegated"},
	}
}

const propagationGroup, copyGroup = 2, 3

// wrongMode returns what is wrong with the mode of a bind (isPath) or of a named
// volume, or "".
func wrongMode(mode string, isPath bool) string {
	groups := modeGroups()
	var given [5]int
	for _, w := range strings.Split(mode, ",") {
		i := slices.IndexFunc(groups, func(words []string) bool { return slices.Contains(words, w) })
		if i < 0 {
			return "want " + quoteAll(slices.Concat(groups...)) + ", joined by commas"
		}
		given[i]++
		if given[i] > 1 {
			return "only one of " + quoteAll(groups[i])
		}
	}
	switch {
	case given[propagationGroup] > 0 && !isPath:
		return "propagation is for host paths only"
	case given[copyGroup] > 0 && isPath:
		return "nocopy is for named volumes only"
	}
	return ""
}

// volumes reads container paths that become anonymous volumes. They are added to the
// shares, without duplicates (row 97).
func volumes(r *reader, it item) change {
	var paths []string
	for _, e := range r.volumeItems(it) {
		text, ok := e.Value.(string)
		switch {
		case !ok:
			r.want(e, "a container path")
		case strings.Contains(text, ":"):
			p := r.wrong(e, "want a container path, got %s", e.Input)
			p.Hint = "what has a source belongs to binds"
		case mountPath(text) != "":
			r.wrong(e, "want %s, got %s", mountPath(text), e.Input)
		default:
			paths = append(paths, path.Clean(text))
		}
	}
	return func(s *docker.ContainerSpec) { s.Volumes = withKeys(s.Volumes, paths) }
}

func (r *reader) volumeItems(it item) []item {
	d, isDict := it.Value.(model.Dict)
	if !isDict {
		return r.elements(it)
	}
	var out []item
	for _, e := range r.entries(it, d) {
		if value, isDict := e.value.Value.(model.Dict); e.value.Value != nil && (!isDict || len(value) > 0) {
			p := r.want(e.value, "None or {} (a volume without a source)")
			p.Hint = "what has a source belongs to binds"
			continue
		}
		out = append(out, e.key)
	}
	return out
}

// tmpfs reads file systems in memory: {"/path": "options"} or "/path:options".
func tmpfs(r *reader, it item) change {
	elements := r.readTmpfs(it)
	for _, e := range elements {
		r.claim(e.from, e.value.name)
	}
	return func(s *docker.ContainerSpec) {
		for _, e := range elements {
			unmount(s, e.value.name, false, false, false)
		}
		s.HostConfig.Tmpfs = withEntries(s.HostConfig.Tmpfs, elements)
	}
}

func (r *reader) readTmpfs(it item) []element[named[string]] {
	var out []element[named[string]]
	put := func(from item, target, options string) {
		if wanted := mountPath(target); wanted != "" {
			r.wrong(from, "want %s, got %q", wanted, target)
			return
		}
		out = append(out, element[named[string]]{from, named[string]{path.Clean(target), options}})
	}
	if d, isDict := it.Value.(model.Dict); isDict {
		for _, e := range r.entries(it, d) {
			options, ok := e.value.Value.(string)
			if !ok && e.value.Value != nil {
				r.want(e.value, `options such as "size=64m,mode=1777", or ""`)
				continue
			}
			put(e.value, e.name, options)
		}
		return out
	}
	for _, e := range r.elements(it) {
		text, ok := e.Value.(string)
		if !ok {
			r.want(e, `"/path" or "/path:options"`)
			continue
		}
		target, options, _ := strings.Cut(text, ":")
		put(e, target, options)
	}
	return out
}
