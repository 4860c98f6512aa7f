// Test tools: test of the program in the test images, on the real engine.

package dockertest_test

import (
	"context"
	"testing"
	"time"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/dockertest"
)

// Most words are tested by the conformance suite; these need time or a second run.
func TestProgramOfTheTestImages(t *testing.T) {
	c := dockertest.Open(t)
	dockertest.Images(t, c)
	prefix := dockertest.Prefix(t, c)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	run := func(name string) int {
		t.Helper()
		if err := c.StartContainer(ctx, prefix+name); err != nil {
			t.Fatal(err)
		}
		code, err := c.WaitContainer(ctx, prefix+name)
		if err != nil {
			t.Fatal(err)
		}
		return code
	}
	create := func(name string, spec docker.ContainerSpec) {
		t.Helper()
		spec.HostConfig.NetworkMode = "none"
		if _, _, err := c.CreateContainer(ctx, prefix+name, spec); err != nil {
			t.Fatal(err)
		}
	}

	create("crash", proc("crash=2", "exit=7"))
	for i, want := range []int{1, 1, 7} {
		if got := run("crash"); got != want {
			t.Errorf("run %d ended with %d, want %d", i+1, got, want)
		}
	}

	create("wrong", proc("nonsense"))
	if got := run("wrong"); got != 2 {
		t.Errorf("an unknown word ended with %d, want 2", got)
	}

	sick := proc("healthy-after=600ms")
	sick.Healthcheck = &docker.Healthcheck{Test: append([]string{"CMD"}, dockertest.Proc("probe")...), Interval: int64(100 * time.Millisecond), Retries: 1}
	create("health", sick)
	if err := c.StartContainer(ctx, prefix+"health"); err != nil {
		t.Fatal(err)
	}
	for seen := map[string]bool{}; !seen["healthy"]; {
		info, err := c.Container(ctx, prefix+"health")
		if err != nil {
			t.Fatalf("seen %v: %v", seen, err)
		}
		if info.State.Health == nil {
			t.Fatal("there is no health")
		}
		if info.State.Health.Status == "healthy" && !seen["starting"] && !seen["unhealthy"] {
			t.Error("it was healthy from the beginning")
		}
		seen[info.State.Health.Status] = true
	}
}
