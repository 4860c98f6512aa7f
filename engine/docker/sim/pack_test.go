// Part of the tests of the simulated engine: images that are saved and loaded.

package sim_test

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/dmap-dev/dmap/engine/docker/sim"
)

// fullImage makes an image with all that instructions can set, and gives its id.
func (l *lab) fullImage(tag, comment string) string {
	l.t.Helper()
	layer, err := tarOf(entry{name: "d/", mode: 0o2750, uid: 7, gid: 8}, entry{name: "d/f", data: []byte("text\n"), mode: 0o640, uid: 7, gid: 8},
		entry{name: "link", link: "d/f", mode: 0o777})
	if err != nil {
		l.t.Fatal(err)
	}
	query := url.Values{"fromSrc": {"-"}, "repo": {l.prefix + "i"}, "tag": {tag}, "message": {comment}, "changes": {
		`CMD ["a","b"]`, `ENTRYPOINT ["/e"]`, "ENV A=b C=d", "LABEL l=m", "USER u", "EXPOSE 80 81/udp", "VOLUME /v", "WORKDIR /w",
		`HEALTHCHECK --interval=5s --retries=2 CMD ["h"]`, "ONBUILD RUN x"}}
	l.made = append(l.made, "/images/"+l.prefix+"i:"+tag)
	l.want(l.t, 200, "POST", "/images/create?"+query.Encode(), layer)
	return l.image(tag).ID
}

// savedImage is the part of an image that survives a save.
type savedImage struct {
	ID, Comment, Created string
	RepoTags             []string
	Config               map[string]any
	Size                 int64
	RootFS               struct{ Layers []string }
}

func (l *lab) image(tag string) savedImage {
	l.t.Helper()
	var doc savedImage
	l.get(l.t, "/images/"+l.prefix+"i:"+tag+"/json", &doc)
	return doc
}

// tags returns all names of images of this test, with their ids.
func (l *lab) tags() map[string]string {
	l.t.Helper()
	var list []struct {
		ID       string
		RepoTags []string
	}
	l.get(l.t, "/images/json", &list)
	found := map[string]string{}
	for _, im := range list {
		for _, tag := range im.RepoTags {
			if name, ok := strings.CutPrefix(tag, l.prefix+"i:"); ok {
				found[name] = im.ID
			}
		}
	}
	return found
}

// lines returns what a stream of messages says, without what depends on the run.
func (l *lab) lines(a answer) string {
	l.t.Helper()
	if a.code != 200 {
		return l.plain(a)
	}
	var said []string
	for d := json.NewDecoder(strings.NewReader(a.text)); ; {
		var line struct{ Stream, Error string }
		err := d.Decode(&line)
		if err == io.EOF {
			break
		}
		if err != nil {
			l.t.Fatal(err)
		}
		said = append(said, strings.TrimSpace(line.Stream+line.Error))
	}
	text := regexp.MustCompile(`docker-import-\d+`).ReplaceAllString(strings.Join(said, "|"), "TMP")
	return strings.ReplaceAll(anonymous(text), l.prefix, "")
}

// unpacked returns the manifest in a tar of images, with the configurations in the
// place of their names, and the file of names.
func (l *lab) unpacked(text string) string {
	l.t.Helper()
	files := map[string][]byte{}
	for r := tar.NewReader(strings.NewReader(text)); ; {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			l.t.Fatal(err)
		}
		if files[h.Name], err = io.ReadAll(r); err != nil {
			l.t.Fatal(err)
		}
	}
	var manifest []struct {
		Config   string
		RepoTags []string
		Layers   []string
	}
	if err := json.Unmarshal(files["manifest.json"], &manifest); err != nil {
		l.t.Fatal(err)
	}
	var shown []string
	for _, m := range manifest {
		sum := sha256.Sum256(files[m.Config])
		l.equal("name of the configuration", m.Config, hex.EncodeToString(sum[:])+".json")
		l.equal("layer", len(files[m.Layers[0]]) > 0, true)
		shown = append(shown, fmt.Sprint(m.RepoTags, len(m.Layers)))
	}
	text = fmt.Sprintf("%s %s", strings.Join(shown, " "), strings.TrimSpace(string(files["repositories"])))
	return strings.ReplaceAll(anonymous(text), l.prefix, "")
}

func TestSaveFindsImagesByName(t *testing.T) {
	both(t, func(l *lab) {
		id := l.fullImage("1", "one")
		l.want(l.t, 201, "POST", "/images/"+l.prefix+"i:1/tag?repo="+l.prefix+"i&tag=0", nil)
		l.made = append(l.made, "/images/"+l.prefix+"i:0")
		const none = "dmap-simtest-none"
		const noDigest = "500 failed to get digest sha256:ID: open /var/lib/docker/image/overlay2/imagedb/content/sha256/ID: no such file or directory"
		hex := strings.Repeat("ab", 32)
		one := `[i:1] 1 {"i":{"1":"ID"}}`
		for _, row := range []struct{ path, want string }{
			{"/images/I/get", `[i:0 i:1] 1 {"i":{"0":"ID","1":"ID"}}`},
			{"/images/I:1/get", one},
			{"/images/get?names=I:1", one},
			{"/images/get?names=I:1&names=I:1", one},
			{"/images/get?names=I:1&names=I:0", `[i:1 i:0] 1 {"i":{"0":"ID","1":"ID"}}`},
			{"/images/get?names=" + id + "&names=I:1", one},
			{"/images/get?names=" + id, "[] 1"},
			{"/images/" + id + "/get", "[] 1"},
			{"/images/" + id[7:] + "/get", "[] 1"},
			{"/images/" + id[7:19] + "/get", "[] 1"},
			{"/images/" + id[:19] + "/get", "[] 1"},
			{"/images/get", ""},
			{"/images/get?names=", "500 invalid reference format"},
			{"/images/get?names=UPPER", "500 invalid reference format: repository name must be lowercase"},
			{"/images/get?names=" + none, "404 No such image: " + none},
			{"/images/" + none + "/get", "404 No such image: " + none},
			{"/images/" + none + ":3/get", "404 reference does not exist"},
			{"/images/get?names=I:1&names=" + none + ":3", "404 reference does not exist"},
			{"/images/get?names=" + none + "@sha256:" + hex, "404 reference does not exist"},
			{"/images/get?names=" + hex, noDigest},
			{"/images/get?names=sha256:" + hex, noDigest},
			{"/images/sha256:" + hex[:12] + "/get", "404 No such image: sha256:SHORT"},
		} {
			a := l.call(l.t, "GET", strings.ReplaceAll(row.path, "I", l.prefix+"i"), nil)
			got := strings.ReplaceAll(l.plain(a), "fuse-overlayfs", "overlay2")
			if a.code == 200 {
				got = strings.TrimSpace(l.unpacked(a.text))
			}
			l.equal(row.path, got, row.want)
		}
	})
}

func TestSavedImageComesBackAsItWas(t *testing.T) {
	both(t, func(l *lab) {
		l.fullImage("1", "one")
		l.made = append(l.made, "/images/"+l.prefix+"i:2")
		l.want(l.t, 201, "POST", "/images/"+l.prefix+"i:1/tag?repo="+l.prefix+"i&tag=2", nil)
		before, tags := l.image("1"), l.tags()
		text := []byte(l.want(l.t, 200, "GET", "/images/"+l.prefix+"i/get", nil).text)
		load := func() string { return l.lines(l.call(l.t, "POST", "/images/load?quiet=1", text)) }
		l.equal("onto itself", load(), "Loaded image: i:1|Loaded image: i:2")
		l.equal("the same", l.image("1"), before)
		l.want(l.t, 200, "DELETE", "/images/"+l.prefix+"i:1", nil)
		l.want(l.t, 200, "DELETE", "/images/"+l.prefix+"i:2", nil)
		since := l.time()
		l.equal("again", load(), "Loaded image: i:1|Loaded image: i:2")
		l.equal("the same again", l.image("1"), before)
		l.equal("the same tags", l.tags(), tags)
		id := l.fullImage("2", "two")
		l.equal("a tag moves", load(), "Loaded image: i:1|The image i:2 already exists, renaming the old one with ID sha256:ID to empty string|Loaded image: i:2")
		l.made = append(l.made, "/images/"+id)
		l.equal("moved", l.tags(), tags)
		s := container("run", nil)
		s["Image"] = l.prefix + "i:1"
		l.create("c", s)
		l.equal("file", l.stat("c", "/d/f"), "7:8 640 5")
		l.equal("directory", l.stat("c", "/d"), "7:8 2750 0")
		l.want(l.t, 200, "GET", "/images/"+l.prefix+"i:1/get", nil)
		var actions []string
		for _, e := range l.events(fmt.Sprintf("%d.%09d", since.Unix(), since.Nanosecond()), l.now()) {
			if e.Type == "image" && e.Actor.ID == before.ID {
				l.equal("name", e.Actor.Attributes["name"], before.ID)
				actions = append(actions, e.Action)
			}
		}
		l.equal("events", strings.Join(actions, " "), "load load save")
	})
}

func TestImagesTravelBetweenTheEngines(t *testing.T) {
	make := func(g target) *lab { return &lab{target: g, t: t, prefix: prefix + "travel-"} }
	actual := make(realTarget(t))
	simulated, _ := simTarget(t, sim.Options{})
	virtual := make(simulated)
	t.Cleanup(func() {
		for _, tag := range []string{"1", "2"} {
			actual.call(t, "DELETE", "/images/"+actual.prefix+"i:"+tag, nil)
		}
	})
	for _, row := range []struct {
		tag      string
		from, to *lab
	}{{"1", virtual, actual}, {"2", actual, virtual}} {
		row.from.fullImage(row.tag, "from "+row.from.name)
		before := row.from.image(row.tag)
		save := func(l *lab) []byte {
			return []byte(l.want(t, 200, "GET", "/images/"+l.prefix+"i:"+row.tag+"/get", nil).text)
		}
		row.to.equal("load", row.to.lines(row.to.call(t, "POST", "/images/load?quiet=1", save(row.from))), "Loaded image: i:"+row.tag)
		got := row.to.image(row.tag)
		row.to.equal("configuration", got.Config, before.Config)
		row.to.equal("rest", []any{got.Comment, got.Created, got.RepoTags, got.Size}, []any{before.Comment, before.Created, before.RepoTags, before.Size})
		s := container("run", nil)
		s["Image"] = row.to.prefix + "i:" + row.tag
		row.to.create("c", s)
		row.to.equal("file", row.to.stat("c", "/d/f"), "7:8 640 5")
		row.to.equal("link", row.to.names("c", "/link"), "link")
		row.to.want(t, 204, "DELETE", row.to.at("c")+"?v=1", nil)
		row.from.want(t, 200, "DELETE", "/images/"+row.from.prefix+"i:"+row.tag, nil)
		row.from.equal("back", row.from.lines(row.from.call(t, "POST", "/images/load?quiet=1", save(row.to))), "Loaded image: i:"+row.tag)
		if row.from == virtual {
			row.from.equal("as it was", row.from.image(row.tag), before)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	layer, err := tarOf(entry{name: "f", data: []byte("x"), mode: 0o644})
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(layer)
	good := `{"architecture":"amd64","os":"linux","config":{"Cmd":["x"]},"rootfs":{"type":"layers","diff_ids":["sha256:` + hex.EncodeToString(sum[:]) + `"]}}`
	const open = "open /var/lib/docker/tmp/TMP/"
	both(t, func(l *lab) {
		l.made = append(l.made, "/images/"+l.prefix+"i:1", "/images/"+l.prefix+"i:2", "/images/"+l.prefix+"i:3")
		item := func(more string) string { return `[{"Config":"c.json","Layers":["l.tar"]` + more + `}]` }
		tagged := `[{"Config":"c.json","Layers":["l.tar"],"RepoTags":["I:1"]}`
		for _, row := range []struct{ name, manifest, config, want string }{
			{"no manifest", "", good, open + "repositories: no such file or directory"},
			{"half a manifest", "[", good, "unexpected EOF"},
			{"an object", "{}", good, "json: cannot unmarshal object into Go value of type []tarexport.manifestItem"},
			{"a number", `[{"Config":1}]`, good, "json: cannot unmarshal number into Go struct field manifestItem.Config of type string"},
			{"null", "null", good, ""},
			{"nothing", "[]", good, ""},
			{"other configuration", `[{"Config":"d.json"}]`, good, open + "d.json: no such file or directory"},
			{"bad configuration", item(""), "{", "unexpected end of JSON input"},
			{"no layers known", item(""), "{}", "invalid image JSON, no RootFS key"},
			{"too many layers", `[{"Config":"c.json"}]`, good, "invalid manifest, layers length mismatch: expected 0, got 1"},
			{"other layer", `[{"Config":"c.json","Layers":["m.tar"]}]`, good, open + "m.tar: no such file or directory"},
			{"changed layer", item(""), strings.ReplaceAll(good, hex.EncodeToString(sum[:]), strings.Repeat("ab", 32)), `invalid diffID for layer 0: expected "sha256:ID", got "sha256:ID"`},
			{"other system", item(""), strings.ReplaceAll(good, "linux", "windows"), "cannot load windows image on linux"},
			{"no system", tagged + "]", strings.ReplaceAll(good, "linux", ""), "Loaded image: i:1"},
			{"upper case", item(`,"RepoTags":["I:1","UPPER"]`), good, "The image i:1 already exists, renaming the old one with ID sha256:ID to empty string|Loaded image: i:1|invalid reference format: repository name must be lowercase"},
			{"no tag", item(`,"RepoTags":["I"]`), good, `invalid tag "i"`},
			{"digest", item(`,"RepoTags":["I@sha256:` + strings.Repeat("ab", 32) + `"]`), good, `invalid tag "i@sha256:ID"`},
			{"two tags", item(`,"RepoTags":["I:1","I:2"]`), good, "Loaded image: i:1|Loaded image: i:2"},
			{"untagged", item(""), good, "Loaded image ID: sha256:ID"},
			{"untagged and tagged", `[{"Config":"c.json","Layers":["l.tar"]},` + tagged[1:] + "]", good, "Loaded image: i:1"},
			{"tagged and untagged", tagged + "," + item("")[1:], good, "Loaded image: i:1|Loaded image ID: sha256:ID\nLoaded image ID: sha256:ID"},
			{"the second fails", tagged + `,{"Config":"d.json"}]`, good, "Loaded image: i:1|" + open + "d.json: no such file or directory"},
			{"no layers", `[{"Config":"e.json","RepoTags":["I:3"]}]`, good, "Loaded image: i:3"},
		} {
			files := []entry{{name: "c.json", data: []byte(row.config), mode: 0o644}, {name: "l.tar", data: layer, mode: 0o644},
				{name: "e.json", data: []byte(`{"architecture":"amd64","os":"linux","rootfs":{"type":"layers"}}`), mode: 0o644}}
			if row.manifest != "" {
				files = append(files, entry{name: "manifest.json", data: []byte(strings.ReplaceAll(row.manifest, `"I`, `"`+l.prefix+"i")), mode: 0o644})
			}
			text, err := tarOf(files...)
			if err != nil {
				t.Fatal(err)
			}
			l.equal(row.name, l.lines(l.call(l.t, "POST", "/images/load?quiet=1", text)), row.want)
		}
		l.equal("no tar", l.lines(l.call(l.t, "POST", "/images/load", []byte(strings.Repeat("text", 300)))), "Error processing tar file(exit status 1): archive/tar: invalid tar header")
		l.equal("tags", len(l.tags()), 3)
		l.removeUntagged(t, good)
	})
}

// removeUntagged removes the image with a configuration that a row replaced by another.
func (l *lab) removeUntagged(t *testing.T, config string) {
	sum := sha256.Sum256([]byte(strings.ReplaceAll(config, "linux", "")))
	l.equal("remove", l.call(t, "DELETE", "/images/sha256:"+hex.EncodeToString(sum[:]), nil).code, 200)
}
