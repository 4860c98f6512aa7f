// Program text to model: errors as a person reads them.

package starlarkmap

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/dmap-dev/dmap/engine/problem"
)

// longestTrace is how many calls are shown.
const longestTrace = 8

// WriteError prints err. Each [problem.Problem] in it is printed with its place, its
// source line and caret, the calls that led to it, related places and a hint; more
// than one are counted at the end. Any other error is printed as it is. The result
// is the error of w. A nil err prints nothing.
func WriteError(w io.Writer, err error) error {
	if err == nil {
		return nil
	}
	var ps problem.Problems
	var single *problem.Problem
	var out strings.Builder
	switch {
	case errors.As(err, &ps):
	case errors.As(err, &single):
		ps = problem.Problems{single}
	default:
		out.WriteString(printable(err.Error()) + "\n")
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
func inFile(ps problem.Problems) string {
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
		return " in " + printable(files[0])
	}
	return fmt.Sprintf(" in %d files", len(files))
}

func writeProblem(out *strings.Builder, p *problem.Problem) {
	first := *p
	first.Hint = ""
	out.WriteString(printable(first.Error()) + "\n")
	if p.Excerpt != "" {
		out.WriteString(p.Excerpt + "\n")
	}
	note := func(text string) { out.WriteString("   = " + printable(text) + "\n") }
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
	if p.Hint != "" {
		note("hint: " + p.Hint)
	}
}

// Printable replaces what a terminal would obey; line ends stay.
func Printable(s string) string { return printable(s) }

// printable replaces what a terminal would obey; line ends stay.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || unicode.IsPrint(r) {
			return r
		}
		if unicode.IsSpace(r) {
			return ' '
		}
		return unicode.ReplacementChar
	}, s)
}
