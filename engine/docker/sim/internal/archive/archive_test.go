// Archive: the test of images that leave and come back.

package archive_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/archive"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/files"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/ids"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/script"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
)

func TestPack(t *testing.T) {
	made := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	web := files.New()
	web.MkdirAll("/srv")
	web["/srv/index"] = files.File{UID: 33, Mode: 0o640, Size: 2, Data: []byte("hi")}
	// What only the simulation knows (id, layers, size, script) comes back, too.
	want := []archive.Image{
		{ID: "sha256:" + ids.Of("image", "web"), Config: spec.Config{Cmd: []string{"serve"}}, Created: made.Add(time.Hour), Arch: "amd64", OS: "linux", Author: "a",
			Comment: "c", Layers: []string{"sha256:" + ids.Of("layer", "1"), "sha256:" + ids.Of("layer", "2")}, Size: 12345, Process: &script.Process{Exits: true}, Files: web},
		{ID: "sha256:" + ids.Of("image", "empty"), Created: made, Arch: "arm64", OS: "linux", Layers: []string{"sha256:" + ids.Of("layer", "3")}, Files: files.New(), Complete: true},
	}
	text, err := archive.Pack([]archive.Packed{{Image: want[0], Tags: []string{"web:1", "web:2"}}, {Image: want[1]}}, made)
	if err != nil {
		t.Fatal(err)
	}
	a, err := archive.Open(text, 7)
	if err != nil {
		t.Fatal(err)
	}
	var got []archive.Image
	var tags [][]string
	for _, item := range a.Manifest {
		im, err := a.Image(item)
		if err != nil {
			t.Fatal(err)
		}
		got, tags = append(got, *im), append(tags, item.RepoTags)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-packed +opened):\n%s", diff)
	}
	if diff := cmp.Diff([][]string{{"web:1", "web:2"}, nil}, tags); diff != "" {
		t.Errorf("tags (-want +got):\n%s", diff)
	}
	_, err = a.Image(archive.Item{Config: "gone.json"})
	if err == nil || err.Error() != "open /var/lib/docker/tmp/docker-import-7/gone.json: no such file or directory" {
		t.Errorf("an image that is not in it: %v", err)
	}
}
