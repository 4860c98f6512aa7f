// Problems: what is wrong, with its place and its cure.

package problem

import (
	"fmt"
	"strings"
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
	// Count is how many problems of one cause and place this one stands for, if it is
	// more than one; Also are the first of the others, as far as they differ from it.
	Count int      `json:"count,omitempty"`
	Also  []string `json:"also,omitempty"`
	// Excerpt is the line of the place with a caret; see [Problems.Err].
	Excerpt string `json:"excerpt,omitempty"`
	// Width is how many columns the carets take, if not all of what begins at the place.
	Width int `json:"-"`
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

// Error returns "file:line:col: path: message (hint)" in one line, and how many more
// are like this.
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
	if n := p.times() - 1; n > 0 {
		fmt.Fprintf(&b, " and %d more like this", n)
	}
	return b.String()
}

// Unwrap returns the cause.
func (p *Problem) Unwrap() error { return p.Cause }

// RelatedAt returns one Related, or none where the place is not known.
func RelatedAt(at Origin, msg string) []Related {
	if at == (Origin{}) {
		return nil
	}
	return []Related{{at, msg}}
}
