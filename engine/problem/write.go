// Problems: printed for a person.

package problem

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// longestTrace is the number of calls that are shown.
const longestTrace = 8

// Write prints err. Each [Problem] in it is printed with its place, its source line and
// caret, the calls that led to it, related places and a hint; if there is more than
// one, the last line says how many. Any other error is printed as its text. Write
// returns the error of w. A nil err prints nothing.
func Write(w io.Writer, err error) error {
	if err == nil {
		return nil
	}
	var ps Problems
	var single *Problem
	var out strings.Builder
	switch {
	case errors.As(err, &ps):
	case errors.As(err, &single):
		ps = Problems{single}
	default:
		out.WriteString(Printable(err.Error()) + "\n")
	}
	for _, p := range ps {
		writeProblem(&out, p)
	}
	if len(ps) > 1 {
		fmt.Fprintf(&out, "%d problems%s\n", len(ps), inFile(ps))
	}
	_, err = io.WriteString(w, out.String())
	return err
}

// inFile returns " in site.star", or how many files have problems.
func inFile(ps Problems) string {
	var files []string
	for _, p := range ps {
		if p.Origin.File != "" && !slices.Contains(files, p.Origin.File) {
			files = append(files, p.Origin.File)
		}
	}
	switch len(files) {
	case 0:
		return ""
	case 1:
		return " in " + Printable(files[0])
	}
	return fmt.Sprintf(" in %d files", len(files))
}

func writeProblem(out *strings.Builder, p *Problem) {
	first := *p
	first.Hint, first.Count = "", 0
	out.WriteString(Printable(first.Error()) + "\n")
	if p.Excerpt != "" {
		out.WriteString(p.Excerpt + "\n")
	}
	note := func(text string) { out.WriteString("   = " + Printable(text) + "\n") }
	for i, call := range slices.Backward(p.Trace) {
		if len(p.Trace)-i > longestTrace {
			note(fmt.Sprintf("and %d more calls", i+1))
			break
		}
		note(call.Msg + " " + call.Origin.String())
	}
	for _, r := range p.Related {
		text := r.Msg
		if at := r.Origin.String(); at != "" {
			text += " at " + at
		}
		note(text)
	}
	for _, other := range p.Also {
		note("also " + other)
	}
	if n := p.times() - 1 - len(p.Also); n > 0 {
		note(fmt.Sprintf("and %d more like this", n))
	}
	if p.Hint != "" {
		note("hint: " + p.Hint)
	}
}
