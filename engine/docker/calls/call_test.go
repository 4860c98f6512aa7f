// Calls: tests of the table, and of how it is followed.

package calls_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/calls"
)

// Every kind has a row, and no call is without an end. What is looked at is made again,
// else there is nothing to find out.
func TestTable(t *testing.T) {
	c := calls.New(calls.Times{})
	for k := calls.Connect; k <= calls.Pull; k++ {
		p, ok := c.Row(k)
		if !ok || p.Deadline <= 0 || p.Tries < 1 || (p.Tries > 1) != (len(p.Again) > 0) || p.Look && p.Tries == 1 {
			t.Errorf("kind %d: %+v, %t", k, p, ok)
		}
	}
	if _, ok := c.Row(calls.Pull + 1); ok {
		t.Error("Pull is not the last kind")
	}
}

// fails is an error of a kind.
func fails(kind docker.Kind) error { return &docker.Error{Op: "test", Kind: kind} }

// Which errors make a call be made again, how often, and how long that may take.
func TestTries(t *testing.T) {
	const (
		ok    docker.Kind = ""
		lost              = docker.OutcomeUnknown
		late              = docker.Cancelled
		away              = docker.Unreachable
		wrong             = docker.InvalidSpec
		busy              = docker.Internal
	)
	for _, row := range []struct {
		name  string
		kind  calls.Kind
		kinds []docker.Kind // of the tries; the last one stays
		want  docker.Kind
		tries int
		took  time.Duration
	}{
		{"it works", calls.StartContainer, []docker.Kind{ok}, ok, 1, 0},
		{"a wrong call", calls.StartContainer, []docker.Kind{wrong}, wrong, 1, 0},
		{"a lost answer", calls.StartContainer, []docker.Kind{lost, ok}, ok, 2, 200 * time.Millisecond},
		{"a late answer", calls.StartContainer, []docker.Kind{late, ok}, ok, 2, 200 * time.Millisecond},
		{"only lost answers", calls.StartContainer, []docker.Kind{lost}, lost, 4, 1400 * time.Millisecond},
		{"an engine that comes back", calls.StartContainer, []docker.Kind{away, away, away, ok}, ok, 4, 1400 * time.Millisecond},
		{"an engine that stays away", calls.StartContainer, []docker.Kind{away}, away, 19, 31 * time.Second},
		{"lost, then away: that one may have happened", calls.StartContainer, []docker.Kind{lost, away}, lost, 19, 31 * time.Second},
		{"a signal whose answer is lost", calls.SignalContainer, []docker.Kind{lost, ok}, lost, 1, 0},
		{"a signal that never left", calls.SignalContainer, []docker.Kind{away, ok}, ok, 2, 200 * time.Millisecond},
		{"a busy engine", calls.StartContainer, []docker.Kind{busy, ok}, busy, 1, 0},
		{"a busy registry", calls.Pull, []docker.Kind{busy, busy, ok}, ok, 3, 1800 * time.Millisecond},
		{"a broken registry", calls.Pull, []docker.Kind{busy}, busy, 4, 3800 * time.Millisecond},
		{"a look before a plan, cut", calls.Observe, []docker.Kind{lost, ok}, ok, 2, 0},
		{"a look before a plan, too late", calls.Observe, []docker.Kind{late, ok}, late, 1, 0},
		{"no engine for a plan", calls.Observe, []docker.Kind{away, ok}, away, 1, 0},
		{"no first contact", calls.Connect, []docker.Kind{lost, ok}, lost, 1, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			tries := 0
			began := time.Now()
			err := calls.New(calls.Times{}).Do(t.Context(), calls.Call{Kind: row.kind, Make: func(context.Context) error {
				kind := row.kinds[min(tries, len(row.kinds)-1)]
				tries++
				if kind == ok {
					return nil
				}
				return fails(kind)
			}})
			if took := time.Since(began); docker.KindOf(err) != row.want || tries != row.tries || took != row.took {
				t.Errorf("%s: %v after %d tries and %s, want %s after %d and %s", row.name, err, tries, took, row.want, row.tries, row.took)
			}
		})
	}
}

// A call that has its effect, although its answer was lost, is not made again; if
// nobody can tell, it is not either.
func TestLook(t *testing.T) {
	for _, row := range []struct {
		happened bool
		err      error
		want     docker.Kind
		tries    int
	}{
		{true, nil, "", 1},
		{false, nil, docker.OutcomeUnknown, 4},
		{false, errors.New("no answer either"), docker.OutcomeUnknown, 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			tries := 0
			err := calls.New(calls.Times{}).Do(t.Context(), calls.Call{
				Kind: calls.CreateContainer,
				Make: func(context.Context) error { tries++; return fails(docker.OutcomeUnknown) },
				Look: func(context.Context) (bool, error) { return row.happened, row.err },
			})
			if docker.KindOf(err) != row.want || tries != row.tries {
				t.Errorf("%+v: %v after %d tries", row, err, tries)
			}
		})
	}
}

// A try ends with its deadline, all tries together with the total; what the object of
// the call is given comes on top.
func TestDeadlines(t *testing.T) {
	silent := func(ctx context.Context) error {
		<-ctx.Done()
		return fails(docker.Cancelled)
	}
	for _, row := range []struct {
		call calls.Call
		want time.Duration
	}{
		{calls.Call{Kind: calls.Observe}, 30 * time.Second},
		{calls.Call{Kind: calls.Logs, Extra: time.Hour}, time.Hour + 10*time.Second},
		{calls.Call{Kind: calls.AwaitHelper}, 10 * time.Minute},
		{calls.Call{Kind: calls.Read}, 4*10*time.Second + 1400*time.Millisecond},
	} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			row.call.Make = silent
			err := calls.New(calls.Times{}).Do(t.Context(), row.call)
			if took := time.Since(began); docker.KindOf(err) != docker.Cancelled || took != row.want {
				t.Errorf("kind %d: %v after %s, want %s", row.call.Kind, err, took, row.want)
			}
		})
	}
}
