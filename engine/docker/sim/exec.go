// Part of the simulated engine: running further programs in a container.

package sim

import (
	"fmt"
	"io"
	"time"
)

func (e *Engine) execCreate(q *request) (reply, error) {
	var body struct {
		Cmd                                          StringList
		Tty, AttachStdin, AttachStdout, AttachStderr bool
		Detach, Privileged                           bool
		DetachKeys, User, WorkingDir                 string
		Env                                          []string
	}
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
	if err := e.checkLinks(c); err != nil {
		return reply{}, err
	}
	x := &execution{
		ID: e.st.newID("exec"), Container: c.ID, Cmd: body.Cmd, Tty: body.Tty, Stdin: body.AttachStdin, Stdout: body.AttachStdout,
		Stderr: body.AttachStderr, Env: body.Env, User: body.User, WorkingDir: body.WorkingDir, Privileged: body.Privileged,
	}
	e.st.Execs[x.ID] = x
	e.emitContainer(c, "exec_create: "+x.command(), map[string]string{"execID": x.ID})
	return reply{status: 201, json: object{"Id": x.ID}}, nil
}

func (x *execution) command() string {
	text := x.Cmd[0]
	for _, arg := range x.Cmd[1:] {
		text += " " + arg
	}
	return text + " "
}

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
	x, c, err := e.findExec(q.name)
	if err != nil {
		return reply{}, err
	}
	if len(q.body) > 0 {
		if err := q.decode(&body); err != nil {
			return reply{}, err
		}
	}
	if err := e.checkExecStart(x, c); err != nil {
		if body.Detach {
			return reply{}, err
		}
		// The connection is taken over before this is known, so the stream has to tell it.
		return e.execStream(q, x, []logLine{{Stream: 1, Text: err.Error() + "\r"}}, func() bool { return true })
	}
	output := e.beginExec(x, c)
	if body.Detach {
		return status(200)
	}
	return e.execStream(q, x, output, func() bool { return !x.Running })
}

// checkExecStart tells why an exec cannot start, or nil.
func (e *Engine) checkExecStart(x *execution, c *container) error {
	switch {
	case x.Running:
		return conflict("Error: Exec command %s is already running", x.ID)
	case x.Started:
		return conflict("Error: Exec command %s has already run", x.ID)
	case !c.Running:
		return notRunning(c)
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

// beginExec starts the program and gives what it prints.
func (e *Engine) beginExec(x *execution, c *container) []logLine {
	x.Started = true
	e.emitContainer(c, "exec_start: "+x.command(), map[string]string{"execID": x.ID})
	if code, err := e.checkExecutable(c, x.Cmd[0]); err != nil {
		x.ExitCode = &code
		if code == 127 {
			*x.ExitCode = 126
		}
		text := fmt.Sprintf("OCI runtime exec failed: exec failed: unable to start container process: %v: unknown\r", err)
		return []logLine{{At: e.st.Now, Stream: 1, Text: text}}
	}
	prog, err := e.programOf(c, x.Cmd)
	known := prog.Exits || prog.effect != nil || isScript(x.Cmd)
	if err != nil || !known {
		// A program that nobody described does what most do in an exec: its work, quietly and at once.
		prog = program{Process: Process{Exits: true}}
	}
	x.Running, x.Pending = true, prog.ExitCode
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
		if _, err := prog.effect(e, c); err != nil {
			output = append(output, logLine{At: e.st.Now, Stream: 2, Text: err.Error()})
			x.Pending = 1
		}
	}
	if prog.Exits {
		x.ExitAt = e.st.Now.Add(prog.RunFor)
	}
	return output
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

// endExecs ends all programs in a container that ended.
func (e *Engine) endExecs(c *container) {
	for _, id := range sortedKeys(e.st.Execs) {
		if x := e.st.Execs[id]; x.Container == c.ID && x.Running {
			x.Pending = 137
			e.endExec(x)
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
	return ok(object{
		"ID": x.ID, "ContainerID": x.Container, "Running": x.Running, "ExitCode": x.ExitCode, "Pid": x.Pid, "CanRemove": false,
		"OpenStdin": x.Stdin, "OpenStdout": x.Stdout, "OpenStderr": x.Stderr, "DetachKeys": "",
		"ProcessConfig": object{
			"entrypoint": x.Cmd[0], "arguments": list(x.Cmd[1:]), "tty": x.Tty, "privileged": x.Privileged, "user": x.User,
		},
	})
}
