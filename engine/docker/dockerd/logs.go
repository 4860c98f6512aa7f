// Docker adapter: a container's logs.

package dockerd

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/docker/docker/api/types/container"

	"github.com/dmap-dev/dmap/engine/docker"
)

// maxLogs is how many bytes of the end of a log are kept.
const maxLogs = 64 << 10

// Logs implements [docker.Reader]. A longer log loses whole lines at its beginning.
func (c *Client) Logs(ctx context.Context, nameOrID string, lines int) (string, error) {
	info, err := c.Container(ctx, nameOrID)
	if err != nil {
		return "", err
	}
	ctx, k := c.read(ctx, opLogs, nameOrID)
	if lines < 1 {
		return "", k.refuse(docker.InvalidSpec, "%d lines are asked for; ask for at least one", lines)
	}
	k.stream = true
	stream, err := c.api.ContainerLogs(ctx, nameOrID, container.LogsOptions{ShowStdout: true, ShowStderr: true, Tail: strconv.Itoa(lines)})
	if err != nil {
		return "", k.fail(ctx, err)
	}
	defer stream.Close()
	var end tail
	if info.Config.Tty {
		_, err = io.Copy(&end, stream)
	} else {
		err = demultiplex(&end, stream)
	}
	if err != nil {
		return "", k.fail(ctx, err)
	}
	return end.text(), nil
}

// demultiplex joins the two outputs in the order in which they come. A frame consists
// of a stream number, three zeros, a length in four bytes, and the data. No frame is
// held in memory, so a false length costs nothing.
func demultiplex(out io.Writer, in io.Reader) error {
	var head [8]byte
	for {
		_, err := io.ReadFull(in, head[:])
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if head[0] > 2 || head[1]|head[2]|head[3] != 0 {
			return fmt.Errorf("a frame of the log begins with % x", head)
		}
		size := int64(binary.BigEndian.Uint32(head[4:]))
		if n, err := io.CopyN(out, in, size); err != nil {
			return fmt.Errorf("the log ends %d bytes before its frame: %w", size-n, err)
		}
	}
}

// tail keeps the end of what is written to it.
type tail struct {
	data []byte
	cut  bool
}

func (t *tail) Write(p []byte) (int, error) {
	t.data = append(t.data, p...)
	if len(t.data) > 2*maxLogs {
		t.shorten()
	}
	return len(p), nil
}

func (t *tail) shorten() {
	if extra := len(t.data) - maxLogs; extra > 0 {
		t.data = t.data[:copy(t.data, t.data[extra:])]
		t.cut = true
	}
}

func (t *tail) text() string {
	t.shorten()
	data := t.data
	if _, rest, found := bytes.Cut(data, []byte("\n")); t.cut && found {
		data = rest
	}
	return string(data)
}
