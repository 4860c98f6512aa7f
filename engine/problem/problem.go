// Problems: what is wrong, where, and what to do about it.

package problem

import (
	"fmt"
	"strings"
)

// Problem is one thing that is wrong with a map.
type Problem struct {
	Code Code `json:"code"`
	// Origin is where the cause was written; zero for a map built in Go.
	Origin Origin `json:"origin"`
	// Path leads to the value: `container_map > containers > web > binds[1]`.
	Path string `json:"path,omitempty"`
	// Msg says what is wrong, lower case, naming things as the user named them.
	Msg string `json:"message"`
	// Hint says what to do about it; "" if nothing is known.
	Hint string `json:"hint,omitempty"`
	// Related are other places involved, such as the first definition.
	Related []Related `json:"related,omitempty"`
	// Count is how many problems of one cause and place this one stands for, or 0 if it
	// is the only one. Also holds what the first few of the others say differently.
	Count int      `json:"count,omitempty"`
	Also  []string `json:"also,omitempty"`
	// Excerpt is the source line with carets below it; see [Problems.Err].
	Excerpt string `json:"excerpt,omitempty"`
	// Width is how many columns the carets cover; 0 means all of what begins at the
	// place.
	Width int `json:"-"`
	// Trace holds the calls that led here, outermost first; often empty.
	Trace []Related `json:"trace,omitempty"`
	// Cause is the error behind it, if any.
	Cause error `json:"-"`

	// Hidden is what [Problems.Masked] needs, known once there is an excerpt.
	Hidden Hidden `json:"-"`
}

// Hidden are the secrets in the line of a problem, such as passwords.
type Hidden struct {
	Texts   []string
	Excerpt string // without them; "" if there are none
}

// Related is another place involved in a problem. Msg is printed before the place:
// "first defined" at site.star:3:1.
type Related struct {
	Origin Origin `json:"origin"`
	Msg    string `json:"message"`
}

// New returns a problem without a place: the place is added further out, by the caller
// of a builtin for example.
func New(code Code, hint, format string, args ...any) *Problem {
	return &Problem{Code: code, Msg: fmt.Sprintf(format, args...), Hint: hint}
}

// Error returns "file:line:col: path: message (hint)" on one line, followed by the
// number of further problems it stands for.
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

// RelatedAt returns a list of one Related, or nil if the place is not known.
func RelatedAt(at Origin, msg string) []Related {
	if at == (Origin{}) {
		return nil
	}
	return []Related{{at, msg}}
}
