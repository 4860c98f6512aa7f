// Run: tests of calls that never left.

package run_test

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

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/dockerd"
	"github.com/dmap-dev/dmap/engine/docker/sim"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/run"
)

// A call that was cut off before it had a connection did not happen: its step is
// failed, not unknown, and the run is interrupted. If an earlier try of the same call
// was sent, nobody knows.
func TestCallsThatNeverLeft(t *testing.T) {
	for _, row := range []struct {
		name  string
		fault *sim.Fault
		dial  func(context.Context) error // once the engine is away
		want  run.Status
		text  string
	}{
		{"no connection comes about", nil, hang, run.Failed, "cancelled; nothing was sent"},
		{"no engine there", nil, refuse, run.Failed, "no connection to "},
		{"sent, then no connection", &sim.Fault{Op: "volume.create", Name: "m.v", Cut: sim.CutAfter}, hang, run.Unknown, "the connection to "},
		{"sent, then no engine there", &sim.Fault{Op: "volume.create", Name: "m.v", Cut: sim.CutBefore}, refuse, run.Unknown, "the connection to "},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := sim.New(sim.Options{})
			defer s.Close()
			var away atomic.Bool
			client, err := dockerd.Open(t.Context(), dockerd.Options{DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
				if away.Load() {
					return nil, row.dial(ctx)
				}
				return s.DialContext(ctx, network, addr)
			}})
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			lock := acquire(t, client, run.LockOptions{})
			if row.fault == nil {
				away.Store(true)
				client.Close() // only its idle connections
			} else {
				s.AddFault(*row.fault)
				s.OnCall(func(c sim.Call) error {
					away.Store(away.Load() || c.Name == "m.v")
					return nil
				})
			}
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(20*time.Second, cancel)
			p := &plan.Plan{Map: "m", Steps: []plan.Step{{ID: "v", Op: plan.CreateVolume, Target: "m.v", Volume: &docker.VolumeSpec{Name: "m.v"}}}}
			report, err := run.Do(ctx, client, p, run.Options{Lock: lock})
			if got := report.Results[0]; got.Status != row.want || got.Err == nil || !strings.Contains(got.Err.Error(), row.text) {
				t.Errorf("%s: %s, %v; want %s, %s", row.name, got.Status, got.Err, row.want, row.text)
			}
			early := row.text != "no connection to " // that would have failed without an interrupt
			if errors.Is(err, run.ErrInterrupted) != early || report.Interrupted != early {
				t.Errorf("%s: %v, interrupted: %t", row.name, err, report.Interrupted)
			}
			s.OnCall(nil)
			away.Store(false)
			if err := lock.Release(); err != nil {
				t.Error(err)
			}
		})
	}
}

// hang connects when ctx has ended: never.
func hang(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

// refuse is nobody who listens.
func refuse(context.Context) error {
	return &net.OpError{Op: "dial", Net: "unix", Err: syscall.ECONNREFUSED}
}
