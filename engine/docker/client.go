// Docker vocabulary: the calls dmap makes, split into those that read and those that change.

package docker

import (
	"context"
	"io"
)

// Reader asks an engine. No method changes anything on it. Methods are safe for
// concurrent use; errors are [*Error].
type Reader interface {
	// Engine tells who the engine is and what it can do.
	Engine(ctx context.Context) (EngineInfo, error)
	// Containers lists containers in any state whose name (without the leading
	// slash) matches the regular expression; "" matches all. One call.
	Containers(ctx context.Context, nameRegexp string) ([]ContainerSummary, error)
	// Container inspects one container by name or id.
	Container(ctx context.Context, nameOrID string) (ContainerInfo, error)
	// Image inspects one image by reference or id. It never pulls.
	Image(ctx context.Context, ref string) (ImageInfo, error)
	// RemoteImage asks the image's registry, through the engine, whether a pull would
	// find the image; nil if so. An engine that cannot ask answers [Unsupported].
	RemoteImage(ctx context.Context, ref string) error
	// Volumes lists volumes whose name matches the regular expression; "" matches all.
	Volumes(ctx context.Context, nameRegexp string) ([]VolumeInfo, error)
	// Volume inspects one volume.
	Volume(ctx context.Context, name string) (VolumeInfo, error)
	// Logs returns the last lines that a container wrote, standard output and error
	// mixed, at most 64 KiB.
	Logs(ctx context.Context, nameOrID string, lines int) (string, error)
	// WaitContainer blocks until a container that was started is not running, and
	// returns its exit code.
	WaitContainer(ctx context.Context, nameOrID string) (exitCode int, err error)
}

// Writer changes an engine. Every method may have had its effect although it
// returns an error of kind [OutcomeUnknown] or [Cancelled]: [MayHaveHappened] tells.
type Writer interface {
	// CreateContainer creates without starting. Warnings are the engine's.
	CreateContainer(ctx context.Context, name string, spec ContainerSpec) (id string, warnings []string, err error)
	// StartContainer starts; a running container is no error.
	StartContainer(ctx context.Context, nameOrID string) error
	// StopContainer sends the container's stop signal, waits timeoutSeconds (nil:
	// the container's own, else 10), then kills. A stopped container is no error.
	StopContainer(ctx context.Context, nameOrID string, timeoutSeconds *int) error
	// SignalContainer sends a signal, by a name that [Signal] returns, to the first
	// process of a running container; [Conflict] if it does not run. It returns when
	// SIGKILL has ended the container, and does not wait for what others do.
	//
	// To an engine SIGKILL and the container's stop signal, or any signal if none is
	// configured, are a wish that it ends: they unpause it, and its restart policy rests
	// until it is started again. Other signals wait while it is paused, and end the
	// policy unless-stopped only.
	SignalContainer(ctx context.Context, nameOrID, signal string) error
	// RemoveContainer removes a container; force kills it first. Its volumes stay.
	RemoveContainer(ctx context.Context, nameOrID string, force bool) error
	// RenameContainer gives a container another name.
	RenameContainer(ctx context.Context, nameOrID, newName string) error
	// UpdateContainer changes limits and restart policy of a container in place, where
	// they are set. Warnings are the engine's.
	UpdateContainer(ctx context.Context, nameOrID string, change ContainerUpdate) (warnings []string, err error)
	// CreateVolume creates a volume, or returns the one that has the name already,
	// whatever its labels: compare them.
	CreateVolume(ctx context.Context, spec VolumeSpec) (VolumeInfo, error)
	// RemoveVolume removes an unused volume with all its data.
	RemoveVolume(ctx context.Context, name string) error
	// PullImage fetches an image with the credentials configured for its registry. It
	// calls progress, unless it is nil, whenever the engine reports that the work goes
	// on. If ctx ends, so does the work.
	PullImage(ctx context.Context, ref string, progress func()) error
	// LoadImages loads an image archive as `docker load` does.
	LoadImages(ctx context.Context, archive io.Reader) error
}

// Client is a whole engine.
type Client interface {
	Reader
	Writer
}
