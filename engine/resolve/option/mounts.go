// Options, conversion: mounts in the long form.

package option

import (
	"path"
	"slices"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/problem"
)

// mounts reads mounts in the long form. The key is the container path: the option
// replaces anything mounted there before (row 100).
func mounts(r *reader, it item) change {
	var elements []element[docker.Mount]
	for _, e := range r.elements(it) {
		before := len(r.problems)
		m := r.mount(e)
		if len(r.problems) > before {
			continue
		}
		m.Target = path.Clean(m.Target)
		r.claim(e, m.Target)
		elements = append(elements, element[docker.Mount]{e, m})
	}
	return func(s *docker.ContainerSpec) {
		list := slices.Clone(s.HostConfig.Mounts)
		for _, e := range elements {
			list = putKeyed(list, e.value, func(m docker.Mount) string { return path.Clean(m.Target) })
		}
		s.HostConfig.Mounts = list
		for _, e := range elements {
			unmount(s, e.value.Target, false, true, false)
		}
	}
}

func (r *reader) mount(it item) docker.Mount {
	var m docker.Mount
	before := len(r.problems)
	switch v := it.Value.(type) {
	case string:
		m = r.mountText(it, v)
	case model.Dict:
		m = r.mountRecord(it, v)
	default:
		r.want(it, `a dict with target, source, type, ... or "source:target[:ro]"`)
	}
	if len(r.problems) == before {
		r.checkMount(it, m)
	}
	return m
}

// mountText reads "target", "source:target" or "source:target:ro".
func (r *reader) mountText(it item, text string) docker.Mount {
	parts := strings.Split(text, ":")
	if len(parts) > 3 || len(parts) == 3 && parts[2] != "ro" && parts[2] != "rw" || len(parts) > 1 && parts[0] == "" {
		r.wrong(it, `want "target", "source:target" or "source:target:ro", got %s`, it.Input)
		return docker.Mount{}
	}
	m := docker.Mount{Type: "volume", Target: parts[len(parts)-1]}
	if len(parts) > 1 {
		m.Source, m.Target = parts[0], parts[1]
		m.ReadOnly = len(parts) == 3 && parts[2] == "ro"
	}
	if strings.HasPrefix(m.Source, "/") {
		m.Type = "bind"
	}
	return m
}

// mountRecord reads a mount with the names of the API, or with those of docker-py,
// which does not nest the options of a type.
func (r *reader) mountRecord(it item, d model.Dict) docker.Mount {
	m := docker.Mount{Type: "volume"}
	var bind docker.BindOptions
	var volume docker.VolumeOptions
	var tmpfs docker.TmpfsOptions
	var hasBind, hasVolume, hasTmpfs bool
	bindFields := r.noteGiven(&hasBind, r.bindFields(&bind))
	volumeFields := r.noteGiven(&hasVolume, r.volumeFields(&volume))
	tmpfsFields := r.noteGiven(&hasTmpfs, r.tmpfsFields(&tmpfs))
	nested := func(what string, fields []field) func(item) {
		return func(e item) {
			d, ok := e.Value.(model.Dict)
			if !ok {
				r.want(e, "a dict of "+what)
				return
			}
			r.record(e, d, what, fields...)
		}
	}
	fields := []field{
		{"target", "Target", func(e item) { m.Target = textWhere(mountPath)(r, e) }},
		{"source", "Source", func(e item) { m.Source = textWhere(anyText)(r, e) }},
		{"type", "Type", func(e item) { m.Type = textWhere(oneOf("bind", "volume", "tmpfs", "npipe"))(r, e) }},
		{"read_only", "ReadOnly", func(e item) { m.ReadOnly = readFlag(r, e) }},
		{"consistency", "Consistency", func(e item) {
			m.Consistency = textWhere(oneOf("", "default", "consistent", "cached", "delegated"))(r, e)
		}},
		{"bind_options", "BindOptions", nested("bind options", bindFields)},
		{"volume_options", "VolumeOptions", nested("volume options", volumeFields)},
		{"tmpfs_options", "TmpfsOptions", nested("tmpfs options", tmpfsFields)},
		flatField("propagation", bindFields[0]),
		flatField("no_copy", volumeFields[0]),
		flatField("labels", volumeFields[1]),
		flatField("subpath", volumeFields[2]),
		flatField("driver_config", volumeFields[3]),
		flatField("tmpfs_size", tmpfsFields[0]),
		flatField("tmpfs_mode", tmpfsFields[1]),
	}
	r.record(it, d, "a mount", fields...)
	if hasBind {
		m.BindOptions = &bind
	}
	if hasVolume {
		m.VolumeOptions = &volume
	}
	if hasTmpfs {
		m.TmpfsOptions = &tmpfs
	}
	return m
}

// noteGiven makes fields note that one of them was given, and report one that is given
// twice: in docker-py's flat form and nested in the options of its type.
func (r *reader) noteGiven(given *bool, fields []field) []field {
	for i, f := range fields {
		var first *item
		fields[i].set = func(e item) {
			if first != nil {
				p := r.add(problem.CodeDuplicate, e, "the same as %s, which is given too", first.path)
				p.Related = []problem.Related{{Origin: first.Origin, Msg: "given here"}}
				return
			}
			first = &e
			*given = true
			f.set(e)
		}
	}
	return fields
}

// flatField is a nested field under the name that docker-py has for it in the flat
// form.
func flatField(name string, f field) field { return field{name, name, f.set} }

func (r *reader) bindFields(o *docker.BindOptions) []field {
	return []field{
		{"propagation", "Propagation", func(e item) { o.Propagation = textWhere(oneOf(modeGroups()[propagationGroup]...))(r, e) }},
		{"non_recursive", "NonRecursive", func(e item) { o.NonRecursive = readFlag(r, e) }},
		{"create_mountpoint", "CreateMountpoint", func(e item) { o.CreateMountpoint = readFlag(r, e) }},
	}
}

func (r *reader) volumeFields(o *docker.VolumeOptions) []field {
	return []field{
		{"no_copy", "NoCopy", func(e item) { o.NoCopy = readFlag(r, e) }},
		{"labels", "Labels", func(e item) { o.Labels = r.textsByName(e, true, labelName) }},
		{"subpath", "Subpath", func(e item) { o.Subpath = textWhere(localPath)(r, e) }},
		{"driver_config", "DriverConfig", func(e item) { o.DriverConfig = r.driverConfig(e) }},
	}
}

func (r *reader) tmpfsFields(o *docker.TmpfsOptions) []field {
	const allBits = 0o7777
	return []field{
		{"size_bytes", "SizeBytes", func(e item) { o.SizeBytes = size(0)(r, e) }},
		{"mode", "Mode", func(e item) { o.Mode = uint32(integer[int64](0, allBits)(r, e)) }},
	}
}

// textsByName reads strings by name into a new map.
func (r *reader) textsByName(it item, bare bool, checkName func(string) string) map[string]string {
	elements := textMap(bare, checkName)(r, it)
	unique(r, elements, "name", func(n named[string]) string { return n.name })
	return withEntries(nil, elements)
}

func (r *reader) driverConfig(it item) *docker.DriverConfig {
	d, ok := it.Value.(model.Dict)
	if !ok {
		r.want(it, `a dict with name and options of a volume driver`)
		return nil
	}
	var c docker.DriverConfig
	r.record(it, d, "a volume driver",
		field{"name", "Name", func(e item) { c.Name = textWhere(notEmpty)(r, e) }},
		field{"options", "Options", func(e item) { c.Options = r.textsByName(e, false, notEmpty) }})
	return &c
}

// localPath accepts a path below a volume.
func localPath(s string) string {
	clean := path.Clean(s)
	if s == "" || strings.HasPrefix(s, "/") || clean == ".." || strings.HasPrefix(clean, "../") {
		return "a relative path within the volume"
	}
	return ""
}

// checkMount reports parts of a mount that exclude each other.
func (r *reader) checkMount(it item, m docker.Mount) {
	isPath := strings.HasPrefix(m.Source, "/")
	switch {
	case m.Target == "":
		r.wrong(it, "the target of the mount is missing")
	case mountPath(m.Target) != "":
		r.wrong(it, "want %s as target, got %q", mountPath(m.Target), m.Target)
	case m.Type == "bind" && !isPath:
		r.wrong(it, "want an absolute host path as source of a bind mount, got %q", m.Source)
	case m.Type == "volume" && m.Source != "" && !isContainerName(m.Source):
		p := r.wrong(it, "want the name of a volume as source of a volume mount, got %q", m.Source)
		if isPath {
			p.Hint = `for a host path add "type": "bind"`
		}
	case m.Type == "tmpfs" && m.Source != "":
		r.wrong(it, "a tmpfs mount takes no source, got %q", m.Source)
	case m.Type == "npipe":
		r.wrong(it, "named pipes are for Windows containers, which dmap does not run")
	case m.BindOptions != nil && m.Type != "bind":
		r.wrong(it, "bind options do not go with a mount of type %q", m.Type)
	case m.VolumeOptions != nil && m.Type != "volume":
		r.wrong(it, "volume options do not go with a mount of type %q", m.Type)
	case m.TmpfsOptions != nil && m.Type != "tmpfs":
		r.wrong(it, "tmpfs options do not go with a mount of type %q", m.Type)
	case m.Type == "volume" && m.Source == "" && m.ReadOnly:
		r.wrong(it, "a volume without a name cannot be read-only: nothing could ever be in it")
	case m.VolumeOptions != nil && m.VolumeOptions.Subpath != "" && m.Source == "":
		r.wrong(it, "a volume without a name has no subpath")
	}
}
