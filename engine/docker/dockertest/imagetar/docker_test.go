// Test tools, images: the judge is a real engine: it loads the tar and runs what is inside.

package imagetar_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine/docker/dockertest/imagetar"
)

// needDocker skips the test where no engine answers, and fails it if DMAP_REQUIRE_DOCKER=1 says there must be one.
func needDocker(t *testing.T) {
	t.Helper()
	text, err := exec.Command("docker", "version").CombinedOutput()
	if err == nil {
		return
	}
	if os.Getenv("DMAP_REQUIRE_DOCKER") == "1" {
		t.Fatalf("DMAP_REQUIRE_DOCKER=1, but no Docker Engine answers: %v\n%s", err, text)
	}
	t.Skipf("this test loads an image into Docker, and no engine answers here: %v", err)
}

func docker(t *testing.T, stdin []byte, args ...string) string {
	t.Helper()
	cmd := exec.Command("docker", args...)
	cmd.Stdin = bytes.NewReader(stdin)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("docker %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// loaded loads the images and removes them when the test ends.
func loaded(t *testing.T, data []byte, tags ...string) {
	t.Helper()
	t.Cleanup(func() {
		for _, tag := range tags {
			docker(t, nil, "image", "rm", tag)
		}
	})
	docker(t, data, "load")
}

func TestEngineLoadsAndRunsTheImages(t *testing.T) {
	needDocker(t)
	probe, err := imagetar.BuildGo(t.Context(), "", "./testdata/probe", "")
	if err != nil {
		t.Fatal(err)
	}
	one := fmt.Sprintf("dmap-imagetar-test-%d:one", os.Getpid())
	two := fmt.Sprintf("dmap-imagetar-test-%d:two", os.Getpid())
	img := fullImage()
	img.Arch, img.Tags = "", []string{one}
	img.Files[0].Data = probe
	img.Config.Env = []string{"GREETING=hello world"}
	img.Config.Cmd = []string{"/bin/tool", "/data", "/data/deep", "/data/deep/file", "/vol", "/bin"}
	empty := smallImage()
	empty.Arch, empty.Tags, empty.Config.Cmd = "", []string{two}, []string{"-"}
	data := write(t, img, empty)

	loaded(t, data, one, two)

	t.Run("ids", func(t *testing.T) {
		if strings.Contains(docker(t, nil, "info", "--format", "{{.DriverStatus}}"), "io.containerd.snapshotter") {
			t.Skip("this engine keeps its images in containerd, which calls them by their manifests")
		}
		for _, img := range []imagetar.Image{img, empty} {
			want, err := imagetar.ID(img)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.TrimSpace(docker(t, nil, "image", "inspect", "--format", "{{.Id}}", img.Tags[0])); got != want {
				t.Errorf("image %s has id %s, want %s", img.Tags[0], got, want)
			}
		}
	})
	t.Run("configuration", func(t *testing.T) {
		const form = `{{json .Config.Env}} {{.Config.User}} {{.Config.WorkingDir}} {{json .Config.ExposedPorts}} {{json .Config.Volumes}} {{json .Config.Labels}} {{.Config.StopSignal}} {{json .Config.Entrypoint}} {{.Created}}`
		const want = `["GREETING=hello world"] 1000:2000 /data {"443/tcp":{},"80/tcp":{}} {"/vol":{}} {"a":"1","b":"2"} SIGINT ["/bin/tool"] 1970-01-01T00:00:00Z` + "\n"
		if diff := cmp.Diff(want, docker(t, nil, "image", "inspect", "--format", form, one)); diff != "" {
			t.Errorf("image configuration (-want +got):\n%s", diff)
		}
	})
	t.Run("content", func(t *testing.T) {
		const want = `dir /data <nil>
user 1000 2000
env hello world
args [/bin/tool /bin/tool /data /data/deep /data/deep/file /vol /bin]
/bin/tool 104755 0:0
/data 42770 2000:3000
/data/deep 40755 0:0
/data/deep/file 100644 7:8
/vol 40755 0:0
/bin 40755 0:0
link tool <nil>
data hello <nil>
`
		if diff := cmp.Diff(want, docker(t, nil, "run", "--rm", "--network", "none", "--name", fmt.Sprintf("dmap-imagetar-test-%d", os.Getpid()), one)); diff != "" {
			t.Errorf("what the program found (-want +got):\n%s", diff)
		}
	})
	t.Run("loading again changes nothing", func(t *testing.T) {
		images := func() []string {
			all := docker(t, nil, "image", "ls", "--quiet", "--all", "--no-trunc", "--filter", "reference="+strings.TrimSuffix(one, "one")+"*")
			dangling := docker(t, nil, "image", "ls", "--quiet", "--no-trunc", "--filter", "dangling=true", "--filter", "label=a=1")
			return slices.Sorted(strings.Lines(all + dangling))
		}
		before := images()
		docker(t, data, "load")
		if diff := cmp.Diff(before, images()); diff != "" {
			t.Errorf("images (-before +after):\n%s", diff)
		}
	})
}
