// Test tools: a client that must not write.

package dockertest

import (
	"context"
	"io"
	"testing"

	"github.com/dmap-dev/dmap/engine/docker"
)

// ReadOnly returns a client that passes reads on to r. A write is not made: it fails
// the test and returns an error.
func ReadOnly(t testing.TB, r docker.Reader) docker.Client {
	return readOnly{Reader: r, t: t}
}

type readOnly struct {
	docker.Reader
	t testing.TB
}

func (r readOnly) refuse(op, target string) error {
	r.t.Helper()
	err := &docker.Error{Op: op, Target: target, Kind: docker.Denied, Msg: "only reading is allowed here"}
	r.t.Error(err)
	return err
}

func (r readOnly) CreateContainer(_ context.Context, name string, _ docker.ContainerSpec) (string, []string, error) {
	return "", nil, r.refuse("create container", name)
}

func (r readOnly) StartContainer(_ context.Context, nameOrID string) error {
	return r.refuse("start container", nameOrID)
}

func (r readOnly) StopContainer(_ context.Context, nameOrID string, _ *int) error {
	return r.refuse("stop container", nameOrID)
}

func (r readOnly) SignalContainer(_ context.Context, nameOrID, _ string) error {
	return r.refuse("signal container", nameOrID)
}

func (r readOnly) RemoveContainer(_ context.Context, nameOrID string, _ bool) error {
	return r.refuse("remove container", nameOrID)
}

func (r readOnly) RenameContainer(_ context.Context, nameOrID, _ string) error {
	return r.refuse("rename container", nameOrID)
}

func (r readOnly) UpdateContainer(_ context.Context, nameOrID string, _ docker.ContainerUpdate) ([]string, error) {
	return nil, r.refuse("update container", nameOrID)
}

func (r readOnly) CreateVolume(_ context.Context, spec docker.VolumeSpec) (docker.VolumeInfo, error) {
	return docker.VolumeInfo{}, r.refuse("create volume", spec.Name)
}

func (r readOnly) RemoveVolume(_ context.Context, name string) error {
	return r.refuse("remove volume", name)
}

func (r readOnly) PullImage(_ context.Context, ref string, _ func()) error {
	return r.refuse("pull image", ref)
}

func (r readOnly) LoadImages(context.Context, io.Reader) error {
	return r.refuse("load images", "")
}
