// Command line: writing to streams that may be closed or full.

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/dmap-dev/dmap/engine/docker/calls"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/engine/secret"
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

// tell says on Err how to see what was hidden, if anything was.
func (a *app) tell() {
	if a.mask.used {
		fmt.Fprintf(a.Err, "dmap: %s stands for secrets; --show-values shows them\n", secret.Mark)
	}
}

// write prints a result: what render writes, masked as text.
func (a *app) write(to io.Writer, render func(io.Writer) error) error {
	var text strings.Builder
	if err := render(&text); err != nil {
		return err
	}
	_, err := io.WriteString(to, a.mask.text(text.String()))
	return err
}

// writeJSON prints a result as indented JSON, masked.
func (a *app) writeJSON(v any) error {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return err
	}
	_, err := io.WriteString(a.Out, a.mask.json("", text.String()))
	return err
}

// writePlan prints a plan as JSON. One with hidden values says so, and cannot be applied.
func (a *app) writePlan(p *plan.Plan) error {
	var text strings.Builder
	if err := p.WriteJSON(&text); err != nil {
		return err
	}
	if shown := a.mask.json("", text.String()); shown == text.String() {
		_, err := io.WriteString(a.Out, shown)
		return err
	}
	q := *p
	q.Masked = true
	return a.writeJSON(&q)
}
