// Test tools: the conformance suite, and the helpers of its cases.

package dockertest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine/docker"
)

// Run checks that a client, together with the engine behind it, does what package
// docker says. open is called once. The suite makes containers, volumes and images (see
// the package comment), and needs no registry.
func Run(t *testing.T, open func(t *testing.T) docker.Client) {
	c := open(t)
	Images(t, c)
	for _, group := range [][]suiteCase{engineCases, imageCases, createCases, startCases, containerCases, listCases, volumeCases, badCallCases} {
		for _, one := range group {
			t.Run(one.name, func(t *testing.T) {
				one.run(&suite{T: t, Client: c, prefix: Prefix(t, c)})
			})
		}
	}
	t.Run("state matrix", func(t *testing.T) { runMatrix(t, c) })
}

type suiteCase struct {
	name string
	run  func(*suite)
}

// suite is one running case. The names that its methods take are without the prefix.
type suite struct {
	*testing.T
	docker.Client
	prefix string
}

func (s *suite) name(short string) string { return s.prefix + short }

// ok ends the case if there is an error.
func (s *suite) ok(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// want checks the kind of an error; "" means that there must be none.
func (s *suite) want(what string, err error, kind docker.Kind) {
	s.Helper()
	if got := docker.KindOf(err); got != kind {
		s.Errorf("%s: got kind %q, want %q; error: %v", what, got, kind, err)
	}
}

// same compares whole values.
func (s *suite) same(what string, got, want any) {
	s.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		s.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// spec returns a container that runs the words; it has no network, since it starts
// faster without one.
func spec(words ...string) docker.ContainerSpec {
	out := docker.ContainerSpec{ContainerConfig: docker.ContainerConfig{Image: ProcImage}}
	if len(words) > 0 {
		out.Cmd = Proc(words...)
	}
	out.HostConfig.NetworkMode = "none"
	return out
}

// create makes a container and returns its id.
func (s *suite) create(short string, spec docker.ContainerSpec) string {
	s.Helper()
	id, _, err := s.CreateContainer(s.Context(), s.name(short), spec)
	s.ok(err)
	if id == "" {
		s.Fatal("create answered without an id")
	}
	return id
}

func (s *suite) start(short string) {
	s.Helper()
	s.ok(s.StartContainer(s.Context(), s.name(short)))
}

// run makes a container, starts it, and returns its exit code.
func (s *suite) run(short string, spec docker.ContainerSpec) int {
	s.Helper()
	s.create(short, spec)
	s.start(short)
	return s.wait(short)
}

// running makes a container, starts it, and waits until its program handles signals.
func (s *suite) running(short string, spec docker.ContainerSpec) {
	s.Helper()
	spec.Cmd = append(spec.Cmd, "print=ready")
	s.create(short, spec)
	s.start(short)
	ctx, cancel := context.WithTimeout(s.Context(), time.Minute)
	defer cancel()
	for {
		text, err := s.Logs(ctx, s.name(short), 1)
		s.ok(err)
		if strings.Contains(text, "ready") {
			return
		}
	}
}

func (s *suite) wait(short string) int {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.Context(), time.Minute)
	defer cancel()
	code, err := s.WaitContainer(ctx, s.name(short))
	s.ok(err)
	return code
}

func (s *suite) inspect(short string) docker.ContainerInfo {
	s.Helper()
	info, err := s.Container(s.Context(), s.name(short))
	s.ok(err)
	return info
}

// state returns "absent", or a container's state, followed by the exit code if it has
// ended.
func (s *suite) state(short string) string {
	s.Helper()
	info, err := s.Container(s.Context(), s.name(short))
	if docker.KindOf(err) == docker.NotFound {
		return "absent"
	}
	s.ok(err)
	if info.State.Status == docker.StateExited {
		return fmt.Sprintf("exited %d", info.State.ExitCode)
	}
	return info.State.Status
}
