// Part of the simulated engine: keeping its state in a file, and showing it to tests.

package sim

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"sort"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/files"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/state"
)

// saved is the form of a saved engine.
type saved struct {
	Format string
	API    string
	State  *state.State
}

const saveFormat = "dmap sim 1"

// Save writes the whole state as JSON. The same state always gives the same bytes.
// Faults, hooks and the call log are not part of it.
func (e *Engine) Save(w io.Writer) error {
	e.world.Lock()
	text, err := json.MarshalIndent(saved{Format: saveFormat, API: e.version.String(), State: e.world.State}, "", " ")
	e.world.Unlock()
	if err != nil {
		return fmt.Errorf("cannot save simulated engine: %w", err)
	}
	_, err = w.Write(append(text, '\n'))
	return err
}

// Load makes an engine from what Save wrote. opts are as for [New], but Start and
// HostPaths come from the saved engine, and so does API if opts leaves it empty.
func Load(r io.Reader, opts Options) (*Engine, error) {
	var s saved
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return nil, fmt.Errorf("cannot load simulated engine: %w", err)
	}
	if s.Format != saveFormat {
		return nil, fmt.Errorf("cannot load simulated engine: format %q is not %q", s.Format, saveFormat)
	}
	if s.State == nil {
		return nil, fmt.Errorf("cannot load simulated engine: it has no state")
	}
	opts.API = cmp.Or(opts.API, s.API)
	if err := s.State.Complete(); err != nil {
		return nil, fmt.Errorf("cannot load simulated engine: %w", err)
	}
	return newEngine(opts, s.State), nil
}

// World is what an engine holds, as plain data in a fixed order, so that tests can
// compare it.
type World struct {
	Containers []ContainerState
	Volumes    []VolumeState
	Networks   []NetworkState
	Images     []ImageState
	Host       []string // host directories that bind mounts created or found
}

// ContainerState is one container.
type ContainerState struct {
	Name, ID, Image, ImageID string
	Status                   string // created, running, paused, restarting, exited
	Health                   string // "", starting, healthy, unhealthy
	ExitCode, RestartCount   int
	Error                    string
	Restart                  string // name of the restart policy
	Env, Command             []string
	User                     string
	Labels                   map[string]string
	Mounts                   []MountState // by destination
	Links                    []string     // as inspect shows them
	Networks                 []string
	Ports                    []string // such as 80/tcp=0.0.0.0:8080
}

// MountState is one mount of a container.
type MountState struct {
	Type, Destination, Source string // Source is the volume's name or the host path
	RW                        bool
}

// VolumeState is one volume.
type VolumeState struct {
	Name      string
	Anonymous bool
	Labels    map[string]string
	Users     []string   // names of the containers that count as using it
	Root      files.File // owner and mode of its root
	Files     []string   // paths below its root
}

// NetworkState is one network.
type NetworkState struct {
	Name, ID, Driver string
	Labels           map[string]string
	Members          []string // names of the containers on it
}

// ImageState is one image.
type ImageState struct {
	ID   string
	Tags []string
}

// World takes a snapshot. The caller owns it.
func (e *Engine) World() World {
	e.world.Lock()
	defer e.world.Unlock()
	var w World
	for _, c := range e.world.State.ContainersByAge() {
		w.Containers = append(w.Containers, e.containerState(c))
	}
	sort.Slice(w.Containers, func(i, j int) bool { return w.Containers[i].Name < w.Containers[j].Name })
	for _, name := range slices.Sorted(maps.Keys(e.world.State.Volumes)) {
		w.Volumes = append(w.Volumes, e.volumeState(e.world.State.Volumes[name]))
	}
	for _, n := range e.world.State.NetworksByAge() {
		shown := NetworkState{Name: n.Name, ID: n.ID, Driver: n.Driver, Labels: spec.Union(n.Labels, map[string]string(nil))}
		for _, c := range e.world.State.Members(n) {
			shown.Members = append(shown.Members, c.Name)
		}
		sort.Strings(shown.Members)
		w.Networks = append(w.Networks, shown)
	}
	sort.SliceStable(w.Networks, func(i, j int) bool { return w.Networks[i].Name < w.Networks[j].Name })
	for _, id := range slices.Sorted(maps.Keys(e.world.State.Images)) {
		w.Images = append(w.Images, ImageState{ID: id, Tags: append([]string(nil), e.world.State.Images[id].Tags...)})
	}
	for _, p := range slices.Sorted(maps.Keys(e.world.State.Host)) {
		if e.world.State.Host[p].Dir {
			w.Host = append(w.Host, p)
		}
	}
	return w
}

func (e *Engine) containerState(c *state.Container) ContainerState {
	s := ContainerState{
		Name: c.Name, ID: c.ID, Image: c.Config.Image, ImageID: c.ImageID, Status: c.Status(), Health: c.Health, ExitCode: c.ExitCode,
		RestartCount: c.RestartCount, Error: c.Error, Restart: c.HostConfig.RestartPolicy.Name, Env: append([]string(nil), c.Config.Env...),
		Command: append([]string{c.Path}, c.Args...), User: c.Config.User, Labels: spec.Union(c.Config.Labels, map[string]string(nil)),
		Links: append([]string(nil), e.world.State.ShownLinks(c)...), Networks: append([]string{}, slices.Sorted(maps.Keys(c.Endpoints))...),
	}
	for _, dest := range slices.Sorted(maps.Keys(c.Mounts)) {
		m := c.Mounts[dest]
		s.Mounts = append(s.Mounts, MountState{Type: m.Type, Destination: dest, Source: cmp.Or(m.Name, m.Source), RW: m.RW})
	}
	for _, key := range slices.Sorted(maps.Keys(c.Ports)) {
		for _, b := range c.Ports[key] {
			s.Ports = append(s.Ports, key+"="+b.HostIP+":"+b.HostPort)
		}
	}
	return s
}

func (e *Engine) volumeState(v *state.Volume) VolumeState {
	s := VolumeState{Name: v.Name, Anonymous: v.Anonymous, Labels: spec.Union(v.Labels, map[string]string(nil)), Root: v.Files["/"]}
	for id := range v.Refs {
		if c := e.world.State.Containers[id]; c != nil {
			s.Users = append(s.Users, c.Name)
		}
	}
	sort.Strings(s.Users)
	for _, p := range slices.Sorted(maps.Keys(v.Files)) {
		if p != "/" {
			s.Files = append(s.Files, p)
		}
	}
	return s
}
