// Test tools: the calls of the recorder.

package dockertest

import (
	"context"
	"io"

	"github.com/dmap-dev/dmap/engine/docker"
)

var _ docker.Client = (*Recorder)(nil)

func (r *Recorder) read(ctx context.Context, op, target string, send func() error) error {
	return r.around(ctx, Call{Op: op, Target: target}, send)
}

func (r *Recorder) write(ctx context.Context, op, target string, send func() error) error {
	return r.around(ctx, Call{Op: op, Target: target, Write: true}, send)
}

// result hides what the engine answered if a hook turned the call into an error: a lost
// answer says nothing.
func result[T any](out T, err error) (T, error) {
	if err != nil {
		var nothing T
		return nothing, err
	}
	return out, nil
}

// Engine implements [docker.Reader].
func (r *Recorder) Engine(ctx context.Context) (out docker.EngineInfo, err error) {
	err = r.read(ctx, "ask the engine", "", func() (err error) { out, err = r.Client.Engine(ctx); return })
	return result(out, err)
}

// Containers implements [docker.Reader].
func (r *Recorder) Containers(ctx context.Context, nameRegexp string) (out []docker.ContainerSummary, err error) {
	err = r.read(ctx, "list containers", "", func() (err error) { out, err = r.Client.Containers(ctx, nameRegexp); return })
	return result(out, err)
}

// Container implements [docker.Reader].
func (r *Recorder) Container(ctx context.Context, nameOrID string) (out docker.ContainerInfo, err error) {
	err = r.read(ctx, "inspect container", nameOrID, func() (err error) { out, err = r.Client.Container(ctx, nameOrID); return })
	return result(out, err)
}

// Image implements [docker.Reader].
func (r *Recorder) Image(ctx context.Context, ref string) (out docker.ImageInfo, err error) {
	err = r.read(ctx, "inspect image", ref, func() (err error) { out, err = r.Client.Image(ctx, ref); return })
	return result(out, err)
}

// RemoteImage implements [docker.Reader].
func (r *Recorder) RemoteImage(ctx context.Context, ref string) error {
	return r.read(ctx, "ask the registry for image", ref, func() error { return r.Client.RemoteImage(ctx, ref) })
}

// Volumes implements [docker.Reader].
func (r *Recorder) Volumes(ctx context.Context, nameRegexp string) (out []docker.VolumeInfo, err error) {
	err = r.read(ctx, "list volumes", "", func() (err error) { out, err = r.Client.Volumes(ctx, nameRegexp); return })
	return result(out, err)
}

// Volume implements [docker.Reader].
func (r *Recorder) Volume(ctx context.Context, name string) (out docker.VolumeInfo, err error) {
	err = r.read(ctx, "inspect volume", name, func() (err error) { out, err = r.Client.Volume(ctx, name); return })
	return result(out, err)
}

// Networks implements [docker.Reader].
func (r *Recorder) Networks(ctx context.Context) (out []docker.NetworkInfo, err error) {
	err = r.read(ctx, "list networks", "", func() (err error) { out, err = r.Client.Networks(ctx); return })
	return result(out, err)
}

// Logs implements [docker.Reader].
func (r *Recorder) Logs(ctx context.Context, nameOrID string, lines int) (out string, err error) {
	err = r.read(ctx, "read logs of container", nameOrID, func() (err error) { out, err = r.Client.Logs(ctx, nameOrID, lines); return })
	return result(out, err)
}

// WaitContainer implements [docker.Reader].
func (r *Recorder) WaitContainer(ctx context.Context, nameOrID string) (out int, err error) {
	err = r.read(ctx, "wait for container", nameOrID, func() (err error) { out, err = r.Client.WaitContainer(ctx, nameOrID); return })
	return result(out, err)
}

// CreateContainer implements [docker.Writer].
func (r *Recorder) CreateContainer(ctx context.Context, name string, spec docker.ContainerSpec) (id string, warnings []string, err error) {
	err = r.write(ctx, "create container", name, func() (err error) {
		id, warnings, err = r.Client.CreateContainer(ctx, name, spec)
		return err
	})
	if err != nil {
		return "", nil, err
	}
	return id, warnings, nil
}

// StartContainer implements [docker.Writer].
func (r *Recorder) StartContainer(ctx context.Context, nameOrID string) error {
	return r.write(ctx, "start container", nameOrID, func() error { return r.Client.StartContainer(ctx, nameOrID) })
}

// StopContainer implements [docker.Writer].
func (r *Recorder) StopContainer(ctx context.Context, nameOrID string, timeoutSeconds *int) error {
	return r.write(ctx, "stop container", nameOrID, func() error { return r.Client.StopContainer(ctx, nameOrID, timeoutSeconds) })
}

// SignalContainer implements [docker.Writer].
func (r *Recorder) SignalContainer(ctx context.Context, nameOrID, signal string) error {
	return r.write(ctx, "signal container", nameOrID, func() error { return r.Client.SignalContainer(ctx, nameOrID, signal) })
}

// RemoveContainer implements [docker.Writer].
func (r *Recorder) RemoveContainer(ctx context.Context, nameOrID string, force bool) error {
	return r.write(ctx, "remove container", nameOrID, func() error { return r.Client.RemoveContainer(ctx, nameOrID, force) })
}

// RenameContainer implements [docker.Writer].
func (r *Recorder) RenameContainer(ctx context.Context, nameOrID, newName string) error {
	return r.write(ctx, "rename container", nameOrID, func() error { return r.Client.RenameContainer(ctx, nameOrID, newName) })
}

// UpdateContainer implements [docker.Writer].
func (r *Recorder) UpdateContainer(ctx context.Context, nameOrID string, change docker.ContainerUpdate) (out []string, err error) {
	err = r.write(ctx, "update container", nameOrID, func() (err error) {
		out, err = r.Client.UpdateContainer(ctx, nameOrID, change)
		return err
	})
	return result(out, err)
}

// CreateVolume implements [docker.Writer].
func (r *Recorder) CreateVolume(ctx context.Context, spec docker.VolumeSpec) (out docker.VolumeInfo, err error) {
	err = r.write(ctx, "create volume", spec.Name, func() (err error) { out, err = r.Client.CreateVolume(ctx, spec); return })
	return result(out, err)
}

// RemoveVolume implements [docker.Writer].
func (r *Recorder) RemoveVolume(ctx context.Context, name string) error {
	return r.write(ctx, "remove volume", name, func() error { return r.Client.RemoveVolume(ctx, name) })
}

// PullImage implements [docker.Writer].
func (r *Recorder) PullImage(ctx context.Context, ref string, progress func()) error {
	return r.write(ctx, "pull image", ref, func() error { return r.Client.PullImage(ctx, ref, progress) })
}

// LoadImages implements [docker.Writer].
func (r *Recorder) LoadImages(ctx context.Context, archive io.Reader) error {
	return r.write(ctx, "load images", "", func() error { return r.Client.LoadImages(ctx, archive) })
}
