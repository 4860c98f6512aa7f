package model

import (
	"fmt"
	"testing"

	"github.com/dmap-dev/dmap/engine/problem"
)

// Setting n entries, each twice, looks at a few times n of them, not n for each.
func TestSettingEntriesDoesNotWalk(t *testing.T) {
	const n = 20_000
	for name, looked := range map[string]int{
		"volumes":    setCounted(t, volumeTable(), n, "/x"),
		"host":       setCounted(t, hostTable(), n, "/x"),
		"containers": setCounted(t, containerTable(), n, Dict{}),
	} {
		if looked == 0 || looked > 10*n {
			t.Errorf("%s: %d entries were looked at to set %d", name, looked, n)
		}
	}
}

// setCounted sets entries and counts how many are looked at on the way.
func setCounted[T any](t *testing.T, of table[T], n int, value any) (looked int) {
	name := of.name
	of.name = func(entry T) (string, bool) {
		looked++
		return name(entry)
	}
	m := &ContainerMap{Name: "m"}
	entries := of.open(m)
	for i := range 2 * n {
		k := &converter{set: problem.Origins{}}
		entries.set(k, fmt.Sprint("n", i%n), problem.Origin{}, Input{Value: value})
		if len(k.problems) > 0 {
			t.Fatal(k.problems)
		}
	}
	if got := len(*of.list(m)); got != n {
		t.Fatalf("%d entries, want %d", got, n)
	}
	return looked
}
