// Import of docker-map files: the lines that problems are about.

package dockermap

import (
	"bytes"
	"strings"

	"github.com/dmap-dev/dmap/engine/problem"
)

// source holds the lines of a file and implements [problem.Source].
type source struct {
	file  string
	lines [][]byte
}

func sourceOf(file string, src []byte) *source {
	return &source{file, splitLines(bytes.TrimPrefix(src, []byte("\ufeff")))}
}

// Quote returns the line of a place, and the end of the word at that place.
func (s *source) Quote(at problem.Origin) (line string, end problem.Origin, ok bool) {
	if at.File != s.file || at.Line < 1 || at.Line > len(s.lines) {
		return "", problem.Origin{}, false
	}
	line = string(s.lines[at.Line-1])
	word := []rune(line)
	word = word[min(max(at.Col-1, 0), len(word)):]
	n := 0
	for n < len(word) && !strings.ContainsRune(" ,]}", word[n]) {
		n++
	}
	if n > 1 && word[n-1] == ':' { // the colon after a key
		n--
	}
	return line, problem.Origin{File: at.File, Line: at.Line, Col: at.Col + n}, true
}
