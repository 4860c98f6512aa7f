// Command line: tests of exit codes.

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/run"
)

// An engine that went away is the same at whatever call, also beside other failures; that
// it does not answer in time is no interrupt. A call that an interrupt cut off is one.
func TestExitOfCallsWithoutAnswer(t *testing.T) {
	asked := &docker.Error{Op: "list containers", Kind: docker.Cancelled, NoEffect: true, Msg: "no answer in time"}
	sent := &docker.Error{Op: "start container", Kind: docker.Cancelled, Msg: "no answer in time"}
	refused := &docker.Error{Op: "create container", Kind: docker.Unreachable, NoEffect: true, Msg: "no engine there"}
	cut := &docker.Error{Op: "remove volume", Kind: docker.OutcomeUnknown, Msg: "the connection was lost"}
	port := &docker.Error{Op: "start container", Kind: docker.PortTaken, Msg: "port is taken"}
	for _, row := range []struct {
		err         error
		interrupted bool
		want        int
	}{
		{asked, false, exitEngine},
		{sent, false, exitEngine},
		{reported{errors.Join(sent)}, false, exitEngine},
		{errors.Join(port, asked), false, exitEngine},
		{reported{errors.Join(port, fmt.Errorf("what it was for: %w", refused))}, false, exitEngine},
		{&run.ReleaseError{Map: "m", Err: cut}, false, exitEngine},
		{port, false, exitFailed},
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
