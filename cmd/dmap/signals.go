// Command line: interrupts.

package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"

	"github.com/dmap-dev/dmap/engine/docker"
)

// ignoreBrokenPipes makes writing to a closed pipe an error instead of the end of the
// process: a plan must not be left half done because nobody reads its progress. Unlike
// signal.Ignore, this leaves child processes as they are.
func ignoreBrokenPipes() {
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
}

// listen handles interrupts. While a plan is carried out, the first interrupt lets no
// further step begin, and the second cuts off the calls in flight; at any other time
// the first one ends the program. After that, interrupts do what they do to any
// process.
//
// A hangup (the terminal was closed) counts as an interrupt too, unless the program was
// started to ignore it (nohup). It never counts as the second one: a shell that ends
// sends several.
func (a *app) listen(cancel context.CancelFunc) (stop func()) {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) {
		signal.Notify(signals, syscall.SIGHUP)
	}
	go func() {
		<-signals
		close(a.drain)
		// A run drains: wait for a second interrupt. At any other time fall through at once.
		for a.running.Load() && <-signals == syscall.SIGHUP {
		}
		signal.Reset(os.Interrupt, syscall.SIGTERM) // a further one ends the process itself
		cancel()
	}()
	return func() { signal.Stop(signals) }
}

// interrupted reports whether err only says that an interrupt was received.
func (a *app) interrupted(err error) bool {
	select {
	case <-a.drain:
		return errors.Is(err, context.Canceled) || docker.KindOf(err) == docker.Cancelled
	default:
		return false
	}
}
