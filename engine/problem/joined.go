// Problems: one mistake that shows many times is one problem.

package problem

import (
	"slices"
	"strings"
)

// mostAlso is how many problems are named beside the first one of their kind.
const mostAlso = 3

// Mistake is what problems have in common that one mistake makes, such as a line in a
// loop: they are of one code, stand at one place, and say the same but for the names
// in it. The zero Mistake is that of problems without a place, which nothing joins.
type Mistake struct {
	code   Code
	at     Origin
	saying string
}

// Mistake returns what p has in common with others of one mistake.
func (p *Problem) Mistake() Mistake {
	if p.Origin == (Origin{}) {
		return Mistake{}
	}
	return Mistake{p.Code, p.Origin, withoutNames(p.Msg, containerIn(p.Path))}
}

// containerIn returns the name of the container that a path leads to, or "".
func containerIn(path string) string {
	_, below, _ := strings.Cut(path, "containers > ")
	name, _, _ := strings.Cut(below, " > ")
	return name
}

// withoutNames drops from a message what it quotes, numbers, and the name of its
// container, which may stand there without quotes: a loop makes them differ.
func withoutNames(msg, container string) string {
	if container != "" {
		words := strings.Fields(msg)
		msg = strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == container }), " ")
	}
	var b strings.Builder
	quoted := false
	for i := 0; i < len(msg); i++ {
		switch c := msg[i]; {
		case c == '\\' && quoted:
			i++
		case c == '"':
			quoted = !quoted
		case !quoted && (c < '0' || c > '9'):
			b.WriteByte(c)
		}
	}
	return b.String()
}

// Unique returns ps without those that say what one before them says, such as what
// all instances of a container have in common.
func (ps Problems) Unique() Problems {
	var out Problems
	said := make(map[string]bool, len(ps))
	for _, p := range ps {
		one := *p
		one.Count = 0
		if text := one.Error(); !said[text] {
			said[text] = true
			out = append(out, p)
		}
	}
	return out
}

// joined returns one problem for each mistake, in the order of their first ones. It
// changes no problem: they may belong to somebody else.
func joined(ps Problems) Problems {
	var out Problems
	first := map[Mistake]int{} // index in out
	for _, p := range ps {
		mistake := p.Mistake()
		i, known := first[mistake]
		if !known || mistake == (Mistake{}) {
			first[mistake] = len(out)
			out = append(out, p)
			continue
		}
		q := *out[i]
		q.join(p)
		out[i] = &q
	}
	return out
}

// join counts other to p.
func (p *Problem) join(other *Problem) {
	p.Also = p.Also[:len(p.Also):len(p.Also)] // others may share it
	for _, text := range append([]string{p.differs(other)}, other.Also...) {
		if len(p.Also) < mostAlso && text != "" && !slices.Contains(p.Also, text) {
			p.Also = append(p.Also, text)
		}
	}
	p.Count = p.times() + other.times()
}

// times is how many problems p stands for.
func (p *Problem) times() int { return max(p.Count, 1) }

// differs says what other has of its own beside p, or "".
func (p *Problem) differs(other *Problem) string {
	if other.Msg == p.Msg && other.Hint == p.Hint && other.Path == p.Path {
		return ""
	}
	if other.Msg == p.Msg && other.Hint == p.Hint && other.Path != "" {
		return other.Path
	}
	own := Problem{Path: other.Path, Msg: other.Msg}
	if other.Hint != p.Hint {
		own.Hint = other.Hint
	}
	return own.Error()
}
