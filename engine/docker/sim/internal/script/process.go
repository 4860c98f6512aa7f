// Script: what a process does, in words in place of a program.

// Package script reads the words that say what a process does, since no program is ever
// run.
package script

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Label is a label of images and containers whose text [Parse] reads, so that an image
// loaded from a tar file can carry its script.
const Label = "dev.dmap.sim"

// Process says how the first process of a container behaves. The zero value runs until
// it is stopped and exits with 143 on TERM. Durations are in virtual time.
type Process struct {
	Exits        bool          // ends by itself, RunFor after its start
	RunFor       time.Duration // time until it ends by itself; only with Exits
	ExitCode     int           // exit code when it ends by itself
	IgnoreTERM   bool          // TERM (and INT, QUIT) do nothing; only KILL ends it
	TermExit     int           // exit code when TERM ends it; 0 means 143, unless TermExitSet says that it is meant
	TermExitSet  bool
	CrashTimes   int           // how many of a container's first runs end at once, with code 1
	HealthyAfter time.Duration // its probe fails until then; matters only with a health check
	Unhealthy    bool          // its probe always fails
	Stdout       []string      // lines printed at start
	Stderr       []string      // lines printed at start
}

// Parse reads a script of words: run, exit=CODE, after=DURATION, ignore-term,
// term-exit=CODE, crash=TIMES, healthy-after=DURATION, unhealthy, print=TEXT,
// warn=TEXT. The empty text is the zero Process; "after" alone means exit=0.
func Parse(text string) (Process, error) {
	return ParseWords(strings.Fields(text))
}

// ParseWords reads the words of a script.
func ParseWords(words []string) (Process, error) {
	var p Process
	for _, word := range words {
		if err := p.word(word); err != nil {
			return Process{}, fmt.Errorf("cannot read process script at %q: %w", word, err)
		}
	}
	return p, nil
}

// word applies one word of a script.
func (p *Process) word(word string) (err error) {
	key, value, hasValue := strings.Cut(word, "=")
	switch key {
	case "run", "ignore-term", "unhealthy":
		if hasValue {
			return fmt.Errorf("%q takes no value", key)
		}
	}
	switch key {
	case "run":
	case "ignore-term":
		p.IgnoreTERM = true
	case "unhealthy":
		p.Unhealthy = true
	case "exit":
		p.Exits = true
		p.ExitCode, err = exitCode(value)
	case "after":
		p.Exits = true
		p.RunFor, err = duration(value)
	case "term-exit":
		p.TermExitSet = true
		p.TermExit, err = exitCode(value)
	case "crash":
		p.CrashTimes, err = strconv.Atoi(value)
		if err == nil && p.CrashTimes < 0 {
			err = fmt.Errorf("a count cannot be negative")
		}
	case "healthy-after":
		p.HealthyAfter, err = duration(value)
	case "print":
		p.Stdout = append(p.Stdout, value)
	case "warn":
		p.Stderr = append(p.Stderr, value)
	default:
		return fmt.Errorf("unknown word; known are run, exit=, after=, ignore-term, term-exit=, crash=, healthy-after=, unhealthy, print=, warn=")
	}
	return err
}

func exitCode(text string) (int, error) {
	code, err := strconv.Atoi(text)
	if err != nil || code < 0 || code > 255 {
		return 0, fmt.Errorf("an exit code is a number from 0 to 255")
	}
	return code, nil
}

func duration(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err == nil && d < 0 {
		err = fmt.Errorf("a duration cannot be negative")
	}
	return d, err
}

// TermCode is the exit code after TERM.
func TermCode(p Process) int {
	if p.TermExit == 0 && !p.TermExitSet {
		return 143
	}
	return p.TermExit
}
