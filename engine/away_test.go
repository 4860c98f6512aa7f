// Front door: engines and registries that go away, or never answer.

package engine_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dmap-dev/dmap/engine"
	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/calls"
	"github.com/dmap-dev/dmap/engine/docker/dockerd"
	"github.com/dmap-dev/dmap/engine/docker/sim"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/engine/run"
)

// leaves is lone's engine, which goes away for good when it is called for the n-th time.
func leaves(t *testing.T, n int64) *engine.Engine {
	t.Helper()
	s := sim.New(sim.Options{})
	t.Cleanup(func() { s.Close() })
	if err := s.AddImage(sim.Image{Names: []string{"example/app"}}); err != nil {
		t.Fatal(err)
	}
	var away atomic.Bool
	client, err := dockerd.Open(t.Context(), dockerd.Options{DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		if away.Load() {
			return nil, &net.OpError{Op: "dial", Net: "unix", Err: syscall.ECONNREFUSED}
		}
		return s.DialContext(ctx, network, addr)
	}})
	if err != nil {
		t.Fatal(err)
	}
	var count atomic.Int64
	s.OnCall(func(c sim.Call) error {
		if c.Phase == sim.Before && count.Add(1) >= n {
			away.Store(true)
			return errors.New("gone")
		}
		return nil
	})
	e, err := engine.New(engine.Config{Docker: client})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// Whenever an engine goes away, at the first look or the last, the error says so: which
// call it was counts for nothing.
func TestEngineGoesAwayAtAnyCall(t *testing.T) {
	times := run.Times{Settle: time.Millisecond, Pause: time.Millisecond, Reach: 5 * time.Millisecond}
	for n := int64(1); ; n++ {
		_, err := leaves(t, n).Do(t.Context(), lone(), start(), engine.Options{Options: run.Options{Times: times}})
		if err == nil {
			if n < 10 {
				t.Errorf("done after %d calls", n-1)
			}
			return
		}
		if !docker.IsAway(err) {
			t.Errorf("gone at call %d: %v", n, err)
		}
	}
}

// An engine that is stopped takes the connection and never answers. A run ends all the
// same, whichever call it was, and whoever waits is told for what.
func TestEngineIsStoppedAtAnyCall(t *testing.T) {
	for n, done := 1, false; !done; n++ {
		synctest.Test(t, func(t *testing.T) {
			s := sim.New(sim.Options{})
			defer s.Close()
			if err := s.AddImage(sim.Image{Names: []string{"example/app"}}); err != nil {
				t.Fatal(err)
			}
			client, err := dockerd.Open(t.Context(), dockerd.Options{DialContext: s.DialContext})
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			e, err := engine.New(engine.Config{Docker: client})
			if err != nil {
				t.Fatal(err)
			}
			s.AddFault(sim.Fault{Nth: n, Times: -1, Hang: true})
			told := 0
			began := time.Now()
			_, err = e.Do(calls.Watch(t.Context(), func(string) { told++ }), lone(), start(), engine.Options{})
			if err == nil {
				done = true
				if n < 10 {
					t.Errorf("done after %d calls", n-1)
				}
				return
			}
			if took := time.Since(began); !docker.IsAway(err) || told == 0 || took > time.Hour {
				t.Errorf("stopped at call %d: %v, after %s, told %d times", n, err, took, told)
			}
		})
	}
}

// A registry that never answers does not hold a plan for ever, and whoever waits is told
// for what.
func TestSilentRegistry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := sim.New(sim.Options{})
		defer s.Close()
		client, err := dockerd.Open(t.Context(), dockerd.Options{DialContext: s.DialContext})
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		s.AddFault(sim.Fault{Op: "distribution.inspect", Hang: true, Times: -1})
		var told []string
		began := time.Now()
		ctx := calls.Watch(t.Context(), func(what string) { told = append(told, what) })
		m := &model.ContainerMap{Name: "m", Containers: []*model.Container{{Name: "a", Image: "/far"}}}
		_, err = engine.Plan(ctx, client, m, plan.Request{Action: plan.Start})
		var problems problem.Problems
		if took := time.Since(began); !errors.As(err, &problems) || took != time.Minute ||
			!strings.Contains(err.Error(), "no answer in time from its registry, which the engine at tcp://engine.invalid asks") {
			t.Errorf("%v, after %s", err, took)
		}
		if len(told) != 1 || told[0] != `the registry of image "far:latest"` {
			t.Errorf("told %q", told)
		}
	})
}
