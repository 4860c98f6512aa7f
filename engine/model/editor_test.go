package model_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/problem"
)

// What an Editor sets it finds, also when others add entries and replace lists.
func TestEditorKeepsUp(t *testing.T) {
	m := &model.ContainerMap{Name: "m", Volumes: []model.Volume{{Alias: "a", Path: "/a"}}, Containers: []*model.Container{nil, {Name: "c"}}}
	e := m.Edit()
	check := func(alias, want string) {
		t.Helper()
		in, ok := e.Get("volumes", alias)
		if got, _ := in.Value.(string); got != want || ok != (want != "") {
			t.Errorf("volume %s: %q %v, want %q", alias, got, ok, want)
		}
	}
	set := func(alias, path string) {
		t.Helper()
		if ps := e.Set("volumes", alias, problem.Origin{}, model.Input{Value: path}); len(ps) > 0 {
			t.Fatal(ps)
		}
	}
	check("a", "/a")
	check("b", "")
	set("b", "/b")
	check("b", "/b")
	m.Volumes = append(m.Volumes, model.Volume{Alias: "c", Path: "/c"})
	check("c", "/c")
	set("c", "/d")
	same(t, "entries", m.Volumes, []model.Volume{{Alias: "a", Path: "/a"}, {Alias: "b", Path: "/b"}, {Alias: "c", Path: "/d"}})
	m.Volumes = []model.Volume{{Alias: "x", Path: "/x"}, {Alias: "y", Path: "/y"}, {Alias: "z", Path: "/z"}}
	check("a", "")
	check("y", "/y")
	e.Clear("volumes")
	e.Ready()
	check("y", "")
	set("y", "/1")
	same(t, "after Clear", m.Volumes, []model.Volume{{Alias: "y", Path: "/1"}})
	same(t, "names", e.Names("containers"), []string{"c"})
	if ps := e.Set("volumess", "a", problem.Origin{}, model.Input{}); len(ps) != 1 || ps[0].Hint == "" {
		t.Errorf("an unknown property: %v", ps)
	}
	if in, ok := e.Get("host", "root"); !ok || in.Value != nil {
		t.Errorf("no host root: %v %v", in, ok)
	}
}

// A map that nobody changes can be read by many at the same time.
func TestEditorIsReadTogether(t *testing.T) {
	m, _ := model.FromDict("m", landscape(100))
	e := m.Edit()
	e.Ready()
	var g sync.WaitGroup
	for range 4 {
		g.Go(func() {
			for i := range 100 {
				if _, ok := e.Get("host", fmt.Sprintf("host_%d", i)); !ok {
					t.Errorf("host_%d is not found", i)
				}
				e.Names("volumes")
			}
		})
	}
	g.Wait()
}

// BenchmarkSet sets entries one by one.
func BenchmarkSet(b *testing.B) {
	for property, value := range map[string]any{"volumes": "/x", "host": "/x", "containers": model.Dict{}} {
		for _, n := range []int{1000, 10_000} {
			b.Run(fmt.Sprintf("%s/%d", property, n), func(b *testing.B) {
				names := make([]string, n)
				for i := range names {
					names[i] = fmt.Sprintf("n%d", i)
				}
				for b.Loop() {
					e := (&model.ContainerMap{Name: "m"}).Edit()
					for _, name := range names {
						e.Set(property, name, problem.Origin{}, model.Input{Value: value})
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/entry")
			})
		}
	}
}
