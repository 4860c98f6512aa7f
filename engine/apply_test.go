// Front door: plans that are saved, read back and applied.

package engine_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dmap-dev/dmap/engine"
	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/sim"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/run"
)

// saved makes a plan and sends it through its JSON form, which must not change it.
func (b *bench) saved(t testing.TB, m *model.ContainerMap, req plan.Request) *plan.Plan {
	t.Helper()
	req.Basis = true
	p, err := b.engine.Plan(context.Background(), m, req)
	if err != nil {
		t.Fatalf("%s: %v", req.Action, err)
	}
	return reread(t, p)
}

func reread(t rapid.TB, p *plan.Plan) *plan.Plan {
	t.Helper()
	var text, again bytes.Buffer
	if err := p.WriteJSON(&text); err != nil {
		t.Fatal(err)
	}
	back, err := plan.Read("p", bytes.NewReader(text.Bytes()))
	if err != nil {
		t.Fatalf("%v\n%s", err, text.String())
	}
	if err := back.WriteJSON(&again); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(text.String(), again.String()); diff != "" {
		t.Fatalf("reading changed the plan (-was +is):\n%s", diff)
	}
	return back
}

func (b *bench) apply(p *plan.Plan) error {
	_, err := b.engine.Apply(context.Background(), p, run.Options{Times: quick})
	return err
}

// numbered is the world with the names that the engine chose replaced by numbers.
func (b *bench) numbered() string {
	numbers := map[string]string{}
	text := chosen.ReplaceAllStringFunc(b.world(), func(name string) string {
		if numbers[name] == "" {
			numbers[name] = fmt.Sprintf("#%03d", len(numbers))
		}
		return numbers[name]
	})
	lines := strings.Split(text, "\n")
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

var chosen = regexp.MustCompile(`\b[0-9a-f]{64}\b`)

// changes are what makes a plan stale, as text.
func changes(err error) []string {
	var stale *plan.StaleError
	if !errors.As(err, &stale) {
		return nil
	}
	var texts []string
	for _, c := range stale.Changes {
		texts = append(texts, c.String())
	}
	return texts
}

// Of random maps, a plan that was saved, read back and applied makes the same world as
// a run; applied once more it is stale, unless it has nothing to do.
func TestRandomMapsApplied(t *testing.T) {
	maps := rapid.Custom(randomMap)
	for seed := range 100 {
		m := maps.Example(seed)
		ran, applied := newBench(t), newBench(t)
		for _, action := range []plan.Action{plan.Create, plan.Start, plan.Startup, plan.Restart, plan.Stop, plan.Cleanup, plan.Start, plan.Shutdown, plan.Start} {
			_, _, runErr := ran.do(m, action)
			p, err := applied.engine.Plan(context.Background(), m, plan.Request{Action: action, Basis: true})
			if err == nil {
				p = reread(t, p)
				err = applied.apply(p)
			}
			if (err == nil) != (runErr == nil) {
				t.Fatalf("seed %d: %s: apply: %v, run: %v", seed, action, err, runErr)
			}
			if diff := cmp.Diff(ran.numbered(), applied.numbered()); diff != "" {
				t.Fatalf("seed %d: %s: worlds (-run +apply):\n%s", seed, action, diff)
			}
			if err != nil {
				continue
			}
			if err := applied.apply(p); (changes(err) != nil) != (len(p.Steps) > 0) {
				t.Fatalf("seed %d: %s of %d steps, applied again: %v", seed, action, len(p.Steps), err)
			}
		}
		ran.sim.Close()
		applied.sim.Close()
	}
}

// disturb does something to the world behind dmap's back, and says what; "" is
// nothing.
func disturb(t *rapid.T, b *bench, m *model.ContainerMap) string {
	ctx := context.Background()
	w := b.sim.World()
	var names, volumes []string
	for _, c := range w.Containers {
		names = append(names, c.Name)
	}
	for _, v := range w.Volumes {
		volumes = append(volumes, v.Name)
	}
	name := rapid.SampledFrom(append(names, m.Name+".new")).Draw(t, "container")
	spec := docker.ContainerSpec{ContainerConfig: docker.ContainerConfig{Image: "example/app", Labels: map[string]string{docker.LabelMap: m.Name}}}
	what := rapid.SampledFrom([]string{"", "stop", "start", "remove", "replace", "leftover", "volume", "image"}).Draw(t, "what")
	switch what {
	case "stop":
		_ = b.client.StopContainer(ctx, name, nil)
	case "start":
		_ = b.client.StartContainer(ctx, name)
	case "remove":
		_ = b.client.RemoveContainer(ctx, name, true)
	case "replace": // by one that no map made
		_ = b.client.RemoveContainer(ctx, name, true)
		spec.Labels = nil
		_, _, _ = b.client.CreateContainer(ctx, name, spec)
	case "leftover":
		spec.Labels[docker.LabelRole] = docker.RolePrepare
		_, _, _ = b.client.CreateContainer(ctx, name+docker.PrepareSuffix, spec)
	case "volume":
		if len(volumes) > 0 {
			_ = b.client.RemoveVolume(ctx, rapid.SampledFrom(volumes).Draw(t, "volume"))
		}
	case "image":
		id := fmt.Sprintf("sha256:%064x", rapid.Uint32().Draw(t, "id"))
		if err := b.sim.AddImage(sim.Image{Names: []string{"example/app"}, ID: id}); err != nil {
			t.Fatal(err)
		}
	}
	return what
}

// Whatever happens between a plan and its application: if the plan is not stale, then
// planning again gives the same steps. And what has nothing to do with it does not
// make it stale.
func TestFreshPlansAreStillRight(t *testing.T) {
	fresh, stale := 0, 0
	outer := t
	rapid.Check(t, func(t *rapid.T) {
		m := randomMap(t)
		b := newBench(outer)
		defer b.sim.Close()
		var targets []string
		for _, c := range m.Containers {
			targets = append(targets, c.Name)
		}
		actions := []plan.Action{plan.Create, plan.Start, plan.Startup, plan.Restart, plan.Stop, plan.Remove, plan.Shutdown, plan.Cleanup}
		_, _, _ = b.do(m, rapid.SampledFrom(actions).Draw(t, "first"), subset(t, "first targets", targets)...)
		for range rapid.IntRange(0, 3).Draw(t, "before") {
			disturb(t, b, m)
		}
		req := plan.Request{
			Action: rapid.SampledFrom(actions).Draw(t, "action"), Targets: subset(t, "targets", targets),
			Adopt: rapid.Bool().Draw(t, "adopt"), Basis: true,
		}
		before, err := b.engine.Plan(context.Background(), m, req)
		if err != nil {
			return
		}
		before = reread(t, before)
		what := []string{}
		for range rapid.IntRange(1, 2).Draw(t, "after") {
			what = append(what, disturb(t, b, m))
		}
		if err := engine.Fresh(context.Background(), b.client, before); err != nil {
			if changes(err) == nil {
				t.Fatal(err)
			}
			stale++
			return
		}
		fresh++
		again, err := b.engine.Plan(context.Background(), m, req)
		if err != nil {
			t.Fatalf("after %q the plan is fresh, but planning again fails: %v", what, err)
		}
		if diff := cmp.Diff(before.Steps, again.Steps); diff != "" {
			t.Fatalf("after %q the plan is fresh, but planning again differs (-saved +again):\n%s", what, diff)
		}
	})
	if fresh < 10 || stale < 10 {
		t.Errorf("%d plans stayed fresh, %d became stale", fresh, stale)
	}
}
