// Problems: tests of what a person reads.

package problem_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine/problem"
)

func TestWriteOtherErrors(t *testing.T) {
	for _, row := range []struct {
		err  error
		want string
	}{
		{nil, ""},
		{errors.New("plain \x1b"), "plain \ufffd\n"},
		{fmt.Errorf("w: %w", &problem.Problem{Msg: "one", Hint: "h"}), "one\n   = hint: h\n"},
		{problem.Problems{{Msg: "one", Origin: problem.Origin{File: "a", Line: 1, Col: 2}}, {Msg: "two", Origin: problem.Origin{File: "b", Line: 1, Col: 1}}},
			"a:1:2: one\nb:1:1: two\n2 problems in 2 files\n"},
	} {
		var out strings.Builder
		if err := problem.Write(&out, row.err); err != nil || out.String() != row.want {
			t.Errorf("got %q, want %q", out.String(), row.want)
		}
	}
	if err := problem.Write(failingWriter{}, errors.New("x")); !errors.Is(err, errWrite) {
		t.Errorf("got %v, want the writer's error", err)
	}
}

type failingWriter struct{}

var errWrite = errors.New("disk full")

func (failingWriter) Write([]byte) (int, error) { return 0, errWrite }

// A line in a loop that is wrong a thousand times is one mistake.
func TestOneMistakeIsPrintedOnce(t *testing.T) {
	var ps problem.Problems
	at := problem.Origin{File: "site.star", Line: 1, Col: 1}
	for i := range 1000 {
		p := ps.Add(problem.CodeUnknownKey, at, fmt.Sprintf("containers > c%d", i), "unknown property %q", "imge")
		p.Hint = `did you mean "image"?`
		ps.Add(problem.CodeUnknownAlias, at, fmt.Sprintf("containers > c%d > binds[0]", i), "unknown alias %q", fmt.Sprint("data", i))
	}
	ps.Add(problem.CodeWrongType, at, "", "another")
	var out strings.Builder
	if err := problem.Write(&out, ps.Err(text("c = container(imge)"))); err != nil {
		t.Fatal(err)
	}
	want := `site.star:1:1: containers > c0: unknown property "imge"
   |
 1 | c = container(imge)
   | ^
   = also containers > c1
   = also containers > c2
   = also containers > c3
   = and 996 more like this
   = hint: did you mean "image"?
site.star:1:1: containers > c0 > binds[0]: unknown alias "data0"
   |
 1 | c = container(imge)
   | ^
   = also containers > c1 > binds[0]: unknown alias "data1"
   = also containers > c2 > binds[0]: unknown alias "data2"
   = also containers > c3 > binds[0]: unknown alias "data3"
   = and 996 more like this
site.star:1:1: another
   |
 1 | c = container(imge)
   | ^
3 problems in site.star
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// text is the source of a file with one line, of which no place has a known end.
type text string

func (s text) Quote(at problem.Origin) (string, problem.Origin, bool) {
	return string(s), problem.Origin{}, at.Line == 1
}

func TestPrintable(t *testing.T) {
	for _, row := range []struct{ in, want, line string }{
		{"plain é 漢", "plain é 漢", "plain é 漢"},
		{"a\nb\tc\r", "a\nb c ", "a b c "},
		{"\x1b[31m\x07", "\ufffd[31m\ufffd", "\ufffd[31m\ufffd"},
		{"a\u202eb\u200bc", "a\ufffdb\ufffdc", "a\ufffdb\ufffdc"}, // turns the direction; has no width
		{"\xff", "\ufffd", "\ufffd"},
	} {
		if got := problem.Printable(row.in); got != row.want {
			t.Errorf("Printable(%q) is %q, want %q", row.in, got, row.want)
		}
		if got := problem.PrintableLine(row.in); got != row.line {
			t.Errorf("PrintableLine(%q) is %q, want %q", row.in, got, row.line)
		}
	}
}
