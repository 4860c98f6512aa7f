// Docker adapter: an HTTP server for what a real engine does rarely, or never.

package dockerd_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/dockerd"
)

// noEnv is an environment without variables.
func noEnv(string) string { return "" }

// ping answers the first contact as an engine of that API version, and gives the rest to next.
func ping(version string, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/_ping") {
			w.Header().Set("Api-Version", version)
			w.Header().Set("Ostype", "linux")
			return
		}
		next(w, r)
	}
}

// socketPath returns a path that is short enough for a socket.
func socketPath(t *testing.T, name string) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "dmap-dtest-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return filepath.Join(dir, name)
}

// serve runs a handler on a unix socket, and returns the server.
func serve(t *testing.T, path string, h http.Handler) *httptest.Server {
	t.Helper()
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(h)
	if err := s.Listener.Close(); err != nil {
		t.Fatal(err)
	}
	s.Listener = l
	s.Start()
	t.Cleanup(s.Close)
	return s
}

// stub opens a client on a handler that stands for an engine of that API version.
func stub(t *testing.T, version string, h http.HandlerFunc) *dockerd.Client {
	t.Helper()
	path := socketPath(t, "s")
	serve(t, path, ping(version, h))
	c, err := dockerd.Open(t.Context(), dockerd.Options{Host: "unix://" + path, Env: noEnv, ConfigDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// answer is a handler that always answers the same, as JSON if it looks like it.
func answer(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			return
		}
		if strings.HasPrefix(body, "{") || strings.HasPrefix(body, "[") {
			w.Header().Set("Content-Type", "application/json")
		}
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

// allCalls are all calls but those that need no engine, on an object called target.
var allCalls = []struct {
	op    string
	write bool
	do    func(ctx context.Context, c docker.Client, target string) error
}{
	{"ask the engine", false, func(ctx context.Context, c docker.Client, _ string) error {
		_, err := c.Engine(ctx)
		return err
	}},
	{"list containers", false, func(ctx context.Context, c docker.Client, _ string) error {
		_, err := c.Containers(ctx, "")
		return err
	}},
	{"inspect container", false, func(ctx context.Context, c docker.Client, target string) error {
		_, err := c.Container(ctx, target)
		return err
	}},
	{"inspect image", false, func(ctx context.Context, c docker.Client, target string) error {
		_, err := c.Image(ctx, target)
		return err
	}},
	{"ask the registry for image", false, func(ctx context.Context, c docker.Client, target string) error {
		return c.RemoteImage(ctx, target)
	}},
	{"list volumes", false, func(ctx context.Context, c docker.Client, _ string) error {
		_, err := c.Volumes(ctx, "")
		return err
	}},
	{"inspect volume", false, func(ctx context.Context, c docker.Client, target string) error {
		_, err := c.Volume(ctx, target)
		return err
	}},
	{"wait for container", false, func(ctx context.Context, c docker.Client, target string) error {
		_, err := c.WaitContainer(ctx, target)
		return err
	}},
	{"create container", true, func(ctx context.Context, c docker.Client, target string) error {
		_, _, err := c.CreateContainer(ctx, target, docker.ContainerSpec{ContainerConfig: docker.ContainerConfig{Image: "img"}})
		return err
	}},
	{"start container", true, func(ctx context.Context, c docker.Client, target string) error { return c.StartContainer(ctx, target) }},
	{"stop container", true, func(ctx context.Context, c docker.Client, target string) error {
		return c.StopContainer(ctx, target, nil)
	}},
	{"signal container", true, func(ctx context.Context, c docker.Client, target string) error {
		return c.SignalContainer(ctx, target, docker.SIGKILL)
	}},
	{"remove container", true, func(ctx context.Context, c docker.Client, target string) error {
		return c.RemoveContainer(ctx, target, false)
	}},
	{"rename container", true, func(ctx context.Context, c docker.Client, target string) error {
		return c.RenameContainer(ctx, target, "other")
	}},
	{"update container", true, func(ctx context.Context, c docker.Client, target string) error {
		_, err := c.UpdateContainer(ctx, target, docker.ContainerUpdate{Resources: docker.Resources{CPUShares: 512}})
		return err
	}},
	{"create volume", true, func(ctx context.Context, c docker.Client, target string) error {
		_, err := c.CreateVolume(ctx, docker.VolumeSpec{Name: target})
		return err
	}},
	{"remove volume", true, func(ctx context.Context, c docker.Client, target string) error { return c.RemoveVolume(ctx, target) }},
	{"pull image", true, func(ctx context.Context, c docker.Client, target string) error { return c.PullImage(ctx, target, nil) }},
	{"load images", true, func(ctx context.Context, c docker.Client, _ string) error {
		return c.LoadImages(ctx, strings.NewReader("archive"))
	}},
}

// call makes the call of that name.
func call(t *testing.T, c docker.Client, op, target string) error {
	t.Helper()
	for _, one := range allCalls {
		if one.op == op {
			return one.do(t.Context(), c, target)
		}
	}
	t.Fatalf("there is no call %q", op)
	return nil
}
