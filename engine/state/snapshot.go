// State: the snapshot as data.

package state

import (
	"github.com/dmap-dev/dmap/engine/docker"
)

// Snapshot is what an engine held when it was asked. Maps are keyed by name, or
// by reference for images. Nil maps are valid and hold nothing.
type Snapshot struct {
	// Engine is the engine's id; it is only known if the query asked for it.
	Engine     string
	Containers map[string]Container
	Volumes    map[string]docker.VolumeInfo
	Images     map[string]Image
}

// Container is one container.
type Container struct {
	docker.ContainerSummary
	// Info is what inspection tells; nil if nobody asked for it.
	Info *docker.ContainerInfo
}

// Image tells whether an image is there, and if not, whether it can be had.
type Image struct {
	// ID is "" for an image that is not on the engine.
	ID string
	// Missing says why it cannot be had either; nil if it can be pulled.
	Missing error
}
