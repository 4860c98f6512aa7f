// Problems: the nearest name, for "did you mean".

package problem

import (
	"slices"
	"strings"
)

// Nearest returns the candidate closest to name, or "" if none is near. Case and the
// characters _ - . are ignored. Ties go to the first in sorted order. Very long names
// get no suggestion.
func Nearest(name string, candidates []string) string {
	return NewSuggester(candidates).Nearest(name)
}

// DidYouMean returns `did you mean "x"?`, or "" if no candidate is near.
func DidYouMean(name string, candidates []string) string {
	return Meant(Nearest(name, candidates))
}

// Meant returns `did you mean "x"?` for a name found earlier, or "" for "".
func Meant(near string) string {
	if near == "" {
		return ""
	}
	return `did you mean "` + near + `"?`
}

// Suggester finds near names for many names among the same candidates. Its total work
// is limited, so that a map with thousands of wrong names is refused quickly: once the
// limit is reached, further names get no hint.
type Suggester struct {
	names  []string
	folded [][]rune
	work   int
}

const (
	// longestSuggested is the length in bytes above which names are not compared.
	longestSuggested = 200
	// mostWork is the number of pairs of letters that may be compared: about a
	// tenth of a second.
	mostWork = 20_000_000
)

// NewSuggester returns a [Suggester] of candidates.
func NewSuggester(candidates []string) *Suggester {
	s := &Suggester{names: slices.Compact(slices.Sorted(slices.Values(candidates))), work: mostWork}
	s.folded = make([][]rune, len(s.names))
	for i, c := range s.names {
		if len(c) <= longestSuggested {
			s.folded[i] = fold(c)
		}
	}
	return s
}

// Nearest is [Nearest] among the candidates.
func (s *Suggester) Nearest(name string) string {
	if name == "" || len(name) > longestSuggested {
		return ""
	}
	best, least := "", len([]rune(name))/2+1
	folded := fold(name)
	for i, c := range s.names {
		candidate := s.folded[i]
		gap := len(candidate) - len(folded)
		if c == name || candidate == nil || gap >= least || -gap >= least {
			continue
		}
		if s.work -= (len(candidate) + 1) * (len(folded) + 1); s.work < 0 {
			break
		}
		if d := distance(folded, candidate); d < least {
			best, least = c, d
		}
	}
	return best
}

// fold drops what a comparison ignores. It never returns nil, which stands for a
// candidate that is too long to compare.
func fold(s string) []rune {
	out := make([]rune, 0, len(s))
	for _, r := range strings.ToLower(s) {
		if !strings.ContainsRune("_-.", r) {
			out = append(out, r)
		}
	}
	return out
}

// distance is the number of insertions, deletions, changes and swaps of neighbouring
// letters that turn a into b (optimal string alignment). It keeps three rows of the
// usual table: a swap looks back two rows.
func distance(a, b []rune) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range a {
		row[0] = i + 1
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(row[j]+1, last[j+1]+1, last[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
