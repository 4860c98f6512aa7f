// Example images, helper: the program chown.

//go:build unix

package main

import (
	"fmt"
	"io"
	"io/fs"
	"os"
)

const chownUsage = "usage: chown [-R] USER[:GROUP] PATH..."

// chown sets owner and group. With -R, links themselves are changed, and never
// followed. Without it, a link as an argument is followed. Exit code 1 means that at
// least one path could not be changed.
func chown(args []string, stderr io.Writer) int {
	o, err := parseOrder(args, func(string) bool { return false })
	if err != nil {
		fmt.Fprintf(stderr, "chown: %v\n%s\n", err, chownUsage)
		return 1
	}
	owner, err := parseOwner(o.change)
	if err != nil {
		fmt.Fprintf(stderr, "chown: %v\n", err)
		return 1
	}
	exit := 0
	for _, path := range o.paths {
		if !chownPath(path, o.recursive, owner, stderr) {
			exit = 1
		}
	}
	return exit
}

func chownPath(path string, recursive bool, to ownerIDs, stderr io.Writer) bool {
	if !recursive {
		err := os.Chown(path, to.uid, to.gid)
		if err != nil {
			report(stderr, "chown", path, err)
		}
		return err == nil
	}
	t := tree{name: "chown", stderr: stderr, childrenFirst: true, change: func(dir *os.Root, entry string, _ fs.FileInfo) error {
		return dir.Lchown(entry, to.uid, to.gid)
	}}
	t.walk(path)
	return !t.failed
}
