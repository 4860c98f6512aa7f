// Front door: stories of containers that follow others, and of what else a person
// or another program may have done between two runs.

package engine_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/plan"
)

// box is a container of the map m.
func box(name string, set ...func(*model.Container)) *model.Container {
	c := &model.Container{Name: name, Image: "example/app"}
	for _, f := range set {
		f(c)
	}
	return c
}

func linked(targets ...string) func(*model.Container) {
	return func(c *model.Container) {
		for _, t := range targets {
			c.Links = append(c.Links, model.Link{Container: t})
		}
	}
}

func persistent(c *model.Container) { c.Persistent = true }

func attaching(alias, user string) func(*model.Container) {
	return func(c *model.Container) { c.Attaches, c.User = []string{alias}, user }
}

func sharing(path string) func(*model.Container) {
	return func(c *model.Container) { c.Shares = []string{path} }
}

// boxes is the map m of containers; v is an alias that they may attach.
func boxes(containers ...*model.Container) *model.ContainerMap {
	return &model.ContainerMap{Name: "m", Volumes: []model.Volume{{Alias: "v", Path: "/v"}}, Containers: containers}
}

func (b *bench) kill(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		if err := b.client.RemoveContainer(context.Background(), name, true); err != nil {
			t.Fatal(err)
		}
	}
}

func (b *bench) halt(t *testing.T, name string) {
	t.Helper()
	if err := b.client.StopContainer(context.Background(), name, nil); err != nil {
		t.Fatal(err)
	}
}

// states are the states of all containers.
func (b *bench) states() map[string]string {
	out := map[string]string{}
	for _, c := range b.sim.World().Containers {
		out[c.Name] = c.Status
	}
	return out
}

// ids are the ids of the steps of a plan.
func ids(p *plan.Plan) []string {
	var out []string
	for _, st := range p.Steps {
		out = append(out, st.ID)
	}
	return out
}

func notes(p *plan.Plan) string {
	var out []string
	for _, n := range p.Notes {
		out = append(out, n.Target+" "+n.Text)
	}
	return strings.Join(out, "\n")
}

// settled plans again and expects nothing to do and nothing to say.
func (b *bench) settled(t *testing.T, m *model.ContainerMap) {
	t.Helper()
	p, err := b.engine.Plan(context.Background(), m, plan.Request{Action: plan.Start})
	if err != nil || len(p.Steps)+len(p.Notes) > 0 {
		t.Errorf("a further start: steps %v, notes %v, error %v", ids(p), p.Notes, err)
	}
}

// What a container needs that is made anew because it follows is made or started
// too, or it would be down for good.
func TestAFollowerBringsWhatItNeeds(t *testing.T) {
	for _, tt := range []struct {
		name string
		m    *model.ContainerMap
		harm func(*bench)
	}{
		{"the holder of its volume is gone", boxes(box("db"), box("web", linked("db"), attaching("v", ""))),
			func(b *bench) { b.kill(t, "m.v") }},
		{"another link target is gone", boxes(box("db"), box("cache"), box("web", linked("db", "cache"))),
			func(b *bench) { b.kill(t, "m.cache") }},
		{"another link target is stopped", boxes(box("db"), box("cache"), box("web", linked("db", "cache"))),
			func(b *bench) { b.halt(t, "m.cache") }},
		{"what its other link target needs is gone", boxes(box("deep"), box("db"), box("cache", linked("deep")), box("web", linked("db", "cache"))),
			func(b *bench) { b.kill(t, "m.cache", "m.deep") }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t)
			b.must(t, tt.m, plan.Start)
			want := b.world()
			tt.harm(b)
			b.kill(t, "m.db")
			b.must(t, tt.m, plan.Start, "db")
			if diff := cmp.Diff(want, b.world()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			b.settled(t, tt.m)
		})
	}
}

// A follower that did not run is not started, so what it needs has only to exist.
func TestAFollowerThatDidNotRunStartsNobody(t *testing.T) {
	b := newBench(t)
	m := boxes(box("db"), box("cache"), box("web", linked("db", "cache")))
	b.must(t, m, plan.Start)
	b.must(t, m, plan.Stop, "cache")
	b.kill(t, "m.db", "m.cache")
	b.must(t, m, plan.Start, "db")
	want := map[string]string{"m.db": "running", "m.cache": "created", "m.web": "created"}
	if diff := cmp.Diff(want, b.states()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	b.must(t, m, plan.Start)
	b.settled(t, m)
}
