// Problems: text that is safe to print.

package problem

import (
	"strings"
	"unicode"
)

// Printable replaces the characters a terminal would act upon, such as escape sequences
// and marks that change the direction of writing: text from a map or an engine must not
// be able to rewrite what a person sees. Line ends stay.
func Printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' {
			return r
		}
		return printable(r)
	}, s)
}

// PrintableLine is [Printable] for text that has to stay on one line: line ends become
// blanks.
func PrintableLine(s string) string { return strings.Map(printable, s) }

// printable returns r or its replacement, always one character, so that columns do not
// move.
func printable(r rune) rune {
	switch {
	case unicode.IsPrint(r):
		return r
	case unicode.IsSpace(r):
		return ' '
	}
	return unicode.ReplacementChar
}
