// Problems: tests of problems as errors.

package problem_test

import (
	"errors"
	"io/fs"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine/problem"
)

func TestProblemsAsErrors(t *testing.T) {
	ps := problem.Problems{
		{Code: problem.CodeWrongType, Origin: problem.Origin{File: "b.star", Line: 1, Col: 2}, Path: "a > image", Msg: "second", Hint: "do it"},
		{Code: problem.CodeDuplicate, Origin: problem.Origin{File: "a.star", Line: 10, Col: 1}, Msg: "first", Cause: fs.ErrNotExist},
	}
	err := ps.Err(nil)
	if got, want := err.Error(), "a.star:10:1: first\nb.star:1:2: a > image: second (do it)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	var one *problem.Problem
	if !errors.As(err, &one) || !errors.Is(err, fs.ErrNotExist) {
		t.Error("the problems cannot be reached through the error")
	}
	if err := (problem.Problems{}).Err(nil); err != nil {
		t.Errorf("no problems are an error: %v", err)
	}
	if diff := cmp.Diff(problem.Problems{{Path: "a > image"}, {Path: "a"}}, problem.Problems{{Path: "image"}, {}}.Under("a")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
