// Part of the simulated engine: what a process in a container does, as a script instead of a program.

package sim

import (
	"fmt"
	"path"
	"strconv"
	"strings"
	"time"
)

// ScriptLabel is the label of an image or a container whose text is read by [ParseProcess], so that an image loaded from a
// tar file can carry its script.
const ScriptLabel = "dev.dmap.sim"

// Process says how the first process of a container behaves. The zero value runs until it is stopped and exits with 143 on
// TERM. Durations are virtual time.
type Process struct {
	Exits        bool          // ends by itself, RunFor after its start
	RunFor       time.Duration // time until it ends by itself; only with Exits
	ExitCode     int           // code when it ends by itself
	IgnoreTERM   bool          // TERM (and INT, QUIT) do nothing; only KILL ends it
	TermExit     int           // code when TERM ends it; 0 means 143, or with TermExitSet really 0
	TermExitSet  bool
	CrashTimes   int           // so many first runs of a container end at once with code 1
	HealthyAfter time.Duration // its probe fails until then; only seen with a health check
	Unhealthy    bool          // its probe always fails
	Stdout       []string      // lines printed at start
	Stderr       []string      // lines printed at start
}

// ParseProcess reads a script of words: run, exit=CODE, after=DURATION, ignore-term, term-exit=CODE, crash=TIMES,
// healthy-after=DURATION, unhealthy, print=TEXT, warn=TEXT. The empty text is the zero Process; "after" alone means exit=0.
func ParseProcess(text string) (Process, error) {
	return parseWords(strings.Fields(text))
}

func parseWords(words []string) (Process, error) {
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

// termCode is the exit code after TERM.
func termCode(p Process) int {
	if p.TermExit == 0 && !p.TermExitSet {
		return 143
	}
	return p.TermExit
}

// program is what one command does: a script, and for chown and chmod an effect on files.
type program struct {
	Process
	effect func(box) (string, error)
}

// programOf says what argv does in c. Well-known small programs and simproc are understood by name, also as the one
// command given to a shell; everything else follows the label, then the image's own script.
func (b box) programOf(argv []string) (program, error) {
	if len(argv) == 0 {
		return program{}, nil
	}
	ended := func(code int) program { return program{Process: Process{Exits: true, ExitCode: code}} }
	if words, ok := shellWords(argv); ok {
		if code, ok := shellExit(words); ok {
			return ended(code), nil
		}
		if code, err := b.checkExecutable(words[0]); err != nil && words[0] != "echo" {
			return ended(code), nil
		}
		argv = words
	}
	init := b.c.underInit()
	switch path.Base(argv[0]) {
	case "true":
		return ended(0), nil
	case "false":
		return ended(1), nil
	case "echo":
		p := ended(0)
		p.Stdout = []string{strings.Join(argv[1:], " ")}
		return p, nil
	case "sleep":
		p := sleepProgram(argv)
		p.IgnoreTERM = !init
		return p, nil
	case "cat":
		if len(argv) > 1 {
			break
		}
		// What a client types is not kept, so that input ends at once where it ends at all.
		open := b.c.Config.OpenStdin && !b.c.Config.StdinOnce
		return program{Process: Process{Exits: !open, IgnoreTERM: !init}}, nil
	case "chown", "chmod":
		p := ended(0)
		p.effect = func(b box) (string, error) { return "", b.changeFiles(argv) }
		return p, nil
	case "simproc":
		p, err := parseWords(argv[1:])
		if err != nil {
			failed := ended(2)
			failed.Stderr = []string{err.Error()}
			return failed, nil
		}
		return program{Process: p}, nil
	}
	if text, ok := b.c.Config.Labels[ScriptLabel]; ok {
		p, err := ParseProcess(text)
		if err != nil {
			return program{}, fmt.Errorf("label %s: %w", ScriptLabel, err)
		}
		return program{Process: p}, nil
	}
	if im := b.st.Images[b.c.ImageID]; im != nil && im.Process != nil {
		return program{Process: *im.Process}, nil
	}
	return program{}, nil
}

// builtins are commands of a shell that no file has to exist for, and that nothing is known about here.
const builtins = " . [ alias bg cd command eval export fg hash jobs kill local printf pwd read readonly return set shift source test times trap type ulimit umask unset wait "

// shellWords gives the words of one plain command given to a shell, as in sh -c "sleep 5".
func shellWords(argv []string) ([]string, bool) {
	if len(argv) != 3 || argv[1] != "-c" || strings.ContainsAny(argv[2], "\n\"'\\`$&|;<>()[]{}*?~#!") {
		return nil, false
	}
	switch path.Base(argv[0]) {
	case "sh", "ash", "bash", "dash":
		words := strings.Fields(argv[2])
		if len(words) > 1 && words[0] == "exec" {
			words = words[1:]
		}
		return words, len(words) > 0 && !strings.Contains(words[0], "=") && !strings.Contains(builtins, " "+words[0]+" ")
	}
	return nil, false
}

// shellExit reads exit N, and the two commands that a shell has itself.
func shellExit(words []string) (code int, ok bool) {
	switch {
	case words[0] == "exit" && len(words) == 2:
		n, err := strconv.Atoi(words[1])
		return n & 0xff, err == nil
	case words[0] == "exit" || words[0] == ":" || words[0] == "true":
		return 0, true
	case words[0] == "false":
		return 1, true
	}
	return 0, false
}

func sleepProgram(argv []string) program {
	p := program{Process: Process{Exits: true}}
	text := strings.Join(argv[1:], "")
	if text == "infinity" || text == "inf" {
		p.Exits = false
		return p
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		d, err = time.ParseDuration(text + "s")
	}
	if err != nil || d < 0 {
		return program{Process: Process{Exits: true, ExitCode: 1, Stderr: []string{"sleep: invalid time interval '" + text + "'"}}}
	}
	p.RunFor = d
	return p
}
