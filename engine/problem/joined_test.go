// Problems: tests of which problems are one.

package problem_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine/problem"
)

func TestProblemsOfOneMistake(t *testing.T) {
	here, there := problem.Origin{File: "a", Line: 2, Col: 1}, problem.Origin{File: "a", Line: 1, Col: 1}
	p := func(at problem.Origin, code problem.Code, path, msg, hint string) *problem.Problem {
		return &problem.Problem{Code: code, Origin: at, Path: path, Msg: msg, Hint: hint}
	}
	for name, row := range map[string]struct {
		in   problem.Problems
		want []string
	}{
		"by place": {problem.Problems{p(here, "x", "", "one", ""), p(there, "x", "", "two", "")},
			[]string{"a:1:1: two", "a:2:1: one"}},
		"the same again": {problem.Problems{p(here, "x", "c", "one", ""), p(here, "x", "c", "one", "")},
			[]string{"a:2:1: c: one and 1 more like this"}},
		"of another path": {problem.Problems{p(here, "x", "c", "one", ""), p(here, "x", "d", "one", "")},
			[]string{"a:2:1: c: one and 1 more like this; also d"}},
		"of other names and numbers": {problem.Problems{p(here, "x", "c", `no "a\"b" in 7`, ""), p(here, "x", "d", `no "e" in 12`, "")},
			[]string{`a:2:1: c: no "a\"b" in 7 and 1 more like this; also d: no "e" in 12`}},
		"of another container": {problem.Problems{p(here, "x", "containers > c > binds[0]", "c and a clash", ""), p(here, "x", "containers > d", "d and a clash", "")},
			[]string{"a:2:1: containers > c > binds[0]: c and a clash and 1 more like this; also containers > d: d and a clash"}},
		"of a container called like a word": {problem.Problems{p(here, "x", "containers > a", "want a string", ""), p(here, "x", "containers > b", "want a string", ""), p(here, "x", "containers > string", "want a string", "")},
			[]string{"a:2:1: containers > a: want a string and 2 more like this; also containers > b; also containers > string"}},
		"with another hint": {problem.Problems{p(here, "x", "c", "one", "h"), p(here, "x", "d", "one", "i")},
			[]string{"a:2:1: c: one (h) and 1 more like this; also d: one (i)"}},
		"of another code":   {problem.Problems{p(here, "x", "", "one", ""), p(here, "y", "", "one", "h")}, []string{"a:2:1: one", "a:2:1: one (h)"}},
		"of other words":    {problem.Problems{p(here, "x", "", "one", ""), p(here, "x", "", "two", "")}, []string{"a:2:1: one", "a:2:1: two"}},
		"at another place":  {problem.Problems{p(here, "x", "", "one", ""), p(there, "x", "", "one", "")}, []string{"a:1:1: one", "a:2:1: one"}},
		"without any place": {problem.Problems{p(problem.Origin{}, "x", "c", "one", ""), p(problem.Origin{}, "x", "d", "one", "")}, []string{"c: one", "d: one"}},
	} {
		t.Run(name, func(t *testing.T) {
			once := row.in.Sorted(nil)
			if diff := cmp.Diff(row.want, summaries(once)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(row.want, summaries(once.Sorted(nil))); diff != "" {
				t.Errorf("a second time (-want +got):\n%s", diff)
			}
		})
	}
}

func summaries(ps problem.Problems) []string {
	var out []string
	for _, p := range ps {
		text := p.Error()
		for _, also := range p.Also {
			text += "; also " + also
		}
		out = append(out, text)
	}
	return out
}

// What was joined once is joined with what is found later; nothing that somebody
// else may hold is changed.
func TestJoinedProblemsAreJoinedAgain(t *testing.T) {
	at := problem.Origin{File: "a", Line: 1, Col: 1}
	part := func(from, to int) problem.Problems {
		var ps problem.Problems
		for i := from; i < to; i++ {
			ps.Add("x", at, fmt.Sprint("c", i), "wrong")
		}
		return ps.Sorted(nil)
	}
	first, second := part(0, 2), part(2, 10)
	before := summaries(first)
	all := append(append(problem.Problems{}, first...), second...).Sorted(nil)
	want := []string{"a:1:1: c0: wrong and 9 more like this; also c1; also c2; also c3"}
	if diff := cmp.Diff(want, summaries(all)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(before, summaries(first)); diff != "" {
		t.Errorf("joining changed the parts (-before +after):\n%s", diff)
	}
}
