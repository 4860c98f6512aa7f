// Program text to model: hints, each followed.

package starlarkmap_test

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/starlarkmap"
)

// Whoever falls into a trap of Starlark is told what to write instead, and that works.
func TestHintsOfTrapsWork(t *testing.T) {
	const lib = "base = {\"a\": {\"b\": 1}}\nl = [1]\ns = set([1])\na = 1\nb = 2\n"
	for name, row := range map[string]struct {
		program string
		hint    string // a part of it
		then    string // the program of whoever follows it
	}{
		"load in an if":       {"if True:\n    load(\"lib.star\", \"a\")\n", `at the top level of the file, and choose among its values instead: x = a if … else b`, "load(\"lib.star\", \"a\", \"b\")\nx = a if True else b\n"},
		"load in a function":  {"def f():\n    load(\"lib.star\", \"a\")\n", "at the top level of the file", "load(\"lib.star\", \"a\")\ndef f():\n    return a\n"},
		"load of a value":     {"x = \"lib.star\"\nload(x, \"a\")\n", `load("file.star", "name")`, "load(\"lib.star\", \"a\")\n"},
		"load without quotes": {"load(\"lib.star\", a)\n", `load("file.star", "name")`, "load(\"lib.star\", \"a\")\n"},
		"frozen dict":         {"load(\"lib.star\", \"base\")\nbase[\"x\"] = 1\n", "mine = dict(base)", "load(\"lib.star\", \"base\")\nmine = dict(base)\nmine[\"x\"] = 1\n"},
		"frozen inner dict":   {"load(\"lib.star\", \"base\")\nbase[\"a\"].update(c = 1)\n", `mine = dict(base["a"])`, "load(\"lib.star\", \"base\")\nmine = dict(base[\"a\"])\nmine.update(c = 1)\n"},
		"frozen list":         {"load(\"lib.star\", \"l\")\nl.append(1)\n", "mine = list(l)", "load(\"lib.star\", \"l\")\nmine = list(l)\nmine.append(1)\n"},
		"frozen +=":           {"load(\"lib.star\", \"l\")\nl += [1]\n", "mine = list(l)", "load(\"lib.star\", \"l\")\nmine = list(l)\nmine += [1]\n"},
		"frozen set":          {"load(\"lib.star\", \"s\")\ns.add(2)\n", "mine = set(s)", "load(\"lib.star\", \"s\")\nmine = set(s)\nmine.add(2)\n"},
		"frozen, removed":     {"load(\"lib.star\", \"l\")\nl.remove(1)\n", "mine = list(l)", "load(\"lib.star\", \"l\")\nmine = list(l)\nmine.remove(1)\n"},
		"is":                  {"x = None\ny = 1 if x is None else 2\n", "compare with == or !=, as in x == None", "x = None\ny = 1 if x == None else 2\n"},
		"is not":              {"x = None\ny = 1 if x is not None else 2\n", "compare with == or !=", "x = None\ny = 1 if x != None else 2\n"},
		"text and number":     {"n = 1\nx = \"web\" + n\n", "str(n)", "n = 1\nx = \"web\" + str(n)\n"},
		"number and text":     {"s = \"1\"\nx = 1 + s\n", "int(s)", "s = \"1\"\nx = 1 + int(s)\n"},
		"text, then number":   {"x = \"web\"\nn = 1\nx += n\n", "str(n)", "x = \"web\"\nn = 1\nx += str(n)\n"},
		"two dictionaries":    {"x = {} + {}\n", "join dictionaries with |", "x = {} | {}\n"},
		"changed in a loop":   {"values = [1]\nfor x in values:\n    values.append(x)\n", "for x in list(values)", "values = [1]\nfor x in list(values):\n    values.append(x)\n"},
		"library not loaded":  {"x = tcp(80)\n", `load("@stdlib//health.star", "tcp")`, "load(\"@stdlib//health.star\", \"tcp\")\nx = tcp(80)\n"},
		"import":              {"import os\n", `load("file.star", "name")`, "load(\"lib.star\", \"a\")\n"},
	} {
		files := fstest.MapFS{"lib.star": &fstest.MapFile{Data: []byte(lib)}}
		load := func(text string) error {
			files["site.star"] = &fstest.MapFile{Data: []byte(text)}
			_, err := starlarkmap.Load(t.Context(), "site.star", &starlarkmap.Options{FS: files})
			return err
		}
		var p *problem.Problem
		if err := load(row.program); !errors.As(err, &p) || !strings.Contains(p.Hint, row.hint) {
			t.Errorf("%s: want the hint %q, got %v", name, row.hint, err)
		}
		if err := load(row.then); err != nil {
			t.Errorf("%s: the hint does not help: %v", name, err)
		}
	}
}

// Every function of the standard library is found by its name, and by no other.
func TestEveryFunctionOfTheLibraryIsOffered(t *testing.T) {
	for _, name := range []string{"tcp", "http", "dotenv", "of", "_port", "test_tcp"} {
		_, err := starlarkmap.Load(t.Context(), "site.star", &starlarkmap.Options{Src: "x = " + name + "\n"})
		var p *problem.Problem
		if !errors.As(err, &p) {
			t.Fatalf("%s: %v", name, err)
		}
		_, load, offered := strings.Cut(p.Hint, "load it first: ")
		if !offered {
			if name == "tcp" || name == "dotenv" {
				t.Errorf("%s is not offered: %q", name, p.Hint)
			}
			continue
		}
		if _, err := starlarkmap.Load(t.Context(), "site.star", &starlarkmap.Options{Src: load + "\nx = " + name + "\n"}); err != nil {
			t.Errorf("%s: %s: %v", name, load, err)
		}
	}
}

// What a function of the standard library finds wrong is shown at the line that called
// it; the library's own line stands below.
func TestFaultsOfCallsOfTheLibrary(t *testing.T) {
	for text, line := range map[string]int{
		"load(\"@stdlib//health.star\", \"tcp\")\ntcp(\"x\")\n":                                      2,
		"load(\"@stdlib//health.star\", \"tcp\")\ndef f(p):\n    return tcp(p)\nf(0)\n":              3,
		"load(\"@stdlib//units.star\", size = \"bytes\")\nx = [\n    size(s) for s in [\"1x\"]\n]\n": 3,
	} {
		_, err := starlarkmap.Load(t.Context(), "site.star", &starlarkmap.Options{Src: text})
		var p *problem.Problem
		if !errors.As(err, &p) || p.Origin.File != "site.star" || p.Origin.Line != line || len(p.Related) != 1 || !strings.HasPrefix(p.Related[0].Origin.File, "@stdlib//") {
			t.Errorf("%s: want line %d, got %v", text, line, err)
		}
	}
}
