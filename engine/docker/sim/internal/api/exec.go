// Calls: running additional programs in a container.

package api

import (
	"cmp"
	"io"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/logs"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/process"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/state"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/world"
)

// ExecConfig is the request body of exec create. The decoder's errors contain the name
// of this type, so it is named as in the engine.
type ExecConfig struct {
	Cmd                                          []string
	Tty, AttachStdin, AttachStdout, AttachStderr bool
	Detach, Privileged                           bool
	DetachKeys, User, WorkingDir                 string
	Env                                          []string
}

func execCreate(w *world.World, q *wire.Request) (wire.Reply, error) {
	var body ExecConfig
	if err := q.Decode(&body); err != nil {
		return wire.Reply{}, err
	}
	if len(body.Cmd) == 0 {
		return wire.Reply{}, wire.BadRequest("No exec command specified")
	}
	c, err := w.State.FindContainer(q.Name)
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
	x := &state.Execution{
		Container: c.ID, Cmd: body.Cmd, Tty: body.Tty, Stdin: body.AttachStdin, Stdout: body.AttachStdout,
		Stderr: body.AttachStderr, Env: body.Env, Privileged: body.Privileged,
		User: cmp.Or(body.User, c.Config.User), WorkingDir: cmp.Or(body.WorkingDir, c.Config.WorkingDir),
	}
	if err := w.Supervisor.AddExec(x, c); err != nil {
		return wire.Reply{}, err
	}
	return wire.Reply{Status: 201, JSON: wire.Object{"Id": x.ID}}, nil
}

// validKeys reports whether text is a list of keys that detach: single letters and
// ctrl-X.
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

func execStart(w *world.World, q *wire.Request) (wire.Reply, error) {
	var body struct{ Detach, Tty bool }
	if err := q.Decode(&body); err != nil {
		return wire.Reply{}, err
	}
	x, c, err := w.State.FindExec(q.Name)
	if err != nil {
		return wire.Reply{}, err
	}
	if err := checkExecStart(w, c); err != nil {
		return wire.Reply{}, err
	}
	output, err := w.Supervisor.BeginExec(x, c)
	switch {
	case err != nil && body.Detach:
		return wire.Reply{}, err
	case err != nil:
		// The connection is hijacked before this is known, so the error has to go into
		// the stream.
		return execStream(w, q, x, []logs.Line{{Stream: 1, Text: err.Error() + "\r"}}, func() bool { return true })
	case body.Detach:
		return wire.Status(200)
	}
	return execStream(w, q, x, output, func() bool { return !x.Running })
}

// checkExecStart returns why nothing can be started in a container, or nil.
func checkExecStart(w *world.World, c *state.Container) error {
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

// execStream sends the client lines of output, and then waits for the end.
func execStream(w *world.World, q *wire.Request, x *state.Execution, output []logs.Line, ended func() bool) (wire.Reply, error) {
	rep := wire.Reply{Hijack: true, Header: map[string]string{"Content-Type": logs.ContentType(q, x.Tty)}}
	rep.Stream = func(out io.Writer) error {
		for _, line := range output {
			if err := logs.Write(out, line, x.Tty, ""); err != nil {
				return err
			}
		}
		w.Lock()
		defer w.Unlock()
		return w.Clock.Until(q.Ctx, q.Cut, w.Clock.Mode == process.ClockJump, ended)
	}
	return rep, nil
}

func execResize(w *world.World, q *wire.Request) (wire.Reply, error) {
	if err := checkSize(q); err != nil {
		return wire.Reply{}, err
	}
	x, _, err := w.State.FindExec(q.Name)
	if err != nil {
		return wire.Reply{}, err
	}
	if !x.Running {
		return wire.Reply{}, wire.Failure("cannot resize a stopped exec: %s", x.ID)
	}
	return wire.Status(200)
}

func execInspect(w *world.World, q *wire.Request) (wire.Reply, error) {
	x, _, err := w.State.FindExec(q.Name)
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
