// Part of the test bench: the one process that runs in test containers, on the real
// engine as in the simulation.

// Command simproc behaves as the words of its command line say, the same words that
// [sim.ParseProcess] reads, so that one container configuration means the same to a
// real engine and to the simulated one. It is linked statically into an image made from
// nothing. Called as true, false, sleep, chown or chmod it is a small version of that
// program.
package main

import (
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// script is what the words ask for.
type script struct {
	exit, termExit, crash int
	exits, ignoreTerm     bool
	after                 time.Duration
}

func main() {
	name, args := filepath.Base(os.Args[0]), os.Args[1:]
	switch name {
	case "true":
	case "false":
		os.Exit(1)
	case "sleep":
		sleep(args)
	case "chown", "chmod":
		os.Exit(change(name, args))
	default:
		os.Exit(run(args))
	}
}

// sleep ignores no signal and handles none. As process 1 it therefore dies by KILL
// only, as the real sleep does.
func sleep(args []string) {
	signal.Ignore(syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	seconds, err := strconv.ParseFloat(strings.Join(args, ""), 64)
	if err != nil {
		fmt.Fprintln(os.Stderr, "sleep: invalid time interval")
		os.Exit(1)
	}
	time.Sleep(time.Duration(seconds * float64(time.Second)))
}

// change is chown and chmod, for numeric owners and octal modes: recursive, never
// following links.
func change(name string, args []string) int {
	paths := args
	for len(paths) > 0 && strings.HasPrefix(paths[0], "-") {
		paths = paths[1:]
	}
	if len(paths) < 2 {
		fmt.Fprintln(os.Stderr, name+": missing operand")
		return 1
	}
	for _, root := range paths[1:] {
		if err := filepath.Walk(root, func(path string, info os.FileInfo, err error) error {
			if err != nil {
				return err
			}
			return changeOne(name, paths[0], path, info)
		}); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	return 0
}

func changeOne(name, what, path string, info os.FileInfo) error {
	if name == "chmod" {
		if info.Mode()&os.ModeSymlink != 0 {
			return nil
		}
		mode, err := strconv.ParseUint(what, 8, 32)
		if err != nil {
			return fmt.Errorf("chmod: invalid mode %q", what)
		}
		return syscall.Chmod(path, uint32(mode))
	}
	user, group, _ := strings.Cut(what, ":")
	uid, err := strconv.Atoi(user)
	if err != nil {
		return fmt.Errorf("chown: invalid user %q", what)
	}
	gid := -1
	if group != "" {
		if gid, err = strconv.Atoi(group); err != nil {
			return fmt.Errorf("chown: invalid group %q", what)
		}
	}
	return os.Lchown(path, uid, gid)
}

func run(words []string) int {
	// Before anything is printed, so that whoever sees a line knows that signals are
	// handled.
	signals := make(chan os.Signal, 8)
	signal.Notify(signals)
	s, err := parse(words)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	if crashes() < s.crash {
		return 1
	}
	var done <-chan time.Time
	if s.exits {
		done = time.After(s.after)
	}
	for {
		select {
		case <-done:
			return s.exit
		case got := <-signals:
			number, _ := got.(syscall.Signal)
			switch {
			case number == syscall.SIGTERM && s.ignoreTerm:
			case number == syscall.SIGTERM:
				return s.termExit
			case number == syscall.SIGINT, number == syscall.SIGQUIT:
				return 128 + int(number)
			}
		}
	}
}

// crashes counts the runs of this container before this one, in a file of its own
// filesystem.
func crashes() int {
	const path = "/simproc.runs"
	text, _ := os.ReadFile(path)
	count := len(text)
	if err := os.WriteFile(path, append(text, '.'), 0o600); err != nil {
		return 1 << 30
	}
	return count
}

func parse(words []string) (script, error) {
	s := script{termExit: 143}
	for _, word := range words {
		key, value, _ := strings.Cut(word, "=")
		var err error
		switch key {
		case "run":
		case "exit":
			s.exits = true
			s.exit, err = strconv.Atoi(value)
		case "after":
			s.exits = true
			s.after, err = time.ParseDuration(value)
		case "term-exit":
			s.termExit, err = strconv.Atoi(value)
		case "ignore-term":
			s.ignoreTerm = true
		case "crash":
			s.crash, err = strconv.Atoi(value)
		case "print":
			fmt.Println(value)
		case "warn":
			fmt.Fprintln(os.Stderr, value)
		case "healthy-after":
			_, err = time.ParseDuration(value)
		default:
			err = fmt.Errorf("unknown word")
		}
		if err != nil {
			return s, fmt.Errorf("simproc: %q: %v", word, err)
		}
	}
	return s, nil
}
