// Test tools: the suite's cases about calls that cannot be made.

package dockertest

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker"
)

// callsOn are all calls that name an object.
var callsOn = []struct {
	op string
	do func(ctx context.Context, c docker.Client, name string) error
}{
	{"inspect container", func(ctx context.Context, c docker.Client, name string) error {
		_, err := c.Container(ctx, name)
		return err
	}},
	{"inspect image", func(ctx context.Context, c docker.Client, name string) error {
		_, err := c.Image(ctx, name)
		return err
	}},
	{"inspect volume", func(ctx context.Context, c docker.Client, name string) error {
		_, err := c.Volume(ctx, name)
		return err
	}},
	{"wait for container", func(ctx context.Context, c docker.Client, name string) error {
		_, err := c.WaitContainer(ctx, name)
		return err
	}},
	{"create container", func(ctx context.Context, c docker.Client, name string) error {
		_, _, err := c.CreateContainer(ctx, name, spec())
		return err
	}},
	{"start container", func(ctx context.Context, c docker.Client, name string) error { return c.StartContainer(ctx, name) }},
	{"stop container", func(ctx context.Context, c docker.Client, name string) error { return c.StopContainer(ctx, name, nil) }},
	{"signal container", func(ctx context.Context, c docker.Client, name string) error {
		return c.SignalContainer(ctx, name, docker.SIGKILL)
	}},
	{"remove container", func(ctx context.Context, c docker.Client, name string) error {
		return c.RemoveContainer(ctx, name, true)
	}},
	{"rename container", func(ctx context.Context, c docker.Client, name string) error {
		return c.RenameContainer(ctx, name, "dmap-dtest-other")
	}},
	{"update container", func(ctx context.Context, c docker.Client, name string) error {
		_, err := c.UpdateContainer(ctx, name, docker.ContainerUpdate{Resources: docker.Resources{CPUShares: 512}})
		return err
	}},
	{"create volume", func(ctx context.Context, c docker.Client, name string) error {
		_, err := c.CreateVolume(ctx, docker.VolumeSpec{Name: name})
		return err
	}},
	{"remove volume", func(ctx context.Context, c docker.Client, name string) error { return c.RemoveVolume(ctx, name) }},
	{"ask the registry for image", func(ctx context.Context, c docker.Client, name string) error { return c.RemoteImage(ctx, name) }},
	{"pull image", func(ctx context.Context, c docker.Client, name string) error { return c.PullImage(ctx, name, nil) }},
}

// callsOnNothing are the calls that name no object.
var callsOnNothing = []struct {
	op string
	do func(ctx context.Context, c docker.Client) error
}{
	{"ask the engine", func(ctx context.Context, c docker.Client) error {
		_, err := c.Engine(ctx)
		return err
	}},
	{"list containers", func(ctx context.Context, c docker.Client) error {
		_, err := c.Containers(ctx, "")
		return err
	}},
	{"list volumes", func(ctx context.Context, c docker.Client) error {
		_, err := c.Volumes(ctx, "")
		return err
	}},
	{"load images", func(ctx context.Context, c docker.Client) error { return c.LoadImages(ctx, strings.NewReader("x")) }},
}

// badNames would reach another object than the one they name, or none.
var badNames = []string{"", ".", "..", "../volumes/x", "x/../../volumes/y", "/x", "a b", "a\nb", "a\x00b", "ünder", "x?force=1", "x#y", "%2e%2e"}

var badCallCases = []suiteCase{
	{"a name that cannot be is never sent", func(s *suite) {
		for _, call := range callsOn {
			for _, name := range badNames {
				s.failed(call.op, name, call.do(s.Context(), s.Client, name), docker.InvalidSpec)
			}
		}
	}},
	{"a filter that is no regular expression is never sent", func(s *suite) {
		_, err := s.Containers(s.Context(), "[")
		s.failed("list containers", "", err, docker.InvalidSpec)
		_, err = s.Volumes(s.Context(), "[")
		s.failed("list volumes", "", err, docker.InvalidSpec)
	}},
	{"nothing is sent once the context has ended", func(s *suite) {
		ctx, cancel := context.WithCancel(s.Context())
		cancel()
		for _, call := range callsOn {
			err := call.do(ctx, s.Client, s.name("x"))
			s.failed(call.op, s.name("x"), err, docker.Cancelled)
			s.same(call.op+" may have happened", docker.MayHaveHappened(err), false)
		}
		for _, call := range callsOnNothing {
			err := call.do(ctx, s.Client)
			s.failed(call.op, "", err, docker.Cancelled)
			s.same(call.op+" may have happened", docker.MayHaveHappened(err), false)
		}
		s.same("state", s.state("x"), "absent")
		_, err := s.Volume(s.Context(), s.name("x"))
		s.want("volume", err, docker.NotFound)
	}},
	{"a load without an archive is refused", func(s *suite) {
		var none io.Reader
		s.failed("load images", "", s.LoadImages(s.Context(), none), docker.InvalidSpec)
	}},
}

// failed checks an error in full: its kind, and that it names the call and its object.
func (s *suite) failed(op, target string, err error, kind docker.Kind) {
	s.Helper()
	var e *docker.Error
	if !errors.As(err, &e) {
		s.Errorf("%s %q: want a *docker.Error, got %v", op, target, err)
		return
	}
	if e.Op != op || e.Target != target || e.Kind != kind || e.Msg == "" {
		s.Errorf("%s %q: got op %q, target %q, kind %q, message %q; want kind %q", op, target, e.Op, e.Target, e.Kind, e.Msg, kind)
	}
}
