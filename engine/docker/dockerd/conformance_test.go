// Docker adapter: conformance with the real engine.

package dockerd_test

import (
	"testing"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/dockertest"
)

func TestConformance(t *testing.T) {
	dockertest.Run(t, func(t *testing.T) docker.Client { return dockertest.Open(t) })
}

// Docker itself refuses this; other engines need not.
func TestUnknownOptionOfAVolumeIsRefused(t *testing.T) {
	c := dockertest.Open(t)
	name := dockertest.Prefix(t, c) + "v"
	_, err := c.CreateVolume(t.Context(), docker.VolumeSpec{Name: name, DriverOpts: map[string]string{"nonsense": "1"}})
	if docker.KindOf(err) != docker.InvalidSpec {
		t.Errorf("got kind %q: %v", docker.KindOf(err), err)
	}
}
