// Logs: which lines a client wants.

package logs

import (
	"strconv"
	"time"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// Request says which lines of the logs a client wants, and how.
type Request struct {
	Stdout, Stderr, Follow, times bool
	Details                       string // what goes before each line
	Tail                          int    // -1 is all
	since, until                  time.Time
}

// Read reads what a client wants.
func Read(q *wire.Request) (Request, error) {
	r := Request{
		Stdout: q.Flag("stdout"), Stderr: q.Flag("stderr"), Follow: q.Flag("follow"), times: q.Flag("timestamps"), Tail: -1,
	}
	if !r.Stdout && !r.Stderr {
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
		r.Tail = n
	}
	return r, nil
}

// Wants reports whether a line was asked for.
func (r Request) Wants(line Line) bool {
	if line.Stream == 1 && !r.Stdout || line.Stream == 2 && !r.Stderr || line.At.Before(r.since) {
		return false
	}
	return r.until.IsZero() || !line.At.After(r.until)
}

// Prefix returns what precedes a line.
func (r Request) Prefix(line Line) string {
	if !r.times {
		return r.Details
	}
	return line.At.UTC().Format("2006-01-02T15:04:05.000000000Z07:00") + " " + r.Details
}
