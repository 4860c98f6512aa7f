// Test tools, images: tests without an engine: the bytes, the ids, what is refused.

package imagetar_test

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine/docker/dockertest/imagetar"
)

func fullImage() imagetar.Image {
	return imagetar.Image{
		Tags: []string{"dmap-imagetar-test:one", "registry.example.com:5000/group/name:2.0"},
		Arch: "arm64",
		Files: []imagetar.File{
			{Path: "/bin/tool", Mode: 0o4755, Data: []byte("program")},
			{Path: "/bin/also", Link: "tool"},
			{Path: "/data", Dir: true, Mode: 0o2770, UID: 2000, GID: 3000},
			{Path: "/data/deep/file", UID: 7, GID: 8, Data: []byte("hello")},
		},
		Config: imagetar.Config{
			Entrypoint:   []string{"/bin/tool"},
			Cmd:          []string{"--flag", "<&>"},
			Env:          []string{"B=2", "A=1"},
			User:         "1000:2000",
			WorkingDir:   "/data",
			ExposedPorts: []string{"443/tcp", "80/tcp"},
			Volumes:      []string{"/vol"},
			Labels:       map[string]string{"b": "2", "a": "1"},
			StopSignal:   "SIGINT",
		},
	}
}

func smallImage() imagetar.Image {
	return imagetar.Image{Tags: []string{"dmap-imagetar-test:two"}, Arch: "amd64"}
}

func write(t *testing.T, images ...imagetar.Image) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := imagetar.Write(&buf, images...); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// listing renders a tar as text: one line per entry, small text entries with their content, layers unfolded.
func listing(t *testing.T, data []byte, indent string) string {
	t.Helper()
	var out strings.Builder
	r := tar.NewReader(bytes.NewReader(data))
	for {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return out.String()
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&out, "%s%c %04o %d:%d %d %s", indent, h.Typeflag, h.Mode, h.Uid, h.Gid, h.ModTime.Unix(), h.Name)
		switch {
		case strings.HasSuffix(h.Name, ".tar"):
			fmt.Fprintf(&out, "\n%s", listing(t, content, indent+"  "))
		case h.Linkname != "":
			fmt.Fprintf(&out, " -> %s\n", h.Linkname)
		default:
			fmt.Fprintf(&out, " %s\n", content)
		}
	}
}

func TestWriteGivesTheKnownBytes(t *testing.T) {
	const want = `5 0755 0:0 0 5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef/ 
0 0644 0:0 0 5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef/layer.tar
5 0755 0:0 0 66785d1808781339a82730be8089648fd8fa36277cadc35f7dd2cae6e89b9205/ 
0 0644 0:0 0 66785d1808781339a82730be8089648fd8fa36277cadc35f7dd2cae6e89b9205/layer.tar
  5 0755 0:0 0 bin/ 
  2 0777 0:0 0 bin/also -> tool
  0 4755 0:0 0 bin/tool program
  5 2770 2000:3000 0 data/ 
  5 0755 0:0 0 data/deep/ 
  0 0644 7:8 0 data/deep/file hello
0 0644 0:0 0 79b7e205afa783b2da28ce13b9caca1eb56711d66ca3d212f7923dbe20588aec.json {"architecture":"arm64","os":"linux","created":"1970-01-01T00:00:00Z","config":{"User":"1000:2000","ExposedPorts":{"443/tcp":{},"80/tcp":{}},"Env":["B=2","A=1"],"Entrypoint":["/bin/tool"],"Cmd":["--flag","\u003c\u0026\u003e"],"Volumes":{"/vol":{}},"WorkingDir":"/data","Labels":{"a":"1","b":"2"},"StopSignal":"SIGINT"},"history":[{"created":"1970-01-01T00:00:00Z","created_by":"dmap imagetar"}],"rootfs":{"type":"layers","diff_ids":["sha256:66785d1808781339a82730be8089648fd8fa36277cadc35f7dd2cae6e89b9205"]}}
0 0644 0:0 0 ed713a01bc30fa8a950a0f9725fdd4d43df955a5ddd9832a17ce7ef28b139717.json {"architecture":"amd64","os":"linux","created":"1970-01-01T00:00:00Z","config":{},"history":[{"created":"1970-01-01T00:00:00Z","created_by":"dmap imagetar"}],"rootfs":{"type":"layers","diff_ids":["sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"]}}
0 0644 0:0 0 manifest.json [{"Config":"79b7e205afa783b2da28ce13b9caca1eb56711d66ca3d212f7923dbe20588aec.json","RepoTags":["dmap-imagetar-test:one","registry.example.com:5000/group/name:2.0"],"Layers":["66785d1808781339a82730be8089648fd8fa36277cadc35f7dd2cae6e89b9205/layer.tar"]},{"Config":"ed713a01bc30fa8a950a0f9725fdd4d43df955a5ddd9832a17ce7ef28b139717.json","RepoTags":["dmap-imagetar-test:two"],"Layers":["5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef/layer.tar"]}]
`
	got := listing(t, write(t, fullImage(), smallImage()), "")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("image tar (-want +got):\n%s", diff)
	}
}

func TestIDNeverChanges(t *testing.T) {
	const want = "sha256:79b7e205afa783b2da28ce13b9caca1eb56711d66ca3d212f7923dbe20588aec"
	got, err := imagetar.ID(fullImage())
	if err != nil || got != want {
		t.Errorf("ID = %s, %v; want %s: every image made so far would get a new id", got, err, want)
	}
}

func TestOrderOfInputDoesNotMatter(t *testing.T) {
	want := write(t, fullImage(), smallImage())
	for range 20 {
		img := fullImage()
		rand.Shuffle(len(img.Files), func(i, j int) { img.Files[i], img.Files[j] = img.Files[j], img.Files[i] })
		slices.Reverse(img.Config.ExposedPorts)
		if got := write(t, img, smallImage()); !bytes.Equal(got, want) {
			t.Fatalf("another order of files gives other bytes:\n%s", cmp.Diff(listing(t, want, ""), listing(t, got, "")))
		}
	}
}

func TestEqualLayersAreWrittenOnce(t *testing.T) {
	other := smallImage()
	other.Tags = []string{"dmap-imagetar-test:three"}
	other.Config.Cmd = []string{"/x"}
	text := listing(t, write(t, smallImage(), other), "")
	if got := strings.Count(text, "/layer.tar\n"); got != 1 {
		t.Errorf("%d layers, want 1:\n%s", got, text)
	}
}

func TestWriteLeavesItsInputAlone(t *testing.T) {
	img := fullImage()
	write(t, img)
	if diff := cmp.Diff(fullImage(), img); diff != "" {
		t.Errorf("Write changed the image (-before +after):\n%s", diff)
	}
}

func TestWriteRefuses(t *testing.T) {
	with := func(change func(*imagetar.Image)) []imagetar.Image {
		img := fullImage()
		change(&img)
		return []imagetar.Image{img}
	}
	file := func(f imagetar.File) []imagetar.Image {
		return with(func(i *imagetar.Image) { i.Files = append(i.Files, f) })
	}
	tag := func(tag string) []imagetar.Image {
		return with(func(i *imagetar.Image) { i.Tags = []string{tag} })
	}
	config := func(change func(*imagetar.Config)) []imagetar.Image {
		return with(func(i *imagetar.Image) { change(&i.Config) })
	}
	tests := []struct {
		name   string
		images []imagetar.Image
		want   string // a part of the error
	}{
		{"no image", nil, "no images given"},
		{"no tag", with(func(i *imagetar.Image) { i.Tags = nil }), "cannot write image number 1: it has no tag"},
		{"tag without version", tag("name"), `write "name:latest"`},
		{"port taken for a version", tag("host:5000/name"), `write "host:5000/name:latest"`},
		{"upper case", tag("Name:latest"), `tag "Name:latest" has a bad name`},
		{"empty name", tag(":latest"), "bad name"},
		{"empty version", tag("name:"), "bad version"},
		{"one tag for two images", []imagetar.Image{fullImage(), fullImage()}, `tag "dmap-imagetar-test:one" is already used by image 1`},
		{"architecture", with(func(i *imagetar.Image) { i.Arch = "x86 64" }), `architecture "x86 64"`},
		{"relative path", file(imagetar.File{Path: "bin/x"}), `file "bin/x" needs an absolute path`},
		{"path that climbs", file(imagetar.File{Path: "/bin/../x"}), `file "/bin/../x" needs an absolute path`},
		{"root", file(imagetar.File{Path: "/", Dir: true}), `file "/" needs`},
		{"zero byte", file(imagetar.File{Path: "/a\x00b"}), "not clean text"},
		{"broken text", file(imagetar.File{Path: "/a\xff"}), "not clean text"},
		{"deletion mark", file(imagetar.File{Path: "/data/.wh.deep"}), "marks deleted files"},
		{"deletion mark above", file(imagetar.File{Path: "/.wh.x/deep"}), "marks deleted files"},
		{"twice", file(imagetar.File{Path: "/bin/tool"}), `file "/bin/tool" is given twice`},
		{"below a file", file(imagetar.File{Path: "/bin/tool/a/b"}), `lies below "/bin/tool", which is not a folder`},
		{"below a link", file(imagetar.File{Path: "/bin/also/a"}), `lies below "/bin/also", which is not a folder`},
		{"folder and link", file(imagetar.File{Path: "/x", Dir: true, Link: "y"}), "both a folder and a link"},
		{"folder with data", file(imagetar.File{Path: "/x", Dir: true, Data: []byte("y")}), "cannot hold data"},
		{"link with mode", file(imagetar.File{Path: "/x", Link: "y", Mode: 0o644}), "cannot have a mode"},
		{"mode too large", file(imagetar.File{Path: "/x", Mode: 0o10000}), "more than 07777"},
		{"negative owner", file(imagetar.File{Path: "/x", UID: -1}), "owner -1:0"},
		{"group that means unchanged", file(imagetar.File{Path: "/x", GID: 1<<32 - 1}), "owner 0:4294967295"},
		{"environment", config(func(c *imagetar.Config) { c.Env = []string{"A"} }), `entry "A" is not KEY=value`},
		{"environment without key", config(func(c *imagetar.Config) { c.Env = []string{"=1"} }), `entry "=1"`},
		{"user", config(func(c *imagetar.Config) { c.User = "a b" }), `user "a b"`},
		{"working directory", config(func(c *imagetar.Config) { c.WorkingDir = "x" }), `working directory "x"`},
		{"port without protocol", config(func(c *imagetar.Config) { c.ExposedPorts = []string{"80"} }), `exposed port "80"`},
		{"volume", config(func(c *imagetar.Config) { c.Volumes = []string{"v"} }), `volume "v"`},
		{"label", config(func(c *imagetar.Config) { c.Labels = map[string]string{"": "x"} }), "label has no name"},
		{"signal", config(func(c *imagetar.Config) { c.StopSignal = "stop" }), `stop signal "stop"`},
		{"two faults at once", with(func(i *imagetar.Image) { i.Arch, i.Config.User = "-", " " }), "architecture \"-\" is not a name such as amd64 or arm64\ncannot write image \"dmap-imagetar-test:one\": user"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var buf bytes.Buffer
			err := imagetar.Write(&buf, test.images...)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v\nwant one with %q", err, test.want)
			}
			if buf.Len() != 0 {
				t.Errorf("%d bytes were written in spite of the error", buf.Len())
			}
		})
	}
}

type fullDisk struct{ left int }

func (d *fullDisk) Write(p []byte) (int, error) {
	if len(p) > d.left {
		return 0, errors.New("disk full")
	}
	d.left -= len(p)
	return len(p), nil
}

func TestWriteReportsAnyFailedWrite(t *testing.T) {
	size := len(write(t, fullImage(), smallImage()))
	for room := 0; room < size; room += 512 {
		err := imagetar.Write(&fullDisk{left: room}, fullImage(), smallImage())
		if err == nil || !strings.Contains(err.Error(), "cannot write the image tar: ") || !strings.Contains(err.Error(), "disk full") {
			t.Fatalf("room for %d bytes: error %v", room, err)
		}
	}
}
