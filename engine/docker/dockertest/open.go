// Test tools: the real engine.

package dockertest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"net"
	"net/http"
	"net/url"
	"os"
	"testing"
	"time"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/dockerd"
)

// RequireEnv names the variable that, if it is "1", turns a missing engine into a
// failure.
const RequireEnv = "DMAP_REQUIRE_DOCKER"

// cleanupTime bounds the removal of what a test made.
const cleanupTime = time.Minute

// Open returns the engine that the docker command would use. Without one the test is
// skipped, or fails if DMAP_REQUIRE_DOCKER=1. An engine that is there but cannot be
// used is always a failure.
func Open(t testing.TB) docker.Client {
	t.Helper()
	return open(t)
}

// Raw returns an HTTP client whose every request goes to the engine of [Open], whatever the host in its address: for calls
// that [docker.Client] does not have; and the API version that a docker.Client speaks with it. Open may skip the test, or
// fail it; so may Raw.
func Raw(t testing.TB) (client *http.Client, version string) {
	t.Helper()
	c := open(t)
	host := c.Host
	at, err := url.Parse(host)
	if err != nil {
		t.Fatal(err)
	}
	network, address := at.Scheme, at.Host
	switch network {
	case "unix":
		address = at.Path
	case "tcp":
	default:
		t.Fatalf("this test speaks to the engine itself, and cannot do so over %s; give it one at unix:// or tcp://", host)
	}
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, address)
	}}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}, c.APIVersion
}

func open(t testing.TB) *dockerd.Client {
	t.Helper()
	c, err := dockerd.Open(t.Context(), dockerd.Options{UserAgent: "dmap-test"})
	var e *docker.Error
	if errors.As(err, &e) && e.Kind == docker.Unreachable && e.Op != dockerd.OpChoose && os.Getenv(RequireEnv) != "1" {
		t.Skipf("this test needs a Docker Engine (%s=1 makes this a failure): %v", RequireEnv, err)
	}
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

// Prefix returns a prefix for the names of one test, a new one on every call. When the
// test ends, all containers and volumes whose names begin with it are removed.
func Prefix(t testing.TB, c docker.Client) string {
	t.Helper()
	var random [6]byte
	if _, err := rand.Read(random[:]); err != nil {
		t.Fatal(err)
	}
	prefix := "dmap-dtest-" + hex.EncodeToString(random[:]) + "-"
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), cleanupTime)
		defer cancel()
		removeAll(ctx, t, c, "^"+prefix)
	})
	return prefix
}

// removeAll removes the containers that match, with the volumes that only they used,
// and then the volumes that match.
func removeAll(ctx context.Context, t testing.TB, c docker.Client, expr string) {
	containers, err := c.Containers(ctx, expr)
	check(t, err)
	var names []string
	for _, one := range containers {
		info, err := c.Container(ctx, one.ID)
		if docker.KindOf(err) == docker.NotFound {
			continue
		}
		check(t, err)
		for _, m := range info.Mounts {
			if isAnonymous(m) {
				names = append(names, m.Name)
			}
		}
		if err := c.RemoveContainer(ctx, one.ID, true); docker.KindOf(err) != docker.NotFound {
			check(t, err)
		}
	}
	volumes, err := c.Volumes(ctx, expr)
	check(t, err)
	for _, v := range volumes {
		names = append(names, v.Name)
	}
	for _, name := range names {
		if err := c.RemoveVolume(ctx, name); docker.KindOf(err) != docker.NotFound {
			check(t, err)
		}
	}
}

// isAnonymous reports whether the engine invented the name of a volume.
func isAnonymous(m docker.MountInfo) bool {
	data, err := hex.DecodeString(m.Name)
	return m.Type == "volume" && err == nil && len(data) == 32
}

func check(t testing.TB, err error) {
	if err != nil {
		t.Errorf("cannot clean up: %v", err)
	}
}
