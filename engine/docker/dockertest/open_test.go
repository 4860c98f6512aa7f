// Test tools: tests of opening the real engine, and of cleaning up.

package dockertest_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/dockertest"
)

// outcome is a test that notes how it ended.
type outcome struct {
	testing.TB
	ctx  context.Context
	text string
}

func (o *outcome) Helper()                  {}
func (o *outcome) Context() context.Context { return o.ctx }
func (o *outcome) Cleanup(func())           {}
func (o *outcome) Skipf(format string, args ...any) {
	o.text = "skipped: " + fmt.Sprintf(format, args...)
	runtime.Goexit()
}
func (o *outcome) Fatal(args ...any) {
	o.text = "failed: " + fmt.Sprint(args...)
	runtime.Goexit()
}

func TestOpenWithoutEngine(t *testing.T) {
	for _, row := range []struct{ host, require, begins, says string }{
		{"unix:///nowhere.sock", "", "skipped: this test needs a Docker Engine (DMAP_REQUIRE_DOCKER=1 makes this a failure)", "/nowhere.sock"},
		{"unix:///nowhere.sock", "1", "failed: ", "/nowhere.sock"},
		{"nonsense", "", "failed: ", `"nonsense" is not a host`},
	} {
		t.Setenv("DOCKER_HOST", row.host)
		t.Setenv(dockertest.RequireEnv, row.require)
		o := &outcome{ctx: t.Context()}
		done := make(chan struct{})
		go func() {
			defer close(done)
			dockertest.Open(o)
		}()
		<-done
		if !strings.HasPrefix(o.text, row.begins) || !strings.Contains(o.text, row.says) {
			t.Errorf("%+v: got %q", row, o.text)
		}
	}
}

func TestPrefixRemovesWhatTheTestMade(t *testing.T) {
	c := openSim(t)
	dockertest.Images(t, c)
	if _, _, err := c.CreateContainer(t.Context(), "foreign", proc("run")); err != nil {
		t.Fatal(err)
	}
	if _, err := c.CreateVolume(t.Context(), docker.VolumeSpec{Name: "foreign"}); err != nil {
		t.Fatal(err)
	}
	before, during := world(t, c), ""
	t.Run("test", func(t *testing.T) {
		prefix := dockertest.Prefix(t, c)
		spec := proc("run")
		spec.Volumes = map[string]struct{}{"/anonymous": {}}
		spec.HostConfig.Binds = []string{prefix + "bound:/bound"}
		for _, name := range []string{"one", "two"} {
			if _, _, err := c.CreateContainer(t.Context(), prefix+name, spec); err != nil {
				t.Fatal(err)
			}
		}
		if err := c.StartContainer(t.Context(), prefix+"one"); err != nil {
			t.Fatal(err)
		}
		if _, err := c.CreateVolume(t.Context(), docker.VolumeSpec{Name: prefix + "vol"}); err != nil {
			t.Fatal(err)
		}
		during = world(t, c)
	})
	if strings.Count(during, "\n") != strings.Count(before, "\n")+6 {
		t.Errorf("the test made something else:\n%s", during)
	}
	if diff := cmp.Diff(before, world(t, c)); diff != "" {
		t.Errorf("left behind (-before +after):\n%s", diff)
	}
}
