// Logs: lines of output, as streams carry them.

// Package logs writes lines of output as clients read them, and reads which lines a
// client wants.
package logs

import (
	"encoding/binary"
	"io"
	"time"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// Line is one line of output.
type Line struct {
	At     time.Time
	Stream int // 1 stdout, 2 stderr
	Text   string
}

// Write writes one line; unless there is a terminal, after the stream's header of eight
// bytes.
func Write(w io.Writer, line Line, tty bool, prefix string) error {
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

// ContentType is the content type of a stream of output.
func ContentType(q *wire.Request, tty bool) string {
	if !tty && q.At(42) {
		return "application/vnd.docker.multiplexed-stream"
	}
	return "application/vnd.docker.raw-stream"
}
