// Part of the tests of the simulated engine: paths of archives with dots and slashes at
// their end, and the events of archives.

package sim_test

import (
	"archive/tar"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strings"
	"testing"
	"time"
)

// names returns the first names in the tar of a path, or the answer if it is an error.
func (l *lab) names(name, path string) string {
	l.t.Helper()
	a := l.call(l.t, "GET", l.at(name)+"/archive?path="+url.QueryEscape(path), nil)
	if a.code != 200 {
		return strings.ReplaceAll(l.plain(a), "fuse-overlayfs", "overlay2")
	}
	var names []string
	for r := tar.NewReader(strings.NewReader(a.text)); len(names) < 2; {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			l.t.Fatal(err)
		}
		names = append(names, h.Name)
	}
	return strings.Join(names, " ")
}

func TestArchiveNamesFollowTheEndOfThePath(t *testing.T) {
	both(t, func(l *lab) {
		l.create("a", container("run", nil))
		const lstat = "500 lstat /var/lib/docker/overlay2/ID/merged"
		for _, row := range []struct{ path, want string }{
			{"/data", "data/ data/seed"},
			{"/data/", "data/ data/seed"},
			{"/data/.", "./ ./seed"},
			{"/data/./", "./ ./seed"},
			{"data/../data/.", "./ ./seed"},
			{"/data/seed", "seed"},
			{"/data/seed/", lstat + "/data/seed/: not a directory"},
			{"/data/seed/.", lstat + "/data/seed/.: not a directory"},
			{"/data/seed/x", lstat + "/data/seed/x: not a directory"},
			{"/data/seed/x/", lstat + "/data/seed/x: not a directory"},
			{"/data/seed/x/y/", lstat + "/data/seed/x: not a directory"},
			{"/nope/", "404 Could not find the file /nope/ in container a"},
			{"/nope/.", "404 Could not find the file /nope/. in container a"},
			{"/data/nope/x", "404 Could not find the file /data/nope/x in container a"},
		} {
			l.equal(row.path, l.names("a", row.path), row.want)
		}
		l.equal("root", strings.Fields(l.names("a", "/"))[0], "/")
		l.equal("dot", strings.Fields(l.names("a", "."))[0], "./")
	})
}

func TestArchivePutOntoAFile(t *testing.T) {
	both(t, func(l *lab) {
		l.create("a", container("run", nil))
		text, err := tarOf(entry{name: "f", mode: 0o644})
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range []struct{ path, want string }{
			{"/data/seed", "500 extraction point is not a directory"},
			{"/data/seed/", "500 extraction point is not a directory"},
			{"/data/seed/.", "500 extraction point is not a directory"},
			{"/data/seed/x", "500 lstat /var/lib/docker/overlay2/ID/merged/data/seed/x: not a directory"},
			{"/data/.", "200"},
			{"/nope/", "404 Could not find the file /nope/ in container a"},
		} {
			got := l.plain(l.call(l.t, "PUT", l.at("a")+"/archive?path="+row.path, text))
			l.equal(row.path, strings.ReplaceAll(got, "fuse-overlayfs", "overlay2"), row.want)
		}
	})
}

// actions returns type and action of the events since a time about what this test made.
func (l *lab) actions(since time.Time) []string {
	l.t.Helper()
	var found []string
	for _, e := range l.events(fmt.Sprintf("%d.%09d", since.Unix(), since.Nanosecond()), l.now()) {
		if strings.HasPrefix(e.Actor.ID, l.prefix) || strings.HasPrefix(e.Actor.Attributes["name"], l.prefix) {
			found = append(found, e.Type+" "+e.Action)
		}
	}
	return found
}

// now returns the time of the engine as a parameter.
func (l *lab) now() string {
	l.t.Helper()
	at := l.time()
	return fmt.Sprintf("%d.%09d", at.Unix(), at.Nanosecond())
}

func (l *lab) time() time.Time {
	l.t.Helper()
	var doc struct{ SystemTime time.Time }
	l.get(l.t, "/info", &doc)
	return doc.SystemTime
}

func TestEventsOfArchives(t *testing.T) {
	both(t, func(l *lab) {
		l.create("a", container("run print=ready", map[string]any{"Binds": []string{l.volume("v") + ":/v"}}))
		text, err := tarOf(entry{name: "f", mode: 0o644})
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range []struct {
			method, path string
			body         []byte
			want         string
		}{
			{"HEAD", "/archive?path=/data", nil, "volume mount|volume unmount"},
			{"GET", "/archive?path=/data", nil, "volume mount|container archive-path|volume unmount"},
			{"GET", "/archive?path=/nope", nil, "volume mount|volume unmount"},
			{"PUT", "/archive?path=/v", text, "volume mount|container extract-to-dir|volume unmount"},
			{"PUT", "/archive?path=/data/seed", text, "volume mount|volume unmount"},
			{"GET", "/export", nil, "container export"},
		} {
			since := l.time()
			var body any
			if row.body != nil {
				body = row.body
			}
			l.call(l.t, row.method, l.at("a")+row.path, body)
			l.equal(row.method+" "+row.path, strings.Join(l.actions(since), "|"), row.want)
		}
		l.start("a")
		awaitReady(l.t, l.target, l.prefix+"a")
		since := l.time()
		l.want(l.t, 200, "GET", l.at("a")+"/top", nil)
		l.equal("top", strings.Join(l.actions(since), "|"), "container top")
	})
}

// linked returns an image of this test with symbolic links in it.
func (l *lab) linked() string {
	l.t.Helper()
	layer, err := tarOf(entry{name: "d/", mode: 0o755}, entry{name: "d/f", data: []byte("x"), mode: 0o644}, entry{name: "dir", link: "d", mode: 0o777},
		entry{name: "file", link: "/d/f", mode: 0o777}, entry{name: "dead", link: "nope", mode: 0o777},
		entry{name: "up", link: "../../d", mode: 0o777})
	if err != nil {
		l.t.Fatal(err)
	}
	name := l.prefix + "links"
	l.made = append(l.made, "/images/"+name)
	l.want(l.t, 200, "POST", "/images/create?fromSrc=-&changes=CMD%20x&repo="+name, layer)
	return name
}

// leadsTo returns where a link leads, as the head of the answer says.
func (l *lab) leadsTo(name, path string) string {
	l.t.Helper()
	resp, err := l.client.Head("http://docker/v1.41" + l.at(name) + "/archive?path=" + url.QueryEscape(path))
	if err != nil {
		l.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := base64.StdEncoding.DecodeString(resp.Header.Get("X-Docker-Container-Path-Stat"))
	if err != nil {
		l.t.Fatal(err)
	}
	var doc struct{ LinkTarget string }
	if len(text) > 0 && json.Unmarshal(text, &doc) != nil {
		l.t.Fatalf("%s: %s", l.name, text)
	}
	return doc.LinkTarget
}

func TestArchivePathsThroughLinks(t *testing.T) {
	both(t, func(l *lab) {
		s := container("", nil)
		s["Image"] = l.linked()
		l.create("a", s)
		const merged = "500 lstat /var/lib/docker/overlay2/ID/merged"
		for _, row := range []struct{ path, want, target string }{
			{"/dir", "dir", "/d"},
			{"/dir/", "dir/ dir/f", ""},
			{"/dir/.", "./ ./f", ""},
			{"/dir/f", "f", ""},
			{"/up/f", "f", ""},
			{"/up", "up", "/d"},
			{"/file", "file", "/d/f"},
			{"/file/x", merged + "/d/f/x: not a directory", ""},
			{"/dead", "dead", "/nope"},
			{"/dead/x", "404 Could not find the file /dead/x in container a", ""},
		} {
			l.equal(row.path, l.names("a", row.path), row.want)
			l.equal(row.path+" leads to", l.leadsTo("a", row.path), row.target)
		}
		text, err := tarOf(entry{name: "n", mode: 0o644})
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range []struct{ path, want string }{
			{"/dir", "200"}, {"/up/", "200"}, {"/file", "500 extraction point is not a directory"}, {"/dead", "404 Could not find the file /dead in container a"},
		} {
			l.equal("put "+row.path, l.plain(l.call(l.t, "PUT", l.at("a")+"/archive?path="+row.path, text)), row.want)
		}
		l.equal("there", l.names("a", "/d"), "d/ d/f")
		l.equal("put", l.names("a", "/d/n"), "n")
	})
}
