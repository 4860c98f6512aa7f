// Options, conversion: commands.

package option

import (
	"slices"
	"strconv"
	"strings"

	"github.com/dmap-dev/dmap/engine/model"
)

// readCommand reads a command: a list of words, or one text that is split.
func readCommand(r *reader, it item) []string {
	text, isText := it.Value.(string)
	if !isText {
		return r.words(it, "a string or a list of strings")
	}
	words, err := splitCommand(text)
	if err != nil {
		p := r.wrong(it, "cannot split the command %s: %s", it.Input, err.msg)
		p.Hint = err.hint
	}
	return words
}

// readEntrypoint is readCommand for the entrypoint: an empty one clears that of the
// image.
func readEntrypoint(r *reader, it item) []string {
	words := readCommand(r, it)
	if len(words) == 0 {
		return []string{""}
	}
	return words
}

// words reads a list of texts, which may be empty, in order and with duplicates.
func (r *reader) words(it item, forms string) []string {
	list, ok := it.Value.(model.List)
	if !ok {
		r.want(it, forms)
		return nil
	}
	var out []string
	for i, e := range list {
		s, ok := e.Value.(string)
		if !ok {
			r.want(it.index(i, e), "a string")
			continue
		}
		out = append(out, s)
	}
	return out
}

// splitError is why a command cannot be split, and what to do about it.
type splitError struct{ msg, hint string }

// operators returns the words that have a meaning only for a shell.
func operators() []string {
	return []string{"&&", "||", "|", ";", "&", ">", ">>", "<", "<<", "2>", "2>>", "2>&1", ">&2"}
}

// splitCommand splits a text into words with the quoting rules of a POSIX shell, as
// docker-py does: variables, patterns and operators have no meaning. In double quotes a
// backslash is kept unless a double quote or a backslash follows. An unquoted shell
// operator is an error, because no shell would carry it out (D2).
func splitCommand(s string) ([]string, *splitError) {
	sp := splitter{rest: s}
	for sp.rest != "" {
		if err := sp.step(); err != nil {
			return nil, err
		}
		if sp.ended {
			if err := sp.endWord(); err != nil {
				return nil, err
			}
		}
	}
	if err := sp.endWord(); err != nil {
		return nil, err
	}
	return sp.words, nil
}

type splitter struct {
	rest   string
	words  []string
	word   strings.Builder
	inWord bool // a word has begun, possibly an empty one: ''
	quoted bool // a part of the word was quoted, so that it is not an operator
	ended  bool // a blank was read
}

// step reads one quoted part, one escaped character, or one plain character.
func (sp *splitter) step() *splitError {
	c, after := sp.rest[0], sp.rest[1:]
	sp.ended = false
	switch c {
	case ' ', '\t', '\r', '\n':
		sp.rest, sp.ended = after, true
		return nil
	case '\'':
		part, rest, closed := strings.Cut(after, "'")
		if !closed {
			return &splitError{"a single quote is not closed", `close it, or write \' for the character`}
		}
		sp.rest = rest
		sp.add(part, true)
		return nil
	case '"':
		return sp.doubleQuoted(after)
	case '\\':
		if after == "" {
			return &splitError{"a backslash at the end", `write \\ for the character`}
		}
		sp.rest = after[1:]
		sp.add(after[:1], true)
		return nil
	}
	sp.rest = after
	sp.add(string([]byte{c}), false)
	return nil
}

func (sp *splitter) doubleQuoted(s string) *splitError {
	var part strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '"':
			sp.rest = s[i+1:]
			sp.add(part.String(), true)
			return nil
		case s[i] == '\\' && i+1 < len(s) && (s[i+1] == '"' || s[i+1] == '\\'):
			i++
		}
		part.WriteByte(s[i])
	}
	return &splitError{"a double quote is not closed", `close it, or write \" for the character`}
}

func (sp *splitter) add(part string, quoted bool) {
	sp.word.WriteString(part)
	sp.inWord = true
	sp.quoted = sp.quoted || quoted
}

func (sp *splitter) endWord() *splitError {
	if !sp.inWord {
		return nil
	}
	w := sp.word.String()
	if !sp.quoted && slices.Contains(operators(), w) {
		return &splitError{
			"no shell runs it, so " + strconv.Quote(w) + " would be a plain argument",
			`for a shell write ["sh", "-c", "..."]; for the plain argument put it in quotes`,
		}
	}
	sp.words = append(sp.words, w)
	sp.word.Reset()
	sp.inWord, sp.quoted = false, false
	return nil
}
