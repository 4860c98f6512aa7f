// Part of the tests of the simulated engine: the form of the statistics of containers.

package sim_test

import (
	"fmt"
	"sort"
	"strings"
	"testing"

	"github.com/dmap-dev/dmap/engine/docker/sim"
)

// fieldNames names all fields of a document, with the kinds of their values; what the
// kernel calls its own statistics is left out.
func fieldNames(at string, value any) []string {
	doc, ok := value.(map[string]any)
	switch {
	case at == ".memory_stats.stats", at == ".read", at == ".preread":
		return []string{at}
	case !ok || len(doc) == 0:
		return []string{fmt.Sprintf("%s %T", at, value)}
	}
	var all []string
	for name, part := range doc {
		all = append(all, fieldNames(at+"."+name, part)...)
	}
	sort.Strings(all)
	return all
}

func TestStatsHaveTheFieldsOfTheEngine(t *testing.T) {
	simulated, _ := simTarget(t, sim.Options{})
	seen := map[string]string{}
	for _, g := range []target{realTarget(t), simulated} {
		l := &lab{target: g, t: t, prefix: prefix + "stats-"}
		defer func() { l.call(t, "DELETE", l.at("c")+"?force=1", nil) }()
		l.create("c", container("run print=ready", map[string]any{"NetworkMode": "default", "Memory": 64 << 20}))
		for _, row := range []struct{ name, query string }{{"created", "stream=0"}, {"running", "stream=0"}, {"once", "stream=0&one-shot=1"}} {
			if row.name == "running" {
				l.start("c")
				awaitReady(t, g, l.prefix+"c")
			}
			var doc map[string]any
			l.get(t, l.at("c")+"/stats?"+row.query, &doc)
			l.equal(row.name+" id", fmt.Sprint(len(doc["id"].(string)), doc["name"]), "64/"+l.prefix+"c")
			unread, fresh := doc["read"] == "0001-01-01T00:00:00Z", doc["preread"] == "0001-01-01T00:00:00Z"
			l.equal(row.name+" times", []bool{unread, fresh}, []bool{row.name == "created", row.name != "running"})
			if memory := doc["memory_stats"].(map[string]any); row.name != "created" {
				l.equal("limit", memory["limit"], float64(64<<20))
			}
			got := strings.Join(fieldNames("", doc), "\n")
			if seen[row.name] == "" {
				seen[row.name] = got
			}
			l.equal(row.name, got, seen[row.name])
		}
		var usage map[string]any
		l.get(t, "/system/df", &usage)
		l.equal("builder size", usage["BuilderSize"], float64(0))
	}
}
