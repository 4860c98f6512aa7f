// Front door: the test that holds the direction of imports, and what pure packages can reach.

package engine_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"maps"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/dmap-dev/dmap/"

// layout has a row for each of our packages: those of ours that it may import, tests
// left out. A name that ends in "/" means every package below it, in a row and in
// what a row allows. The longest row that fits a package holds for it.
var layout = map[string][]string{
	"engine/secret":          {},
	"engine/problem":         {"engine/secret"},
	"engine/model":           {"engine/docker/identity", "engine/problem", "engine/secret"},
	"engine/internal/dag":    {},
	"engine/docker":          {"engine/docker/field"},
	"engine/docker/identity": {},
	"engine/docker/field":    {},
	"engine/docker/calls":    {"engine/docker"},
	"engine/docker/dockerd":  {"engine/docker", "engine/docker/calls", "engine/docker/field", "engine/problem"},
	"engine/docker/sim":      {"engine/docker/sim/internal/"},
	"engine/docker/sim/internal/": {
		"engine/docker/field",
		"engine/docker/sim/internal/files", "engine/docker/sim/internal/ids", "engine/docker/sim/internal/logs",
		"engine/docker/sim/internal/refs", "engine/docker/sim/internal/script", "engine/docker/sim/internal/signals",
		"engine/docker/sim/internal/spec", "engine/docker/sim/internal/wire",
	},
	"engine/docker/sim/internal/process": {
		"engine/docker/sim/internal/files", "engine/docker/sim/internal/logs", "engine/docker/sim/internal/script",
		"engine/docker/sim/internal/signals", "engine/docker/sim/internal/spec", "engine/docker/sim/internal/wire",
	},
	"engine/docker/sim/internal/state": {
		"engine/docker/sim/internal/archive", "engine/docker/sim/internal/files", "engine/docker/sim/internal/ids",
		"engine/docker/sim/internal/logs", "engine/docker/sim/internal/refs", "engine/docker/sim/internal/script",
		"engine/docker/sim/internal/signals", "engine/docker/sim/internal/spec", "engine/docker/sim/internal/wire",
		"engine/docker/sim/internal/process",
	},
	"engine/docker/sim/internal/world": {
		"engine/docker/sim/internal/addresses", "engine/docker/sim/internal/archive", "engine/docker/sim/internal/files",
		"engine/docker/sim/internal/ids", "engine/docker/sim/internal/logs", "engine/docker/sim/internal/refs",
		"engine/docker/sim/internal/script", "engine/docker/sim/internal/signals", "engine/docker/sim/internal/spec",
		"engine/docker/sim/internal/wire", "engine/docker/sim/internal/process", "engine/docker/sim/internal/state",
	},
	"engine/docker/sim/internal/api": {
		"engine/docker/sim/internal/addresses", "engine/docker/sim/internal/archive", "engine/docker/sim/internal/dockerfile",
		"engine/docker/sim/internal/filter", "engine/docker/sim/internal/files", "engine/docker/sim/internal/ids",
		"engine/docker/sim/internal/logs", "engine/docker/sim/internal/refs", "engine/docker/sim/internal/script",
		"engine/docker/sim/internal/signals", "engine/docker/sim/internal/spec", "engine/docker/sim/internal/wire",
		"engine/docker/sim/internal/process", "engine/docker/sim/internal/state", "engine/docker/sim/internal/world",
	},
	"engine/docker/sim/internal/simproc": {}, // a program of the tests
	"engine/docker/dockertest":           {"engine/docker", "engine/docker/dockerd", "engine/docker/dockertest/imagetar", "engine/docker/sim"},
	"engine/docker/dockertest/imagetar":  {},
	"engine/docker/dockertest/proc":      {}, // a program of the tests
	"engine/resolve/option":              {"engine/docker", "engine/docker/field", "engine/docker/identity", "engine/model", "engine/problem"},
	"engine/resolve":                     {"engine/docker", "engine/docker/field", "engine/docker/identity", "engine/internal/dag", "engine/model", "engine/problem", "engine/resolve/option"},
	"engine/snapshot":                    {"engine/docker"},
	"engine/state":                       {"engine/docker", "engine/docker/calls", "engine/docker/identity", "engine/snapshot"},
	"engine/plan":                        {"engine/docker", "engine/docker/field", "engine/docker/identity", "engine/internal/dag", "engine/model", "engine/problem", "engine/resolve", "engine/snapshot"},
	"engine/filelock":                    {},
	"engine/run":                         {"engine/docker", "engine/docker/calls", "engine/docker/field", "engine/docker/identity", "engine/plan", "engine/filelock"},
	"engine":                             {"engine/docker", "engine/docker/calls", "engine/docker/identity", "engine/model", "engine/plan", "engine/problem", "engine/resolve", "engine/run", "engine/snapshot", "engine/state"},
	"stdlib":                             {}, // files only
	"starlarkmap/internal/sandbox":       {"engine/problem"},
	"starlarkmap/internal/source":        {"engine/problem", "starlarkmap/internal/sandbox"},
	"starlarkmap":                        {"engine/docker/identity", "engine/model", "engine/problem", "starlarkmap/internal/", "stdlib"}, // it loads them as @stdlib//
	"starlarkmap/dockermap":              {"engine/model", "engine/problem", "starlarkmap"},
	"starlarkmap/maptest": {"engine", "engine/docker", "engine/docker/dockerd", "engine/docker/sim", "engine/model", "engine/plan", "engine/problem",
		"engine/resolve", "engine/run", "starlarkmap"},

	// Programs import what they like.
	"cmd/":      {"cmd/", "engine", "engine/", "starlarkmap", "starlarkmap/", "stdlib"},
	"examples/": {"engine", "engine/", "examples/", "starlarkmap", "starlarkmap/", "stdlib"},
}

// only says which of our packages alone may import what begins with a prefix.
var only = map[string][]string{
	"go.starlark.net/":          {"starlarkmap", "starlarkmap/internal/", "starlarkmap/maptest"},
	"github.com/docker/docker/": {"engine/docker/dockerd"},
	"github.com/docker/cli/":    {"engine/docker/dockerd"},
	"github.com/spf13/":         {"cmd/dmap"},
	"go.yaml.in/":               {"starlarkmap/dockermap"},
}

// apart are packages that nothing may reach at once, directly or not, but those of
// meet and what is below them: Starlark is one way to make a model, Docker is what
// is done with it.
var (
	apart = [2]string{"starlarkmap", "engine/docker"}
	meet  = []string{"starlarkmap/maptest", "cmd/", "examples/"}
)

// pure packages are functions of their arguments. Neither they nor what they import
// of ours may reach the network, the disk, a clock, chance or the environment.
var pure = []string{"engine/docker/identity", "engine/secret", "engine/problem", "engine/model", "engine/internal/dag", "engine/resolve", "engine/resolve/option", "engine/snapshot", "engine/plan"}

// harmless is all that pure packages may import beside our own; of a package with
// names these alone, as the rest of it reads a clock or a stream of the process.
var harmless = map[string][]string{
	"bytes": nil, "cmp": nil, "errors": nil, "io": nil, "iter": nil, "maps": nil, "math": nil, "math/big": nil, "path": nil,
	"reflect": nil, "regexp": nil, "slices": nil, "strconv": nil, "strings": nil, "sync": nil, "unicode": nil, "unicode/utf8": nil,
	"crypto/hmac": nil, "crypto/sha256": nil, "encoding/hex": nil, "encoding/json": nil,
	"net/netip": nil, // addresses as values: unlike net, it cannot look one up
	"context":   {"Background", "Canceled", "Cause", "Context", "DeadlineExceeded", "WithCancel"},
	"fmt":       {"Append", "Appendf", "Errorf", "Formatter", "Fprint", "Fprintf", "Fprintln", "Sprint", "Sprintf", "Sprintln", "State", "Stringer"},
	"time": {"Duration", "Hour", "Microsecond", "Millisecond", "Minute", "Month", "Nanosecond", "Parse", "ParseDuration", "RFC3339",
		"RFC3339Nano", "Second", "Time", "UTC"},
	"github.com/distribution/reference": nil,
}

func TestLayout(t *testing.T) {
	for _, fault := range layoutFaults(packages(t)) {
		t.Error(fault)
	}
}

// imports is what one of our packages imports, and the names it uses of those
// packages of which only some are harmless.
type imports struct {
	Package string // without the module
	Imports []string
	Uses    map[string][]string // names by package
}

// layoutFaults returns what the packages do against the tables above.
func layoutFaults(all []imports) []string {
	var faults []string
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	used := map[string]bool{}
	for _, p := range all {
		row, known := rowOf(p.Package)
		if !known {
			fault("package %s has no row in the layout", p.Package)
			continue
		}
		used[row] = true
		for _, name := range p.Imports {
			own, isOwn := strings.CutPrefix(name, module)
			if isOwn && !covered(layout[row], own) {
				fault("%s imports %s, which its row in the layout does not allow", p.Package, own)
			}
			for prefix, owners := range only {
				if strings.HasPrefix(name, prefix) && !covered(owners, p.Package) {
					fault("%s imports %s; only %s may", p.Package, name, strings.Join(owners, ", "))
				}
			}
		}
	}
	for row := range layout {
		if !used[row] {
			fault("no package is left for row %s of the layout", row)
		}
	}
	for _, p := range all {
		reached := reach(all, p.Package)
		if reached[apart[0]] != nil && reached[apart[1]] != nil && !covered(meet, p.Package) {
			fault("%s and %s meet in %s", apart[0], apart[1], p.Package)
		}
		if slices.Contains(pure, p.Package) {
			faults = append(faults, impurities(all, reached)...)
		}
	}
	slices.Sort(faults)
	return faults
}

// impurities returns what a pure package reaches but should not, with the way there.
func impurities(all []imports, reached map[string][]string) []string {
	var faults []string
	for _, p := range all {
		way := strings.Join(reached[p.Package], " → ")
		if way == "" {
			continue
		}
		for _, name := range p.Imports {
			if strings.HasPrefix(name, module) {
				continue
			}
			names, ok := harmless[name]
			if !ok {
				faults = append(faults, fmt.Sprintf("%s → %s: a pure package may not reach that", way, name))
			}
			for _, use := range p.Uses[name] {
				if names != nil && !slices.Contains(names, use) {
					faults = append(faults, fmt.Sprintf("%s → %s.%s: a pure package may not reach that", way, path.Base(name), use))
				}
			}
		}
	}
	return faults
}

// reach returns the shortest way from a package to each of ours that it imports,
// directly or through others, itself included.
func reach(all []imports, from string) map[string][]string {
	byName := map[string][]string{}
	for _, p := range all {
		byName[p.Package] = p.Imports
	}
	ways := map[string][]string{from: {from}}
	for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
		for _, name := range byName[queue[0]] {
			if own, ok := strings.CutPrefix(name, module); ok && ways[own] == nil {
				ways[own] = append(slices.Clip(ways[queue[0]]), own)
				queue = append(queue, own)
			}
		}
	}
	return ways
}

// rowOf returns the row of the layout that holds for a package.
func rowOf(name string) (row string, ok bool) {
	for r := range layout {
		if covered([]string{r}, name) && len(r) > len(row) {
			row, ok = r, true
		}
	}
	return row, ok
}

// covered reports whether one of names is the package, or a folder above it.
func covered(names []string, pkg string) bool {
	return slices.ContainsFunc(names, func(n string) bool {
		return n == pkg || strings.HasSuffix(n, "/") && strings.HasPrefix(pkg, n)
	})
}

// packages lists our packages with what they import, by the go command.
func packages(t *testing.T) []imports {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Dir,GoFiles,Imports", module+"...").Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("go list: %s", exit.Stderr)
		}
		t.Fatal(err)
	}
	var all []imports
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			ImportPath, Dir  string
			GoFiles, Imports []string
		}
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		uses := map[string]map[string]bool{}
		for _, file := range p.GoFiles {
			usedNames(t, filepath.Join(p.Dir, file), uses)
		}
		one := imports{strings.TrimPrefix(p.ImportPath, module), p.Imports, map[string][]string{}}
		for name, names := range uses {
			one.Uses[name] = slices.Sorted(maps.Keys(names))
		}
		all = append(all, one)
	}
}

// usedNames adds the names that a file uses of the packages it imports.
func usedNames(t *testing.T, file string, uses map[string]map[string]bool) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	imported := map[string]string{} // by the name they have in the file
	for _, spec := range f.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		local := path.Base(name)
		if spec.Name != nil {
			local = spec.Name.Name
		}
		if local == "." {
			t.Errorf("%s: an import under the name \".\" hides what is used of it", file)
		}
		imported[local] = name
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := s.X.(*ast.Ident); ok && x.Obj == nil && imported[x.Name] != "" {
				name := imported[x.Name]
				if uses[name] == nil {
					uses[name] = map[string]bool{}
				}
				uses[name][s.Sel.Name] = true
			}
		}
		return true
	})
}

// The layout test finds each kind of fault, also at the end of a chain.
func TestLayoutFindsFaults(t *testing.T) {
	real := packages(t)
	for _, tt := range []struct {
		name, pkg, adds string
		uses            []string
		want            string
	}{
		{"a package without a row", "engine/new", "", nil, "package engine/new has no row in the layout"},
		{"a direction", "engine/model", module + "engine/plan", nil, "engine/model imports engine/plan, which its row in the layout does not allow"},
		{"a foreign module", "engine/run", "github.com/docker/docker/client", nil, "engine/run imports github.com/docker/docker/client; only engine/docker/dockerd may"},
		{"the network", "engine/plan", "net/http", nil, "engine/plan → net/http: a pure package may not reach that"},
		{"a part of os", "engine/resolve", "os/signal", nil, "engine/resolve → os/signal: a pure package may not reach that"},
		{"chance", "engine/plan", "math/rand/v2", nil, "engine/plan → math/rand/v2: a pure package may not reach that"},
		{"the disk, through another", "engine/docker", "os", nil, "engine/resolve → engine/docker → os: a pure package may not reach that"},
		{"the clock", "engine/plan", "time", []string{"Now"}, "engine/plan → time.Now: a pure package may not reach that"},
		{"a timer, through two", "engine/model", "time", []string{"Second", "NewTimer"}, "engine/resolve/option → engine/model → time.NewTimer: a pure package may not reach that"},
		{"a deadline", "engine/resolve", "context", []string{"WithTimeout"}, "engine/resolve → context.WithTimeout: a pure package may not reach that"},
		{"the output of the process", "engine/plan", "fmt", []string{"Println"}, "engine/plan → fmt.Println: a pure package may not reach that"},
		{"Starlark and Docker", "starlarkmap", module + "engine/docker", nil, "starlarkmap and engine/docker meet in starlarkmap/dockermap"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			all := slices.Clone(real)
			i := slices.IndexFunc(all, func(p imports) bool { return p.Package == tt.pkg })
			if i < 0 {
				i, all = len(all), append(all, imports{Package: tt.pkg})
			}
			all[i].Imports = append(slices.Clip(all[i].Imports), tt.adds)
			all[i].Uses = maps.Clone(all[i].Uses)
			if tt.uses != nil {
				all[i].Uses[tt.adds] = tt.uses
			}
			if faults := layoutFaults(all); !slices.Contains(faults, tt.want) {
				t.Errorf("want %q, got:\n%s", tt.want, strings.Join(faults, "\n"))
			}
		})
	}
	t.Run("a row of nothing", func(t *testing.T) {
		all := slices.DeleteFunc(slices.Clone(real), func(p imports) bool { return p.Package == "stdlib" })
		if want := "no package is left for row stdlib of the layout"; !slices.Contains(layoutFaults(all), want) {
			t.Errorf("%q is missing", want)
		}
	})
}
