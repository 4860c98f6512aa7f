// Problems: everything that is wrong, as one error.

package problem

import (
	"fmt"
	"slices"
	"strings"
)

// Problems holds everything that is wrong, as one error. It is never empty when
// returned as an error.
type Problems []*Problem

// Error returns one line for each problem.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns the problems one by one, for errors.As and errors.Is.
func (ps Problems) Unwrap() []error {
	errs := make([]error, len(ps))
	for i, p := range ps {
		errs[i] = p
	}
	return errs
}

// Add appends a problem and returns it, so that the caller can set its other fields.
func (ps *Problems) Add(code Code, at Origin, path, format string, args ...any) *Problem {
	p := &Problem{Code: code, Origin: at, Path: path, Msg: fmt.Sprintf(format, args...)}
	*ps = append(*ps, p)
	return p
}

// Under puts prefix before the path of each problem and returns them.
func (ps Problems) Under(prefix string) Problems {
	for _, p := range ps {
		p.Path = strings.TrimSuffix(prefix+" > "+p.Path, " > ")
	}
	return ps
}

// Sorted returns the problems ordered by place, those of one cause and place joined
// into one, each with its excerpt from s; a nil s gives none. It may change ps and its
// problems.
func (ps Problems) Sorted(s Source) Problems {
	slices.SortStableFunc(ps, func(a, b *Problem) int { return compareOrigin(a.Origin, b.Origin) })
	ps = joined(ps)
	for _, p := range ps {
		p.quote(s)
	}
	return ps
}

// Err returns the problems as an error, sorted and joined by [Problems.Sorted], or nil
// if there are none. It asks for s because excerpts are best drawn by whoever returns
// the problems: callers further out no longer know the program's text.
func (ps Problems) Err(s Source) error {
	if len(ps) == 0 {
		return nil
	}
	return ps.Sorted(s)
}

func compareOrigin(a, b Origin) int {
	if c := strings.Compare(a.File, b.File); c != 0 {
		return c
	}
	if a.Line != b.Line {
		return a.Line - b.Line
	}
	return a.Col - b.Col
}
