// Dockerfile: words of instructions, with quotes, escapes and variables.

package dockerfile

import (
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// splitWords splits text at blanks that are neither quoted nor escaped; the quotes
// stay.
func splitWords(text string) []string {
	var words []string
	word, quote, escaped := "", rune(0), false
	for _, r := range text {
		switch {
		case escaped:
			escaped = false
		case r == '\\':
			escaped = quote != '\''
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && (r == '"' || r == '\''):
			quote = r
		case quote == 0 && (r == ' ' || r == '\t'):
			if word != "" {
				words = append(words, word)
			}
			word = ""
			continue
		}
		word += string(r)
	}
	if word != "" {
		words = append(words, word)
	}
	return words
}

// expander replaces quotes, escapes and variables in one word.
type expander struct {
	rest string
	env  []string
}

// expand returns word without its quotes and escapes, and with variables replaced by
// their values.
func expand(word string, env []string) (string, error) {
	x := &expander{rest: word, env: env}
	text, err := x.until("")
	if err != nil {
		return "", wire.BadRequest("failed to process %q: %v", word, err)
	}
	return text, nil
}

// until reads up to one of the characters in stop, which it does not consume, or to the
// end.
func (x *expander) until(stop string) (string, error) {
	var out strings.Builder
	for x.rest != "" && !strings.Contains(stop, x.rest[:1]) {
		c := x.rest[0]
		if c != '$' {
			x.rest = x.rest[1:]
		}
		text, err := string(c), error(nil)
		switch c {
		case '\'':
			end := strings.IndexByte(x.rest, '\'')
			if end < 0 {
				return "", wire.BadRequest("unexpected end of statement while looking for matching single-quote")
			}
			text, x.rest = x.rest[:end], x.rest[end+1:]
		case '"':
			text, err = x.doubleQuoted()
		case '\\':
			if text = ""; x.rest != "" {
				text, x.rest = x.rest[:1], x.rest[1:]
			}
		case '$':
			text, err = x.variable()
		}
		if err != nil {
			return "", err
		}
		out.WriteString(text)
	}
	return out.String(), nil
}

func (x *expander) doubleQuoted() (string, error) {
	var out strings.Builder
	for x.rest != "" {
		switch c := x.rest[0]; {
		case c == '"':
			x.rest = x.rest[1:]
			return out.String(), nil
		case c == '$':
			text, err := x.variable()
			if err != nil {
				return "", err
			}
			out.WriteString(text)
		case c == '\\' && len(x.rest) > 1 && strings.Contains("\"$\\", x.rest[1:2]):
			out.WriteString(x.rest[1:2])
			x.rest = x.rest[2:]
		default:
			out.WriteByte(c)
			x.rest = x.rest[1:]
		}
	}
	return "", wire.BadRequest("unexpected end of statement while looking for matching double-quote")
}

// variable reads $NAME, ${NAME}, ${NAME:-word} or ${NAME:+word}; a dollar before
// anything else stands for itself.
func (x *expander) variable() (string, error) {
	x.rest = x.rest[1:]
	if !strings.HasPrefix(x.rest, "{") {
		name := x.name()
		if name == "" {
			return "$", nil
		}
		return x.value(name), nil
	}
	x.rest = x.rest[1:]
	name := x.name()
	value, modifier := x.value(name), ""
	if strings.HasPrefix(x.rest, ":") && len(x.rest) > 1 {
		modifier, x.rest = x.rest[1:2], x.rest[2:]
		word, err := x.until("}")
		if err != nil {
			return "", err
		}
		switch {
		case modifier == "-" && value == "", modifier == "+" && value != "":
			value = word
		case modifier == "-", modifier == "+":
		default:
			return "", wire.BadRequest("unsupported modifier (%s) in substitution", modifier)
		}
	}
	if name == "" || !strings.HasPrefix(x.rest, "}") {
		return "", wire.BadRequest("syntax error: bad substitution")
	}
	x.rest = x.rest[1:]
	return value, nil
}

// name reads the name of a variable.
func (x *expander) name() string {
	end := 0
	for end < len(x.rest) && (x.rest[end] == '_' || x.rest[end] >= 'a' && x.rest[end] <= 'z' || x.rest[end] >= 'A' && x.rest[end] <= 'Z' ||
		end > 0 && x.rest[end] >= '0' && x.rest[end] <= '9') {
		end++
	}
	name := x.rest[:end]
	x.rest = x.rest[end:]
	return name
}

func (x *expander) value(name string) string {
	for _, pair := range x.env {
		if value, ok := strings.CutPrefix(pair, name+"="); ok {
			return value
		}
	}
	return ""
}
