// Front door: what another run does at the moment is not believed.

package engine_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/dmap-dev/dmap/engine"
	"github.com/dmap-dev/dmap/engine/docker/sim"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/engine/run"
)

// underLock does something to lone with the lock that somebody else holds.
func (b *bench) underLock(t *testing.T, lock *run.Lock, action plan.Action) {
	t.Helper()
	_, err := b.engine.Do(t.Context(), lone(), plan.Request{Action: action}, engine.Options{Options: run.Options{Lock: lock, Times: quick}})
	if err != nil {
		t.Error(err)
	}
}

// While another run changes the map, its containers may be gone for a moment, or be there
// for the last time. That is neither an error nor nothing to do: it is waited for, and
// looked at again. Without waiting it is a locked map.
func TestPassingState(t *testing.T) {
	for _, row := range []struct {
		name          string
		before, after plan.Action // what the other run did already, and what it does then
		action        plan.Action
		done          int
	}{
		{"gone for a moment, for restart", plan.Shutdown, plan.Start, plan.Restart, 2},
		{"gone for a moment, for stop", plan.Shutdown, plan.Start, plan.Stop, 1},
		{"there for the last time, for start", plan.Start, plan.Shutdown, plan.Start, 2},
		{"running for the last time, for remove", plan.Start, plan.Stop, plan.Remove, 1},
	} {
		b := newBench(t)
		b.must(t, lone(), plan.Start)
		lock := b.locked(t)
		b.underLock(t, lock, row.before)
		req := plan.Request{Action: row.action}
		_, err := b.engine.Do(t.Context(), lone(), req, engine.Options{})
		var locked *run.LockedError
		if !errors.As(err, &locked) {
			t.Errorf("%s, without waiting: %v", row.name, err)
		}
		report, err := b.engine.Do(t.Context(), lone(), req, engine.Options{
			Options: run.Options{Times: quick}, LockTimeout: time.Minute, Waiting: func(string) {
				b.underLock(t, lock, row.after)
				if err := lock.Release(); err != nil {
					t.Error(err)
				}
			},
		})
		if err != nil || report.Count(run.Done) != row.done || b.claims() != 0 {
			t.Errorf("%s: %v, %v, %d claims left", row.name, report.Results, err, b.claims())
		}
	}
}

// Without another run, and for what no run can change, the first look counts, and nobody
// waits.
func TestFirstLookCounts(t *testing.T) {
	b := newBench(t)
	wait := engine.Options{LockTimeout: time.Hour, Waiting: func(string) { t.Error("it waits") }}
	_, err := b.engine.Do(t.Context(), lone(), plan.Request{Action: plan.Restart}, wait)
	var problems problem.Problems
	if !errors.As(err, &problems) || b.called("volume.create", "") > 0 {
		t.Errorf("restart of what is not there: %v", err)
	}
	lock := b.locked(t)
	_, err = b.engine.Do(t.Context(), lone(), plan.Request{Action: plan.Restart, Targets: []string{"typo"}}, wait)
	if err == nil || !strings.Contains(err.Error(), "typo") {
		t.Errorf("a wrong target beside another run: %v", err)
	}
	if err := b.sim.AddRemoteImage(sim.Image{Names: []string{"example/app"}}); err != nil {
		t.Fatal(err)
	}
	report, err := b.engine.Do(t.Context(), lone(), plan.Request{Action: plan.Pull}, wait)
	if err != nil || report.Count(run.Done) != 1 {
		t.Errorf("a pull beside another run: %v, %v", report.Results, err)
	}
	if err := lock.Release(); err != nil {
		t.Error(err)
	}
}

// A saved plan is not stale because of what another run has not finished yet.
func TestPassingStateOfASavedPlan(t *testing.T) {
	b := newBench(t)
	p := b.saved(t, lone(), plan.Request{Action: plan.Start})
	lock := b.locked(t)
	b.underLock(t, lock, plan.Start)
	report, err := b.engine.Apply(t.Context(), p, engine.Options{
		Options: run.Options{Times: quick}, LockTimeout: time.Minute, Waiting: func(string) {
			b.underLock(t, lock, plan.Shutdown)
			if err := lock.Release(); err != nil {
				t.Error(err)
			}
		},
	})
	if err != nil || report.Count(run.Done) != 2 {
		t.Errorf("%v, %v", report.Results, err)
	}
}

// The claim of a run that was killed holds nobody up, and is cleared away even where
// there is nothing to do.
func TestClaimOfADeadRun(t *testing.T) {
	me := run.ThisProcess()
	if me.Machine == "" {
		t.Skip("this system does not tell which processes have ended")
	}
	b := newBench(t)
	b.must(t, lone(), plan.Start)
	dead := run.Process{Name: "dead", Machine: me.Machine, PID: me.PID, Started: "1"} // another one of that number
	if _, err := run.Acquire(t.Context(), b.client, "m", run.LockOptions{Process: dead}); err != nil {
		t.Fatal(err)
	}
	report, err := b.engine.Do(t.Context(), lone(), start(), engine.Options{})
	if err != nil || len(report.Results) != 0 || b.claims() != 0 {
		t.Errorf("%v, %v, %d claims left", report.Results, err, b.claims())
	}
}
