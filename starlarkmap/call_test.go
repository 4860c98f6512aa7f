// Program text to model: tests of calls after the program, and of values for
// builtins of the caller.

package starlarkmap_test

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.starlark.net/starlark"

	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/starlarkmap"
)

// with calls f(do) of a program, where do hands its arguments to a Go function.
func with(t *testing.T, src string, do func(*starlark.Thread, starlark.Tuple) (starlark.Value, error)) (*starlarkmap.Program, error) {
	t.Helper()
	b := starlark.NewBuiltin("do", func(th *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		return do(th, args)
	})
	return starlarkmap.Call(t.Context(), "m.star", &starlarkmap.Options{Src: src}, "f", b)
}

func TestCallMakesMaps(t *testing.T) {
	p, err := with(t, `
m = container_map("m", {"a": {}})
def make(image):
    return container_map("m", {"a": {"image": image}})
def f(do):
    do(make("x"))
    make("y")
`, func(_ *starlark.Thread, args starlark.Tuple) (starlark.Value, error) {
		m, err := starlarkmap.MapOf(args[0])
		if err == nil && m.Containers[0].Image != "x" {
			t.Errorf("MapOf: the image is %q", m.Containers[0].Image)
		}
		return starlark.None, err
	})
	if err != nil {
		t.Fatal(err)
	}
	var images []string
	for _, m := range p.Maps {
		images = append(images, m.Containers[0].Image)
	}
	if diff := cmp.Diff([]string{"", "x", "y"}, images); diff != "" {
		t.Error(diff)
	}
	if len(p.Values()) != 3 || p.Values()[2].Type() != "container_map" {
		t.Errorf("values: %v", p.Values())
	}
}

// What goes wrong in the function is told as what goes wrong in the program.
func TestCallFails(t *testing.T) {
	rows := map[string]struct{ src, want string }{
		"no function":      {"x = 1\n", `m.star has no function "f"`},
		"not a function":   {"f = 1\n", `m.star has no function "f"`},
		"error":            {"def g():\n    fail(\"no\")\ndef f(do):\n    g()\n", "m.star:2:5: no"},
		"wrong value":      {"def f(do):\n    container_map(\"m\", {\"a\": {\"imge\": 1}})\n", "m.star:2:31: container_map > containers > a: unknown property"},
		"wrong map":        {"def f(do):\n    container_map(\"m\", {\"a\": {\"uses\": \"x\"}})\n", `container_map > containers > a > uses[0]`},
		"frozen globals":   {"l = []\ndef f(do):\n    l.append(1)\n", "frozen list"},
		"map is frozen":    {"def f(do):\n    m = container_map(\"m\", {\"a\": {}})\n    do(m)\n    m.host_root = \"/x\"\n", `map "m" is frozen: a plan was made of it`},
		"endless":          {"def f(do):\n    for i in range(1000000):\n        for j in range(1000000):\n            pass\n", "step limit of 10 000 000 reached"},
		"wrong parameters": {"def f():\n    pass\n", "accepts no arguments (1 given)"},
		"functions are frozen": {"def f(do):\n    l = []\n    m = container_map(\"m\")\n    m.containers.a.create_options = lambda: {\"a\": l}\n    do(m)\n    l.append(1)\n",
			"frozen list"},
		"graph to freeze": {"def f(do):\n    x = (1,)\n    for i in range(40):\n        x = (x, x)\n    m = container_map(\"m\")\n    m.containers.a.create_options = lambda y = x: {}\n    do(m)\n",
			"more than 5000000 parts"},
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			_, err := with(t, row.src, func(_ *starlark.Thread, args starlark.Tuple) (starlark.Value, error) {
				_, err := starlarkmap.MapOf(args[0])
				return starlark.None, err
			})
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("got %v, want %q", err, row.want)
			}
		})
	}
}

func TestCatch(t *testing.T) {
	rows := map[string]struct{ body, want string }{
		"nothing":     {"pass", ""},
		"error":       {`fail("no")`, "m.star:2:5: no"},
		"wrong value": {`container(imge = 1)`, `m.star:2:15: container: unknown property "imge" (did you mean "image"?)`},
		"both":        {`container_map(1, [container(imge = 1)])`, "m.star:2:33: container: unknown property \"imge\" (did you mean \"image\"?)\nm.star:2:5: container_map: want a name (string), got int 1 (write container_map(\"name\", …))"},
		"wrong map":   {`container_map("m", {"a": {"uses": "x"}})`, `m.star:2:39: container_map > containers > a > uses[0]: cannot use "x"`},
		"error after": {`container_map("m", {"a": {"uses": "x"}}); fail("no")`, "m.star:2:47: no"},
		"many":        {`[container(imge = 1) for i in range(2000)]`, `m.star:2:16: container: unknown property "imge" (did you mean "image"?)`},
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			got := ""
			_, err := with(t, "def g():\n    "+row.body+"\ndef f(do):\n    do(g)\n", func(th *starlark.Thread, args starlark.Tuple) (starlark.Value, error) {
				ps, err := starlarkmap.Catch(th, args[0].(starlark.Callable))
				if len(ps) > 0 {
					got = ps.Error()
				}
				return starlark.None, err
			})
			if err != nil {
				t.Errorf("what was caught is told again: %v", err)
			}
			if !strings.HasPrefix(got, row.want) || row.want == "" && got != "" {
				t.Errorf("got  %s\nwant %s", got, row.want)
			}
		})
	}
}

// A limit is no error that a program can catch.
func TestCatchStops(t *testing.T) {
	called := 0
	_, err := with(t, "def g():\n    for i in range(1000000):\n        for j in range(1000000):\n            pass\ndef f(do):\n    do(g)\n    do(g)\n",
		func(th *starlark.Thread, args starlark.Tuple) (starlark.Value, error) {
			called++
			_, err := starlarkmap.Catch(th, args[0].(starlark.Callable))
			if starlarkmap.Context(th).Err() == nil || err == nil {
				t.Errorf("the context has not ended, or there is no error: %v", err)
			}
			return starlark.None, err
		})
	if err == nil || !strings.Contains(err.Error(), "step limit") || called != 1 {
		t.Errorf("called %d times: %v", called, err)
	}
}

// A builtin that waits is told when the time of the evaluation is over.
func TestContextEnds(t *testing.T) {
	b := starlark.NewBuiltin("do", func(th *starlark.Thread, _ *starlark.Builtin, _ starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		<-starlarkmap.Context(th).Done()
		return nil, errors.New("cut off")
	})
	opts := &starlarkmap.Options{Src: "def f(do):\n    do()\n", Limits: starlarkmap.Limits{Time: 10 * time.Millisecond, Grace: time.Minute}}
	_, err := starlarkmap.Call(context.Background(), "m.star", opts, "f", b)
	if err == nil || !strings.HasPrefix(err.Error(), "m.star:2:5: time limit of 10ms reached") {
		t.Errorf("got %v", err)
	}
}

func TestText(t *testing.T) {
	l := starlark.NewList(nil)
	if err := l.Append(l); err != nil {
		t.Fatal(err)
	}
	for want, v := range map[string]starlark.Value{
		`"aé"`:       starlark.String("aé"),
		`"aaaaaaaa…`: starlark.String(strings.Repeat("a", 1000)),
		"[[...]]":    l,
		"[1, 2, 3,…": starlark.NewList([]starlark.Value{starlark.MakeInt(1), starlark.MakeInt(2), starlark.MakeInt(3), starlark.MakeInt(4)}),
		"list(…)":    starlark.NewList([]starlark.Value{starlark.String(strings.Repeat("a", 2000))}),
		"struct(a …": starlarkmap.Struct(starlark.StringDict{"a": starlark.None}),
		"None":       starlark.None,
	} {
		if got := starlarkmap.Text(v, 9); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestDescribe(t *testing.T) {
	got, err := starlarkmap.Describe("x.star", []byte(`"""About the file."""
x = 1
def _hidden():
    pass
def f(a, *, b = "é, )", **kw):
    """One.

    Two
      three.
    """
def g(): pass
`))
	if err != nil {
		t.Fatal(err)
	}
	want := &starlarkmap.FileDoc{Doc: "About the file.", Functions: []starlarkmap.FunctionDoc{
		{Name: "f", Origin: problem.Origin{File: "x.star", Line: 5, Col: 5}, Signature: `f(a, *, b = "é, )", **kw)`, Doc: "One.\n\nTwo\n  three."},
		{Name: "g", Origin: problem.Origin{File: "x.star", Line: 11, Col: 5}, Signature: "g()"},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, src := range []string{"def f(:\n", "\x00", "x = 1" + strings.Repeat("+1", 5000)} {
		var ps problem.Problems
		if _, err := starlarkmap.Describe("x.star", []byte(src)); !errors.As(err, &ps) {
			t.Errorf("%.10q: got %v", src, err)
		}
	}
}

// @stdlib is there, can be replaced and switched off, and has no way out.
func TestStdlib(t *testing.T) {
	own := map[string]fs.FS{"stdlib": fstest.MapFS{"own.star": {Data: []byte("x = 1\n")}}}
	for name, row := range map[string]struct {
		src     string
		modules map[string]fs.FS
		want    string
	}{
		"there":        {`load("@stdlib//units.star", "bytes")`, nil, ""},
		"beside":       {`load("@stdlib//units.star", "bytes")`, map[string]fs.FS{"own": fstest.MapFS{}}, ""},
		"position":     {"load(\"@stdlib//units.star\", \"bytes\")\nbytes(\"x\")\n", nil, "m.star:2:1: bytes: want a whole number"},
		"name":         {`load("@stdlib//units.star", "byte")`, nil, `m.star:1:30: "@stdlib//units.star" has no "byte" (did you mean "bytes"?)`},
		"file":         {`load("@stdlib//unit.star", "bytes")`, nil, `m.star:1:6: cannot load "@stdlib//unit.star": no such file (did you mean "units.star"?)`},
		"test":         {`load("@stdlib//units_test.star", "bytes")`, nil, "no such file"},
		"package":      {`load("@stdlb//units.star", "bytes")`, nil, `there is no module "@stdlb" (did you mean "stdlib"?)`},
		"way out":      {`load("@stdlib//../stdlib.star", "x")`, nil, "outside the folder"},
		"absolute":     {`load("@stdlib///etc/x.star", "x")`, nil, "outside the folder"},
		"off":          {`load("@stdlib//units.star", "bytes")`, map[string]fs.FS{"stdlib": nil}, `there is no module "@stdlib"`},
		"other is off": {`load("@own//x.star", "x")`, map[string]fs.FS{"own": nil}, `there is no module "@own"`},
		"replaced":     {`load("@stdlib//own.star", "x")`, own, ""},
		"hidden":       {`load("@stdlib//units.star", "bytes")`, own, "no such file"},
		"cycle": {`load("@own//a.star", "x")`, map[string]fs.FS{"own": fstest.MapFS{
			"a.star": {Data: []byte(`load("b.star", "x")`)}, "b.star": {Data: []byte(`load("@own//a.star", "x")`)}}},
			"@own//b.star:1:6: load cycle: @own//a.star:1:6 → @own//b.star:1:6 → @own//a.star"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := starlarkmap.Load(t.Context(), "m.star", &starlarkmap.Options{Src: row.src, Modules: row.modules})
			switch {
			case row.want == "" && err != nil:
				t.Error(err)
			case row.want != "" && (err == nil || !strings.Contains(err.Error(), row.want)):
				t.Errorf("got %v, want %q", err, row.want)
			}
		})
	}
}
