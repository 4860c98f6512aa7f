// Files: the tests of modes, and of tar files made of trees and laid over them.

package files_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/files"
)

func TestChangeMode(t *testing.T) {
	for _, row := range []struct {
		text string
		of   files.File
		want uint32
	}{
		{"0750", files.File{Mode: 0o4777}, 0o750},
		{"7777", files.File{}, 0o7777},
		{"u+x", files.File{Mode: 0o640}, 0o740},
		{"go-rwx", files.File{Mode: 0o2777}, 0o2700},
		{"a=r", files.File{Mode: 0o777}, 0o444},
		{"+w", files.File{Mode: 0o444}, 0o666},
		{"u=rwx,g=rx,o=", files.File{Mode: 0o777}, 0o750},
		{"g=u", files.File{Mode: 0o640}, 0o660},
		{"o=g-w", files.File{Mode: 0o670}, 0o675},
		{"u+s,g+s,+t", files.File{Mode: 0o755}, 0o7755},
		{"u-s", files.File{Mode: 0o4755}, 0o755},
		// X is x for directories, and for files that somebody can run already.
		{"a+X", files.File{Mode: 0o644}, 0o644},
		{"a+X", files.File{Mode: 0o744}, 0o755},
		{"a+X", files.File{Mode: 0o644, Dir: true}, 0o755},
	} {
		if got, err := files.ChangeMode(row.text, row.of); err != nil || got != row.want {
			t.Errorf("%s of %o: got %o, %v, want %o", row.text, row.of.Mode, got, err, row.want)
		}
	}
	for _, text := range []string{"", "8", "17777", "rwx", "u", "u+y", "z+r", "u+r,"} {
		if got, err := files.ChangeMode(text, files.File{}); err == nil {
			t.Errorf("%q is taken as %o", text, got)
		}
	}
}

// TestTar makes a tar of a tree and lays it over an empty one.
func TestTar(t *testing.T) {
	made := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	tree := files.New()
	tree.MkdirAll("/a/b")
	tree["/a/b/f"] = files.File{UID: 5, GID: 6, Mode: 0o4640, Size: 3, Data: []byte("abc")}
	tree["/a/l"] = files.File{Mode: 0o777, Link: "b/f"}
	long := files.File{Mode: 0o600, Size: 1 << 20}
	tree["/a/long"] = long // too long to be kept
	text, err := files.Tar(tree, made)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{"plain": text, "gzip": zipped(t, text)} {
		got := files.New()
		size, err := got.AddTar(text, "/", files.TarOptions{})
		if err != nil || size != 3+3+long.Size {
			t.Errorf("%s: size %d, %v", name, size, err)
		}
		if diff := cmp.Diff(tree, got); diff != "" {
			t.Errorf("%s (-packed +unpacked):\n%s", name, diff)
		}
		if plain, err := files.Unpack(text); err != nil || len(plain) == 0 || plain[0] == 0x1f {
			t.Errorf("%s: not unpacked: %v", name, err)
		}
	}
}

func zipped(t *testing.T, text []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestLayers lays tars over each other as the layers of an image, with and without the
// meaning of removed files.
func TestLayers(t *testing.T) {
	for _, row := range []struct {
		name      string
		layer     []tar.Header
		whiteouts bool
		want      []string
	}{
		{"over", []tar.Header{{Name: "etc/new"}}, true, []string{"/", "/etc", "/etc/group", "/etc/new", "/etc/passwd", "/etc/x", "/etc/x/y"}},
		{"a file is removed", []tar.Header{{Name: "etc/.wh.passwd"}}, true, []string{"/", "/etc", "/etc/group", "/etc/x", "/etc/x/y"}},
		{"a directory is removed", []tar.Header{{Name: "etc/.wh.x"}}, true, []string{"/", "/etc", "/etc/group", "/etc/passwd"}},
		{"all below is removed", []tar.Header{{Name: "etc/.wh..wh..opq"}}, true, []string{"/", "/etc"}},
		{"a file replaces a directory", []tar.Header{{Name: "etc/x"}}, true, []string{"/", "/etc", "/etc/group", "/etc/passwd", "/etc/x"}},
		{"no layer", []tar.Header{{Name: "etc/.wh.passwd"}}, false,
			[]string{"/", "/etc", "/etc/.wh.passwd", "/etc/group", "/etc/passwd", "/etc/x", "/etc/x/y"}},
		{"out of the tree", []tar.Header{{Name: "../../out"}}, true, []string{"/", "/etc", "/etc/group", "/etc/passwd", "/etc/x", "/etc/x/y", "/out"}},
	} {
		tree := files.New()
		tree.MkdirAll("/etc/x")
		for _, p := range []string{"/etc/passwd", "/etc/group", "/etc/x/y"} {
			tree[p] = files.File{Mode: 0o644}
		}
		var b bytes.Buffer
		w := tar.NewWriter(&b)
		for _, h := range row.layer {
			if err := w.WriteHeader(&h); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := tree.AddTar(b.Bytes(), "/", files.TarOptions{Whiteouts: row.whiteouts}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(row.want, slices.Sorted(maps.Keys(tree))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", row.name, diff)
		}
	}
}
