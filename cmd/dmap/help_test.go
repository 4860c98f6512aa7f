// Command line: tests of what help looks like.

package main

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
)

// Help of every verb is as wide as it may be and no wider, says the same at every
// width, and shows flags as people write them.
func TestHelpFitsTheWidth(t *testing.T) {
	const wide = 10_000
	var check func(*testing.T, *cobra.Command)
	check = func(t *testing.T, cmd *cobra.Command) {
		cmd.InitDefaultHelpFlag()
		whole := helpText(cmd, wide)
		if strings.Contains(whole, "true|false") {
			t.Errorf("%s: flags look like --flag[=true|false]", cmd.CommandPath())
		}
		for width := 40; width <= 160 && !cmd.IsAdditionalHelpTopicCommand(); width += 7 {
			text := helpText(cmd, width)
			if diff := cmp.Diff(strings.Fields(whole), strings.Fields(text)); diff != "" {
				t.Errorf("%s at width %d says something else (-wide +narrow):\n%s", cmd.CommandPath(), width, diff)
			}
			for line := range strings.Lines(text) {
				line = strings.TrimSuffix(line, "\n")
				before, _, _ := strings.Cut(strings.TrimSpace(line), "  ")
				if n := utf8.RuneCountInString(line); n > width && width >= 60 && strings.Contains(before, " ") {
					t.Errorf("%s at width %d has a line of %d: %s", cmd.CommandPath(), width, n, line)
				}
			}
		}
		for _, sub := range cmd.Commands() {
			t.Run(sub.Name(), func(t *testing.T) { check(t, sub) })
		}
	}
	check(t, (&app{}).root())
}

func TestWrap(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"what fits stays as it is", "One line.\nAnother  one.\n\n  x  y\n", "One line.\nAnother  one.\n\n  x  y\n"},
		{"a paragraph is filled anew", "One line that is too wide.\nAnother.\n\nNext.\n", "One line that is too\nwide. Another.\n\nNext.\n"},
		{"a column goes on below itself", "  a   brings up what is down\n", "  a   brings up what\n      is down\n"},
		{"or further left where too little is left", "  start   brings up what is down\n", "  start   brings up\n      what is down\n"},
		{"an indented line keeps its place", "    one two three four\n    five\n", "    one two three four\n    five\n"},
		{"a word that is too wide stays whole", "a pneumonoultramicroscopic word\n", "a\npneumonoultramicroscopic\nword\n"},
		{"letters are counted, not bytes", "ääää ääää ääää ääää\n", "ääää ääää ääää ääää\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, wrap(tt.text, 22)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func widest(text string) (n int) {
	for line := range strings.Lines(text) {
		n = max(n, utf8.RuneCountInString(strings.TrimSuffix(line, "\n")))
	}
	return n
}
