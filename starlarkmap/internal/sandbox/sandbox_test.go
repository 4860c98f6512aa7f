// Sandbox: tests that programs mean the same in it, and that it ends them.

package sandbox_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/starlarkmap/internal/sandbox"
)

var dialect = &syntax.FileOptions{Set: true, TopLevelControl: true, GlobalReassign: true}

// run runs a program, in the sandbox or as the interpreter does.
func run(t *testing.T, src string, guarded bool, w *sandbox.Watch) (starlark.StringDict, error) {
	t.Helper()
	tree, err := dialect.Parse("x.star", src, 0)
	if err != nil {
		t.Fatal(err)
	}
	known := starlark.StringDict{}
	if guarded {
		sandbox.GuardOperators(tree)
		known = sandbox.Guards{Elements: 1000, TextBytes: 1000}.All()
	}
	program, err := starlark.FileProgram(tree, known.Has)
	if err != nil {
		t.Fatal(err)
	}
	thread := &starlark.Thread{Name: "test"}
	if w != nil {
		w.Begin(thread)
		defer w.End(thread)
	}
	return program.Init(thread, known)
}

func TestRewrittenProgramsMeanTheSame(t *testing.T) {
	for _, src := range []string{
		`x = 1 + 2 * 3 % 4`,
		`x = [1] + [2] * 3`,
		`x = "a%s" % ("b",) + "c" * 2`,
		"x = [1]\ny = x\nx += [2]\nz = y == x",
		"x = {\"a\": [1]}\nx[\"a\"] += [2]\nx[\"a\"] *= 2\nx[\"b\"] = 7\nx[\"b\"] %= 4",
		"n = []\ndef key():\n    n.append(1)\n    return \"k\"\nx = {\"k\": 2}\nx[key()] *= 3\nx[key()] %= 4",
		`x = [a + b for a in [1, 2] for b in [3] if a * b != 3]`,
		`x = ", ".join(["a", "b"]).replace("a", "ccc").split(", ")`,
		`x = (lambda a, b = 1 + 1: a * b)(3)`,
		`x = (1, 2) == (1, 2) and "a" != "b" and {1: 2} == {1: 2}`,
		`x = set([1, 2]).union([3]).difference([1])`,
		`x = str([1, "a", None]) + repr("q") + str(getattr("a,b", "split")(","))`,
	} {
		want, err := run(t, src, false, nil)
		if err != nil {
			t.Fatalf("%s: %v", src, err)
		}
		got, err := run(t, src, true, nil)
		if err != nil {
			t.Errorf("%s: %v", src, err)
			continue
		}
		for _, name := range want.Keys() {
			if _, isFunction := want[name].(*starlark.Function); !isFunction && got[name].String() != want[name].String() {
				t.Errorf("%s: %s is %s, want %s", src, name, got[name], want[name])
			}
		}
	}
}

func TestValuesThatAreTooLarge(t *testing.T) {
	for _, src := range []string{
		`x = "a" * 1001`, `x = [1] * 1001`, `x = range(1001)`, `x = ("a" * 600) + ("b" * 600)`,
		`x = "%s%s" % ("a" * 600, "b")`, `x = ("a" * 500).replace("a", "bbb")`,
		`x = getattr(",", "join")(["a" * 600, "b" * 600])`, "x = int(\"9\" * 900)\nfor i in range(6):\n    x *= x", `x = json.decode("[" * 300)`,
	} {
		_, err := run(t, src, true, nil)
		var p *problem.Problem
		if !errors.As(err, &p) || p.Code != problem.CodeSizeLimit {
			t.Errorf("%s: %v, want a problem of size", src, err)
		}
	}
}

func TestRunsThatDoNotEnd(t *testing.T) {
	const forever = "for i in range(1000):\n    for j in range(1000):\n        for k in range(1000):\n            i += 1"
	long := sandbox.Bounds{Steps: 1 << 40, Time: time.Hour, Grace: time.Hour, Heap: 1 << 40, StepsField: "Steps", TimeField: "Time"}
	steps, short := long, long
	steps.Steps, short.Time = 50_000, time.Millisecond
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, row := range []struct {
		ctx    context.Context
		bounds sandbox.Bounds
		want   problem.Code
	}{
		{t.Context(), steps, problem.CodeStepLimit},
		{t.Context(), short, problem.CodeTimeLimit},
		{canceled, long, problem.CodeCanceled},
	} {
		var why *problem.Problem
		err, returned := sandbox.Supervise(row.ctx, row.bounds, func(w *sandbox.Watch) error {
			_, err := run(t, forever, true, w)
			why = w.Reason()
			return err
		})
		if why == nil { // it was not even begun
			errors.As(err, &why)
		}
		if err == nil || !returned || why == nil || why.Code != row.want {
			t.Errorf("%v (returned %v) because of %v, want %s", err, returned, why, row.want)
		}
	}
}
