// Program text to model: how long maps of many containers take.

package starlarkmap_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dmap-dev/dmap/starlarkmap"
)

// BenchmarkLoad evaluates maps of n containers: written one by one, or made in a
// loop.
func BenchmarkLoad(b *testing.B) {
	for _, n := range []int{10, 100, 1000} {
		b.Run(fmt.Sprintf("flat/%d", n), func(b *testing.B) { benchmark(b, n, flatMap(n)) })
		b.Run(fmt.Sprintf("loop/%d", n), func(b *testing.B) { benchmark(b, n, loopMap(n)) })
	}
}

func benchmark(b *testing.B, n int, src string) {
	b.ReportAllocs()
	for b.Loop() {
		p, err := starlarkmap.Load(b.Context(), "site.star", &starlarkmap.Options{Src: src})
		if err != nil {
			b.Fatal(err)
		}
		if len(p.Maps[0].Containers) != n {
			b.Fatal("containers are missing")
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(n), "µs/container")
}

const mapHead = `m = container_map("site", host_root = "/srv", volumes = {"data": "/data"}, host = {"data": "d"})
m.containers.db.shares = "/s"
`

func flatMap(n int) string {
	var out strings.Builder
	out.WriteString(mapHead)
	for i := range n - 1 {
		fmt.Fprintf(&out, `m.containers["c%d"] = container(
    image = "image:1", binds = [("data", "ro")], links = {"db": "d"}, uses = "db", user = 2000, permissions = "0750",
    create_options = {"mem_limit": "1g", "environment": {"A": "b"}},
)
`, i)
	}
	return out.String()
}

func loopMap(n int) string {
	return mapHead + fmt.Sprintf(`for i in range(%d):
    m.containers["c%%d" %% i] = container(
        image = "image:1", binds = [("data", "ro")], links = {"db": "d"}, uses = "db", user = 2000, permissions = "0750",
        create_options = {"mem_limit": "1g", "environment": {"A": "b"}},
    )
`, n-1)
}

// BenchmarkAssign assigns entries one by one, each twice.
func BenchmarkAssign(b *testing.B) {
	for property, value := range map[string]string{"volumes": `"/x"`, "host": `"/x"`, "containers": `container(image = "x")`} {
		for _, n := range []int{1000, 10_000} {
			src := fmt.Sprintf("m = container_map(\"m\", check_integrity = False)\nfor i in range(%d):\n    m.%s[\"n%%d\" %% (i %% %d)] = %s\n", 2*n, property, n, value)
			b.Run(fmt.Sprintf("%s/%d", property, n), func(b *testing.B) {
				for b.Loop() {
					if _, err := starlarkmap.Load(b.Context(), "site.star", &starlarkmap.Options{Src: src}); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(2*n), "ns/assignment")
			})
		}
	}
}
