// Example images, helper: the program chmod.

//go:build unix

package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/dmap-dev/dmap/examples/site/images/helper/mode"
)

const chmodUsage = "usage: chmod [-R] MODE PATH..."

// chmod sets modes. With -R, links inside the trees are skipped, and a link as an
// argument is an error. Without it, a link as an argument is followed. A mode such as
// "-w" obeys the umask; unlike GNU chmod, it is no error if the umask kept some bits.
// Exit code 1 means that at least one path could not be changed.
func chmod(args []string, stderr io.Writer) int {
	o, err := parseOrder(args, looksLikeMode)
	if err != nil {
		fmt.Fprintf(stderr, "chmod: %v\n%s\n", err, chmodUsage)
		return 1
	}
	change, err := mode.Parse(o.change)
	if err != nil {
		fmt.Fprintf(stderr, "chmod: %v\n", err)
		return 1
	}
	umask := currentUmask()
	exit := 0
	for _, path := range o.paths {
		if !chmodPath(path, o.recursive, change, umask, stderr) {
			exit = 1
		}
	}
	return exit
}

// looksLikeMode reports whether an argument is a mode that begins with a dash, such as
// "-w", and not an option.
func looksLikeMode(arg string) bool { return strings.ContainsRune("rwxXstugo01234567", rune(arg[1])) }

func chmodPath(path string, recursive bool, change mode.Change, umask uint32, stderr io.Writer) bool {
	info, err := os.Lstat(path)
	switch {
	case err != nil:
	case recursive && info.Mode()&fs.ModeSymlink != 0:
		err = errors.New("this is a symbolic link, which -R does not follow")
	case recursive:
		t := tree{name: "chmod", stderr: stderr, change: func(dir *os.Root, entry string, info fs.FileInfo) error {
			return chmodEntry(dir, entry, info, change, umask)
		}}
		t.walk(path)
		return !t.failed
	default:
		err = chmodFile(path, change, umask)
	}
	if err != nil {
		report(stderr, "chmod", path, err)
	}
	return err == nil
}

func chmodFile(path string, change mode.Change, umask uint32) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	return os.Chmod(path, toGo(change.Apply(fromGo(info.Mode()), info.IsDir(), umask)))
}

func chmodEntry(dir *os.Root, entry string, info fs.FileInfo, change mode.Change, umask uint32) error {
	if info.Mode()&fs.ModeSymlink != 0 {
		return nil
	}
	return dir.Chmod(entry, toGo(change.Apply(fromGo(info.Mode()), info.IsDir(), umask)))
}

// fromGo and toGo translate between the bits of the kernel and those of package fs.
func fromGo(m fs.FileMode) uint32 {
	bits := uint32(m.Perm())
	if m&fs.ModeSetuid != 0 {
		bits |= mode.SetUID
	}
	if m&fs.ModeSetgid != 0 {
		bits |= mode.SetGID
	}
	if m&fs.ModeSticky != 0 {
		bits |= mode.Sticky
	}
	return bits
}

func toGo(bits uint32) fs.FileMode {
	m := fs.FileMode(bits & 0o777)
	if bits&mode.SetUID != 0 {
		m |= fs.ModeSetuid
	}
	if bits&mode.SetGID != 0 {
		m |= fs.ModeSetgid
	}
	if bits&mode.Sticky != 0 {
		m |= fs.ModeSticky
	}
	return m
}
