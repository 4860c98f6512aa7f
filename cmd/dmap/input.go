// Command line: reading files and standard input, without waiting forever.

package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// readInput reads standard input, up to a size. An interrupt ends the wait for more.
func (a *app) readInput(ctx context.Context, most int64) ([]byte, error) {
	type result struct {
		data []byte
		err  error
	}
	done := make(chan result, 1)
	go func() {
		data, err := io.ReadAll(io.LimitReader(a.In, most))
		done <- result{data, err}
	}()
	select {
	case r := <-done:
		if r.err != nil {
			return nil, fmt.Errorf("cannot read standard input: %w", r.err)
		}
		return r.data, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// openRegular opens a regular file. Anything else is refused: it could block forever,
// or not be what was meant.
func openRegular(file string) (*os.File, error) {
	if info, err := os.Stat(file); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is %s, not a regular file", file, kindOf(info.Mode()))
	}
	return os.Open(file)
}

// kindOf returns the name for a kind of file that is not regular.
func kindOf(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "a directory"
	case mode&fs.ModeNamedPipe != 0:
		return "a FIFO"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeDevice != 0:
		return "a device"
	}
	return "something else"
}
