// Starlark modules: running the tests beside them, and what each must have.

package stdlib_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/starlarkmap"
	"github.com/dmap-dev/dmap/starlarkmap/maptest"
	"github.com/dmap-dev/dmap/stdlib"
)

// The modules are tested as maps are, by dmap test.
func TestModules(t *testing.T) {
	for _, module := range modules(t) {
		t.Run(module, func(t *testing.T) {
			file := maptest.Run(t.Context(), strings.TrimSuffix(module, ".star")+maptest.Suffix, maptest.Options{})
			if file.Err != nil || len(file.Tests) == 0 {
				t.Fatalf("no tests: %v", file.Err)
			}
			for _, test := range file.Tests {
				if test.Err != nil {
					var b strings.Builder
					_ = problem.Write(&b, test.Err) // a builder never fails
					t.Errorf("%s\n%s", test.Name, b.String())
				}
			}
		})
	}
}

// Every module beside this test ships, and no test does.
func TestFS(t *testing.T) {
	files, err := filepath.Glob("*.star")
	if err != nil {
		t.Fatal(err)
	}
	files = slices.DeleteFunc(files, func(f string) bool { return strings.HasSuffix(f, maptest.Suffix) })
	if diff := cmp.Diff(files, modules(t)); diff != "" {
		t.Errorf("files in the folder and in FS (-folder +FS):\n%s", diff)
	}
}

// Every function is documented and tested, and the modules need no other file.
func TestDocumented(t *testing.T) {
	for _, module := range modules(t) {
		src, err := fs.ReadFile(stdlib.FS(), module)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := starlarkmap.Describe(module, src)
		if err != nil {
			t.Fatal(err)
		}
		tests, err := os.ReadFile(strings.TrimSuffix(module, ".star") + maptest.Suffix)
		if err != nil {
			t.Error(err)
		}
		if doc.Doc == "" || len(doc.Functions) == 0 {
			t.Errorf("%s: no text at its start, or no functions", module)
		}
		for _, f := range doc.Functions {
			if f.Doc == "" {
				t.Errorf("%s: %s has no text at its start", module, f.Name)
			}
			if !strings.Contains(string(tests), f.Name+"(") {
				t.Errorf("%s: %s has no test", module, f.Name)
			}
		}
		for line := range strings.Lines(string(src)) {
			if len([]rune(line)) > 132 {
				t.Errorf("%s: a line of %d characters: %s", module, len([]rune(line)), line)
			}
		}
	}
}

func modules(t *testing.T) (names []string) {
	t.Helper()
	entries, err := fs.ReadDir(stdlib.FS(), ".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}
