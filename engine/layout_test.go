// Front door: the test that holds the direction of imports.

package engine_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/dmap-dev/dmap/"

// layout says which of our packages each package may import, tests left out. A
// package without a row fails the test, and so does an import without a word here.
var layout = map[string][]string{
	"engine/model":                      {},
	"engine/internal/dag":               {},
	"engine/docker":                     {},
	"engine/docker/dockerd":             {"engine/docker"},
	"engine/docker/sim":                 {},
	"engine/docker/dockertest":          {"engine/docker", "engine/docker/dockerd", "engine/docker/dockertest/imagetar", "engine/docker/sim"},
	"engine/docker/dockertest/imagetar": {},
	"engine/resolve/option":             {"engine/docker", "engine/model"},
	"engine/resolve":                    {"engine/docker", "engine/internal/dag", "engine/model", "engine/resolve/option"},
	"engine/state":                      {"engine/docker"},
	"engine/plan":                       {"engine/docker", "engine/internal/dag", "engine/model", "engine/resolve", "engine/state"},
	"engine/run":                        {"engine/docker", "engine/plan"},
	"engine":                            {"engine/docker", "engine/model", "engine/plan", "engine/resolve", "engine/run", "engine/state"},
	"stdlib":                            {},                         // files only
	"starlarkmap":                       {"engine/model", "stdlib"}, // it loads them as @stdlib//
	"starlarkmap/dockermap":             {"engine/model", "starlarkmap"},
}

// free are folders of programs, which may import any of our packages.
var free = []string{"cmd/", "examples/", "engine/docker/dockertest/", "engine/docker/sim/internal/"}

// only says which packages alone may import modules with that prefix.
var only = map[string][]string{
	// Tests of maps are given Docker things as values of Starlark.
	"go.starlark.net/":          {"starlarkmap", "cmd/dmap/maptest"},
	"github.com/docker/docker/": {"engine/docker/dockerd"},
	"github.com/docker/cli/":    {"engine/docker/dockerd"},
	"github.com/spf13/":         {"cmd/dmap"},
	"go.yaml.in/":               {"starlarkmap/dockermap"},
}

// pure packages import nothing that could reach a clock, the disk or the network.
var pure = map[string][]string{
	"engine/resolve": {"net", "os", "time", "math/rand", "math/rand/v2", "crypto/rand"},
	"engine/plan":    {"net", "os", "time", "math/rand", "math/rand/v2", "crypto/rand"},
	"engine/model":   {"net", "os", "time", "math/rand", "math/rand/v2", "crypto/rand"},
}

func TestLayout(t *testing.T) {
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, module)
		isFree := slices.ContainsFunc(free, func(f string) bool { return strings.HasPrefix(name, f) })
		allowed, known := layout[name]
		if !known && !isFree {
			t.Errorf("package %s has no row in the layout", name)
			continue
		}
		for _, path := range p.Imports {
			if own, ok := strings.CutPrefix(path, module); ok && !isFree && !slices.Contains(allowed, own) {
				t.Errorf("%s imports %s, which the layout does not allow", name, own)
			}
			for prefix, owners := range only {
				if strings.HasPrefix(path, prefix) && !slices.Contains(owners, name) {
					t.Errorf("%s imports %s; only %s may", name, path, owners)
				}
			}
			if slices.Contains(pure[name], path) {
				t.Errorf("%s is pure, but imports %s", name, path)
			}
		}
	}
}

type listed struct {
	ImportPath string
	Imports    []string
}

func packages(t *testing.T) []listed {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", module+"...").Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("go list: %s", exit.Stderr)
		}
		t.Fatal(err)
	}
	var all []listed
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if len(all) < len(layout)-2 {
		t.Fatalf("go list found %d packages only", len(all))
	}
	return all
}
