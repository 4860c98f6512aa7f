// Sources: tests of places and what stands there.

package source_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/starlarkmap/internal/source"
)

// add makes a file of text, or reports why it cannot be one.
func add(t *testing.T, text string) (*source.Files, *source.File, *problem.Problem) {
	t.Helper()
	s := source.New("x.star", source.Limits{Nesting: 20, Clauses: 3}, []string{"container"})
	f, p := s.Add("x.star", []byte(text))
	return s, f, p
}

// The carets of a problem stand under what begins at its place.
func TestQuotes(t *testing.T) {
	const text = "\ufeffx = container(a = [1, 2],\r\n    b = {\"k\": f(1) + 2})\ny.z.zz = \"é\" + x"
	s, _, p := add(t, text)
	if p != nil {
		t.Fatal(p)
	}
	for _, row := range []struct {
		line, col int
		want      problem.Origin // line and column of the end; zero: not known
	}{
		{1, 1, problem.Origin{Line: 1, Col: 2}},
		{1, 5, problem.Origin{Line: 2, Col: 25}},  // the call
		{1, 15, problem.Origin{Line: 1, Col: 25}}, // a keyword with its value
		{2, 10, problem.Origin{Line: 2, Col: 13}}, // a key
		{2, 15, problem.Origin{Line: 2, Col: 19}}, // the call, not the sum
		{3, 1, problem.Origin{Line: 3, Col: 7}},   // the target of an assignment
		{3, 2, problem.Origin{}},
	} {
		_, end, ok := s.Quote(problem.Origin{File: "x.star", Line: row.line, Col: row.col})
		end.File = ""
		if !ok || end != row.want {
			t.Errorf("%d:%d ends at %v (%v), want %v", row.line, row.col, end, ok, row.want)
		}
	}
	line, _, _ := s.Quote(problem.Origin{File: "x.star", Line: 1, Col: 1})
	if want := "x = container(a = [1, 2],"; line != want {
		t.Errorf("line 1 is %q, want %q", line, want)
	}
	for _, at := range []problem.Origin{{}, {File: "x.star", Line: 4, Col: 1}, {File: "x.star"}, {File: "y.star", Line: 1, Col: 1}} {
		if _, _, ok := s.Quote(at); ok {
			t.Errorf("there is a line at %v", at)
		}
	}
}

func TestTextsThatAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		"x = 1\ny = \x00":    "x.star:2:5: NUL byte in source",
		"x = 'é\xff'":        "x.star:1:7: not UTF-8 (byte 0xff) (save the file as UTF-8)",
		"x = '\ufffd'\n\xc3": "x.star:2:1: not UTF-8 (byte 0xc3) (save the file as UTF-8)",
	} {
		if _, _, p := add(t, text); p == nil || p.Error() != want {
			t.Errorf("%q: %v, want %s", text, p, want)
		}
	}
}

func TestErrorsOfTheInterpreter(t *testing.T) {
	for text, want := range map[string]string{
		"x = contaner()":    `x.star:1:5: undefined: contaner (did you mean "container"?)`,
		"x = true\ny = nil": "x.star:1:5: undefined: true (write True)\nx.star:2:5: undefined: nil (write None)",
		"x = ((((((((((((((((((((1))))))))))))))))))))":       "x.star:1:24: nested deeper than 20 (name parts of it, or put them in a list)",
		"x = [1 for a in b for a in b for a in b for a in b]": "x.star:1:5: a comprehension with 4 clauses, the limit is 3",
		"x = = 1": "x.star:1:5: got '=', want primary expression",
	} {
		s, f, p := add(t, text)
		if p != nil {
			t.Fatal(p)
		}
		_, err := s.Compile(f, func(name string) bool { return name == "container" || name == "b" })
		if err == nil {
			t.Errorf("%s compiles", text)
			continue
		}
		if diff := cmp.Diff(want, s.Problems(err, nil).Error()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}
