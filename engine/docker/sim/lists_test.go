// Part of the tests of the simulated engine: the filters of lists, prunes and events,
// on both engines.

package sim_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/dmap-dev/dmap/engine/docker/sim"
)

// filtered returns a path with a filters parameter.
func filtered(path, filters string) string {
	return path + "?filters=" + url.QueryEscape(filters)
}

// whole returns status and message of an answer, or all of it if it has no message.
func (l *lab) whole(a answer) string {
	if message(a.text) == "" {
		return a.String()
	}
	return l.plain(a)
}

// TestPruneRefusesABadUntil asks the real engine only for what it refuses: a prune
// there would take things of others.
func TestPruneRefusesABadUntil(t *testing.T) {
	both(t, func(l *lab) {
		for _, kind := range []string{"containers", "networks", "images"} {
			for _, row := range []struct{ filters, want string }{
				{`{"until":["abc"]}`, `500 failed to parse value as time or duration: "abc"`},
				{`{"until":[""]}`, `500 failed to parse value as time or duration: ""`},
				{`{"until":["1d"]}`, `500 failed to parse value as time or duration: "1d"`},
				{`{"until":["10.x"]}`, `500 failed to parse value as time or duration: "10.x"`},
				{`{"until":["1h","2h"]}`, "500 more than one until filter specified"},
				{`{"until":["-5"]}`, `500 parsing time "-5" as "2006-01-02": cannot parse "-5" as "2006"`},
				{`{"until":["2024-13-45"]}`, `500 parsing time "2024-13-45": month out of range`},
				{`{"until":["2024-01-02T25"]}`, `500 parsing time "2024-01-02T25": hour out of range`},
				{`{"until":["2024-01-02T10:61+01:00"]}`, `500 parsing time "2024-01-02T10:61+01:00": minute out of range`},
				{`{"bogus":["1"]}`, "400 Invalid filter 'bogus'"},
			} {
				l.equal(kind+" "+row.filters, l.post(filtered("/"+kind+"/prune", row.filters), nil), row.want)
			}
		}
	})
}

// TestPruneSparesWhatIsYoungerThanUntil runs on the simulation alone.
func TestPruneSparesWhatIsYoungerThanUntil(t *testing.T) {
	start := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, row := range []struct {
		until string
		gone  bool // what is an hour old; what is new always stays
	}{
		{"2h", false}, {"30m", true}, {"2024-01-01", false}, {"2023-12-31T23:59:59Z", false}, {"2024-01-01T02:00+01:00", true},
		{"2024-01-01T00:59", true}, {"1704067199", false}, {"1704067201.5", true}, {"0", false},
	} {
		t.Run(row.until, func(t *testing.T) {
			g, e := simTarget(t, sim.Options{Start: start})
			for _, age := range []string{"old", "new"} {
				g.want(t, 201, "POST", "/containers/create?name="+age, container("run", nil))
				g.want(t, 201, "POST", "/networks/create", map[string]any{"Name": age})
				id := "sha256:" + strings.Repeat(map[string]string{"old": "0", "new": "1"}[age], 64)
				if err := e.AddImage(sim.Image{ID: id}); err != nil {
					t.Fatal(err)
				}
				if age == "old" {
					e.Advance(time.Hour)
				}
			}
			var gone struct{ ContainersDeleted, NetworksDeleted []string }
			var images struct{ ImagesDeleted []map[string]string }
			for _, kind := range []string{"containers", "networks", "images"} {
				into := any(&gone)
				if kind == "images" {
					into = &images
				}
				a := g.want(t, 200, "POST", filtered("/"+kind+"/prune", `{"until":["`+row.until+`"]}`), nil)
				if err := json.Unmarshal([]byte(a.text), into); err != nil {
					t.Fatal(err)
				}
			}
			want := map[bool]int{true: 1}[row.gone]
			if len(gone.ContainersDeleted) != want || len(gone.NetworksDeleted) != want || len(images.ImagesDeleted) != 2*want {
				t.Errorf("pruned %v and %v, want %d of each", gone, images, want)
			}
			for _, path := range []string{"/containers/new/json", "/networks/new", "/images/sha256:" + strings.Repeat("1", 64) + "/json"} {
				g.want(t, 200, "GET", path, nil)
			}
		})
	}
}

func TestListsRefuseFilters(t *testing.T) {
	both(t, func(l *lab) {
		for _, row := range []struct{ path, filters, want string }{
			{"/containers/json", `{"label!":["x"]}`, "400 Invalid filter 'label!'"},
			{"/containers/json", `{"publish":["abc"]}`, `500 error while looking up for publish abc: strconv.ParseUint: parsing "abc": invalid syntax`},
			{"/containers/json", `{"expose":["abc"]}`, `500 error while looking up for expose abc: strconv.ParseUint: parsing "abc": invalid syntax`},
			{"/containers/json", `{"publish":["99999"]}`, `500 error while looking up for publish 99999: strconv.ParseUint: parsing "99999": value out of range`},
			{"/containers/json", `{"publish":["80-70"]}`, "500 error while looking up for publish 80-70: Invalid range specified for the Port: 80-70"},
			{"/containers/json", `{"publish":["80-"]}`, `500 error while looking up for publish 80-: strconv.ParseUint: parsing "": invalid syntax`},
			{"/containers/json", `{"publish":[""]}`, "500 error while looking up for publish : Empty string specified for ports."},
			{"/containers/json", `{"publish":["/tcp"]}`, "500 error while looking up for publish /tcp: Empty string specified for ports."},
			{"/containers/json", `{"publish":["1:2"]}`, "500 filter for 'publish' should not contain ':': 1:2"},
			{"/containers/json", `{"is-task":["x"]}`, "400 Invalid filter 'is-task=[x]'"},
			{"/containers/json", `{"is-task":["true"]}`, "200 []"},
			{"/containers/json", `{"is-task":["true","false"]}`, "200 []"},
			{"/containers/json", `{"health":["x"]}`, "400 Unrecognised filter value for health: x"},
			{"/images/json", `{"until":["1h"]}`, "400 Invalid filter 'until'"},
			{"/images/json", `{"label!":["x"]}`, "400 Invalid filter 'label!'"},
			{"/images/json", `{"before":["dmap-simtest-none"]}`, "404 No such image: dmap-simtest-none:latest"},
			{"/images/json", `{"since":["dmap-simtest-none:2"]}`, "404 No such image: dmap-simtest-none:2"},
			{"/images/json", `{"before":["UPPER"]}`, "400 invalid reference format: repository name must be lowercase"},
			{"/images/json", `{"reference":["["]}`, "500 syntax error in pattern"},
			{"/images/json", `{"reference":["UPPER"]}`, "200 []"},
			{"/networks", `{"label!":["x"]}`, "400 Invalid filter 'label!'"},
			{"/networks", `{"dangling":["x"]}`, `400 invalid value for filter 'dangling', must be "true" (or "1"), or "false" (or "0")`},
			{"/networks", `{"dangling":["true","false"]}`, `400 got more than one value for filter key "dangling"`},
			{"/networks", `{"type":["x"]}`, "500 invalid filter: 'type'='x'"},
			{"/networks", `{"scope":["x"]}`, "200 []"},
			{"/volumes", `{"label!":["x"]}`, "400 Invalid filter 'label!'"},
		} {
			l.equal(row.path+" "+row.filters, l.whole(l.call(l.t, "GET", filtered(row.path, row.filters), nil)), row.want)
		}
		l.equal("prune volumes", l.post(filtered("/volumes/prune", `{"all":["true"]}`), nil), "400 Invalid filter 'all'")
	})
}

func TestPortFiltersListWhatIsOpen(t *testing.T) {
	both(t, func(l *lab) {
		l.network("n", nil)
		s := container("run print=ready", map[string]any{"NetworkMode": l.prefix + "n", "PortBindings": map[string]any{"80/tcp": []any{map[string]any{"HostPort": port}}}})
		s["ExposedPorts"] = map[string]any{"90/udp": map[string]any{}}
		l.create("a", s)
		listed := func(filter, value string) int {
			var docs []any
			filters := `{"` + filter + `":["` + value + `"],"name":["` + l.prefix + `"]}`
			l.get(l.t, filtered("/containers/json", filters)+"&all=1", &docs)
			return len(docs)
		}
		l.equal("not running", []int{listed("expose", "80/tcp"), listed("publish", port)}, []int{0, 0})
		l.start("a")
		for _, row := range []struct {
			filter, value string
			want          int
		}{
			{"expose", "80/tcp", 1}, {"expose", "80", 1}, {"expose", "70-80/tcp", 1}, {"expose", "80/udp", 0}, {"expose", "90/udp", 1}, {"expose", "81", 0},
			{"publish", port, 1}, {"publish", port + "/udp", 0}, {"publish", "80/tcp", 0}, {"publish", "0/udp", 1}, {"publish", "0/tcp", 0},
			{"is-task", "false", 1},
		} {
			l.equal(row.filter+" "+row.value, listed(row.filter, row.value), row.want)
		}
	})
}

func TestReferenceFilterReducesNames(t *testing.T) {
	both(t, func(l *lab) {
		name := l.prefix + "i"
		for _, tag := range []string{"1", "2"} {
			l.want(l.t, 201, "POST", "/images/"+testImage+"/tag?repo="+name+"&tag="+tag, nil)
			l.made = append(l.made, "/images/"+name+":"+tag)
		}
		for _, row := range []struct{ reference, want string }{
			{name, "i:1 i:2"}, {name + ":2", "i:2"}, {l.prefix + "?", "i:1 i:2"}, {l.prefix + "*:1", "i:1"}, {l.prefix, ""}, {"docker.io/library/" + name, ""},
			{name + `:1","` + name + ":2", "i:1 i:2"},
		} {
			var docs []struct{ RepoTags []string }
			l.get(l.t, filtered("/images/json", `{"reference":["`+row.reference+`"]}`), &docs)
			var tags []string
			for _, doc := range docs {
				tags = append(tags, doc.RepoTags...)
			}
			l.equal(row.reference, strings.ReplaceAll(strings.Join(tags, " "), l.prefix, ""), row.want)
		}
	})
}

// TestImagesBeforeAndSince uses images that are imported now, and the test image, which
// is old.
func TestImagesBeforeAndSince(t *testing.T) {
	both(t, func(l *lab) {
		name := l.prefix + "i"
		text, err := tarOf(entry{name: "f", mode: 0o644})
		if err != nil {
			l.t.Fatal(err)
		}
		l.want(l.t, 200, "POST", "/images/create?fromSrc=-&repo="+name, text)
		l.made = append(l.made, "/images/"+name)
		for _, row := range []struct {
			filter, value, reference string
			want                     int
		}{
			{"before", name, testImage, 1}, {"before", name, name, 0}, {"before", testImage, name, 0},
			{"since", testImage, name, 1}, {"since", name, name, 0}, {"since", name, testImage, 0},
		} {
			var docs []any
			l.get(l.t, filtered("/images/json", `{"`+row.filter+`":["`+row.value+`"],"reference":["`+row.reference+`"]}`), &docs)
			l.equal(row.filter+" "+row.value+" "+row.reference, len(docs), row.want)
		}
	})
}

func TestTagRefuses(t *testing.T) {
	both(t, func(l *lab) {
		for _, row := range []struct{ query, want string }{
			{"", "500 invalid reference format"},
			{"repo=UPPER", "500 invalid reference format: repository name must be lowercase"},
			{"repo=x&tag=a%20b", "500 invalid tag format"},
			{"repo=x&tag=a/b", "500 invalid tag format"},
			{"repo=a@sha256:" + strings.Repeat("0", 64), "400 refusing to create a tag with a digest reference"},
		} {
			l.equal(row.query, l.post("/images/"+testImage+"/tag?"+row.query, nil), row.want)
		}
		l.equal("missing image", l.post("/images/dmap-simtest-none/tag?repo=UPPER", nil), "404 No such image: dmap-simtest-none:latest")
	})
}

func TestFiltersOfEvents(t *testing.T) {
	both(t, func(l *lab) {
		since := l.time()
		s := container("run print=ready", map[string]any{"Binds": []string{l.volume("v") + ":/v"}})
		s["Labels"] = map[string]string{"mine": "1"}
		l.create("a", s)
		l.create("ab", container("run", nil))
		until := l.now()
		mine := func(filters string) string {
			query := "&since=" + fmt.Sprintf("%d.%09d", since.Unix(), since.Nanosecond()) + "&until=" + until
			a := l.want(l.t, 200, "GET", filtered("/events", filters)+query, nil)
			var found []string
			for line := range strings.Lines(a.text) {
				var e struct {
					Action string
					Actor  struct {
						ID         string
						Attributes map[string]string
					}
				}
				if err := json.Unmarshal([]byte(line), &e); err != nil {
					l.t.Fatal(err)
				}
				for _, name := range []string{e.Actor.Attributes["name"], e.Actor.ID} {
					if name, ok := strings.CutPrefix(name, l.prefix); ok {
						found = append(found, e.Action+" "+name)
					}
				}
			}
			return strings.Join(found, ", ")
		}
		const all = "create v, create a, create ab"
		for _, row := range []struct{ filters, want string }{
			{`{}`, all},
			{`{"bogus":["x"]}`, all},
			{`{"label!":["mine"]}`, all},
			{`{"container":["` + l.prefix + `a"]}`, "create a, create ab"},
			{`{"container":["` + l.prefix + `ab"]}`, "create ab"},
			{`{"container":["/` + l.prefix + `a"]}`, ""},
			{`{"container":["` + l.prefix + `"]}`, all},
			{`{"volume":["` + l.prefix + `a"]}`, "create a, create ab"},
			{`{"container":["` + l.prefix + `a"],"volume":["` + l.prefix + `v"]}`, ""},
			{`{"image":["` + testImage + `"]}`, "create a, create ab"},
			{`{"image":["` + testImage[:len(testImage)-2] + `"]}`, "create a, create ab"},
			{`{"image":["` + testImage[:len(testImage)-1] + `"]}`, ""},
			{`{"image":["` + testImage + `"],"type":["volume"]}`, ""},
			{`{"event":["creat"]}`, ""},
			{`{"event":["create"],"label":["mine"]}`, "create a"},
			{`{"type":["bogus"]}`, ""},
			{`{"scope":["swarm"]}`, ""},
		} {
			l.equal(row.filters, mine(row.filters), row.want)
		}
	})
}
