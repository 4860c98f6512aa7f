// Command line: the program.

// Command dmap runs container maps: Starlark programs that describe a landscape of
// Docker containers. It parses its command line, calls the library, and prints;
// there is one file for each verb.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	os.Exit(Main(os.Args[1:], Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
}

// Streams are where the program reads and writes. Results go to Out, progress and
// messages to Err.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
}

// Main runs the program and returns its exit code. While a plan is carried out, the
// first interrupt begins nothing new, and the second cuts off the calls in flight;
// before that, the first one ends the program.
func Main(args []string, s Streams) int {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	a := &app{Streams: s, drain: make(chan struct{})}
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	go func() {
		<-signals
		close(a.drain)
		if a.running.Load() {
			<-signals
		}
		cancel()
	}()
	cmd := a.root()
	cmd.SetArgs(args)
	cmd.SetIn(s.In)
	cmd.SetOut(s.Out)
	cmd.SetErr(s.Err)
	err := cmd.ExecuteContext(ctx)
	return a.exit(err)
}
