// Program text to model: tests of files, load(), limits and printing.

package starlarkmap_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.starlark.net/starlark"

	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/starlarkmap"
)

// write makes files below a new folder and returns it.
func write(t *testing.T, files files) string {
	t.Helper()
	dir := t.TempDir()
	for name, data := range files {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(data), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestLoadReadsFilesBesideAndBelowTheMainFile(t *testing.T) {
	dir := write(t, files{
		"maps/site.star":  "load(\"lib/a.star\", \"a\")\nload(\"@std//x.star\", \"x\")\ncontainer_map(a + x)\n",
		"maps/lib/a.star": "load(\"./b.star\", \"b\")\nload(\"//c.star\", \"c\")\nload(\"../c.star\", again = \"c\")\na = b + c + again\n",
		"maps/lib/b.star": "b = \"b\"\n",
		"maps/c.star":     "print(\"once\")\nc = \"c\"\n",
	})
	main := filepath.Join(dir, "maps/site.star")
	var printed []string
	p, err := starlarkmap.Load(t.Context(), main, &starlarkmap.Options{
		Modules: map[string]fs.FS{"std": files{"x.star": "load(\"y/z.star\", \"z\")\nx = z\n", "y/z.star": "z = \"z\"\n"}.fs()},
		Print:   func(at problem.Origin, msg string) { printed = append(printed, at.String()+" "+msg) },
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Maps[0].Name; got != "bccz" {
		t.Errorf("got %q, want bccz", got)
	}
	want := []string{main, "lib/a.star", "lib/b.star", "c.star", "@std//x.star", "@std//y/z.star"}
	if diff := cmp.Diff(want, fileNames(p)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"c.star:1:1 once"}, printed); diff != "" {
		t.Error(diff)
	}
	if got, want := p.Maps[0].Origin.String(), main+":3:1"; got != want {
		t.Errorf("made at %s, want %s", got, want)
	}
	sum := sha256.Sum256([]byte("b = \"b\"\n"))
	if diff := cmp.Diff(hex.EncodeToString(sum[:]), p.Files[2].SHA256); diff != "" {
		t.Error(diff)
	}
}

func TestLoadNeverLeavesTheFolderOfTheMainFile(t *testing.T) {
	dir := write(t, files{"secret.star": "x = 1\n", "maps/lib/ok.star": "x = 1\n"})
	maps := filepath.Join(dir, "maps")
	for name, target := range map[string]string{
		"link.star": "../secret.star", "abs.star": filepath.Join(dir, "secret.star"), "up": "..", "in.star": "lib/ok.star",
	} {
		if err := os.Symlink(target, filepath.Join(maps, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Mkfifo(filepath.Join(maps, "fifo.star"), 0o666); err != nil {
		t.Fatal(err)
	}
	outside := "it leads outside the folder of the main file"
	for name, want := range map[string]string{
		"../secret.star":          "outside the folder of the main file",
		"//../secret.star":        "outside the folder of the main file",
		"lib/../../secret.star":   "outside the folder of the main file",
		"link.star":               outside,
		"abs.star":                outside,
		"up/secret.star":          outside,
		"fifo.star":               "not a regular file",
		"lib":                     `the name does not end in ".star"`,
		"none.star":               "no such file",
		"in.star":                 "",
		"lib/ok.star":             "",
		"//lib//ok.star":          "",
		"lib\\ok.star":            `names have no "\" and no NUL`,
		"file:///etc/passwd.star": "dmap does not download modules",
		"@m":                      `want "@name//file.star"`,
		"@m//x.star":              `there is no module "@m"`,
		"@//x.star":               `there is no module "@"`,
		"":                        `the name does not end in ".star"`,
	} {
		src := fmt.Sprintf("load(%q, \"x\")\n", name)
		_, err := starlarkmap.Load(t.Context(), filepath.Join(maps, "site.star"), &starlarkmap.Options{Src: src})
		got := ""
		var p *problem.Problem
		if errors.As(err, &p) {
			got = strings.TrimPrefix(p.Msg, fmt.Sprintf("cannot load %q: ", name))
		}
		if got != want {
			t.Errorf("load(%q): got %q, want %q", name, got, want)
		}
	}
}

func TestMainFileThatCannotBeRead(t *testing.T) {
	dir := write(t, files{"latin.star": "# \xe9", "nul.star": "x = 1\n\x00y", "bom.star": "\ufeffx = 1\r\ny = undefined\r\n"})
	if err := syscall.Mkfifo(filepath.Join(dir, "fifo.star"), 0o666); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"none.star":  "cannot read DIR/none.star: no such file",
		"fifo.star":  "cannot read DIR/fifo.star: not a regular file",
		"":           "cannot read DIR: not a regular file",
		"latin.star": "DIR/latin.star:1:3: not UTF-8 (byte 0xe9) (save the file as UTF-8)",
		"nul.star":   "DIR/nul.star:2:1: NUL byte in source",
		"bom.star":   "DIR/bom.star:2:5: undefined: undefined",
	} {
		_, err := starlarkmap.Load(t.Context(), filepath.Join(dir, name), nil)
		if got := strings.ReplaceAll(errorText(err), dir, "DIR"); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	if _, err := starlarkmap.Load(t.Context(), filepath.Join(dir, "none.star"), nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want fs.ErrNotExist", err)
	}
	if _, err := starlarkmap.Load(t.Context(), "x.star", &starlarkmap.Options{Src: 5}); err == nil {
		t.Error("a source that is an int was taken")
	}
}

// A loaded file whose name looks like that of the main file is told from it.
func TestLoadTellsFilesOfOneNameApart(t *testing.T) {
	dir := write(t, files{
		"maps/site.star":      "load(\"maps/site.star\", \"make\")\nmake()\n",
		"maps/maps/site.star": "def make():\n    container_map(5)\n",
	})
	t.Chdir(dir)
	_, err := starlarkmap.Load(t.Context(), "maps/site.star", nil)
	want := `//maps/site.star:2:5: container_map: want a name (string), got int 5 (write container_map("name", …))`
	if got := errorText(err); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestEmbeddersBuiltins(t *testing.T) {
	list := starlark.NewList([]starlark.Value{starlark.String("/x")})
	opts := &starlarkmap.Options{
		Src:      "m = container_map(\"m\")\nm.containers.a.shares = paths\nanswer = 6 * 7\n",
		Builtins: starlark.StringDict{"paths": list},
	}
	p, err := starlarkmap.Load(t.Context(), "site.star", opts)
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Globals["answer"].String(); got != "42" {
		t.Errorf("answer is %s", got)
	}
	if diff := cmp.Diff([]string{"answer", "m"}, p.Globals.Keys()); diff != "" {
		t.Error(diff)
	}
	if err := list.Append(starlark.None); err == nil {
		t.Error("the embedder's list is not frozen")
	}
	opts.Builtins = starlark.StringDict{"container": list, "range": list, "%mul": list}
	_, err = starlarkmap.Load(t.Context(), "site.star", opts)
	want := "Options.Builtins cannot replace \"%mul\"\nOptions.Builtins cannot replace \"container\"\nOptions.Builtins cannot replace \"range\""
	if got := errorText(err); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestPrintIsBounded(t *testing.T) {
	var printed []string
	_, err := starlarkmap.Load(t.Context(), "site.star", &starlarkmap.Options{
		Src:    "for i in range(10):\n    print(\"text\", i, [i], sep = \"-\")\n",
		Print:  func(at problem.Origin, msg string) { printed = append(printed, at.String()+" "+msg) },
		Limits: starlarkmap.Limits{PrintBytes: 25},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"site.star:2:5 text-0-[0]", "site.star:2:5 text-1-[1]", "site.star:2:5 further output is left out; raise Limits.PrintBytes: --limit print-bytes=…"}
	if diff := cmp.Diff(want, printed); diff != "" {
		t.Error(diff)
	}
}

func TestLoadEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cause := errors.New("enough")
	opts := &starlarkmap.Options{
		Src:    "print(\"begun\")\nfor i in range(1000000):\n    for j in range(1000000):\n        pass\n",
		Limits: starlarkmap.Limits{Steps: -1},
		Print:  func(problem.Origin, string) { cancel(cause) },
	}
	_, err := starlarkmap.Load(ctx, "site.star", opts)
	if !errors.Is(err, cause) {
		t.Errorf("got %v, want the cause of the context", err)
	}
	opts.Print = func(problem.Origin, string) { t.Error("the program ran") }
	if _, err := starlarkmap.Load(ctx, "site.star", opts); !errors.Is(err, cause) {
		t.Errorf("got %v, want the cause of the context", err)
	}
}

func TestLimits(t *testing.T) {
	chain := files{}
	for i := range 10 {
		chain[fmt.Sprintf("f%d.star", i)] = fmt.Sprintf("load(\"f%d.star\", y = \"x\")\nx = 1\n", i+1)
	}
	chain["f10.star"] = "x = 1\n"
	rows := []struct {
		name   string
		limits starlarkmap.Limits
		src    string
		want   string
	}{
		{"steps", starlarkmap.Limits{Steps: 1000}, "for i in range(10000):\n    pass\n", "site.star:1:1: step limit of 1 000 reached (raise Limits.Steps: --limit steps=…)"},
		{"source bytes", starlarkmap.Limits{SourceBytes: 10}, "x = 1234567\n", "site.star has more than 10 bytes, the limit is 10 (raise Limits.SourceBytes: --limit source-bytes=…)"},
		{"total bytes", starlarkmap.Limits{TotalBytes: 30}, "load(\"f9.star\", \"x\")\n", "site.star:1:6: the files have more than 30 bytes together, the limit is 30 (raise Limits.TotalBytes: --limit total-bytes=…)"},
		{"files", starlarkmap.Limits{Files: 3}, "load(\"f0.star\", \"x\")\n", "f1.star:1:6: cannot load \"f2.star\": more than 3 files (raise Limits.Files: --limit files=…)"},
		{"load depth", starlarkmap.Limits{LoadDepth: 3}, "load(\"f0.star\", \"x\")\n", "f2.star:1:6: files load each other more than 3 deep (raise Limits.LoadDepth: --limit load-depth=…)"},
		{"nesting", starlarkmap.Limits{Nesting: 20}, "x = 1" + strings.Repeat(" + 1", 30), "site.star:1:47: nested deeper than 20 (name parts of it, or put them in a list)"},
		{"clauses", starlarkmap.Limits{Clauses: 2}, "x = [a for a in [] for b in [] for c in []]", "site.star:1:5: a comprehension with 3 clauses, the limit is 2"},
		{"elements", starlarkmap.Limits{Elements: 5}, "x = range(6)", "site.star:1:5: range: 6 elements, the limit is 5 (raise Limits.Elements: --limit elements=…)"},
		{"text", starlarkmap.Limits{TextBytes: 5}, "x = \"abc\" * 2", "site.star:1:11: repeating a string: 3 × 2, the limit is 5 (raise Limits.TextBytes: --limit text-bytes=…)"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			chain["site.star"] = row.src
			_, err := starlarkmap.Load(t.Context(), "site.star", &starlarkmap.Options{FS: chain.fs(), Limits: row.limits})
			if got := errorText(err); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
	if _, err := starlarkmap.Load(t.Context(), "f0.star", &starlarkmap.Options{FS: chain.fs()}); err != nil {
		t.Error("within the limits:", err)
	}
}

func TestProgramIsReadOnlyAfterwards(t *testing.T) {
	p, err := starlarkmap.Load(t.Context(), "site.star", &starlarkmap.Options{Src: `
m = container_map("m")
l = [1]
c = m.containers.c
c.shares = ["/s"]
s = struct(l = l)
shares = c.shares
volumes = m.volumes
`})
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(starlark.Value) error{
		"l": func(v starlark.Value) error { return v.(*starlark.List).Append(starlark.None) },
		"c": func(v starlark.Value) error { return v.(starlark.HasSetField).SetField("image", starlark.String("x")) },
		"m": func(v starlark.Value) error {
			return v.(starlark.HasSetField).SetField("repository", starlark.String("x"))
		},
		"shares": func(v starlark.Value) error { return v.(starlark.HasSetIndex).SetIndex(0, starlark.String("/x")) },
		"volumes": func(v starlark.Value) error {
			return v.(starlark.HasSetKey).SetKey(starlark.String("a"), starlark.String("/x"))
		},
	} {
		if err := change(p.Globals[name]); err == nil || !strings.Contains(err.Error(), "frozen") {
			t.Errorf("changing %s: got %v, want an error that says frozen", name, err)
		}
	}
	containers, err := p.Globals["m"].(starlark.HasAttrs).Attr("containers")
	if err != nil {
		t.Fatal(err)
	}
	if v, err := containers.(starlark.HasAttrs).Attr("new"); err == nil {
		t.Errorf("a container was created after the program ended: %v", v)
	}
}

func TestLaterProblemsQuoteTheProgram(t *testing.T) {
	p, err := starlarkmap.Load(t.Context(), "site.star", &starlarkmap.Options{Src: "m = container_map(\"m\",\n    repository = \"r\")\n"})
	if err != nil {
		t.Fatal(err)
	}
	var later problem.Problems
	later.Add(problem.CodeWrongValue, p.Maps[0].At("repository"), "", "found later")
	later.Add(problem.CodeWrongValue, problem.Origin{}, "", "nowhere")
	later.Add(problem.CodeWrongValue, problem.Origin{File: "site.star", Line: 4, Col: 1}, "", "behind the end")
	later.Add(problem.CodeWrongValue, problem.Origin{File: "other.star", Line: 1, Col: 1}, "", "in another file")
	var got []string
	for _, found := range later.Sorted(p.Maps[0].Source) {
		got = append(got, found.Msg+":"+found.Excerpt)
	}
	want := []string{"nowhere:", "in another file:", "found later:   |\n 2 |     repository = \"r\")\n   |     ^^^^^^^^^^^^^^^^", "behind the end:"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestConcurrentLoads(t *testing.T) {
	done := make(chan error)
	for range 8 {
		go func() {
			_, err := starlarkmap.Load(t.Context(), "../testdata/map/example_attributes.star", nil)
			done <- err
		}()
	}
	var errs []error
	for range 8 {
		errs = append(errs, <-done)
	}
	if errs = slices.DeleteFunc(errs, func(err error) bool { return err == nil }); len(errs) > 0 {
		t.Error(errs)
	}
}
