// Test tools: the one process that runs in the containers of tests.

// Command proc does what the words of its command line say: run, exit=CODE,
// after=DURATION, ignore-term, term-exit=CODE, crash=TIMES, healthy-after=DURATION,
// print=TEXT, warn=TEXT. Without exit or after it runs until it is stopped; TERM ends
// it with 143. "probe" alone is the health check that belongs to healthy-after.
//
// Its words are those of the simulated engine's scripts, so that one container means
// the same on both. It is linked statically and is the only file of the image
// "dmap-test/proc", see [dockertest.Images].
package main

import (
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	runsFile    = "/proc.runs"    // one byte for each run of this container
	healthyFile = "/proc.healthy" // exists once the probe is to succeed
)

type script struct {
	exits, ignoreTerm     bool
	exit, termExit, crash int
	after, healthyAfter   time.Duration
}

func main() {
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT) // before the first print: whoever sees that may send a signal
	words := os.Args[1:]
	if len(words) == 1 && words[0] == "probe" {
		os.Exit(probe())
	}
	s, err := parse(words)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	os.Exit(s.run(signals))
}

func probe() int {
	if _, err := os.Stat(healthyFile); err != nil {
		return 1
	}
	return 0
}

func parse(words []string) (script, error) {
	s := script{termExit: 143}
	for _, word := range words {
		if err := s.word(word); err != nil {
			return s, fmt.Errorf("cannot read the word %q: %w", word, err)
		}
	}
	return s, nil
}

func (s *script) word(word string) (err error) {
	key, value, _ := strings.Cut(word, "=")
	switch key {
	case "run":
	case "exit":
		s.exits = true
		s.exit, err = strconv.Atoi(value)
	case "after":
		s.exits = true
		s.after, err = time.ParseDuration(value)
	case "ignore-term":
		s.ignoreTerm = true
	case "term-exit":
		s.termExit, err = strconv.Atoi(value)
	case "crash":
		s.crash, err = strconv.Atoi(value)
	case "healthy-after":
		s.healthyAfter, err = time.ParseDuration(value)
	case "print":
		fmt.Println(value)
	case "warn":
		fmt.Fprintln(os.Stderr, value)
	default:
		err = fmt.Errorf("it is not one of run, exit=, after=, ignore-term, term-exit=, crash=, healthy-after=, print=, warn=")
	}
	return err
}

func (s *script) run(signals <-chan os.Signal) int {
	if s.crash > 0 && earlierRuns() < s.crash {
		return 1
	}
	if s.healthyAfter > 0 {
		time.AfterFunc(s.healthyAfter, func() { write(healthyFile, "yes") })
	}
	var end <-chan time.Time
	if s.exits {
		end = time.After(s.after)
	}
	for {
		select {
		case <-end:
			return s.exit
		case got := <-signals:
			if got == syscall.SIGINT {
				return 130
			}
			if !s.ignoreTerm {
				return s.termExit
			}
		}
	}
}

// earlierRuns counts this container's runs before this one.
func earlierRuns() int {
	text, err := os.ReadFile(runsFile)
	if err != nil && !os.IsNotExist(err) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	write(runsFile, string(text)+".")
	return len(text)
}

func write(file, text string) {
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}
