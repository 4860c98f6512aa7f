// Front door: benchmarks of planning a large map.

package engine_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/dmap-dev/dmap/engine"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/plan"
)

// large is a map of n containers, every tenth with an attached volume that the
// next nine use.
func large(n int) *model.ContainerMap {
	m := &model.ContainerMap{Name: "large"}
	for i := range n {
		c := &model.Container{Name: fmt.Sprintf("c%d", i), Image: "example/app", Shares: []string{"/data"}}
		owner := i - i%10
		alias := fmt.Sprintf("v%d", owner)
		if i == owner {
			m.Volumes = append(m.Volumes, model.Volume{Alias: alias, Path: "/run/shared"})
			c.Attaches, c.User, c.Permissions = []string{alias}, "1000", "0750"
		} else {
			c.Uses = []model.Use{{Name: alias}}
			c.Links = []model.Link{{Container: fmt.Sprintf("c%d", i-1)}}
		}
		m.Containers = append(m.Containers, c)
	}
	return m
}

// Planning asks an engine with 1,000 containers as little as one with ten: one
// list of containers, one of volumes, and each image once.
func TestCallsDoNotGrowWithTheMap(t *testing.T) {
	for _, n := range []int{10, 1000} {
		b := newBench(t)
		b.must(t, large(n), plan.Start)
		b.sim.ClearCalls()
		p := b.must(t, large(n), plan.Start)
		if len(p.Steps) != 0 {
			t.Errorf("%d containers: a second start has %d steps", n, len(p.Steps))
		}
		if calls := len(b.sim.Calls()); calls != 5 { // the lists, and the images app, true and busybox
			t.Errorf("%d containers: a second start makes %d calls", n, calls)
		}
	}
}

func BenchmarkPlan(b *testing.B) {
	for _, n := range []int{100, 1000, 10000} {
		for _, state := range []string{"absent", "running", "compared"} {
			if n > 1000 && state != "absent" {
				continue // the simulated engine, not the planner, would be measured
			}
			b.Run(fmt.Sprintf("%d/%s", n, state), func(b *testing.B) {
				bench, m := newBench(b), large(n)
				action := plan.Start
				if state != "absent" {
					bench.must(b, m, plan.Start)
				}
				if state == "compared" {
					action = plan.Update
				}
				for b.Loop() {
					if _, err := engine.Plan(context.Background(), bench.client, m, plan.Request{Action: action}); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
