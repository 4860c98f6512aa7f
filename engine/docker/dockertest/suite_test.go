// Test tools: the suite on the simulated engine.

package dockertest_test

import (
	"testing"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/dockerd"
	"github.com/dmap-dev/dmap/engine/docker/dockertest"
	"github.com/dmap-dev/dmap/engine/docker/sim"
)

func openSim(t *testing.T) docker.Client { return openVersion(t, "") }

func openVersion(t *testing.T, version string) docker.Client {
	t.Helper()
	c, err := dockerd.Open(t.Context(), dockerd.Options{DialContext: sim.New(sim.Options{API: version}).DialContext})
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

func TestConformanceOfSim(t *testing.T) {
	for _, version := range []string{"1.41", "1.44", "1.51"} {
		t.Run(version, func(t *testing.T) {
			dockertest.Run(t, func(t *testing.T) docker.Client { return openVersion(t, version) })
		})
	}
}
