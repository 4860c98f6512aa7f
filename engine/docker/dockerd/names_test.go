// Docker adapter: test that a name reaches what it names, or nothing.

package dockerd_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/dockerd"
)

// The client library joins paths, so that "../volumes/x" given as a container would be a volume.
func FuzzNames(f *testing.F) {
	for _, name := range []string{"web", "", ".", "..", "../volumes/x", "a/../b", "a%2fb", "a?b", "a#b", " a", "a ", "ä", "\x00", "a:1", "a/b:c",
		"localhost:5000/a@sha256:" + strings.Repeat("a", 64), "sha256:" + strings.Repeat("a", 64), "sha256:../x", "a/./b", "a//b", "A/b"} {
		f.Add(name)
	}
	var mu sync.Mutex
	var paths []string
	server := httptest.NewServer(ping("1.41", func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		paths = append(paths, r.Method+" "+r.URL.Path)
		answer(500, "no")(w, r)
	}))
	f.Cleanup(server.Close)
	c, err := dockerd.Open(f.Context(), dockerd.Options{Env: noEnv, ConfigDir: f.TempDir(), DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", server.Listener.Addr().String())
	}})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, name string) {
		for _, row := range []struct{ op, want string }{
			{"inspect container", "GET /v1.41/containers/" + name + "/json"},
			{"wait for container", "POST /v1.41/containers/" + name + "/wait"},
			{"start container", "POST /v1.41/containers/" + name + "/start"},
			{"stop container", "POST /v1.41/containers/" + name + "/stop"},
			{"rename container", "POST /v1.41/containers/" + name + "/rename"},
			{"update container", "POST /v1.41/containers/" + name + "/update"},
			{"remove container", "DELETE /v1.41/containers/" + name},
			{"inspect volume", "GET /v1.41/volumes/" + name},
			{"remove volume", "DELETE /v1.41/volumes/" + name},
			{"inspect image", "GET /v1.41/images/" + name + "/json"},
			{"create container", "POST /v1.41/containers/create"},
			{"create volume", "POST /v1.41/volumes/create"},
			{"pull image", "POST /v1.41/images/create"},
		} {
			mu.Lock()
			paths = nil
			mu.Unlock()
			kind := docker.KindOf(call(t, c, row.op, name))
			mu.Lock()
			switch {
			case len(paths) == 0 && kind != docker.InvalidSpec:
				t.Errorf("%s %q: nothing was sent, but the kind is %q", row.op, name, kind)
			case len(paths) > 1 || len(paths) == 1 && paths[0] != row.want:
				t.Errorf("%s %q: sent %q, want %q", row.op, name, paths, row.want)
			}
			mu.Unlock()
		}
	})
}
