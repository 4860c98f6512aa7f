// Secrets: values in the lines of programs and of YAML files.

package secret

import (
	"strings"
	"unicode"
)

// Span is a part of a line, in code points: from Begin up to End.
type Span struct{ Begin, End int }

// Spans returns where secrets stand in one line of a program: the texts and numbers
// that are assigned to the name of a secret (PASSWORD = "x", "db.password": "x",
// var("password", "x")), and the values of settings in texts. all takes every text and
// number but keys: the line is known to be about a secret. In YAML texts need no
// quotes: what follows the name is taken up to the end of the line.
func Spans(line []rune, yaml, all bool) []Span {
	s := &scan{line: line, yaml: yaml, all: all}
	for s.at < len(line) {
		s.next()
	}
	return s.spans
}

// scan goes through a line once.
type scan struct {
	line      []rune
	yaml, all bool
	at        int
	spans     []Span
	depth     int
	// named is set behind the name of a secret: an assignment makes its value hidden.
	named bool
	// hiding is set within such a value, which began at the depth from.
	hiding bool
	from   int
	// call is the name before the last bracket: var and env take the name of a value.
	word, call string
}

func (s *scan) next() {
	switch c := s.line[s.at]; {
	case c == '#' && !s.yaml:
		s.at = len(s.line)
	case c == '"' || c == '\'':
		s.text(c)
	case c == '_' || unicode.IsLetter(c):
		s.identifier()
	case unicode.IsDigit(c):
		s.number()
	case strings.ContainsRune("([{", c):
		s.call, s.word = s.word, ""
		s.depth++
		s.at++
	case strings.ContainsRune(")]}", c):
		s.depth--
		s.hiding = s.hiding && s.depth >= s.from
		s.named = s.named && c == ']' // env["PASSWORD"] = "x"
		s.at++
	case c == ',':
		s.comma()
	case c == ':' || c == '=' && !s.comparison():
		s.assigned(c)
	default:
		if !unicode.IsSpace(c) {
			s.named = false
		}
		s.at++
	}
}

// comparison reports whether the = is part of an operator such as ==.
func (s *scan) comparison() bool {
	around := string(s.line[max(s.at-1, 0):min(s.at+2, len(s.line))])
	return strings.Contains(around, "==") || strings.ContainsAny(around, "!<>")
}

// comma ends a value; behind the name that var() and env() take, it begins one.
func (s *scan) comma() {
	if s.hiding && s.depth == s.from {
		s.hiding = false
	}
	if s.named && (s.call == "var" || s.call == "env") {
		s.hiding, s.from = true, s.depth
	}
	s.named = false
	s.at++
}

func (s *scan) assigned(c rune) {
	s.at++
	if !s.named {
		return
	}
	s.named = false
	if !s.hiding {
		s.hiding, s.from = true, s.depth
	}
	rest := strings.TrimSpace(string(s.line[s.at:]))
	if s.yaml && c == ':' && rest != "" && !strings.ContainsRune(`"'[{`, []rune(rest)[0]) {
		begin := s.at
		for unicode.IsSpace(s.line[begin]) {
			begin++
		}
		s.spans = append(s.spans, Span{begin, begin + len([]rune(rest))})
		s.at = len(s.line)
	}
}

// text goes over a text in quotes: a secret, a name, or a setting.
func (s *scan) text(quote rune) {
	width := 1
	if s.at+2 < len(s.line) && s.line[s.at+1] == quote && s.line[s.at+2] == quote {
		width = 3
	}
	begin := s.at + width
	end := begin
	for end < len(s.line) && !s.closes(end, quote, width) {
		if s.line[end] == '\\' {
			end++
		}
		end++
	}
	end = min(end, len(s.line))
	content := string(s.line[begin:end])
	s.at = min(end+width, len(s.line))
	s.word = ""
	isKey := strings.HasPrefix(strings.TrimSpace(string(s.line[s.at:])), ":")
	switch {
	case begin >= end:
	case s.hiding || s.all && !isKey:
		s.spans = append(s.spans, Span{begin, end})
	case settingOf(content) > 0:
		s.spans = append(s.spans, Span{begin + len([]rune(content[:settingOf(content)])), end})
	default:
		s.named = Name(content)
	}
}

func (s *scan) closes(at int, quote rune, width int) bool {
	for i := range width {
		if at+i >= len(s.line) || s.line[at+i] != quote {
			return false
		}
	}
	return true
}

func (s *scan) identifier() {
	begin := s.at
	for s.at < len(s.line) && (s.line[s.at] == '_' || unicode.IsLetter(s.line[s.at]) || unicode.IsDigit(s.line[s.at]) ||
		s.yaml && strings.ContainsRune("-.", s.line[s.at])) {
		s.at++
	}
	s.word = string(s.line[begin:s.at])
	s.named = Name(s.word)
}

func (s *scan) number() {
	begin := s.at
	for s.at < len(s.line) && (s.line[s.at] == '.' || unicode.IsLetter(s.line[s.at]) || unicode.IsDigit(s.line[s.at])) {
		s.at++
	}
	if s.hiding {
		s.spans = append(s.spans, Span{begin, s.at})
	}
}
