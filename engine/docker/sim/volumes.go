// Part of the simulated engine: volumes.

package sim

import (
	"regexp"
	"slices"
	"strings"
)

// volumes are the volumes that have a name, be it one of the engine's making.
type volumes struct {
	st      *state
	version apiVersion
	journal *journal
}

// ensureVolume gives the volume of a name, made if it is missing; an existing one keeps its labels and options.
func (s *volumes) ensureVolume(name, driver string, labels, options map[string]string) (*volume, error) {
	if v := s.st.Volumes[name]; v != nil {
		if driver != "" && driver != v.Driver {
			return nil, conflict("create %s: conflict: volume name must be unique", name)
		}
		return v, nil
	}
	if driver != "" && driver != "local" {
		return nil, notFound("create %s: error looking up volume plugin %s: plugin %q not found", name, driver, driver)
	}
	if name != "" && !validName(name) {
		if len(name) == 1 {
			return nil, badRequest("create %s: volume name is too short, names should be at least two alphanumeric characters", name)
		}
		return nil, badRequest("create %s: %q includes invalid characters for a local volume name, only \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you intended to pass a host directory, use absolute path", name, name)
	}
	if err := checkVolumeOptions(options); err != nil {
		return nil, prefixed("create "+first(name, s.st.newID("volume"))+": ", err)
	}
	return s.newVolume(name, driver, labels, options), nil
}

// volumeSize is how the size of a volume is written.
var volumeSize = regexp.MustCompile(`(?i)^([0-9]+(\.[0-9]+)*) ?([kmgtp]?i?b?)$`)

// checkVolumeOptions checks the options of the driver local. The host has no quota, so that no size can be had.
func checkVolumeOptions(options map[string]string) error {
	needs := map[string][]string{"device": {"type"}, "o": {"device", "type"}, "size": nil, "type": {"device"}}
	for _, name := range sortedKeys(options) {
		if _, known := needs[name]; !known {
			return badRequest("invalid option: %q", name)
		}
	}
	for _, name := range sortedKeys(options) {
		for _, need := range needs[name] {
			if _, given := options[need]; !given {
				return badRequest("missing required option: %q", need)
			}
		}
	}
	size, given := options["size"]
	switch {
	case !given:
	case !volumeSize.MatchString(size):
		return failure("invalid size: '%s'", size)
	case strings.ContainsAny(size, "123456789"):
		return badRequest("quota size requested but no quota support")
	}
	return nil
}

func (s *volumes) newVolume(name, driver string, labels, options map[string]string) *volume {
	v := &volume{
		Name: name, Driver: first(driver, "local"), Labels: labels, Options: options, Created: s.st.Now,
		Files: newTree(), Refs: map[string]int{},
	}
	if name == "" {
		v.Name, v.Anonymous = s.st.newID("volume"), true
		if s.version.at(42) {
			v.Labels = union(v.Labels, map[string]string{"com.docker.volume.anonymous": ""})
		}
	}
	s.st.Volumes[v.Name] = v
	s.journal.emitVolume(v.Name, "create", map[string]string{"driver": v.Driver})
	return v
}

func (s *volumes) dropVolume(v *volume) {
	delete(s.st.Volumes, v.Name)
	s.journal.emitVolume(v.Name, "destroy", map[string]string{"driver": v.Driver})
}

func (v *volume) document() object {
	return object{
		"Name": v.Name, "Driver": v.Driver, "Mountpoint": volumeRoot + v.Name + "/_data", "Labels": v.Labels,
		"Options": v.Options, "Scope": "local", "CreatedAt": v.Created.UTC().Format("2006-01-02T15:04:05Z07:00"),
	}
}

func volumeCreate(w *world, q *request) (reply, error) {
	var body struct {
		Name, Driver       string
		Labels, DriverOpts map[string]string
	}
	if err := q.decode(&body); err != nil {
		return reply{}, err
	}
	v, err := w.volumes.ensureVolume(body.Name, body.Driver, body.Labels, body.DriverOpts)
	if err != nil {
		return reply{}, err
	}
	return reply{status: 201, json: v.document()}, nil
}

func (s *state) findVolume(name string) (*volume, error) {
	if v := s.Volumes[name]; v != nil {
		return v, nil
	}
	return nil, notFound("get %s: no such volume", name)
}

func volumeInspect(w *world, q *request) (reply, error) {
	v, err := w.st.findVolume(q.name)
	if err != nil {
		return reply{}, err
	}
	return ok(v.document())
}

func volumeList(w *world, q *request) (reply, error) {
	f, err := readFilters(q, "dangling", "name", "driver", "label")
	if err != nil {
		return reply{}, err
	}
	dangling, err := f.boolean("dangling")
	if err != nil {
		return reply{}, err
	}
	docs, fits := []object{}, f.pattern("name")
	for _, name := range sortedKeys(w.st.Volumes) {
		v := w.st.Volumes[name]
		if dangling != nil && *dangling != (len(v.Refs) == 0) {
			continue
		}
		if fits(v.Name) && f.has("driver", v.Driver) && f.labels(v.Labels) {
			docs = append(docs, v.document())
		}
	}
	return ok(object{"Volumes": docs, "Warnings": nil})
}

func volumeRemove(w *world, q *request) (reply, error) {
	v, err := w.st.findVolume(q.name)
	if err != nil {
		if q.flag("force") {
			return status(204)
		}
		return reply{}, err
	}
	if len(v.Refs) > 0 {
		return reply{}, conflict("remove %s: volume is in use - [%s]", v.Name, strings.Join(sortedKeys(v.Refs), ", "))
	}
	w.volumes.dropVolume(v)
	return status(204)
}

// volumePrune removes unused volumes: all of them below API 1.42, since then anonymous ones unless all is asked for.
func volumePrune(w *world, q *request) (reply, error) {
	known := []string{"label", "label!"}
	if q.at(42) {
		known = append(known, "all")
	}
	f, err := readFilters(q, known...)
	if err != nil {
		return reply{}, err
	}
	all, err := f.boolean("all")
	if err != nil {
		return reply{}, err
	}
	everything := !q.at(42) || all != nil && *all
	gone := []string{}
	for _, name := range sortedKeys(w.st.Volumes) {
		v := w.st.Volumes[name]
		if len(v.Refs) == 0 && (everything || v.Anonymous) && f.labels(v.Labels) {
			w.volumes.dropVolume(v)
			gone = append(gone, name)
		}
	}
	slices.Sort(gone)
	w.journal.emit("volume", "prune", "", map[string]string{"reclaimed": "0"})
	return ok(object{"VolumesDeleted": gone, "SpaceReclaimed": 0})
}
