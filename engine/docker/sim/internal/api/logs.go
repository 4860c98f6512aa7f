// Calls: what processes print, as logs and as attached streams.

package api

import (
	"fmt"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/logs"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/process"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/state"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/world"
)

// logDetails returns the labels and variables that a container's log options name, in
// the form in which they precede each line.
func logDetails(c *state.Container) string {
	variables := map[string]string{}
	for _, pair := range c.Config.Env {
		if key, value, ok := strings.Cut(pair, "="); ok {
			variables[key] = value
		}
	}
	details, options := url.Values{}, c.HostConfig.LogConfig.Config
	for option, from := range map[string]map[string]string{"labels": c.Config.Labels, "env": variables} {
		pattern, err := regexp.Compile(options[option+"-regex"])
		for key, value := range from {
			named := slices.Contains(strings.Split(options[option], ","), key)
			if named || err == nil && options[option+"-regex"] != "" && pattern.MatchString(key) {
				details.Set(key, value)
			}
		}
	}
	return strings.ReplaceAll(details.Encode(), "&", ",") + " "
}

func containerLogs(w *world.World, q *wire.Request) (wire.Reply, error) {
	r, err := logs.Read(q)
	if err != nil {
		return wire.Reply{}, err
	}
	c, err := w.State.FindContainer(q.Name)
	if err != nil {
		return wire.Reply{}, err
	}
	if driver := c.HostConfig.LogConfig.Type; driver == "none" {
		return wire.Reply{}, &wire.Error{Status: 501, Text: "configured logging driver does not support reading"}
	}
	if q.Flag("details") {
		r.Details = logDetails(c)
	}
	// Counted now, under the lock: what is printed between this and the stream is then
	// neither missed nor written twice.
	read := len(c.Log)
	var lines []logs.Line
	for _, line := range c.Log {
		if r.Wants(line) {
			lines = append(lines, line)
		}
	}
	if r.Tail >= 0 && len(lines) > r.Tail {
		lines = lines[len(lines)-r.Tail:]
	}
	return wire.Reply{
		Header: map[string]string{"Content-Type": logs.ContentType(q, c.Config.Tty)},
		Stream: func(out io.Writer) error { return streamLog(w, q, c, r, lines, read, out) },
	}, nil
}

// streamLog writes lines and, with follow, all lines after the first read ones until
// the container ends.
func streamLog(w *world.World, q *wire.Request, c *state.Container, r logs.Request, lines []logs.Line, read int, out io.Writer) error {
	for {
		for _, line := range lines {
			if err := logs.Write(out, line, c.Config.Tty, r.Prefix(line)); err != nil {
				return err
			}
		}
		if !r.Follow {
			return nil
		}
		w.Lock()
		over := func() bool { return !c.Running || w.State.Containers[c.ID] == nil }
		err := w.Clock.Until(q.Ctx, q.Cut, false, func() bool { return len(c.Log) > read || over() })
		lines = nil
		for _, line := range c.Log[read:] {
			if r.Wants(line) {
				lines = append(lines, line)
			}
		}
		read = len(c.Log)
		ended := over()
		w.Unlock()
		if err != nil {
			return err
		}
		if ended && len(lines) == 0 {
			return nil
		}
	}
}

// containerAttach sends the client the output of a container as it comes, until the
// container ends.
func containerAttach(w *world.World, q *wire.Request) (wire.Reply, error) {
	if keys := q.Query.Get("detachKeys"); !validKeys(keys) {
		return wire.Reply{}, &wire.Error{Status: 400, Text: fmt.Sprintf("Invalid detach keys (%s) provided", keys), Plain: true}
	}
	c, err := w.State.FindContainer(q.Name)
	switch {
	case err != nil:
		return wire.Reply{}, &wire.Error{Status: wire.StatusOf(wire.Reply{}, err), Text: err.Error(), Plain: true}
	case c.Paused:
		return wire.Reply{}, wire.Conflict("container %s is paused, unpause the container before attach", q.Name)
	case c.Restarting:
		return wire.Reply{}, wire.Conflict("container %s is restarting, wait until the container is running", q.Name)
	}
	r := logs.Request{Stdout: q.Flag("stdout"), Stderr: q.Flag("stderr"), Tail: -1}
	read := len(c.Log)
	var lines []logs.Line
	if q.Flag("logs") {
		lines = append(lines, c.Log...)
	}
	w.Journal.EmitContainer(c, "attach", nil)
	streaming := q.Flag("stream")
	rep := wire.Reply{Hijack: true, Header: map[string]string{"Content-Type": logs.ContentType(q, c.Config.Tty)}}
	exits := c.Exits
	rep.Stream = func(out io.Writer) error {
		if !streaming {
			return writeLines(out, c, r, lines)
		}
		return streamOutput(w, q, c, exits, r, lines, read, out)
	}
	return rep, nil
}

// writeLines writes the lines that the client wants.
func writeLines(out io.Writer, c *state.Container, r logs.Request, lines []logs.Line) error {
	for _, line := range lines {
		if !r.Wants(line) {
			continue
		}
		if err := logs.Write(out, line, c.Config.Tty, ""); err != nil {
			return err
		}
	}
	return nil
}

// streamOutput writes lines, and then all after the first read ones until a container
// that had ended so many times ends once more.
func streamOutput(w *world.World, q *wire.Request, c *state.Container, exits int, r logs.Request, lines []logs.Line, read int, out io.Writer) error {
	over := func() bool { return c.Exits != exits || w.State.Containers[c.ID] == nil }
	for {
		if err := writeLines(out, c, r, lines); err != nil {
			return err
		}
		w.Lock()
		err := w.Clock.Until(q.Ctx, q.Cut, w.Clock.Mode == process.ClockJump, func() bool { return len(c.Log) > read || over() })
		lines, read = append([]logs.Line(nil), c.Log[read:]...), len(c.Log)
		ended := over()
		w.Unlock()
		if err != nil || ended && len(lines) == 0 {
			return err
		}
	}
}
