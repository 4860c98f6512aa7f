// Test tools: images for tests.

package dockertest

import (
	"bytes"
	"testing"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/dockertest/imagetar"
)

// The images that [Images] loads. Both hold a single program, [Program]; its own
// comment explains the words that it takes.
const (
	// ProcImage runs until it is stopped. It configures nothing else.
	ProcImage = "dmap-test/proc:latest"
	// FullImage has a value for everything that an image can configure.
	FullImage = "dmap-test/full:latest"
	// Program is the path of the program in both. The simulated engine knows it by this
	// name.
	Program = "/bin/simproc"
)

// Proc returns a command of [ProcImage]: Proc("exit=3", "after=1s").
func Proc(words ...string) []string { return append([]string{Program}, words...) }

// Images builds the test images, and loads those that the engine lacks. They are not
// removed with the test, because other tests may be using them.
func Images(t testing.TB, c docker.Client) {
	t.Helper()
	var missing []imagetar.Image
	for _, img := range testImages(t) {
		id, err := imagetar.ID(img)
		if err != nil {
			t.Fatal(err)
		}
		found, err := c.Image(t.Context(), img.Tags[0])
		if err != nil && docker.KindOf(err) != docker.ImageMissing {
			t.Fatal(err)
		}
		if found.ID != id {
			missing = append(missing, img)
		}
	}
	if len(missing) == 0 {
		return
	}
	var archive bytes.Buffer
	if err := imagetar.Write(&archive, missing...); err != nil {
		t.Fatal(err)
	}
	if err := c.LoadImages(t.Context(), &archive); err != nil {
		t.Fatal(err)
	}
}

func testImages(t testing.TB) []imagetar.Image {
	program, err := imagetar.BuildGo(t.Context(), "", "github.com/dmap-dev/dmap/engine/docker/dockertest/proc", "")
	if err != nil {
		t.Fatal(err)
	}
	files := []imagetar.File{{Path: Program, Mode: 0o755, Data: program}, {Path: "/data", Dir: true, Mode: 0o750, UID: 1000, GID: 1000}}
	return []imagetar.Image{
		{Tags: []string{ProcImage}, Files: files, Config: imagetar.Config{Cmd: Proc("run")}},
		{Tags: []string{FullImage}, Files: files, Config: imagetar.Config{
			Entrypoint:   []string{Program},
			Cmd:          []string{"run"},
			Env:          []string{"FROM=image", "KEEP=yes"},
			User:         "1000:1000",
			WorkingDir:   "/data",
			ExposedPorts: []string{"80/tcp"},
			Volumes:      []string{"/data"},
			Labels:       map[string]string{"from": "image"},
			StopSignal:   "SIGINT",
		}},
	}
}
