// Program text to model: tests that no program harms the process that loads it.

package starlarkmap_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/starlarkmap"
)

// hostile are programs that would exhaust time, memory or stack, or make the
// interpreter panic. want is part of the message, "" for programs that may succeed.
func hostile() map[string]struct{ src, want string } {
	graph := "x = (1,)\nfor i in range(40):\n    x = (x, x)\n"
	lists := "x = [1]\nfor i in range(40):\n    x = [x, x]\n"
	return map[string]struct{ src, want string }{
		"endless loop":              {"for i in range(1000000):\n  for j in range(1000000):\n    pass\n", "step limit"},
		"while":                     {"while True:\n  pass\n", "while loops"},
		"recursion":                 {"def f():\n  f()\nf()\n", "called recursively"},
		"repeat a string":           {`x = "a" * (1 << 29)`, "repeating a string"},
		"repeat a string, reversed": {`x = (1 << 100) * "a"`, "repeating a string"},
		"repeat a list":             {`x = [0] * ((1 << 30) - 1)`, "repeating a list"},
		"repeat a tuple":            {`x = (0,) * ((1 << 30) - 1)`, "repeating a tuple"},
		"repeat bytes":              {`x = b"a" * (1 << 29)`, "repeating a bytes"},
		"repeat in place":           {"x = \"a\"\nx *= 1 << 29\n", "repeating a string"},
		"repeat an element":         {"x = [[0]]\nx[0] *= 1 << 29\n", "repeating a list"},
		"repeat an attribute":       {"m = container_map(\"m\")\nm.repository = \"a\"\nm.repository *= 1 << 29\n", "repeating a string"},
		"squares":                   {"x = 10\nfor i in range(60):\n    x *= x\n", "product"},
		"doubling a string":         {"x = \"a\" * 16\nfor i in range(60):\n    x += x\n", "joining texts"},
		"doubling a list":           {"x = [1]\nfor i in range(60):\n    x += x\n", "joining"},
		"doubling by extend":        {"x = [1]\nfor i in range(60):\n    x.extend(x)\n", "joining"},
		"doubling by plus":          {"x = (1,)\nfor i in range(60):\n    x = x + x\n", "joining"},
		"replace":                   {`x = ("a" * 1000000).replace("a", "b" * 1000000)`, "replace: "},
		"replace by getattr":        {`x = getattr("a" * 1000000, "replace")("a", "b" * 1000000)`, "replace: "},
		"replace nothing":           {`x = ("a" * 1000000).replace("", "b" * 1000000)`, "replace: "},
		"join":                      {`x = "".join(["a" * 1000000] * 100000)`, "join: "},
		"join with a long text":     {`x = ("a" * 1000000).join(["a"] * 100000)`, "join: "},
		"format with %":             {`x = ("%s" * 1000) % tuple(["a" * 1000000] * 1000)`, "%: "},
		"format with % and names":   {`x = ("%(a)s" * 100000) % {"a": "a" * 1000000}`, "%: "},
		"format":                    {`x = ("{0}" * 1000000).format("a" * 1000000)`, "format: "},
		"str":                       {`x = str(["a" * 1000000] * 1000000)`, "str: "},
		"repr":                      {`x = repr(["a" * 1000000] * 1000000)`, "repr: "},
		"fail":                      {`fail(["a" * 1000000] * 1000000)`, "fail: "},
		"print":                     {`print(["a" * 1000000] * 1000000)`, "print: "},
		"print many":                {`print(*(["a" * 1000000] * 1000000))`, "print: "},
		"str of a graph of tuples":  {graph + "y = str(x)\n", "str: "},
		"str of a graph of lists":   {lists + "y = str(x)\n", "str: "},
		"str of nested lists":       {"x = []\nfor i in range(10000):\n    x = [x]\ny = str(x)\n", "nested too deep"},
		"split":                     {`x = ("a" * 4194304 + "").split("a")`, ""},
		"split a long text":         {"x = \"a\" * 4000000\nx += x\ny = x.split(\"a\")\n", "split: "},
		"range":                     {`max(range(1 << 40))`, "range: "},
		"range beyond all numbers":  {`x = range(-(1 << 62) * 2, (1 << 62) * 2 - 1)`, "range: "},
		"range with a wide step":    {`x = range(0, 1 << 62, 1 << 61)[::2147483647]`, ""},
		"zip":                       {`zip(*([range(1000000)] * 1000))`, "zip: "},
		"int":                       {`int("9" * 1000000)`, "int: "},
		"set method":                {`set([1]).difference()`, "difference: "},
		"set method by getattr":     {`getattr(set([1]), "issubset")()`, "issubset: "},
		"json.decode":               {`json.decode("[" * 1000000)`, "nested deeper"},
		"json.encode":               {lists + "json.encode(x)\n", "json.encode: "},
		"json.encode_indent":        {lists + "json.encode_indent(x)\n", "json.encode: "},
		"json.indent":               {`json.indent("[" * 100 + "," * 1000000, indent = "a" * 1000000)`, "json.indent: "},
		"graph of tuples":           {graph, "more than 5000000 parts"},
		"graph held by a function":  {"def f(d = 1):\n    return d\n" + graph + "g = lambda y = x: y\nx = 1\n", "more than 5000000 parts"},
		"nested lists":              {"x = []\nfor i in range(1000000):\n    x = [x]\n", "is nested deeper than"},
		"nested tuples as a key":    {"x = ()\nfor i in range(1000000):\n    x = (x,)\ny = {x: 1}\n", "nested too deep"},
		"nested tuples in a set":    {"x = ()\nfor i in range(1000000):\n    x = (x,)\ny = set([x])\n", "is nested deeper than"},
		"nested structs as a key":   {"x = struct()\nfor i in range(500000):\n    x = struct(a = x)\ny = {x: 1}\n", "nested too deep"},
		"huge missing key":          {"{}[(\"a\" * 4000000,) * 1000]\n", "key: "},
		"huge key twice":            {"x = {(\"a\" * 4000000,) * 1000: 1}\n", "key: "},
		"struct in itself":          {"l = []\ns = struct(a = l)\nl.append(s)\nfail(s, l)\n", "struct(a = [struct(...)])"},
		"struct in itself, equal":   {"def f():\n  l = []\n  s = struct(a = l)\n  l.append(s)\n  return s\nx = f() == f()\n", "recursion depth"},
		"long chain of sums":        {"x = 1" + strings.Repeat("+1", 100000), "nested deeper than 1000"},
		"long chain of calls":       {"x = f" + strings.Repeat("()", 100000), "nested deeper than 1000"},
		"long chain of attributes":  {"x = f" + strings.Repeat(".a", 100000), "nested deeper than 1000"},
		"long chain of elif":        {"if 1:\n  pass\n" + strings.Repeat("elif 1:\n  pass\n", 20000), "nested deeper than 1000"},
		"many brackets":             {"x = " + strings.Repeat("[", 500) + strings.Repeat("]", 500), "nesting"},
		"many clauses":              {"x = [1 " + strings.Repeat("for x in [1] ", 10000) + "]", "clauses"},
		"many functions":            {manyFunctions(20000), "calls inside each other"},
		"list in itself as options": {"m = container_map(\"m\")\nl = []\nl.append(l)\nm.containers.x.create_options = {\"a\": l}\n", "nested deeper"},
		"graph as options":          {lists + "m = container_map(\"m\")\nm.containers.x.create_options = {\"a\": x}\n", "too many parts"},
		"graph as a map":            {lists + "container_map(\"m\", {\"a\": x})\n", "too many parts"},
		"graph in binds":            {lists + "container(binds = [x] * 10)\n", "too many parts"},
		"long names":                {"m = container_map(\"m\" * 4000000)\nm.containers[\"c\" * 4000000]\nm.containers[\"d\"].binds = \"e\" * 4000000\n", "no image is set"},
		"one mistake, many times":   {"for i in range(50000):\n    container(imge = 1)\n", "and 49999 more like this"},
		"many problems":             {strings.Repeat("container(imge = 1)\n", 1500), "500 more problems are left out"},
		"flood of output":           {"for i in range(20000):\n    print(\"x\" * 1000)\n", ""},
		"names of hidden builtins":  {"x = %mul\n", "got '%'"},
	}
}

// manyFunctions is a chain of functions that call each other: recursion is off,
// but nothing else limits its depth.
func manyFunctions(n int) string {
	var b strings.Builder
	b.WriteString("f = lambda: 0\n")
	b.WriteString("def make(g):\n    return lambda: g()\n")
	for i := range n {
		b.WriteString("def f" + itoa(i) + "(): return f" + itoa(i+1) + "() + 1\n")
	}
	b.WriteString("def f" + itoa(n) + "(): return 0\nf0()\n")
	return b.String()
}

func itoa(i int) string {
	if i < 10 {
		return string(rune('0' + i))
	}
	return itoa(i/10) + string(rune('0'+i%10))
}

func TestHostilePrograms(t *testing.T) {
	for name, row := range hostile() {
		t.Run(name, func(t *testing.T) {
			_, err := starlarkmap.Load(t.Context(), "site.star", &starlarkmap.Options{Src: row.src})
			checkRefusal(t, err, row.want)
		})
	}
}

func checkRefusal(t *testing.T, err error, want string) {
	t.Helper()
	if want == "" && err == nil {
		return
	}
	var ps problem.Problems
	if !errors.As(err, &ps) {
		t.Fatalf("got %T %v, want problems with %q", err, err, want)
	}
	if got := ps.Error(); want == "" || !strings.Contains(got, want) || strings.Contains(got, "internal error") {
		t.Errorf("got %.500q, want %q in it", got, want)
	}
	if len(ps.Error()) > 1<<20 {
		t.Errorf("the text of the error has %d bytes", len(ps.Error()))
	}
}

// The same programs as functions of options.
func TestHostileOptionFunctions(t *testing.T) {
	for name, row := range hostile() {
		if strings.Contains(row.src, "def ") || strings.Contains(row.src, "container") || len(row.src) > 1000 {
			continue
		}
		t.Run(name, func(t *testing.T) {
			body := "    " + strings.ReplaceAll(strings.TrimSpace(row.src), "\n", "\n    ")
			src := "def opts():\n" + body + "\n    return {}\nm = container_map(\"m\")\nm.containers.c.create_options = opts\n"
			p, err := starlarkmap.Load(t.Context(), "site.star", &starlarkmap.Options{Src: src})
			if err != nil {
				checkRefusal(t, err, row.want)
				return
			}
			_, err = p.Maps[0].Containers[0].CreateOptions.Func(t.Context(), model.OptionCall{Map: "m", Container: "c"})
			var single *problem.Problem
			switch {
			case errors.As(err, &single):
				if want := row.want; strings.Contains(single.Msg, "internal error") || single.Code == problem.CodeStuck {
					t.Errorf("got %q, want %q", single.Msg, want)
				}
			case err != nil:
				t.Errorf("got %T", err)
			}
		})
	}
}

// A builtin that cannot be stopped is left behind after the grace period.
func TestProgramThatCannotBeStopped(t *testing.T) {
	if testing.Short() {
		t.Skip("it keeps a processor busy until the test program ends")
	}
	if os.Getenv("DMAP_STUCK") == "" {
		// In a process of its own, so that nothing stays busy here.
		runSelf(t, "DMAP_STUCK=1")
		return
	}
	_, err := starlarkmap.Load(t.Context(), "site.star", &starlarkmap.Options{
		Src:    "x = (1,)\nfor i in range(40):\n    x = (x, x)\ny = set([x])\n",
		Limits: starlarkmap.Limits{Time: 50 * time.Millisecond, Grace: 50 * time.Millisecond},
	})
	var p *problem.Problem
	if !errors.As(err, &p) || p.Code != problem.CodeStuck {
		t.Errorf("got %v, want code %q", err, problem.CodeStuck)
	}
}

func TestMemoryLimit(t *testing.T) {
	_, err := starlarkmap.Load(t.Context(), "site.star", &starlarkmap.Options{
		Src:    "x = []\nfor i in range(1000000):\n    x.append(\"%d\" % i + \"a\" * 100000)\n",
		Limits: starlarkmap.Limits{Heap: 64 << 20},
	})
	want := "memory limit of 64 MiB reached"
	if got := errorText(err); !strings.Contains(got, want) {
		t.Errorf("got %q, want %q in it", got, want)
	}
}

// FuzzLoad: no source makes Load panic or crash, every error is a list of problems
// with places, and a map that loads is written as text that loads too.
func FuzzLoad(f *testing.F) {
	for _, row := range hostile() {
		if len(row.src) < 1000 {
			f.Add(row.src)
		}
	}
	for _, pattern := range []string{"../testdata/map/*.star", "testdata/errors/*.txtar"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(string(data))
		}
	}
	f.Fuzz(func(t *testing.T, src string) {
		p, err := starlarkmap.Load(t.Context(), "site.star", &starlarkmap.Options{
			Src: src, FS: files{"lib.star": "x = 1\n"}.fs(),
			Limits: starlarkmap.Limits{Steps: 20_000, Time: 2 * time.Second, Elements: 10_000, TextBytes: 100_000},
		})
		if err != nil {
			checkProblems(t, err)
			return
		}
		for _, m := range p.Maps {
			checkFormat(t, m)
		}
	})
}

func checkProblems(t *testing.T, err error) {
	var ps problem.Problems
	if !errors.As(err, &ps) || len(ps) == 0 {
		t.Fatalf("got %T %v, want problems", err, err)
	}
	for _, p := range ps {
		if p.Code == "" || p.Msg == "" || p.Code == problem.CodeInternal {
			t.Errorf("code %q, message %q", p.Code, p.Msg)
		}
		if p.Origin == (problem.Origin{}) && !strings.HasSuffix(string(p.Code), "-limit") {
			t.Errorf("no place for %q", p.Msg)
		}
	}
	var out strings.Builder
	if err := problem.Write(&out, err); err != nil {
		t.Error(err)
	}
}

func checkFormat(t *testing.T, m *model.ContainerMap) {
	if m.Validate() != nil {
		return // made with check_integrity = False
	}
	text := starlarkmap.Format(m)
	if _, err := starlarkmap.Load(t.Context(), "format.star", &starlarkmap.Options{Src: text}); err != nil {
		t.Errorf("%v\n%s", err, text)
	}
}
