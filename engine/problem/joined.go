// Problems: one mistake that turns up many times is one problem.

package problem

import (
	"slices"
	"strings"
)

// mostAlso is how many problems are listed besides the first one of their kind.
const mostAlso = 3

// Mistake is what the problems that one mistake causes have in common. A wrong line in
// a loop, for example, causes one problem each time it runs: they share their code and
// place, and their messages differ only in the names and numbers in them. The zero
// Mistake belongs to problems without a place, which are never joined.
type Mistake struct {
	code   Code
	at     Origin
	saying string
}

// Mistake returns what p has in common with the other problems of the same mistake.
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

// withoutNames drops from a message everything that differs from one run of a loop to
// the next: what is in quotes, numbers, and the names of containers, which may stand
// there without quotes.
func withoutNames(msg string, containers ...string) string {
	words := slices.DeleteFunc(strings.Fields(msg), func(w string) bool { return slices.Contains(containers, w) })
	msg = strings.Join(words, " ")
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

// Unique returns ps without the problems that say the same as an earlier one, such as
// what is wrong with every instance of a container alike. Count is left out of the
// comparison.
func (ps Problems) Unique() Problems {
	var out Problems
	said := make(map[string]bool, len(ps))
	for _, p := range ps {
		single := *p
		single.Count = 0
		if text := single.Error(); !said[text] {
			said[text] = true
			out = append(out, p)
		}
	}
	return out
}

// joined returns one problem for each mistake, in the order in which the mistakes first
// appear. It changes copies only: the problems may belong to somebody else.
func joined(ps Problems) Problems {
	var out Problems
	first := map[Mistake]int{}  // index in out
	near := map[Mistake][]int{} // those of one code and place
	for _, p := range ps {
		mistake := p.Mistake()
		i, known := first[mistake]
		place := Mistake{code: mistake.code, at: mistake.at}
		if !known && mistake != (Mistake{}) {
			i = slices.IndexFunc(near[place], func(i int) bool { return p.resembles(out[i]) })
			if known = i >= 0; known {
				i = near[place][i]
			}
		}
		if !known || mistake == (Mistake{}) {
			first[mistake] = len(out)
			if len(near[place]) < mostNear {
				near[place] = append(near[place], len(out))
			}
			out = append(out, p)
			continue
		}
		q := *out[i]
		q.join(p)
		out[i] = &q
	}
	return out
}

// mostNear is how many problems of one code and place are compared word by word: more
// would take long where a hostile file makes many.
const mostNear = 16

// resembles reports whether two problems of one code and place are of one mistake. Their
// keys do not say so where a container is called like a word of the message, such as "a".
func (p *Problem) resembles(other *Problem) bool {
	names := []string{containerIn(p.Path), containerIn(other.Path)}
	return withoutNames(p.Msg, names...) == withoutNames(other.Msg, names...)
}

// join adds other to those that p stands for.
func (p *Problem) join(other *Problem) {
	p.Also = p.Also[:len(p.Also):len(p.Also)] // without spare room: copies of p share the array
	for _, text := range append([]string{p.differs(other)}, other.Also...) {
		if len(p.Also) < mostAlso && text != "" && !slices.Contains(p.Also, text) {
			p.Also = append(p.Also, text)
		}
	}
	p.Count = p.times() + other.times()
}

// times is how many problems p stands for.
func (p *Problem) times() int { return max(p.Count, 1) }

// differs returns what other says that p does not, or "".
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
