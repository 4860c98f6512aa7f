// Problems: what is wrong, with its place and its cure.

package problem

import (
	"fmt"
	"slices"
	"strings"
)

// Code names a kind of problem. Codes are stable: tools match codes, not texts.
type Code string

// The codes that several packages use. starlarkmap, resolve and plan add theirs.
const (
	CodeUnknownKey    Code = "unknown-key"
	CodeWrongType     Code = "wrong-type"
	CodeWrongValue    Code = "wrong-value"
	CodeUnknownName   Code = "unknown-name"
	CodeUnknownAlias  Code = "unknown-alias"
	CodeDuplicate     Code = "duplicate"
	CodeCycle         Code = "cycle"
	CodeNameSyntax    Code = "name-syntax"
	CodeMissingPath   Code = "missing-path"
	CodeNothingShared Code = "nothing-shared"
	CodeMountClash    Code = "mount-clash"
	CodePortClash     Code = "port-clash"
)

// Problem is one thing that is wrong with a map.
type Problem struct {
	Code Code `json:"code"`
	// Origin is where the cause stands; zero for a map built in Go.
	Origin Origin `json:"origin"`
	// Path leads to the value: `container_map > containers > web > binds[1]`.
	Path string `json:"path,omitempty"`
	// Msg says what is wrong, lower case, naming things as the user named them.
	Msg string `json:"message"`
	// Hint says what to do about it; "" if nothing is known.
	Hint string `json:"hint,omitempty"`
	// Related are other places that take part, such as the first definition.
	Related []Related `json:"related,omitempty"`
	// Excerpt is the source line with a caret, filled by whoever has the source.
	Excerpt string `json:"excerpt,omitempty"`
	// Trace is the calls that led here, outermost first; often empty.
	Trace []Related `json:"trace,omitempty"`
	// Cause is the error behind it, if any.
	Cause error `json:"-"`
}

// Related is another place that takes part in a problem. Msg reads on with the
// place: "first defined" at site.star:3:1.
type Related struct {
	Origin Origin `json:"origin"`
	Msg    string `json:"message"`
}

// New returns a problem whose place is not known yet: what calls a builtin knows it.
func New(code Code, hint, format string, args ...any) *Problem {
	return &Problem{Code: code, Msg: fmt.Sprintf(format, args...), Hint: hint}
}

// Error returns "file:line:col: path: message (hint)" in one line.
func (p *Problem) Error() string {
	var b strings.Builder
	if at := p.Origin.String(); at != "" {
		b.WriteString(at + ": ")
	}
	if p.Path != "" {
		b.WriteString(p.Path + ": ")
	}
	b.WriteString(p.Msg)
	if p.Hint != "" {
		b.WriteString(" (" + p.Hint + ")")
	}
	return b.String()
}

// Unwrap returns the cause.
func (p *Problem) Unwrap() error { return p.Cause }

// Problems is everything that is wrong, as one error. It is never empty when
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

// Err returns the problems as an error sorted by place, or nil if there are none.
func (ps Problems) Err() error {
	if len(ps) == 0 {
		return nil
	}
	slices.SortStableFunc(ps, func(a, b *Problem) int {
		return compareOrigin(a.Origin, b.Origin)
	})
	return ps
}

// Add appends a problem and returns it, for its other fields.
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

// RelatedAt returns one Related, or none where the place is not known.
func RelatedAt(at Origin, msg string) []Related {
	if at == (Origin{}) {
		return nil
	}
	return []Related{{at, msg}}
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
