// Example images, app: the counter that outlives the container, if it can.

//go:build unix

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
)

// counter counts requests and keeps the number in a file of the data folder. The zero
// value counts from one.
type counter struct {
	mu    sync.Mutex
	count uint64
}

// next returns the number of this request. If the number cannot be saved, problem says
// why, and counting goes on.
func (c *counter) next() (count uint64, problem error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	file := filepath.Join(dataDir, "counter")
	kept, err := readCount(file)
	if err != nil {
		c.count++
		return c.count, err
	}
	c.count = max(c.count, kept) + 1
	return c.count, writeCount(file, c.count)
}

func readCount(file string) (uint64, error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	count, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 63)
	if err != nil {
		return 0, fmt.Errorf("%s does not hold a number", file)
	}
	return count, nil
}

// writeCount replaces the file in one step, so that a crash leaves either the old
// number or the new one.
func writeCount(file string, count uint64) error {
	next := file + ".next"
	f, err := os.OpenFile(next, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o640)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(f, count)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(next, file)
}
