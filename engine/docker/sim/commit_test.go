// Part of the tests of the simulated engine: images that are made of containers.

package sim_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
)

// committable returns a container of this test, whose label marks all images that are
// made of it, so that they are removed.
func (l *lab) committable(name, image string) string {
	l.t.Helper()
	s := spec{
		"Image": image, "Cmd": []string{"a", "b"}, "Entrypoint": []string{"/e"}, "Env": []string{"A=b"}, "Labels": map[string]string{"own": l.prefix},
		"User": "7", "WorkingDir": "/data", "ExposedPorts": map[string]any{"81/udp": map[string]any{}}, "Volumes": map[string]any{"/v": map[string]any{}},
		"Healthcheck": map[string]any{"Test": []string{"CMD", "h"}, "Interval": 5_000_000_000}, "StopSignal": "HUP", "StopTimeout": 3,
		"Hostname": "host", "HostConfig": map[string]any{"NetworkMode": "none"},
	}
	return l.create(name, s)
}

// untagged returns the ids of the images without a name that this test made.
func (l *lab) untagged() []string {
	l.t.Helper()
	filters := url.QueryEscape(`{"dangling":["true"],"label":["own=` + l.prefix + `"]}`)
	var list []struct{ ID string }
	l.get(l.t, "/images/json?filters="+filters, &list)
	var ids []string
	for _, im := range list {
		ids = append(ids, im.ID)
	}
	return ids
}

// sweep removes the images without a name that this test made.
func (l *lab) sweep() {
	for _, id := range l.untagged() {
		l.call(l.t, "DELETE", "/images/"+id, nil)
	}
}

// commit makes an image of a container and gives the answer, without ids.
func (l *lab) commit(name, query string, body any) string {
	l.t.Helper()
	path := "/commit?container=" + l.prefix + name + "&" + strings.ReplaceAll(query, "=I", "="+l.prefix+"i")
	return strings.ReplaceAll(l.post(path, body), "fuse-overlayfs", "overlay2")
}

func TestCommitTakesTheConfiguration(t *testing.T) {
	both(t, func(l *lab) {
		l.fullImage("2", "base")
		id := l.committable("c", l.prefix+"i:2")
		l.t.Cleanup(l.sweep)
		l.made = append(l.made, "/images/"+l.prefix+"i:1")
		text, err := tarOf(entry{name: "n", data: []byte("new"), mode: 0o600, uid: 3, gid: 4}, entry{name: "empty/", mode: 0o700})
		if err != nil {
			t.Fatal(err)
		}
		l.want(l.t, 200, "PUT", l.at("c")+"/archive?path=/", text)
		l.equal("commit", l.commit("c", "repo=I&tag=1&author=me&comment=why", nil), "201")
		var base, made struct {
			ID, Parent, Container, Comment, Author string
			Config, ContainerConfig                map[string]any
			Size                                   int64
			RootFS                                 struct{ Layers []string }
		}
		l.get(l.t, "/images/"+l.prefix+"i:2/json", &base)
		l.get(l.t, "/images/"+l.prefix+"i:1/json", &made)
		l.equal("rest", []any{made.Parent, made.Container, made.Comment, made.Author, made.Size - base.Size, len(made.RootFS.Layers)},
			[]any{base.ID, id, "why", "me", int64(3), 2})
		var c struct{ Config map[string]any }
		l.get(l.t, l.at("c")+"/json", &c)
		l.equal("configuration", made.Config, c.Config)
		l.equal("of the container", made.ContainerConfig, c.Config)
		var history []struct {
			ID, CreatedBy, Comment string
			Size                   int64
		}
		l.get(l.t, "/images/"+l.prefix+"i:1/history", &history)
		l.equal("history", fmt.Sprint(len(history), history[0].ID == made.ID, history[0].CreatedBy, history[0].Comment, history[0].Size), "2 truea bwhy3")
		l.create("d", spec{"Image": l.prefix + "i:1", "HostConfig": map[string]any{"NetworkMode": "none"}})
		l.equal("file", l.stat("d", "/n"), "3:4 600 3")
		l.equal("directory", l.stat("d", "/empty"), "0:0 700 0")
		l.equal("file of the image", l.stat("d", "/d/f"), "7:8 640 5")
		var d inspected
		l.get(l.t, l.at("d")+"/json", &d)
		l.equal("runs", append([]string{d.Path}, d.Args...), []string{"/e", "a", "b"})
	})
}

func TestCommitAppliesChanges(t *testing.T) {
	both(t, func(l *lab) {
		l.committable("c", testImage)
		l.t.Cleanup(l.sweep)
		l.made = append(l.made, "/images/"+l.prefix+"i:1")
		for _, row := range []struct{ body, changes, want string }{
			{"{}", `ENTRYPOINT ["z"]|ENV A=c D=$A E=$FROM|WORKDIR r|USER $A`, `null ["z"] ["A=c","PATH=/bin","FROM=image","TEST=T","D=b","E=image"] "/data/r" "c"`},
			{"", `CMD ["y"]|ENTRYPOINT ["z"]`, `["y"] ["z"] ["A=b","PATH=/bin","FROM=image","TEST=T"] "/data" "7"`},
			{`{"Cmd":["q"],"User":"8","WorkingDir":"relative","Env":["X=y"]}`, "ENV D=$FROM", `["q"] ["/e"] ["X=y","D=","A=b","PATH=/bin","FROM=image","TEST=T"] "relative" "8"`},
		} {
			query := url.Values{"tag": {"1"}}
			if row.changes != "" {
				query["changes"] = strings.Split(row.changes, "|")
			}
			var body any
			if row.body != "" {
				body = json.RawMessage(row.body)
			}
			what := row.body + " " + row.changes
			l.equal(what, l.commit("c", "repo=I&"+query.Encode(), body), "201")
			var doc struct {
				Config struct {
					Cmd, Entrypoint, Env []string
					WorkingDir, User     string
				}
			}
			l.get(l.t, "/images/"+l.prefix+"i:1/json", &doc)
			var shown []string
			for _, value := range []any{doc.Config.Cmd, doc.Config.Entrypoint, doc.Config.Env, doc.Config.WorkingDir, doc.Config.User} {
				text, err := json.Marshal(value)
				if err != nil {
					t.Fatal(err)
				}
				shown = append(shown, strings.ReplaceAll(string(text), testImage, "T"))
			}
			l.equal(what, strings.Join(shown, " "), row.want)
		}
	})
}

func TestCommitRefuses(t *testing.T) {
	both(t, func(l *lab) {
		l.committable("c", testImage)
		l.t.Cleanup(l.sweep)
		l.made = append(l.made, "/images/"+l.prefix+"i:7")
		for _, row := range []struct{ query, want string }{
			{"repo=I:6&tag=7", "201"},
			{"repo=UPPER", "500 invalid reference format: repository name must be lowercase"},
			{"changes=BOGUS", "400 bogus is not a valid change command"},
			{"changes=", "400 file with no instructions"},
		} {
			l.equal(row.query, l.commit("c", row.query, nil), row.want)
		}
		l.equal("tags", len(l.tags()), 1)
		l.equal("images without a name, though the name was refused", len(l.untagged()), 1)
		l.equal("no container", l.post("/commit", nil), `400 invalid name or ID supplied: ""`)
		l.equal("other container", l.commit("none", "", nil), "404 No such container: none")
		l.equal("tar", l.commit("c", "", []byte("x")), "400 Content-Type specified (application/x-tar) must be 'application/json'")
		l.equal("list", l.commit("c", "", []int{}), "500 json: cannot unmarshal array into Go value of type runconfig.ContainerConfigWrapper")
		l.equal("number", l.commit("c", "", map[string]any{"User": 3}), "500 json: cannot unmarshal number into Go struct field ContainerConfigWrapper.User of type string")
		l.fullImage("1", "gone")
		l.create("g", spec{"Image": l.prefix + "i:1", "HostConfig": map[string]any{"NetworkMode": "none"}})
		l.want(l.t, 200, "DELETE", "/images/"+l.prefix+"i:1?force=1", nil)
		if ids := l.tags(); len(ids) != 1 {
			l.t.Errorf("%s: image is still there: %v", l.name, ids)
		}
		l.equal("image is gone", l.commit("g", "", nil), "500 failed to get digest sha256:ID: open /var/lib/docker/image/overlay2/imagedb/content/sha256/ID: no such file or directory")
	})
}

func TestCommitPausesTheContainer(t *testing.T) {
	both(t, func(l *lab) {
		s := container("run print=ready", nil)
		s["Labels"] = map[string]string{"own": l.prefix}
		l.create("c", s)
		l.t.Cleanup(l.sweep)
		l.made = append(l.made, "/images/"+l.prefix+"i:1", "/images/"+l.prefix+"i:latest")
		l.start("c")
		awaitReady(l.t, l.target, l.prefix+"c")
		for _, row := range []struct{ query, want string }{
			{"repo=I&tag=1", "container pause|image tag i:1|container commit i:1|container unpause"},
			{"pause=0&repo=I&comment=x", "image tag i|container commit x i"},
		} {
			since := l.time()
			l.want(l.t, 201, "POST", "/commit?container="+l.prefix+"c&"+strings.ReplaceAll(row.query, "=I", "="+l.prefix+"i"), nil)
			var got []string
			for _, e := range l.events(fmt.Sprintf("%d.%09d", since.Unix(), since.Nanosecond()), l.now()) {
				attributes := e.Actor.Attributes
				if attributes["own"] != l.prefix {
					continue
				}
				words := []string{e.Type, e.Action}
				if e.Type == "image" {
					words = append(words, attributes["name"])
				}
				words = append(words, attributes["comment"], attributes["imageRef"])
				got = append(got, strings.Join(strings.Fields(strings.ReplaceAll(strings.Join(words, " "), l.prefix, "")), " "))
			}
			l.equal(row.query, strings.Join(got, "|"), row.want)
		}
		l.equal("state", l.inspect("c").State.Status, "running")
		l.want(l.t, 204, "POST", l.at("c")+"/pause", nil)
		since := l.time()
		l.equal("paused before", l.commit("c", "", nil), "201")
		l.equal("stays so", []any{l.inspect("c").State.Status, l.actions(since)}, []any{"paused", []string{"container commit"}})
	})
}

func TestImagesWithChildrenStay(t *testing.T) {
	both(t, func(l *lab) {
		l.committable("c", testImage)
		l.t.Cleanup(l.sweep)
		l.made = append(l.made, "/images/"+l.prefix+"i:1", "/images/"+l.prefix+"i:2")
		l.equal("parent", l.commit("c", "repo=I&tag=1", nil), "201")
		l.committable("d", l.prefix+"i:1")
		l.equal("child", l.commit("d", "repo=I&tag=2", nil), "201")
		l.equal("container", l.delete(l.at("d")+"?v=1"), "204")
		parent := l.tags()["1"]
		const refused = "409 conflict: unable to delete SHORT (cannot be forced) - image has dependent child images"
		l.equal("by id", l.delete("/images/"+parent), refused)
		l.equal("by force", l.delete("/images/"+parent+"?force=1"), refused)
		l.equal("by name", l.delete("/images/"+l.prefix+"i:1"), "200")
		l.equal("it is there", l.call(l.t, "GET", "/images/"+parent+"/json", nil).code, 200)
		l.equal("still refused", l.delete("/images/"+parent), refused)
		var done []map[string]string
		a := l.want(l.t, 200, "DELETE", "/images/"+l.prefix+"i:2", nil)
		if err := json.Unmarshal([]byte(a.text), &done); err != nil {
			t.Fatal(err)
		}
		l.equal("with its parent", strings.Count(a.text, parent), 1)
		l.equal("but not the image below", l.call(l.t, "GET", "/images/"+testImage+"/json", nil).code, 200)
		l.equal("lines", len(done), 3)
	})
}
