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
