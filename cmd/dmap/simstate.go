// Command line: the file that keeps a simulated engine, changed by one process at a time.

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/dmap-dev/dmap/engine/docker/calls"
	"github.com/dmap-dev/dmap/engine/docker/sim"
	"github.com/dmap-dev/dmap/engine/filelock"
	"github.com/dmap-dev/dmap/engine/run"
)

// simPrefix is how the host names of simulated engines begin.
const simPrefix = "sim:"

// simState is the right to change the file of a simulated engine. nil is that of an engine
// that is not kept.
type simState struct {
	file string
	turn *filelock.Turn // its ticket, beside the file, becomes the file
}

// openSimState waits for others that change the file, in the order in which they came. A
// place that cannot be written is found out here, before anything is done that would be lost.
func openSimState(ctx context.Context, file string, wait time.Duration) (*simState, error) {
	s := &simState{file: file}
	turn, err := filelock.Queue(filepath.Dir(file), ".dmap-sim-"+filepath.Base(file), run.ThisProcess().Name)
	if errors.Is(err, errors.ErrUnsupported) {
		return s, nil
	}
	if err != nil {
		return nil, fmt.Errorf("cannot save the state of the simulated engine: %w", err)
	}
	s.turn = turn
	var ahead string
	err = calls.New(calls.Times{}).Do(ctx, calls.Call{Kind: calls.Connect, For: "another run on " + simPrefix + file, Extra: wait,
		Make: func(ctx context.Context) (err error) {
			ahead, err = s.turn.Wait(ctx, wait)
			return err
		}})
	if errors.Is(err, filelock.ErrNotYet) {
		err = fmt.Errorf("the simulated engine %s%s is being changed by another run (%s): wait for its end", simPrefix, file, ahead)
	}
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// save replaces the file as a whole.
func (s *simState) save(e *sim.Engine) error {
	if s == nil {
		return nil
	}
	err := s.write(e)
	if err != nil {
		return fmt.Errorf("cannot save the state of the simulated engine: %w", err)
	}
	return nil
}

// write puts the state into the ticket, and that in the place of the file. Where there are
// no tickets, another file does.
func (s *simState) write(e *sim.Engine) error {
	if s.turn != nil {
		err := errors.Join(s.turn.File.Truncate(0), e.Save(io.NewOffsetWriter(s.turn.File, 0)))
		if err != nil {
			return err
		}
		return os.Rename(s.turn.Path(), s.file)
	}
	tmp, err := os.CreateTemp(filepath.Dir(s.file), ".dmap-sim-*")
	if err != nil {
		return err
	}
	err = errors.Join(e.Save(tmp), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), s.file)
	}
	if err != nil {
		return errors.Join(err, os.Remove(tmp.Name()))
	}
	return nil
}

// close lets the next one at the file.
func (s *simState) close() error {
	if s == nil || s.turn == nil {
		return nil
	}
	return s.turn.Leave()
}
