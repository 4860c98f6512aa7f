// Import of docker-map files: the source line of a problem, with a caret.

package dockermap

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/dmap-dev/dmap/engine/problem"
)

// excerpts draws the lines of the problems.
func excerpts(src []byte, ps problem.Problems) {
	lines := splitLines(src)
	for _, p := range ps {
		if at := p.Origin; at.Line > 0 && at.Line <= len(lines) {
			p.Excerpt = draw(string(lines[at.Line-1]), at)
		}
	}
}

// draw shows a line, with carets under the word at the place.
func draw(line string, at problem.Origin) string {
	const widest = 120
	runes := []rune(line)
	for i, r := range runes {
		switch {
		case r == '\t':
			runes[i] = ' '
		case !unicode.IsPrint(r):
			runes[i] = unicode.ReplacementChar
		}
	}
	from := min(max(at.Col-1, 0), len(runes))
	to := from
	for to < len(runes) && !strings.ContainsRune(" ,]}", runes[to]) {
		to++
	}
	if word := string(runes[from:to]); strings.HasSuffix(word, ":") && len(word) > 1 {
		to--
	}
	left := 0
	if from >= widest {
		left = from - widest/4
	}
	right := min(len(runes), left+widest)
	carets := strings.Repeat(" ", from-left) + strings.Repeat("^", max(1, min(to, right)-from))
	number := strconv.Itoa(at.Line)
	margin := strings.Repeat(" ", len(number)+2) + "|"
	shown := strings.TrimRight(" "+number+" | "+string(runes[left:right]), " ")
	return margin + "\n" + shown + "\n" + margin + " " + carets
}
