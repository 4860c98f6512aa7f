// Front door: plan, lock, plan again, run, in one call.

package engine_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/dmap-dev/dmap/engine"
	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/dockerd"
	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/docker/sim"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/run"
)

// claims counts the claims on any map's lock.
func (b *bench) claims() (n int) {
	for _, v := range b.sim.World().Volumes {
		if strings.Contains(v.Name, identity.LockSuffix) {
			n++
		}
	}
	return n
}

// locked is the lock of lone, held by somebody.
func (b *bench) locked(t *testing.T) *run.Lock {
	t.Helper()
	lock, err := run.Acquire(context.Background(), b.client, "m", run.LockOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return lock
}

func start() plan.Request { return plan.Request{Action: plan.Start} }

// A plan is reviewed under the lock, carried out, and the lock given back; what finds
// nothing to do takes none.
func TestDo(t *testing.T) {
	b := newBench(t)
	for _, want := range []struct{ steps, claims int }{{2, 1}, {0, 0}} {
		reviewed := 0
		report, err := b.engine.Do(t.Context(), lone(), start(), engine.Options{Review: func(p *plan.Plan) error {
			reviewed++
			if len(p.Steps) != want.steps || b.claims() != want.claims {
				t.Errorf("%d steps and %d claims at the review, want %+v", len(p.Steps), b.claims(), want)
			}
			return nil
		}})
		if err != nil || reviewed != 1 || report.Count(run.Done) != want.steps || b.claims() != 0 {
			t.Errorf("%v, %v, %d reviews, %d claims left", report, err, reviewed, b.claims())
		}
	}
}

// What the review refuses is not carried out, and nothing is left behind.
func TestRefusedByReview(t *testing.T) {
	b := newBench(t)
	no := errors.New("not on a Friday")
	report, err := b.engine.Do(t.Context(), lone(), start(), engine.Options{Review: func(*plan.Plan) error { return no }})
	if !errors.Is(err, no) || len(report.Results) != 0 || b.world() != "" {
		t.Errorf("%v, %v\n%s", report.Results, err, b.world())
	}
}

// What another run did while this one waited for the lock is found under the lock.
func TestDoPlansAgainUnderTheLock(t *testing.T) {
	b := newBench(t)
	lock := b.locked(t)
	var holders []string
	o := engine.Options{LockTimeout: time.Minute, Waiting: func(holder string) {
		holders = append(holders, holder)
		if _, err := b.engine.Do(t.Context(), lone(), start(), engine.Options{Options: run.Options{Lock: lock}}); err != nil {
			t.Error(err)
		}
		if err := lock.Release(); err != nil {
			t.Error(err)
		}
	}}
	report, err := b.engine.Do(t.Context(), lone(), start(), o)
	if err != nil || len(report.Results) != 0 || b.status("m.a") != "running" {
		t.Errorf("%v, %v, m.a is %s", report.Results, err, b.status("m.a"))
	}
	if len(holders) != 1 || !strings.Contains(holders[0], "process ") {
		t.Errorf("waited for %q", holders)
	}
}

// Another run is waited for as long as the caller says, and not beyond Drain.
func TestDoBesideAnotherRun(t *testing.T) {
	b := newBench(t)
	lock := b.locked(t)
	_, err := b.engine.Do(t.Context(), lone(), start(), engine.Options{})
	var locked *run.LockedError
	if !errors.As(err, &locked) || locked.Map != "m" {
		t.Errorf("without waiting: %v", err)
	}
	drain := make(chan struct{})
	report, err := b.engine.Do(t.Context(), lone(), start(), engine.Options{
		Options: run.Options{Drain: drain}, LockTimeout: time.Hour, Waiting: func(string) { close(drain) },
	})
	if !errors.Is(err, run.ErrInterrupted) || !report.Interrupted {
		t.Errorf("interrupted while it waits: %v, %v", report, err)
	}
	if err := lock.Release(); err != nil || b.world() != "" {
		t.Errorf("%v, left:\n%s", err, b.world())
	}
}

// An interrupt that comes while the claim on the lock is being made leaves none behind,
// also where the engine makes it only after it was asked to remove it.
func TestInterruptedClaim(t *testing.T) {
	b := newBench(t)
	drain, removed := make(chan struct{}), make(chan struct{})
	b.sim.OnCall(func(c sim.Call) error {
		switch {
		case c.Op == "volume.create" && c.Phase == sim.Before:
			close(drain)
			<-removed
		case c.Op == "volume.remove" && c.Phase == sim.After:
			b.sim.OnCall(nil)
			close(removed)
		}
		return nil
	})
	report, err := b.engine.Do(t.Context(), lone(), start(), engine.Options{Options: run.Options{Drain: drain}})
	if !errors.Is(err, run.ErrInterrupted) || !report.Interrupted || b.world() != "" {
		t.Errorf("%v, %v, left:\n%s", report, err, b.world())
	}
}

// What is told to end before it has begun does not ask for the lock.
func TestDrainedBefore(t *testing.T) {
	b := newBench(t)
	drain := make(chan struct{})
	close(drain)
	report, err := b.engine.Do(t.Context(), lone(), start(), engine.Options{Options: run.Options{Drain: drain}})
	if !errors.Is(err, run.ErrInterrupted) || !report.Interrupted {
		t.Errorf("%v, %v", report, err)
	}
	for _, c := range b.sim.Calls() {
		if strings.HasPrefix(c.Op, "volume.create") {
			t.Errorf("%s %s was called", c.Op, c.Name)
		}
	}
}

// What lacks a map, a plan or an engine is an error, and no panic.
func TestNothing(t *testing.T) {
	b := newBench(t)
	p, err := b.engine.Plan(t.Context(), lone(), plan.Request{Action: plan.Start, Basis: true})
	if err != nil {
		t.Fatal(err)
	}
	for name, call := range map[string]func() error{
		"Do":    func() error { _, err := b.engine.Do(t.Context(), nil, start(), engine.Options{}); return err },
		"Apply": func() error { _, err := b.engine.Apply(t.Context(), nil, engine.Options{}); return err },
		"Run":   func() error { _, err := b.engine.Run(t.Context(), nil, run.Options{}); return err },
		"Plan":  func() error { _, err := engine.Plan(t.Context(), nil, lone(), start()); return err },
		"Fresh": func() error { return engine.Fresh(t.Context(), nil, p) },
	} {
		if err := call(); err == nil || !strings.Contains(err.Error(), "no plan") && !strings.Contains(err.Error(), "is nil") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// That an interrupt was heard is told once, before whatever ends after it, and only if
// something is in flight.
func TestDraining(t *testing.T) {
	for _, inFlight := range []bool{true, false} {
		b := newBench(t)
		m := &model.ContainerMap{Name: "m", Containers: []*model.Container{{Name: "a", Image: "/example/app"}}}
		if inFlight {
			m.Containers = append(m.Containers, &model.Container{Name: "b", Image: "/example/app"})
		}
		drain, heard := make(chan struct{}), make(chan struct{})
		var story []string
		b.sim.OnCall(func(c sim.Call) error {
			if c.Op == "container.create" && c.Name == "m.b" && c.Phase == sim.After {
				<-heard
			}
			return nil
		})
		_, err := b.engine.Do(t.Context(), m, start(), engine.Options{Options: run.Options{
			Drain:    drain,
			Draining: func(steps int) { story = append(story, fmt.Sprintf("draining %d", steps)); close(heard) },
			Events: func(e run.Event) {
				if e.Status == run.Done {
					story = append(story, e.Step.ID)
				}
				if e.Status == run.Done && e.Step.ID == "container.create m.a" {
					close(drain)
				}
			},
		}})
		want := "container.create m.a"
		if inFlight {
			want = "container.create m.a, draining 1, container.create m.b"
		}
		if got := strings.Join(story, ", "); !errors.Is(err, run.ErrInterrupted) || got != want {
			t.Errorf("%v: %s, want %s", err, got, want)
		}
	}
}

// Plan, wait for the lock, plan again and run, as the dmap command does.
func ExampleEngine_Do() {
	ctx := context.Background()
	s := sim.New(sim.Options{})
	defer s.Close()
	s.AddImage(sim.Image{Names: []string{"nginx"}})
	client, err := dockerd.Open(ctx, dockerd.Options{DialContext: s.DialContext})
	if err != nil {
		fmt.Println(err)
		return
	}
	e, err := engine.New(engine.Config{Docker: client})
	if err != nil {
		fmt.Println(err)
		return
	}
	m := &model.ContainerMap{Name: "site", Containers: []*model.Container{{Name: "web", Image: "nginx"}}}
	report, err := e.Do(ctx, m, plan.Request{Action: plan.Start}, engine.Options{
		LockTimeout: time.Minute,
		Waiting:     func(holder string) { fmt.Println("waiting for", holder) },
		Review: func(p *plan.Plan) error {
			fmt.Println(p.Summary())
			return nil
		},
	})
	fmt.Println(report.Count(run.Done), "done,", err)
	// Output:
	// Plan: 1 to create, 1 to start.
	// 2 done, <nil>
}

// On an engine whose disk is full a map can be stopped and taken down, and the run says that
// only this machine knows of it (issue 10).
func TestTakingDownOnAFullDisk(t *testing.T) {
	b := newBench(t)
	b.must(t, site(), plan.Start)
	b.sim.AddFault(sim.Fault{Op: "volume.create", DiskFull: true, Times: -1})
	b.sim.AddFault(sim.Fault{Op: "container.create", DiskFull: true, Times: -1})
	var told []string
	o := engine.Options{Options: run.Options{Times: quick, LockDir: t.TempDir(), Warn: func(text string) { told = append(told, text) }}}
	for _, req := range []plan.Request{{Action: plan.Stop, Targets: []string{"web_server"}}, {Action: plan.Remove, Targets: []string{"web_server"}}, {Action: plan.Shutdown}} {
		if _, err := b.engine.Do(t.Context(), site(), req, o); err != nil {
			t.Errorf("%s: %v", req.Action, err)
		}
	}
	for name, state := range b.states() {
		if strings.Contains(name, "_server.") || name == "example_map.web_server" {
			t.Errorf("left: %s, %s", name, state)
		}
	}
	if len(told) != 3 {
		t.Errorf("told %q", told)
	}
	if _, err := b.engine.Do(t.Context(), site(), plan.Request{Action: plan.Start}, o); docker.KindOf(err) != docker.NoSpace {
		t.Errorf("start: %v", err)
	}
}
