// Part of the tests of the simulated engine: the filters of lists, prunes and events, on both engines.

package sim_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/dmap-dev/dmap/engine/docker/sim"
)

// filtered gives a path with a filters parameter.
func filtered(path, filters string) string {
	return path + "?filters=" + url.QueryEscape(filters)
}

// TestPruneRefusesABadUntil asks the real engine only for what it refuses: a prune there would take things of others.
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
