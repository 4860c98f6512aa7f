// Order: tests.

package dag_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dmap-dev/dmap/engine/internal/dag"
)

func TestOrder(t *testing.T) {
	tests := []struct {
		name         string
		roots        []string
		graph        map[string][]string
		order, cycle []string
	}{
		{"empty", nil, nil, nil, nil},
		{"keeps the order of roots", []string{"b", "a"}, nil, []string{"b", "a"}, nil},
		{"needs first, in their order", []string{"a"}, map[string][]string{"a": {"c", "b"}}, []string{"c", "b", "a"}, nil},
		{"shared needs once", []string{"a", "b"}, map[string][]string{"a": {"x"}, "b": {"x"}}, []string{"x", "a", "b"}, nil},
		{"self", []string{"a"}, map[string][]string{"a": {"a"}}, nil, []string{"a", "a"}},
		{"cycle behind a root", []string{"r"}, map[string][]string{"r": {"a"}, "a": {"b"}, "b": {"a"}}, nil, []string{"a", "b", "a"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			order, cycle := dag.Order(tt.roots, func(n string) []string { return tt.graph[n] })
			if diff := cmp.Diff(tt.order, order); diff != "" {
				t.Errorf("order (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.cycle, cycle); diff != "" {
				t.Errorf("cycle (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOrderOfALongChain(t *testing.T) {
	const n = 200_000
	order, _ := dag.Order([]string{"0"}, func(name string) []string {
		var i int
		fmt.Sscan(name, &i)
		if i == n {
			return nil
		}
		return []string{fmt.Sprint(i + 1)}
	})
	if len(order) != n+1 || order[0] != fmt.Sprint(n) {
		t.Fatalf("got %d names, first %q", len(order), order[0])
	}
}

// In any graph: either every name comes after all it needs, or the cycle returned
// is a real one.
func TestOrderProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(t, "n")
		graph := map[string][]string{}
		var names []string
		for i := range n {
			name := fmt.Sprint(i)
			names = append(names, name)
			for _, j := range rapid.SliceOfN(rapid.IntRange(0, n-1), 0, 3).Draw(t, "needs") {
				graph[name] = append(graph[name], fmt.Sprint(j))
			}
		}
		needs := func(n string) []string { return graph[n] }
		order, cycle := dag.Order(names, needs)
		if cycle != nil {
			for i := range cycle[1:] {
				if !contains(graph[cycle[i]], cycle[i+1]) {
					t.Fatalf("%v is no cycle of %v", cycle, graph)
				}
			}
			return
		}
		at := map[string]int{}
		for i, name := range order {
			at[name] = i
		}
		if len(at) != n || len(order) != n {
			t.Fatalf("order %v does not hold each of %d names once", order, n)
		}
		for name, list := range graph {
			for _, need := range list {
				if at[need] >= at[name] {
					t.Fatalf("%s stands before %s in %v", name, need, order)
				}
			}
		}
	})
}

func TestReverse(t *testing.T) {
	graph := map[string][]string{"web": {"app", "db"}, "app": {"db"}}
	got := dag.Reverse([]string{"web", "app", "db"}, func(n string) []string { return graph[n] })
	want := map[string][]string{"app": {"web"}, "db": {"web", "app"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func contains(list []string, s string) bool {
	for _, e := range list {
		if e == s {
			return true
		}
	}
	return false
}
