// Part of the simulated engine: running further programs in a container.

package sim

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/logs"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/script"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

func execCreate(w *world, q *wire.Request) (wire.Reply, error) {
	// Errors of the decoder name the type.
	type ExecConfig struct {
		Cmd                                          []string
		Tty, AttachStdin, AttachStdout, AttachStderr bool
		Detach, Privileged                           bool
		DetachKeys, User, WorkingDir                 string
		Env                                          []string
	}
	var body ExecConfig
	if err := q.Decode(&body); err != nil {
		return wire.Reply{}, err
	}
	if len(body.Cmd) == 0 {
		return wire.Reply{}, wire.BadRequest("No exec command specified")
	}
	c, err := w.st.lookup(q.Name)
	switch {
	case err != nil:
		return wire.Reply{}, err
	case !c.Running:
		return wire.Reply{}, notRunning(c)
	case c.Paused:
		return wire.Reply{}, wire.Conflict("Container %s is paused, unpause the container before exec", q.Name)
	case c.Restarting:
		return wire.Reply{}, wire.Conflict("Container %s is restarting, wait until the container is running", c.ID)
	}
	if !validKeys(body.DetachKeys) {
		return wire.Reply{}, wire.Failure("Invalid escape keys (%s) provided", body.DetachKeys)
	}
	if err := w.endpoints.checkLinks(c); err != nil {
		return wire.Reply{}, err
	}
	x := &execution{
		ID: w.st.newID("exec"), Container: c.ID, Cmd: body.Cmd, Tty: body.Tty, Stdin: body.AttachStdin, Stdout: body.AttachStdout,
		Stderr: body.AttachStderr, Env: body.Env, Privileged: body.Privileged,
		User: cmp.Or(body.User, c.Config.User), WorkingDir: cmp.Or(body.WorkingDir, c.Config.WorkingDir),
	}
	w.st.Execs[x.ID] = x
	w.journal.emitContainer(c, "exec_create: "+commandText(x.Cmd), map[string]string{"execID": x.ID})
	return wire.Reply{Status: 201, JSON: wire.Object{"Id": x.ID}}, nil
}

// validKeys tells whether text is a list of keys that detach: single letters and ctrl-X.
func validKeys(text string) bool {
	for key := range strings.SplitSeq(text, ",") {
		letter, ctrl := strings.CutPrefix(key, "ctrl-")
		switch {
		case text == "", len(key) == 1, key == "DEL":
		case !ctrl || len(letter) != 1 || !strings.Contains("@abcdefghijklmnopqrstuvwxyz[\\]^_", letter):
			return false
		}
	}
	return true
}

// commandText is a command line as events show it.
func commandText(argv []string) string { return argv[0] + " " + strings.Join(argv[1:], " ") }

func (s *state) findExec(id string) (*execution, *container, error) {
	x := s.Execs[id]
	if x == nil {
		return nil, nil, wire.NotFound("No such exec instance: %s", id)
	}
	c := s.Containers[x.Container]
	if c == nil {
		return nil, nil, wire.NotFound("No such exec instance: %s", id)
	}
	return x, c, nil
}

func execStart(w *world, q *wire.Request) (wire.Reply, error) {
	var body struct{ Detach, Tty bool }
	if err := q.Decode(&body); err != nil {
		return wire.Reply{}, err
	}
	x, c, err := w.st.findExec(q.Name)
	if err != nil {
		return wire.Reply{}, err
	}
	if err := checkExecStart(w, c); err != nil {
		return wire.Reply{}, err
	}
	output, err := w.supervisor.beginExec(x, c)
	switch {
	case err != nil && body.Detach:
		return wire.Reply{}, err
	case err != nil:
		// The connection is taken over before this is known, so the stream has to tell it.
		return execStream(w, q, x, []logs.Line{{Stream: 1, Text: err.Error() + "\r"}}, func() bool { return true })
	case body.Detach:
		return wire.Status(200)
	}
	return execStream(w, q, x, output, func() bool { return !x.Running })
}

// checkExecStart tells why nothing can start in a container, or nil.
func checkExecStart(w *world, c *container) error {
	switch {
	case !c.Running:
		return wire.Failure("Container %s is not running: %s", c.ID, statusText(w, c))
	case c.Paused:
		return wire.Conflict("Container %s is paused, unpause the container before exec", c.ID)
	case c.Restarting:
		return wire.Conflict("Container %s is restarting, wait until the container is running", c.ID)
	}
	return nil
}

// execStream gives the client lines of output, and then waits for the end.
func execStream(w *world, q *wire.Request, x *execution, output []logs.Line, ended func() bool) (wire.Reply, error) {
	rep := wire.Reply{Hijack: true, Header: map[string]string{"Content-Type": logs.ContentType(q, x.Tty)}}
	rep.Stream = func(out io.Writer) error {
		for _, line := range output {
			if err := logs.Write(out, line, x.Tty, ""); err != nil {
				return err
			}
		}
		w.Lock()
		defer w.Unlock()
		return w.clock.until(q.Ctx, w.clock.mode == ClockJump, ended)
	}
	return rep, nil
}

// beginExec starts the program and gives what it prints, or why it cannot start.
func (s *supervisor) beginExec(x *execution, c *container) ([]logs.Line, error) {
	switch {
	case x.ExitCode != nil:
		return nil, wire.Conflict("Error: Exec command %s has already run", x.ID)
	case x.Running:
		return nil, wire.Conflict("Error: Exec command %s is already running", x.ID)
	}
	s.journal.emitContainer(c, "exec_start: "+commandText(x.Cmd), map[string]string{"execID": x.ID})
	seen := s.boxOf(x, c)
	if err := seen.checkExec(x.Cmd[0]); err != nil {
		code := 126
		x.ExitCode = &code
		return nil, err
	}
	prog, err := s.st.box(c).programOf(x.Cmd)
	known := prog.Exits || prog.effect != nil || script.IsScript(x.Cmd)
	if err != nil || !known {
		// A program that nobody described does what most do in an exec: its work, quietly and at once.
		prog = program{Process: script.Process{Exits: true}}
	}
	x.Started, x.Running, x.Pending = true, true, prog.ExitCode
	x.Pid = s.st.newPid()
	var output []logs.Line
	for _, text := range prog.Stdout {
		output = append(output, logs.Line{At: s.st.Now, Stream: 1, Text: text})
	}
	for _, text := range prog.Stderr {
		output = append(output, logs.Line{At: s.st.Now, Stream: 2, Text: text})
	}
	if prog.effect != nil {
		if _, err := prog.effect(seen); err != nil {
			output = append(output, logs.Line{At: s.st.Now, Stream: 2, Text: err.Error()})
			x.Pending = 1
		}
	}
	if prog.Exits {
		x.ExitAt = s.st.Now.Add(prog.RunFor)
	}
	return output, nil
}

// boxOf is a container as the program of an exec sees it: with a user, a directory and an environment of its own.
func (s *supervisor) boxOf(x *execution, c *container) box {
	b, config := s.st.box(c), c.Config
	config.User, config.WorkingDir = x.User, x.WorkingDir
	config.Env = slices.Concat(x.Env, c.Config.Env)
	b.config = &config
	return b
}

// checkExec tells why a program cannot start in a container that runs, or nil.
func (b box) checkExec(name string) error {
	if err := b.checkUser(); err != nil {
		return err
	}
	const where = "OCI runtime exec failed: exec failed: "
	const begun = where + "unable to start container process: "
	dir := cmp.Or(b.config.WorkingDir, "/")
	if !path.IsAbs(dir) {
		return wire.Failure(where + "Cwd must be an absolute path: unknown")
	}
	text := ""
	if err := b.checkDir(dir); err != nil {
		text = fmt.Sprintf("chdir to cwd (%q) set in config.json failed: %v", dir, err)
	} else if _, err := b.checkExecutable(name); err != nil {
		text = err.Error()
	}
	if text == "" {
		return nil
	}
	_, err := runtimeError(begun + text)
	return err
}

// endExec ends the program of an exec.
func (s *supervisor) endExec(x *execution) {
	code := x.Pending
	x.ExitAt = time.Time{}
	x.Running, x.ExitCode = false, &code
	if c := s.st.Containers[x.Container]; c != nil {
		s.journal.emitContainer(c, "exec_die", map[string]string{"execID": x.ID, "exitCode": fmt.Sprint(code)})
	}
}

// endExecs ends all programs in a container that ended, and forgets those that never began.
func (s *supervisor) endExecs(c *container) {
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

func execResize(w *world, q *wire.Request) (wire.Reply, error) {
	if err := checkSize(q); err != nil {
		return wire.Reply{}, err
	}
	x, _, err := w.st.findExec(q.Name)
	if err != nil {
		return wire.Reply{}, err
	}
	if !x.Running {
		return wire.Reply{}, wire.Failure("cannot resize a stopped exec: %s", x.ID)
	}
	return wire.Status(200)
}

func execInspect(w *world, q *wire.Request) (wire.Reply, error) {
	x, _, err := w.st.findExec(q.Name)
	if err != nil {
		return wire.Reply{}, err
	}
	process := wire.Object{"entrypoint": x.Cmd[0], "arguments": wire.List(x.Cmd[1:]), "tty": x.Tty, "privileged": x.Privileged}
	if x.User != "" {
		process["user"] = x.User
	}
	return wire.OK(wire.Object{
		"ID": x.ID, "ContainerID": x.Container, "Running": x.Running, "ExitCode": x.ExitCode, "Pid": x.Pid, "CanRemove": false,
		"OpenStdin": x.Stdin, "OpenStdout": x.Stdout, "OpenStderr": x.Stderr, "DetachKeys": "",
		"ProcessConfig": process,
	})
}
