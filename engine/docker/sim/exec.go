// Part of the simulated engine: running further programs in a container.

package sim

import (
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"
)

func (e *Engine) execCreate(q *request) (reply, error) {
	// Errors of the decoder name the type.
	type ExecConfig struct {
		Cmd                                          []string
		Tty, AttachStdin, AttachStdout, AttachStderr bool
		Detach, Privileged                           bool
		DetachKeys, User, WorkingDir                 string
		Env                                          []string
	}
	var body ExecConfig
	if err := q.decode(&body); err != nil {
		return reply{}, err
	}
	if len(body.Cmd) == 0 {
		return reply{}, badRequest("No exec command specified")
	}
	c, err := e.lookup(q.name)
	switch {
	case err != nil:
		return reply{}, err
	case !c.Running:
		return reply{}, notRunning(c)
	case c.Paused:
		return reply{}, conflict("Container %s is paused, unpause the container before exec", q.name)
	case c.Restarting:
		return reply{}, conflict("Container %s is restarting, wait until the container is running", c.ID)
	}
	if !validKeys(body.DetachKeys) {
		return reply{}, failure("Invalid escape keys (%s) provided", body.DetachKeys)
	}
	if err := e.checkLinks(c); err != nil {
		return reply{}, err
	}
	x := &execution{
		ID: e.st.newID("exec"), Container: c.ID, Cmd: body.Cmd, Tty: body.Tty, Stdin: body.AttachStdin, Stdout: body.AttachStdout,
		Stderr: body.AttachStderr, Env: body.Env, Privileged: body.Privileged,
		User: first(body.User, c.Config.User), WorkingDir: first(body.WorkingDir, c.Config.WorkingDir),
	}
	e.st.Execs[x.ID] = x
	e.emitContainer(c, "exec_create: "+commandText(x.Cmd), map[string]string{"execID": x.ID})
	return reply{status: 201, json: object{"Id": x.ID}}, nil
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

func (e *Engine) findExec(id string) (*execution, *container, error) {
	x := e.st.Execs[id]
	if x == nil {
		return nil, nil, notFound("No such exec instance: %s", id)
	}
	c := e.st.Containers[x.Container]
	if c == nil {
		return nil, nil, notFound("No such exec instance: %s", id)
	}
	return x, c, nil
}

func (e *Engine) execStart(q *request) (reply, error) {
	var body struct{ Detach, Tty bool }
	if err := q.decode(&body); err != nil {
		return reply{}, err
	}
	x, c, err := e.findExec(q.name)
	if err != nil {
		return reply{}, err
	}
	if err := e.checkExecStart(c); err != nil {
		return reply{}, err
	}
	output, err := e.beginExec(x, c)
	switch {
	case err != nil && body.Detach:
		return reply{}, err
	case err != nil:
		// The connection is taken over before this is known, so the stream has to tell it.
		return e.execStream(q, x, []logLine{{Stream: 1, Text: err.Error() + "\r"}}, func() bool { return true })
	case body.Detach:
		return status(200)
	}
	return e.execStream(q, x, output, func() bool { return !x.Running })
}

// checkExecStart tells why nothing can start in a container, or nil.
func (e *Engine) checkExecStart(c *container) error {
	switch {
	case !c.Running:
		return failure("Container %s is not running: %s", c.ID, e.statusText(c))
	case c.Paused:
		return conflict("Container %s is paused, unpause the container before exec", c.ID)
	case c.Restarting:
		return conflict("Container %s is restarting, wait until the container is running", c.ID)
	}
	return nil
}

// execStream gives the client lines of output, and then waits for the end.
func (e *Engine) execStream(q *request, x *execution, output []logLine, ended func() bool) (reply, error) {
	rep := reply{hijack: true, header: map[string]string{"Content-Type": streamType(q, x.Tty)}}
	rep.stream = func(w io.Writer) error {
		for _, line := range output {
			if err := writeLine(w, line, x.Tty, ""); err != nil {
				return err
			}
		}
		e.mu.Lock()
		defer e.mu.Unlock()
		return e.until(q.ctx, e.opts.Clock == ClockJump, ended)
	}
	return rep, nil
}

// beginExec starts the program and gives what it prints, or why it cannot start.
func (e *Engine) beginExec(x *execution, c *container) ([]logLine, error) {
	switch {
	case x.ExitCode != nil:
		return nil, conflict("Error: Exec command %s has already run", x.ID)
	case x.Running:
		return nil, conflict("Error: Exec command %s is already running", x.ID)
	}
	e.emitContainer(c, "exec_start: "+commandText(x.Cmd), map[string]string{"execID": x.ID})
	seen := x.view(c)
	if err := e.checkExec(seen, x.Cmd[0]); err != nil {
		code := 126
		x.ExitCode = &code
		return nil, err
	}
	prog, err := e.programOf(c, x.Cmd)
	known := prog.Exits || prog.effect != nil || isScript(x.Cmd)
	if err != nil || !known {
		// A program that nobody described does what most do in an exec: its work, quietly and at once.
		prog = program{Process: Process{Exits: true}}
	}
	x.Started, x.Running, x.Pending = true, true, prog.ExitCode
	e.st.Serial++
	x.Pid = 1000 + int(e.st.Serial%30000)
	var output []logLine
	for _, text := range prog.Stdout {
		output = append(output, logLine{At: e.st.Now, Stream: 1, Text: text})
	}
	for _, text := range prog.Stderr {
		output = append(output, logLine{At: e.st.Now, Stream: 2, Text: text})
	}
	if prog.effect != nil {
		if _, err := prog.effect(e, seen); err != nil {
			output = append(output, logLine{At: e.st.Now, Stream: 2, Text: err.Error()})
			x.Pending = 1
		}
	}
	if prog.Exits {
		x.ExitAt = e.st.Now.Add(prog.RunFor)
	}
	return output, nil
}

// view is the container as the program of an exec sees it: with a user, a directory and an environment of its own.
func (x *execution) view(c *container) *container {
	seen := *c
	seen.Config.User, seen.Config.WorkingDir = x.User, x.WorkingDir
	seen.Config.Env = slices.Concat(x.Env, c.Config.Env)
	return &seen
}

// checkExec tells why a program cannot start in a container that runs, or nil.
func (e *Engine) checkExec(c *container, name string) error {
	if err := e.checkUser(c); err != nil {
		return err
	}
	const where = "OCI runtime exec failed: exec failed: "
	const begun = where + "unable to start container process: "
	dir := first(c.Config.WorkingDir, "/")
	if !path.IsAbs(dir) {
		return failure(where + "Cwd must be an absolute path: unknown")
	}
	text := ""
	if err := e.checkDir(c, dir); err != nil {
		text = fmt.Sprintf("chdir to cwd (%q) set in config.json failed: %v", dir, err)
	} else if _, err := e.checkExecutable(c, name); err != nil {
		text = err.Error()
	}
	if text == "" {
		return nil
	}
	_, err := runtimeError(begun + text)
	return err
}

// endExec ends the program of an exec.
func (e *Engine) endExec(x *execution) {
	code := x.Pending
	x.ExitAt = time.Time{}
	x.Running, x.ExitCode = false, &code
	if c := e.st.Containers[x.Container]; c != nil {
		e.emitContainer(c, "exec_die", map[string]string{"execID": x.ID, "exitCode": fmt.Sprint(code)})
	}
}

// endExecs ends all programs in a container that ended, and forgets those that never began.
func (e *Engine) endExecs(c *container) {
	for _, id := range sortedKeys(e.st.Execs) {
		switch x := e.st.Execs[id]; {
		case x.Container != c.ID:
		case x.Running:
			x.Pending = 137
			e.endExec(x)
		case x.ExitCode == nil:
			delete(e.st.Execs, id)
		}
	}
}

func (e *Engine) execResize(q *request) (reply, error) {
	if err := checkSize(q); err != nil {
		return reply{}, err
	}
	x, _, err := e.findExec(q.name)
	if err != nil {
		return reply{}, err
	}
	if !x.Running {
		return reply{}, failure("cannot resize a stopped exec: %s", x.ID)
	}
	return status(200)
}

func (e *Engine) execInspect(q *request) (reply, error) {
	x, _, err := e.findExec(q.name)
	if err != nil {
		return reply{}, err
	}
	process := object{"entrypoint": x.Cmd[0], "arguments": list(x.Cmd[1:]), "tty": x.Tty, "privileged": x.Privileged}
	if x.User != "" {
		process["user"] = x.User
	}
	return ok(object{
		"ID": x.ID, "ContainerID": x.Container, "Running": x.Running, "ExitCode": x.ExitCode, "Pid": x.Pid, "CanRemove": false,
		"OpenStdin": x.Stdin, "OpenStdout": x.Stdout, "OpenStderr": x.Stderr, "DetachKeys": "",
		"ProcessConfig": process,
	})
}
