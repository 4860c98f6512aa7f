// World: additional programs in a container.

package world

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/logs"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/process"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/script"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/state"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// commandText returns a command line as events show it.
func commandText(argv []string) string { return argv[0] + " " + strings.Join(argv[1:], " ") }

// AddExec adds a program that can be started in a container, and gives it an id.
func (s *Supervisor) AddExec(x *state.Execution, c *state.Container) error {
	if err := s.endpoints.checkLinks(c); err != nil {
		return err
	}
	x.ID = s.st.NewID("exec")
	s.st.Execs[x.ID] = x
	s.journal.EmitContainer(c, "exec_create: "+commandText(x.Cmd), map[string]string{"execID": x.ID})
	return nil
}

// BeginExec starts the program, and returns what it prints or why it cannot start.
func (s *Supervisor) BeginExec(x *state.Execution, c *state.Container) ([]logs.Line, error) {
	switch {
	case x.ExitCode != nil:
		return nil, wire.Conflict("Error: Exec command %s has already run", x.ID)
	case x.Running:
		return nil, wire.Conflict("Error: Exec command %s is already running", x.ID)
	}
	s.journal.EmitContainer(c, "exec_start: "+commandText(x.Cmd), map[string]string{"execID": x.ID})
	seen := s.boxOf(x, c)
	if err := seen.CheckExec(x.Cmd[0]); err != nil {
		code := 126
		x.ExitCode = &code
		return nil, err
	}
	prog, err := s.st.Box(c).ProgramOf(x.Cmd)
	known := prog.Exits || prog.Effect != nil || script.IsScript(x.Cmd)
	if err != nil || !known {
		// A program that nobody described does what most do in an exec: its work,
		// silently and at once.
		prog = process.Program{Process: script.Process{Exits: true}}
	}
	x.Started, x.Running, x.Pending = true, true, prog.ExitCode
	x.Pid = s.st.NewPid()
	output := process.Output(prog.Process, s.st.Now)
	if prog.Effect != nil {
		if _, err := prog.Effect(seen); err != nil {
			output = append(output, logs.Line{At: s.st.Now, Stream: 2, Text: err.Error()})
			x.Pending = 1
		}
	}
	if prog.Exits {
		x.ExitAt = s.st.Now.Add(prog.RunFor)
	}
	return output, nil
}

// boxOf returns a container as the program of an exec sees it: with the exec's own
// user, directory and environment.
func (s *Supervisor) boxOf(x *state.Execution, c *state.Container) process.Box {
	b, config := s.st.Box(c), c.Config
	config.User, config.WorkingDir = x.User, x.WorkingDir
	config.Env = slices.Concat(x.Env, c.Config.Env)
	b.Config = &config
	return b
}

// endExec ends the program of an exec.
func (s *Supervisor) endExec(x *state.Execution) {
	code := x.Pending
	x.ExitAt = time.Time{}
	x.Running, x.ExitCode = false, &code
	if c := s.st.Containers[x.Container]; c != nil {
		s.journal.EmitContainer(c, "exec_die", map[string]string{"execID": x.ID, "exitCode": fmt.Sprint(code)})
	}
}

// endExecs ends all execs in a container that ended, and forgets those that never
// began.
func (s *Supervisor) endExecs(c *state.Container) {
	for _, id := range slices.Sorted(maps.Keys(s.st.Execs)) {
		switch x := s.st.Execs[id]; {
		case x.Container != c.ID:
		case x.Running:
			x.Pending = 137
			s.endExec(x)
		case x.ExitCode == nil:
			delete(s.st.Execs, id)
		}
	}
}
