// Part of the simulated engine: what processes print, as logs and as attached streams.

package sim

import (
	"encoding/binary"
	"fmt"
	"io"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// isScript tells whether a command line is a script in itself.
func isScript(argv []string) bool {
	if words, ok := shellWords(argv); ok {
		argv = words
	}
	return path.Base(argv[0]) == "simproc"
}

// streamType is the content type of a stream of output.
func streamType(q *wire.Request, tty bool) string {
	if !tty && q.At(42) {
		return "application/vnd.docker.multiplexed-stream"
	}
	return "application/vnd.docker.raw-stream"
}

// writeLine writes one line, with a header of eight bytes before it unless there is a terminal.
func writeLine(w io.Writer, line logLine, tty bool, prefix string) error {
	text := prefix + line.Text + "\n"
	if tty {
		_, err := io.WriteString(w, prefix+line.Text+"\r\n")
		return err
	}
	frame := make([]byte, 8, 8+len(text))
	frame[0] = byte(line.Stream)
	binary.BigEndian.PutUint32(frame[4:], uint32(len(text)))
	_, err := w.Write(append(frame, text...))
	return err
}

// logRequest is what a client wants of the logs.
type logRequest struct {
	stdout, stderr, follow, times bool
	details                       string // what goes before each line
	tail                          int    // -1 is all
	since, until                  time.Time
}

func readLogRequest(q *wire.Request) (logRequest, error) {
	r := logRequest{
		stdout: q.Flag("stdout"), stderr: q.Flag("stderr"), follow: q.Flag("follow"), times: q.Flag("timestamps"), tail: -1,
	}
	if !r.stdout && !r.stderr {
		return r, wire.BadRequest("Bad parameters: you must choose at least one stream")
	}
	var err error
	if r.since, _, err = wire.Instant(q.Query.Get("since")); err != nil {
		return r, err
	}
	if r.until, _, err = wire.Instant(q.Query.Get("until")); err != nil {
		return r, err
	}
	if r.until.Unix() == 0 {
		r.until = time.Time{}
	}
	if n, err := strconv.Atoi(q.Query.Get("tail")); err == nil && n >= 0 {
		r.tail = n
	}
	return r, nil
}

// wants tells whether a line is asked for.
func (r logRequest) wants(line logLine) bool {
	if line.Stream == 1 && !r.stdout || line.Stream == 2 && !r.stderr || line.At.Before(r.since) {
		return false
	}
	return r.until.IsZero() || !line.At.After(r.until)
}

func (r logRequest) prefix(line logLine) string {
	if !r.times {
		return r.details
	}
	return line.At.UTC().Format("2006-01-02T15:04:05.000000000Z07:00") + " " + r.details
}

// logDetails are the labels and variables that the log options of a container name, as they go before each line.
func (c *container) logDetails() string {
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

func containerLogs(w *world, q *wire.Request) (wire.Reply, error) {
	r, err := readLogRequest(q)
	if err != nil {
		return wire.Reply{}, err
	}
	c, err := w.st.lookup(q.Name)
	if err != nil {
		return wire.Reply{}, err
	}
	if driver := c.HostConfig.LogConfig.Type; driver == "none" {
		return wire.Reply{}, &wire.Error{Status: 501, Text: "configured logging driver does not support reading"}
	}
	if q.Flag("details") {
		r.details = c.logDetails()
	}
	read := len(c.Log)
	var lines []logLine
	for _, line := range c.Log {
		if r.wants(line) {
			lines = append(lines, line)
		}
	}
	if r.tail >= 0 && len(lines) > r.tail {
		lines = lines[len(lines)-r.tail:]
	}
	return wire.Reply{
		Header: map[string]string{"Content-Type": streamType(q, c.Config.Tty)},
		Stream: func(out io.Writer) error { return streamLog(w, q, c, r, lines, read, out) },
	}, nil
}

// streamLog writes lines, and with follow what comes after the first read lines until the container ends.
func streamLog(w *world, q *wire.Request, c *container, r logRequest, lines []logLine, read int, out io.Writer) error {
	for {
		for _, line := range lines {
			if err := writeLine(out, line, c.Config.Tty, r.prefix(line)); err != nil {
				return err
			}
		}
		if !r.follow {
			return nil
		}
		w.mu.Lock()
		over := func() bool { return !c.Running || w.st.Containers[c.ID] == nil }
		err := w.clock.until(q.Ctx, false, func() bool { return len(c.Log) > read || over() })
		lines = nil
		for _, line := range c.Log[read:] {
			if r.wants(line) {
				lines = append(lines, line)
			}
		}
		read = len(c.Log)
		ended := over()
		w.mu.Unlock()
		if err != nil {
			return err
		}
		if ended && len(lines) == 0 {
			return nil
		}
	}
}

// containerAttach gives the client the output of a container as it comes, until the container ends.
func containerAttach(w *world, q *wire.Request) (wire.Reply, error) {
	if keys := q.Query.Get("detachKeys"); !validKeys(keys) {
		return wire.Reply{}, &wire.Error{Status: 400, Text: fmt.Sprintf("Invalid detach keys (%s) provided", keys), Plain: true}
	}
	c, err := w.st.lookup(q.Name)
	switch {
	case err != nil:
		return wire.Reply{}, &wire.Error{Status: wire.StatusOf(wire.Reply{}, err), Text: err.Error(), Plain: true}
	case c.Paused:
		return wire.Reply{}, wire.Conflict("container %s is paused, unpause the container before attach", q.Name)
	case c.Restarting:
		return wire.Reply{}, wire.Conflict("container %s is restarting, wait until the container is running", q.Name)
	}
	r := logRequest{stdout: q.Flag("stdout"), stderr: q.Flag("stderr"), tail: -1}
	read := len(c.Log)
	var lines []logLine
	if q.Flag("logs") {
		lines = append(lines, c.Log...)
	}
	w.journal.emitContainer(c, "attach", nil)
	streaming := q.Flag("stream")
	exits := c.Exits
	rep := wire.Reply{Hijack: true, Header: map[string]string{"Content-Type": streamType(q, c.Config.Tty)}}
	rep.Stream = func(out io.Writer) error {
		for {
			for _, line := range lines {
				if !r.wants(line) {
					continue
				}
				if err := writeLine(out, line, c.Config.Tty, ""); err != nil {
					return err
				}
			}
			if !streaming {
				return nil
			}
			w.mu.Lock()
			over := func() bool { return c.Exits != exits || w.st.Containers[c.ID] == nil }
			err := w.clock.until(q.Ctx, w.clock.mode == ClockJump, func() bool { return len(c.Log) > read || over() })
			lines, read = append([]logLine(nil), c.Log[read:]...), len(c.Log)
			ended := over()
			w.mu.Unlock()
			if err != nil || ended && len(lines) == 0 {
				return err
			}
		}
	}
	return rep, nil
}
