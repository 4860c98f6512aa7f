// Process: what a process in a container does, as a script in place of a program.

package process

import (
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/logs"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/script"
)

// Program is what one command does: a script and, for chown and chmod, an effect on
// files.
type Program struct {
	script.Process
	Effect func(Box) (string, error)
}

// Output returns what a program prints when it starts.
func Output(p script.Process, now time.Time) []logs.Line {
	var lines []logs.Line
	for _, text := range p.Stdout {
		lines = append(lines, logs.Line{At: now, Stream: 1, Text: text})
	}
	for _, text := range p.Stderr {
		lines = append(lines, logs.Line{At: now, Stream: 2, Text: text})
	}
	return lines
}

// ProgramOf returns what argv does in the container. Small well-known programs and
// simproc are understood by name, also as the only command given to a shell; everything
// else follows the label, then the image's own script.
func (b Box) ProgramOf(argv []string) (Program, error) {
	if len(argv) == 0 {
		return Program{}, nil
	}
	if words, ok := script.Words(argv); ok {
		if code, ok := script.Exit(words); ok {
			return ended(code), nil
		}
		if code, err := b.CheckExecutable(words[0]); err != nil && words[0] != "echo" {
			return ended(code), nil
		}
		argv = words
	}
	if p, known := b.wellKnown(argv); known {
		return p, nil
	}
	if text, ok := b.Config.Labels[script.Label]; ok {
		p, err := script.Parse(text)
		if err != nil {
			return Program{}, fmt.Errorf("label %s: %w", script.Label, err)
		}
		return Program{Process: p}, nil
	}
	if b.Script != nil {
		return Program{Process: *b.Script}, nil
	}
	return Program{}, nil
}

// ended returns a program that ends at once.
func ended(code int) Program { return Program{Process: script.Process{Exits: true, ExitCode: code}} }

// wellKnown returns what a small program does that is understood by its name. Without
// an init, the first process of a container ignores signals that it has no handler for,
// and these programs have none.
func (b Box) wellKnown(argv []string) (Program, bool) {
	init := b.underInit()
	switch path.Base(argv[0]) {
	case "true":
		return ended(0), true
	case "false":
		return ended(1), true
	case "echo":
		p := ended(0)
		p.Stdout = []string{strings.Join(argv[1:], " ")}
		return p, true
	case "sleep":
		p := sleepProgram(argv)
		p.IgnoreTERM = !init
		return p, true
	case "cat":
		if len(argv) > 1 {
			return Program{}, false
		}
		// What a client types is not kept, so input that ends at all ends at once.
		open := b.Config.OpenStdin && !b.Config.StdinOnce
		return Program{Process: script.Process{Exits: !open, IgnoreTERM: !init}}, true
	case "chown", "chmod":
		p := ended(0)
		p.Effect = func(b Box) (string, error) { return "", b.changeFiles(argv) }
		return p, true
	case "simproc":
		p, err := script.ParseWords(argv[1:])
		if err != nil {
			failed := ended(2)
			failed.Stderr = []string{err.Error()}
			return failed, true
		}
		return Program{Process: p}, true
	}
	return Program{}, false
}

func sleepProgram(argv []string) Program {
	p := Program{Process: script.Process{Exits: true}}
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
		return Program{Process: script.Process{Exits: true, ExitCode: 1, Stderr: []string{"sleep: invalid time interval '" + text + "'"}}}
	}
	p.RunFor = d
	return p
}
