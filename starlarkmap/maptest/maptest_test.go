// Tests of maps: tests of the runner.

package maptest_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/starlarkmap"
	"github.com/dmap-dev/dmap/starlarkmap/maptest"
)

// What t and its engines do is tried by a test file.
func TestEngine(t *testing.T) {
	file := maptest.Run(t.Context(), "testdata/engine_test.star", maptest.Options{})
	if file.Err != nil {
		t.Fatal(file.Err)
	}
	if len(file.Tests) < 15 {
		t.Errorf("%d tests only", len(file.Tests))
	}
	for _, test := range file.Tests {
		t.Run(test.Name, func(t *testing.T) {
			if test.Err != nil {
				var b strings.Builder
				_ = problem.Write(&b, test.Err) // a builder never fails
				t.Error(b.String())
			}
		})
	}
}

// one runs a test with that body.
func one(t *testing.T, body string, o maptest.Options) maptest.Test {
	t.Helper()
	name := filepath.Join(t.TempDir(), "x_test.star")
	src := "def test_x(t):\n    " + strings.ReplaceAll(body, "\n", "\n    ") + "\n"
	if err := os.WriteFile(name, []byte(src), 0o666); err != nil {
		t.Fatal(err)
	}
	file := maptest.Run(t.Context(), name, o)
	if file.Err != nil {
		t.Fatal(file.Err)
	}
	return file.Tests[0]
}

// An option function, which a plan calls, makes no plan and no engine, so that it never
// calls itself; it may compare.
func TestOptionFunctions(t *testing.T) {
	for call, want := range map[string]string{
		`t.check(ms[0])`:                "check: an option function cannot call it, only the test itself",
		`e.plan(ms[0], "start")`:        "plan: an option function cannot call it",
		`t.engine()`:                    "engine: an option function cannot call it",
		`t.maps("x.star")`:              "maps: an option function cannot call it",
		`e.create("y")`:                 "create: an option function cannot call it",
		`t.fails(lambda: fail("x"))`:    "while the map file runs",
		`t.equal(ctx.container, "b")`:   `got "a", want "b"`,
		`t.equal(ctx.container, "a")`:   "",
		`t.contains(e.containers, "a")`: `"a" is not in`,
	} {
		got := one(t, "ms = []\ne = t.engine()\ndef o(ctx):\n    "+call+"\n    return {}\n"+
			"ms.append(container_map(\"m\", {\"a\": {\"create_options\": o}}))\ne.plan(ms[0], \"start\")", maptest.Options{})
		if got.Err == nil != (want == "") || got.Err != nil && !strings.Contains(got.Err.Error(), want) {
			t.Errorf("%s: got %v, want %q", call, got.Err, want)
		}
	}
}

// Every check can fail, and every method refuses what it does not know.
func TestFailures(t *testing.T) {
	for body, want := range map[string]string{
		`t.equal(1, 2)`:                               "x_test.star:2:5: got 1, want 2",
		`t.equal([1], (1,))`:                          "got [1], want (1,)",
		`t.equal("1", 1, "the port")`:                 `the port: got "1", want 1`,
		`t.equal(1, 2, msg = [3])`:                    "[3]: got 1",
		`t.equal(1)`:                                  "equal: missing argument for want",
		`t.equal("a\nb", "a")`:                        "the texts differ in line 2\n    got  \"b\"\n    want no such line",
		`t.true(None)`:                                "got None, want a true value",
		`t.contains("abc", "x")`:                      `"x" is not in`,
		`t.contains([1], 2)`:                          "2 is not in",
		`t.contains(1, 2)`:                            "unknown binary op: int in int",
		`t.fails(lambda: 1)`:                          "lambda did not fail",
		`t.fails(lambda: 1, "x")`:                     `lambda did not fail, want an error with "x"`,
		`t.fails(lambda: fail("y"), "x")`:             "not the error that is wanted",
		`t.fails(lambda: container(imge = 1), "x")`:   "unknown property",
		`t.fails(1)`:                                  "fails: for parameter fn: got int, want callable",
		`t.equals(1, 1)`:                              `t has no .equals (did you mean "equal"?)`,
		`t.x = 1`:                                     "can't assign to .x field of t",
		`t.check(1)`:                                  "want a container_map, got int 1",
		`t.maps("x.star", env = {1: None})`:           "maps: env: want names (strings), got int",
		`t.maps("")`:                                  `cannot load ""`,
		`t.maps("a\\b.star")`:                         `cannot load "a\\b.star"`,
		`t.engine().plan()`:                           `plan: want a map, an action and targets, such as plan(site, "start", "web")`,
		`t.engine().plan(1, "start")`:                 "want a container_map, got int 1",
		`t.engine().plan(container_map("m"), 1)`:      "plan: action and targets: want text, got int",
		`t.engine().run(container_map("m"), "strat")`: `unknown action "strat" (did you mean "start"?)`,
		`t.engine().fail("container.strat")`:          `there is no operation "container.strat" (did you mean "container.start"?)`,
		`t.engine().fail("container.stop", status=9)`: "status: want 400 to 599, got 9",
		`t.engine().fail("container.stop", times=0)`:  "times: want a number of calls, or -1 for all, got 0",
		`t.engine().advance("x")`:                     "advance: want a time",
		`t.engine().advance("-1s")`:                   "advance: want a time",
		`t.engine().create("m.a", labels = {"a": 1})`: "create: labels: want text",
		`t.engine(images = []).create("m.a")`:         "other",
		`t.engine().containers["x"]`:                  `key "x" not in dict`,
		`t.engine().containers.update({"x": 1})`:      "frozen",
		`t.engine().plan(container_map("m"), "start").steps.append(1)`: "frozen list",
	} {
		t.Run(body, func(t *testing.T) {
			got := one(t, body, maptest.Options{})
			if got.Err == nil || !strings.Contains(got.Err.Error(), want) {
				t.Errorf("got  %v\nwant %s", got.Err, want)
			}
		})
	}
}

// A test ends, whatever it does with engines.
func TestLimits(t *testing.T) {
	limits := starlarkmap.Limits{Steps: 20_000, Time: 5 * time.Minute} // a busy machine needs its time
	for body, want := range map[string]string{
		"for i in range(1000000):\n    t.engine().containers":         "step limit",
		"l = [t]\nfor i in range(30):\n    l = [l, l]\nt.equal(l, 1)": "got list(…), want 1",
		"x = \"x\" * 1000000\nt.equal(x, x + \"y\")":                  "not equal",
	} {
		got := one(t, body, maptest.Options{Limits: limits})
		if got.Err == nil || !strings.Contains(got.Err.Error(), want) {
			t.Errorf("%s: got %v, want %s", body, got.Err, want)
		}
		if got.Err != nil && len(got.Err.Error()) > 20_000 {
			t.Errorf("%s: the message has %d bytes", body, len(got.Err.Error()))
		}
	}
}

func TestPrinted(t *testing.T) {
	got := one(t, "print(1)\nprint(2)", maptest.Options{})
	var texts []string
	for _, line := range got.Printed {
		texts = append(texts, filepath.Base(line.Origin.String())+" "+line.Text)
	}
	if diff := cmp.Diff([]string{"x_test.star:2:5 1", "x_test.star:3:5 2"}, texts); diff != "" {
		t.Error(diff)
	}
}

// Tests run in the order of the file, each alone; what is no test does not run.
func TestOrder(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "x_test.star")
	src := `load("y.star", "test_y")
state = []
test_data = []
def test_b(t): pass
def helper(t): fail("no test")
def test_a(t): state.append(1)
test_c = lambda t: fail("c")
`
	for file, text := range map[string]string{name: src, filepath.Join(dir, "y.star"): "def test_y(t): fail(\"elsewhere\")\n"} {
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	run := func(ctx context.Context, o maptest.Options) (names []string) {
		for _, test := range maptest.Run(ctx, name, o).Tests {
			mark := " passed"
			if test.Err != nil {
				mark = " failed"
			}
			names = append(names, test.Name+mark)
		}
		return names
	}
	if diff := cmp.Diff([]string{"test_b passed", "test_a failed", "test_c failed"}, run(t.Context(), maptest.Options{})); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"test_a failed"}, run(t.Context(), maptest.Options{Run: regexp.MustCompile("a$")})); diff != "" {
		t.Error(diff)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if got := run(ended, maptest.Options{}); got != nil {
		t.Errorf("after the end of the context: %v", got)
	}
}

// When the context ends, so does the test, and no other one begins.
func TestInterrupted(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x_test.star")
	src := "def test_a(t):\n    for i in range(1000):\n        sorted(range(300000), reverse = True)\ndef test_b(t): pass\n"
	if err := os.WriteFile(name, []byte(src), 0o666); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	file := maptest.Run(ctx, name, maptest.Options{})
	if len(file.Tests) != 1 || !errors.Is(file.Tests[0].Err, context.DeadlineExceeded) {
		t.Errorf("got %d tests: %v", len(file.Tests), file.Tests)
	}
}

// The second of two tests of one name would hide the first.
func TestTwice(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x_test.star")
	src := "def test_a(t): pass\ndef f(): pass\ndef f(): pass\ndef test_a(t): pass\n"
	if err := os.WriteFile(name, []byte(src), 0o666); err != nil {
		t.Fatal(err)
	}
	file := maptest.Run(t.Context(), name, maptest.Options{})
	if file.Err == nil || !strings.HasPrefix(file.Err.Error(), name+":4:5: the test test_a is defined twice") || len(file.Tests) > 0 {
		t.Errorf("got %v and %d tests", file.Err, len(file.Tests))
	}
}

// A link that leads out of the folder is not followed.
func TestLinkOut(t *testing.T) {
	dir := t.TempDir()
	outside := filepath.Join(t.TempDir(), "site.star")
	name := filepath.Join(dir, "x_test.star")
	for file, text := range map[string]string{outside: `container_map("m")`, name: "def test_x(t):\n    t.maps(\"site.star\")\n"} {
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(outside, filepath.Join(dir, "site.star")); err != nil {
		t.Skip(err)
	}
	file := maptest.Run(t.Context(), name, maptest.Options{})
	if got := file.Tests[0].Err; got == nil || !strings.Contains(got.Error(), "escapes") {
		t.Errorf("got %v", got)
	}
}

func TestFind(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, name := range []string{"b_test.star", "a/c_test.star", "a/d.star", ".git/e_test.star", "a/.x/f_test.star", "z_test.star/g_test.star"} {
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("a", ".link"); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct{ paths, want []string }{
		{[]string{".link"}, []string{".link/c_test.star"}},
		{[]string{"."}, []string{"a/c_test.star", "b_test.star", "z_test.star/g_test.star"}},
		{[]string{"b_test.star", ".", "./b_test.star"}, []string{"b_test.star", "a/c_test.star", "z_test.star/g_test.star"}},
		{[]string{".git"}, []string{".git/e_test.star"}},
		{nil, nil},
	} {
		got, err := maptest.Find(row.paths)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(row.want, got); diff != "" {
			t.Errorf("%v: %s", row.paths, diff)
		}
	}
	for _, bad := range []string{"nope", "a/d.star"} {
		if _, err := maptest.Find([]string{bad}); err == nil || !strings.HasPrefix(err.Error(), bad+": ") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}
