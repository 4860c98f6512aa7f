// Snapshot: what is known of an engine, and what is to be found out, as data.

// Package snapshot holds what is known of a Docker Engine when a decision is made, and
// the questions that lead there. It makes no call: engine/state asks, engine/plan reads
// the answers and says what it lacks.
package snapshot

import (
	"slices"

	"github.com/dmap-dev/dmap/engine/docker"
)

// Snapshot is what is known of an engine, as far as anybody asked. The zero value knows
// nothing.
type Snapshot struct {
	// Engine tells who the engine is; nil as long as nobody asked.
	Engine *docker.EngineInfo
	// Containers and Volumes are all that are called as the map's, by name; nil as long
	// as nobody asked. A container has no labels of dmap here if it has them only from its
	// image: it is somebody's copy.
	Containers map[string]Container
	Volumes    map[string]docker.VolumeInfo
	// Images are by reference. One that nobody asked for has no entry.
	Images map[string]Image
}

// Container is one container.
type Container struct {
	docker.ContainerSummary
	// Info is what inspection tells; nil as long as nobody asked.
	Info *docker.ContainerInfo
}

// Runs reports whether a container has a process, be it paused or between two restarts.
func (c Container) Runs() bool {
	return c.State == docker.StateRunning || c.State == docker.StatePaused || c.State == docker.StateRestarting
}

// Image says whether an image is there, and if not, whether it can be had.
type Image struct {
	// ID is "" for an image that is not on the engine.
	ID string
	// Run is the run that made the container from which it was committed, if that was one
	// of dmap: its labels say so, and containers inherit them.
	Run string
	// Asked: its registry was asked for it.
	Asked bool
	// Missing says why it cannot be had either; nil if it can be pulled, and if the
	// engine cannot ask: then the pull will tell.
	Missing error
}

// Query says what to find out.
type Query struct {
	// Map is the name of the map whose containers and volumes to list, "<map>.…"; "" to
	// list none.
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

// Unknown are those of the references that nobody has looked up yet, sorted.
func (s *Snapshot) Unknown(images []string) []string {
	missing := slices.DeleteFunc(slices.Clone(images), func(ref string) bool {
		_, known := s.Images[ref]
		return known
	})
	slices.Sort(missing)
	return slices.Compact(missing)
}

// Uninspected are those of the named containers that exist and that nobody has
// inspected yet, in their order.
func (s *Snapshot) Uninspected(names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		c, exists := s.Containers[name]
		return !exists || c.Info != nil
	})
}
