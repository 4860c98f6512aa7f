// Program text to model: what the tests share.

package starlarkmap_test

import (
	"flag"
	"maps"
	"os"
	"os/exec"
	"slices"
	"testing"
	"testing/fstest"
)

// update rewrites the golden files: go test ./starlarkmap -update.
var update = flag.Bool("update", false, "rewrite golden files")

// files are file contents by path.
type files map[string]string

func (f files) fs() fstest.MapFS {
	out := fstest.MapFS{}
	for name, data := range f {
		out[name] = &fstest.MapFile{Data: []byte(data)}
	}
	return out
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// runSelf runs the test that calls it in a process of its own, with more in its
// environment.
func runSelf(t *testing.T, env ...string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
