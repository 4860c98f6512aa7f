// Test tools: the suite's table of calls and states.

package dockertest

import (
	"context"
	"testing"
	"time"

	"github.com/dmap-dev/dmap/engine/docker"
)

// cell is what a call does to a container in one state.
type cell struct {
	kind  docker.Kind // of the error, "" if the call succeeds
	after string      // the state afterwards
}

var matrixStates = []string{"absent", "created", "running", "exited"}

// matrix has a row for each call and a column for each state. After a rename, "absent"
// is about the old name.
var matrix = []struct {
	call  string
	do    func(*suite) error
	cells [4]cell
}{
	{"create", func(s *suite) error {
		_, _, err := s.CreateContainer(s.Context(), s.name("x"), spec())
		return err
	}, [4]cell{{"", "created"}, {docker.NameTaken, "created"}, {docker.NameTaken, "running"}, {docker.NameTaken, "exited 143"}}},
	{"start", func(s *suite) error {
		return s.StartContainer(s.Context(), s.name("x"))
	}, [4]cell{{docker.NotFound, "absent"}, {"", "running"}, {"", "running"}, {"", "running"}}},
	{"stop", func(s *suite) error {
		return s.StopContainer(s.Context(), s.name("x"), nil)
	}, [4]cell{{docker.NotFound, "absent"}, {"", "created"}, {"", "exited 143"}, {"", "exited 143"}}},
	{"signal", func(s *suite) error {
		return s.SignalContainer(s.Context(), s.name("x"), docker.SIGKILL)
	}, [4]cell{{docker.NotFound, "absent"}, {docker.Conflict, "created"}, {"", "exited 137"}, {docker.Conflict, "exited 143"}}},
	{"rename", func(s *suite) error {
		return s.RenameContainer(s.Context(), s.name("x"), s.name("y"))
	}, [4]cell{{docker.NotFound, "absent"}, {"", "absent"}, {"", "absent"}, {"", "absent"}}},
	{"wait", func(s *suite) error {
		ctx, cancel := context.WithTimeout(s.Context(), 300*time.Millisecond)
		defer cancel()
		_, err := s.WaitContainer(ctx, s.name("x"))
		return err
	}, [4]cell{{docker.NotFound, "absent"}, {"", "created"}, {docker.Cancelled, "running"}, {"", "exited 143"}}},
	{"logs", func(s *suite) error {
		_, err := s.Logs(s.Context(), s.name("x"), 10)
		return err
	}, [4]cell{{docker.NotFound, "absent"}, {"", "created"}, {"", "running"}, {"", "exited 143"}}},
	{"remove", func(s *suite) error {
		return s.RemoveContainer(s.Context(), s.name("x"), false)
	}, [4]cell{{docker.NotFound, "absent"}, {"", "absent"}, {docker.Conflict, "running"}, {"", "absent"}}},
	{"remove by force", func(s *suite) error {
		return s.RemoveContainer(s.Context(), s.name("x"), true)
	}, [4]cell{{docker.NotFound, "absent"}, {"", "absent"}, {"", "absent"}, {"", "absent"}}},
}

func runMatrix(t *testing.T, c docker.Client) {
	for _, row := range matrix {
		for i, state := range matrixStates {
			t.Run(row.call+" "+state, func(t *testing.T) {
				s := &suite{T: t, Client: c, prefix: Prefix(t, c)}
				s.bring("x", state)
				s.want(row.call, row.do(s), row.cells[i].kind)
				s.same("state afterwards", s.state("x"), row.cells[i].after)
			})
		}
	}
}

// bring makes a container in that state.
func (s *suite) bring(short, state string) {
	s.Helper()
	if state == "absent" {
		return
	}
	if state == "created" {
		s.create(short, spec("run"))
		return
	}
	s.running(short, spec("run"))
	if state == "exited" {
		s.ok(s.StopContainer(s.Context(), s.name(short), nil))
	}
}
