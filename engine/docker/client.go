// Docker vocabulary: the calls that dmap makes, those that read and those that change.

package docker

import (
	"context"
	"io"
)

// Reader asks an engine. No method changes anything on it. Methods are safe for
// concurrent use; errors are of type [*Error].
type Reader interface {
	// Engine returns who the engine is and what it can do.
	Engine(ctx context.Context) (EngineInfo, error)
	// Containers lists, in one call, the containers in any state whose name (without
	// the leading slash) matches the regular expression; "" matches all.
	Containers(ctx context.Context, nameRegexp string) ([]ContainerSummary, error)
	// Container inspects one container by name or id.
	Container(ctx context.Context, nameOrID string) (ContainerInfo, error)
	// Image inspects one image by reference or id. It never pulls.
	Image(ctx context.Context, ref string) (ImageInfo, error)
	// RemoteImage asks the image's registry, through the engine, whether a pull would
	// find the image, and returns nil if so. The error of an engine that cannot ask is
	// [Unsupported].
	RemoteImage(ctx context.Context, ref string) error
	// Volumes lists volumes whose name matches the regular expression; "" matches all.
	Volumes(ctx context.Context, nameRegexp string) ([]VolumeInfo, error)
	// Volume inspects one volume.
	Volume(ctx context.Context, name string) (VolumeInfo, error)
	// Networks lists all networks.
	Networks(ctx context.Context) ([]NetworkInfo, error)
	// Logs returns the last lines that a container wrote, standard output and standard
	// error interleaved, at most 64 KiB.
	Logs(ctx context.Context, nameOrID string, lines int) (string, error)
	// WaitContainer blocks until a started container no longer runs, and returns its
	// exit code.
	WaitContainer(ctx context.Context, nameOrID string) (exitCode int, err error)
}

// Writer changes an engine. Every method may have had its effect although it returns an
// error of kind [OutcomeUnknown] or [Cancelled]: see [MayHaveHappened].
type Writer interface {
	// CreateContainer creates a container without starting it. The warnings are the
	// engine's.
	CreateContainer(ctx context.Context, name string, spec ContainerSpec) (id string, warnings []string, err error)
	// StartContainer starts a container; that it runs already is not an error.
	StartContainer(ctx context.Context, nameOrID string) error
	// StopContainer sends the container's stop signal, waits timeoutSeconds (nil: the
	// container's own, or else 10), then kills. That the container is stopped already
	// is not an error.
	StopContainer(ctx context.Context, nameOrID string, timeoutSeconds *int) error
	// SignalContainer sends a signal, by a name that [Signal] returns, to the first
	// process of a running container; [Conflict] if it is not running. After SIGKILL it
	// returns once the container has ended; it does not wait for the effect of other
	// signals.
	//
	// An engine takes SIGKILL, the container's stop signal, and, if none is configured,
	// any signal as a wish that the container end: they unpause it, and its restart
	// policy is suspended until it is started again. Other signals are held back while
	// it is paused, and suspend the policy unless-stopped only.
	SignalContainer(ctx context.Context, nameOrID, signal string) error
	// RemoveContainer removes a container; force kills it first. Its volumes stay.
	RemoveContainer(ctx context.Context, nameOrID string, force bool) error
	// RenameContainer gives a container another name.
	RenameContainer(ctx context.Context, nameOrID, newName string) error
	// UpdateContainer changes those limits of a container that are set, and its restart
	// policy, in place. The warnings are the engine's.
	UpdateContainer(ctx context.Context, nameOrID string, change ContainerUpdate) (warnings []string, err error)
	// CreateVolume creates a volume, or returns the one that already has the name,
	// whatever its labels: callers have to compare them.
	CreateVolume(ctx context.Context, spec VolumeSpec) (VolumeInfo, error)
	// RemoveVolume removes an unused volume with all its data.
	RemoveVolume(ctx context.Context, name string) error
	// PullImage fetches an image with the credentials configured for its registry. It
	// calls progress, unless that is nil, whenever the engine reports that the work
	// goes on. The pull ends when ctx does.
	PullImage(ctx context.Context, ref string, progress func()) error
	// LoadImages loads an image archive as `docker load` does.
	LoadImages(ctx context.Context, archive io.Reader) error
}

// Client is a whole engine.
type Client interface {
	Reader
	Writer
}
