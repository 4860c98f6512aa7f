// Command line: the program.

// Command dmap runs container maps: Starlark programs that describe a landscape of
// Docker containers. It parses its command line, calls the library and prints the
// result; there is one file for each verb.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"syscall"
)

func main() {
	ignoreBrokenPipes()
	os.Exit(Main(os.Args[1:], Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
}

// Streams are what the program reads from and writes to. Results go to Out, progress
// and messages to Err.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
}

// Main runs the program and returns its exit code.
func Main(args []string, s Streams) int {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	out := &output{to: s.Out}
	a := &app{Streams: Streams{In: s.In, Out: out}, args: args, drain: make(chan struct{}), width: widthOf(s.Out)}
	a.Err = messages{s.Err, &sync.Mutex{}, a.mask.text}
	defer a.listen(cancel)()
	cmd := a.root()
	cmd.SetArgs(args)
	cmd, err := cmd.ExecuteContextC(ctx)
	if err == nil {
		err = a.unknownHelp
	}
	code := a.exit(cmd.CommandPath(), err)
	if lost := out.failure(); lost != nil {
		if !errors.Is(err, lost) && !errors.Is(lost, syscall.EPIPE) {
			fmt.Fprintf(a.Err, "dmap: %s\n", lost)
		}
		if code == exitOK {
			code = exitFailed
		}
	}
	return code
}
