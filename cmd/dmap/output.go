// Command line: writing to streams that may be closed or full.

package main

import (
	"context"
	"fmt"
	"io"
	"sync"

	"github.com/dmap-dev/dmap/engine/docker/calls"
	"github.com/dmap-dev/dmap/engine/problem"
)

// output writes results. After the first failure it writes nothing more: the work
// goes on, and the program ends with an error.
type output struct {
	to  io.Writer
	mu  sync.Mutex
	err error
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err != nil {
		return 0, o.err
	}
	n, err := o.to.Write(p)
	if err != nil {
		o.err = fmt.Errorf("cannot write the output: %w", err)
	}
	return n, o.err
}

// failure returns the first failure to write.
func (o *output) failure() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.err
}

// printable makes text for a person harmless to terminals: names of files and values of
// maps are in it. Maps and JSON, which programs read, go past it.
type printable struct{ to io.Writer }

func (p printable) Write(text []byte) (int, error) {
	if _, err := io.WriteString(p.to, problem.Printable(string(text))); err != nil {
		return 0, err
	}
	return len(text), nil
}

// messages writes progress and messages. Text from engines, containers and plan files
// is made harmless to terminals. If nobody reads the messages, that stops nothing.
type messages struct {
	to io.Writer
	mu *sync.Mutex // several goroutines write
	// hide masks secrets.
	hide func(string) string
}

func (m messages) Write(p []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	// There is nowhere left to report that this failed.
	_, _ = io.WriteString(printable{m.to}, m.hide(string(p)))
	return len(p), nil
}

// watch says on Err what the program is waiting for, if nothing was written for a
// while.
func (a *app) watch(ctx context.Context) context.Context {
	return calls.Watch(ctx, func(what string) { fmt.Fprintf(a.Err, "dmap: waiting for %s\n", what) })
}
