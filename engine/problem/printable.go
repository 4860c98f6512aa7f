// Problems: text that is safe to print.

package problem

import (
	"strings"
	"unicode"
)

// Printable replaces what a terminal would obey, such as escape sequences and marks
// that turn the direction of writing; line ends stay.
func Printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' {
			return r
		}
		return shown(r)
	}, s)
}

// PrintableLine is [Printable] of what has to stay in one line: line ends become
// blanks.
func PrintableLine(s string) string { return strings.Map(shown, s) }

// shown returns r, or what stands for it; always one character, so that columns stay.
func shown(r rune) rune {
	switch {
	case unicode.IsPrint(r):
		return r
	case unicode.IsSpace(r):
		return ' '
	}
	return unicode.ReplacementChar
}
