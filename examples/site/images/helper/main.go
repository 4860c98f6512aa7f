// Example images, helper: one program under several names, chosen by the name it is
// called with.

//go:build unix

// The helper image prepares volumes: as chown and chmod it sets owner and mode of
// everything below a path, as true and sleep it exits at once or after a while. It
// starts no other program, and never follows a symbolic link while it walks through
// folders. The site example names it as the image of its temporary containers.
package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// applet is one of the programs. It writes what went wrong to stderr and returns the
// exit code.
type applet func(args []string, stderr io.Writer) int

func applets() map[string]applet {
	return map[string]applet{
		"chmod": chmod,
		"chown": chown,
		"sleep": sleep,
		"true":  func([]string, io.Writer) int { return 0 },
	}
}

func main() {
	os.Exit(dispatch(os.Args, os.Stderr))
}

// dispatch looks for an applet in the name of the program, then in its first argument.
func dispatch(args []string, stderr io.Writer) int {
	all := applets()
	for i := range min(2, len(args)) {
		if run, ok := all[filepath.Base(args[i])]; ok {
			return run(args[i+1:], stderr)
		}
	}
	names := strings.Join(slices.Sorted(maps.Keys(all)), ", ")
	fmt.Fprintf(stderr, "helper: cannot tell which program to be: call it by one of the names %s\n", names)
	return 1
}
