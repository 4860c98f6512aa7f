// Problems: the line of a place, with carets.

package problem

import (
	"fmt"
	"strings"
)

// Source gives access to the text of files, so that problems can show the lines they
// are about. A map carries the Source of its program. It must be safe for concurrent
// use.
type Source interface {
	// Quote returns the line of a place, and the end of what begins there: the column
	// after its last one, possibly in a later line. A zero end means "not known". ok is
	// false if the source has no such line.
	Quote(at Origin) (line string, end Origin, ok bool)
}

// widest is the number of columns of a line that are shown.
const widest = 120

// quote draws the excerpt of a problem that has none yet.
func (p *Problem) quote(s Source) {
	if s == nil || p.Excerpt != "" || p.Origin.Line <= 0 {
		return
	}
	line, end, ok := s.Quote(p.Origin)
	if !ok {
		return
	}
	if p.Width > 0 {
		end = Origin{Line: p.Origin.Line, Col: p.Origin.Col + p.Width}
	}
	p.Excerpt = draw(line, p.Origin, end)
	p.mask(line, end)
}

// draw returns the three lines of an excerpt. A line that is too long is cut to the
// part around the place. Everything is counted in code points of the printable text: a
// control character takes one column there too, so that the carets stay below what they
// mark.
func draw(text string, at, end Origin) string {
	line := []rune(PrintableLine(text))
	from := min(max(at.Col-1, 0), len(line))
	to := from + 1
	switch {
	case end.Line == at.Line:
		to = max(end.Col-1, to)
	case end.Line > at.Line: // up to the end of this line
		to = max(len([]rune(strings.TrimRight(string(line), " "))), to)
	}
	left, right := 0, len(line)
	if right > widest {
		left = max(0, from-widest/4)
		right = min(right, left+widest)
	}
	to = min(to, max(right, from+1))
	shown, carets := string(line[left:right]), strings.Repeat(" ", from-left)+strings.Repeat("^", to-from)
	if left > 0 {
		shown, carets = "…"+shown, " "+carets
	}
	if right < len(line) {
		shown += "…"
	}
	number := fmt.Sprint(at.Line)
	margin := strings.Repeat(" ", len(number)+2) + "|"
	shown = strings.TrimRight(" "+number+" | "+shown, " ")
	return margin + "\n" + shown + "\n" + margin + " " + carets
}
