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
	// Containers and Volumes are all those that are named as belonging to the map, by
	// name; nil as long as nobody asked. A container that has labels of dmap only from
	// its image has none here: it is somebody's copy.
	Containers map[string]Container
	Volumes    map[string]docker.VolumeInfo
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
	// Engine asks who the engine is.
	Engine bool
	// Images are references to look up on the engine; no registry is asked.
	Images []string
	// Registries are references for which the registries are to be asked whether a pull
	// would find them.
	Registries []string
	// Inspect are the names of listed containers to inspect.
	Inspect []string
}

// Empty reports whether there is nothing to find out.
func (q Query) Empty() bool {
	return q.Map == "" && !q.Engine && len(q.Images)+len(q.Registries)+len(q.Inspect) == 0
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
		return !exists || c.Info != nil
	})
}
