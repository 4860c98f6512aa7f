// Command line: tests of exit codes.

package main

import (
	"context"
	"errors"
	"io"
	"testing"

	"github.com/dmap-dev/dmap/engine/docker"
)

// An engine that does not answer in time is no interrupt; a call that an interrupt cut
// off is one.
func TestExitOfCallsWithoutAnswer(t *testing.T) {
	asked := &docker.Error{Op: "list containers", Kind: docker.Cancelled, NoEffect: true, Msg: "no answer in time"}
	sent := &docker.Error{Op: "start container", Kind: docker.Cancelled, Msg: "no answer in time"}
	for _, row := range []struct {
		err         error
		interrupted bool
		want        int
	}{
		{asked, false, exitEngine},
		{sent, false, exitFailed},
		{reported{errors.Join(sent)}, false, exitFailed},
		{asked, true, exitInterrupted},
		{reported{errors.Join(sent)}, true, exitInterrupted},
		{context.Canceled, true, exitInterrupted},
	} {
		a := &app{Streams: Streams{Err: io.Discard}, drain: make(chan struct{})}
		if row.interrupted {
			close(a.drain)
		}
		if got := a.exit("dmap run", row.err); got != row.want {
			t.Errorf("%v, interrupted %t: exit code %d, want %d", row.err, row.interrupted, got, row.want)
		}
	}
}
