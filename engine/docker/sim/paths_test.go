// Part of the tests of the simulated engine: paths that lead to little or nothing, and
// versions in them.

package sim_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestPathsOfWhatIsNotThere(t *testing.T) {
	const manager = `503 This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.`
	both(t, func(l *lab) {
		for _, row := range []struct{ method, path, want string }{
			{"POST", "/build/prune", `200 {"CachesDeleted":null,"SpaceReclaimed":0}`},
			{"POST", filtered("/build/prune", `{"bogus":["1"]}`), "400 failed to prune build cache: Invalid filter 'bogus'"},
			{"GET", "/plugins", "200 []"},
			{"GET", "/swarm", manager},
			{"GET", "/nodes", manager},
			{"GET", "/nodes/x", manager},
			{"GET", "/services", manager},
			{"GET", "/services/x", manager},
			{"GET", "/tasks", manager},
			{"GET", "/secrets", manager},
			{"GET", "/configs", manager},
			{"GET", "/configs/x", manager},
			{"OPTIONS", "/containers/json", "200 "},
			{"OPTIONS", "/nope", "200 "},
			{"GET", "/info/", "404 page not found"},
			{"POST", "/info", "404 page not found"},
			{"DELETE", "/info", "404 page not found"},
		} {
			l.equal(row.method+" "+row.path, l.whole(l.call(l.t, row.method, row.path, nil)), row.want)
		}
		l.equal("networks with a slash", l.call(l.t, "GET", "/networks/", nil).code, 200)
		l.create("c", container("run", nil))
		l.equal("default link", l.delete(l.at("c")+"?link=1"), "500 Conflict, cannot remove the default link name of the container")
	})
}

func TestVersionsInPaths(t *testing.T) {
	const old, young = "400 client version %s is too old. Minimum supported API version is 1.12, please upgrade your client to a newer version", "400 client version %s is too new. Maximum supported API version is 1.41"
	both(t, func(l *lab) {
		for _, row := range []struct{ version, want string }{
			{"2", young}, {"2.0", young}, {"9", young}, {"1.41.2", young}, {"1.410", young}, {"1.050", young}, {"1.99999999999999999999", young},
			{"1", old}, {"0.9", old}, {"1.", old}, {"1.41.0", "200 OK"}, {"1.41.", "200 OK"}, {"1.40.7", "200 OK"}, {"1.041", "200 OK"},
		} {
			r, err := http.NewRequestWithContext(context.Background(), "GET", "http://docker/v"+row.version+"/_ping", nil)
			if err != nil {
				l.t.Fatal(err)
			}
			resp, err := l.client.Do(r)
			if err != nil {
				l.t.Fatal(err)
			}
			text, err := io.ReadAll(resp.Body)
			resp.Body.Close()
			if err != nil {
				l.t.Fatal(err)
			}
			l.equal(row.version, l.whole(answer{resp.StatusCode, string(text)}), strings.ReplaceAll(row.want, "%s", row.version))
		}
	})
}
