// Snapshot: what is known about an engine, and what is to be found out, as data.

// Package snapshot holds what is known about a Docker Engine when a decision is made,
// and the questions that lead there. It makes no call: engine/state asks, engine/plan
// reads the answers and says what is missing.
package snapshot

import (
	"slices"

	"github.com/dmap-dev/dmap/engine/docker"
)

// Snapshot is what is known about an engine, as far as anybody asked. The zero value
// knows nothing.
type Snapshot struct {
	// Engine says who the engine is; nil as long as nobody asked.
	Engine *docker.EngineInfo
	// Containers and Volumes are the map's, by name; nil as long as nobody asked. Those are
	// the map's that are called so, and containers of the map that somebody renamed: they
	// stand under the name that dmap gave them, unless another one has that now. A container
	// has no labels of dmap here if it has them only from its image: it is somebody's copy.
	Containers map[string]Container
	Volumes    map[string]docker.VolumeInfo
	// Others are all other containers of the engine, by name.
	Others map[string]Container
	// Links has the names that links give, "linker/alias"; nil if nobody knows.
	Links map[string]bool
	// Networks are the networks of the engine, by id, with their names; nil as long as
	// nobody asked.
	Networks map[string]string
	// Images are keyed by reference. One that nobody asked about has no entry.
	Images map[string]Image
}

// Container is one container.
type Container struct {
	docker.ContainerSummary
	// Info is what inspecting the container returned; nil as long as nobody asked.
	Info *docker.ContainerInfo
}

// Runs reports whether a container has a process, or will have one again: a paused
// container and one between two restarts count too.
func (c Container) Runs() bool {
	return c.State == docker.StateRunning || c.State == docker.StatePaused || c.State == docker.StateRestarting
}

// Renamed reports whether the container that the map knows by a name is called otherwise
// on the engine.
func (c Container) Renamed(name string) bool { return c.ID != "" && c.Name != "" && c.Name != name }

// Called returns the container that is called so on the engine, be it the map's or not.
func (s *Snapshot) Called(name string) (c Container, ok bool) {
	if c, ok = s.Containers[name]; ok && !c.Renamed(name) {
		return c, true
	}
	for _, c := range s.Containers {
		if c.Name == name {
			return c, true
		}
	}
	c, ok = s.Others[name]
	return c, ok
}

// Image says whether an image is on the engine and, if not, whether it is available.
type Image struct {
	// ID is "" for an image that is not on the engine.
	ID string
	// Run is the run of dmap, if any, that made the container from which the image was
	// committed. The image's labels say so, and its containers inherit them.
	Run string
	// Asked says that its registry was asked about it.
	Asked bool
	// Missing says why the image is not available either. It is nil if it can be
	// pulled, and also if the engine cannot ask: the pull will show.
	Missing error
}

// Query says what to find out.
type Query struct {
	// Map is the name of the map whose containers and volumes, "<map>.…", are to be
	// listed; "" to list none.
	Map string
	// Engine asks who the engine is, Networks which networks it has.
	Engine   bool
	Networks bool
	// Images are references to look up on the engine; no registry is asked.
	Images []string
	// Registries are references for which the registries are to be asked whether a pull
	// would find them.
	Registries []string
	// Inspect are the names of listed containers to inspect, those of others included.
	Inspect []string
}

// Empty reports whether there is nothing to find out.
func (q Query) Empty() bool {
	return q.Map == "" && !q.Engine && !q.Networks && len(q.Images)+len(q.Registries)+len(q.Inspect) == 0
}

// Unknown returns those of the references that nobody has looked up yet, sorted.
func (s *Snapshot) Unknown(images []string) []string {
	missing := slices.DeleteFunc(slices.Clone(images), func(ref string) bool {
		_, known := s.Images[ref]
		return known
	})
	slices.Sort(missing)
	return slices.Compact(missing)
}

// Uninspected returns those of the named containers that exist and that nobody has
// inspected yet, in the order of names.
func (s *Snapshot) Uninspected(names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		c, exists := s.Containers[name]
		if !exists {
			c, exists = s.Others[name]
		}
		return !exists || c.Info != nil
	})
}
