// Front door: the test that holds how packages are cut inside: knots of files, methods of one type, lines of functions.

package engine_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A knot is a set of files of one package that all need each other: each uses a name that another declares, directly or by way of a third. Who wants to
// understand one of them has to read them all.
const (
	mostFiles   = 12 // in a knot of a package without a row in knots
	mostMethods = 60 // of a type
	mostLines   = 33 // of 95 in 100 functions of the module
)

// knots are the largest knots of packages. Numbers only ever go down.
var knots = map[string]int{
	"cmd/dmap":                 23,
	"engine/docker/dockerd":    5,
	"engine/docker/dockertest": 9,
	"engine/model":             6,
	"engine/plan":              3,
	"engine/resolve/option":    14,
	"engine/run":               3,
	"starlarkmap":              16,
	"starlarkmap/dockermap":    13,
}

// TestHouse counts, in every package of the module, the files of the largest knot, the methods of each type and the lines of each function. With -v it
// prints what it counts.
func TestHouse(t *testing.T) {
	var lines []int
	for _, h := range houses(t) {
		name := strings.TrimPrefix(h.path, module)
		knot := h.largestKnot()
		t.Logf("%-40s %3d files, %2d in a knot; a type has %2d methods", name, len(h.uses), len(knot), slices.Max(append(slices.Collect(maps.Values(h.methods)), 0)))
		if limit := cmp.Or(knots[name], mostFiles); len(knot) > limit {
			t.Errorf("%s: %d files need each other, at most %d may: %s", name, len(knot), limit, strings.Join(knot, " "))
		}
		for _, typ := range slices.Sorted(maps.Keys(h.methods)) {
			if h.methods[typ] > mostMethods {
				t.Errorf("%s.%s has %d methods, at most %d may be", name, typ, h.methods[typ], mostMethods)
			}
		}
		lines = append(lines, h.lines...)
	}
	slices.Sort(lines)
	t.Logf("lines of a function: median %d, p95 %d, longest %d", lines[len(lines)/2], lines[len(lines)*95/100], lines[len(lines)-1])
	if p95 := lines[len(lines)*95/100]; p95 > mostLines {
		t.Errorf("one in twenty functions has %d lines or more, at most %d may be", p95, mostLines)
	}
}

// house is one package as its files use each other.
type house struct {
	path    string
	uses    map[string]map[string]int // how often a file uses names that another declares
	methods map[string]int            // how many a type has
	lines   []int                     // of each function
}

// houses type-checks all packages of the module, against the export data of what they import.
func houses(t *testing.T) []house {
	t.Helper()
	out, err := exec.Command("go", "list", "-export", "-deps", "-json=ImportPath,Dir,GoFiles,Export", module+"...").Output()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		t.Fatalf("go list: %s", exit.Stderr)
	}
	if err != nil {
		t.Fatal(err)
	}
	type listed struct {
		ImportPath, Dir, Export string
		GoFiles                 []string
	}
	exports, own := map[string]string{}, []listed{}
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		exports[p.ImportPath] = p.Export
		if strings.HasPrefix(p.ImportPath, module) && len(p.GoFiles) > 0 {
			own = append(own, p)
		}
	}
	if len(own) < len(layout)-2 {
		t.Fatalf("go list found %d packages only", len(own))
	}
	fset := token.NewFileSet()
	imports := importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })
	var all []house
	for _, p := range own {
		var files []*ast.File
		for _, name := range p.GoFiles {
			f, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, f)
		}
		info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
		pkg, err := (&types.Config{Importer: imports}).Check(p.ImportPath, fset, files, info)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, newHouse(fset, pkg, files, info.Uses))
	}
	return all
}

func newHouse(fset *token.FileSet, pkg *types.Package, files []*ast.File, used map[*ast.Ident]types.Object) house {
	h := house{path: pkg.Path(), uses: map[string]map[string]int{}, methods: map[string]int{}}
	file := func(at token.Pos) string { return filepath.Base(fset.Position(at).Filename) }
	for _, f := range files {
		h.uses[file(f.Pos())] = map[string]int{}
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			h.lines = append(h.lines, fset.Position(fn.End()).Line-fset.Position(fn.Pos()).Line+1)
			if fn.Recv != nil {
				h.methods[receiver(fn.Recv.List[0].Type)]++
			}
		}
	}
	for id, obj := range used {
		if obj.Pkg() != pkg {
			continue
		}
		if from, to := file(id.Pos()), file(obj.Pos()); from != to {
			h.uses[from][to]++
		}
	}
	return h
}

// receiver is the name of the type that a method belongs to.
func receiver(x ast.Expr) string {
	switch x := x.(type) {
	case *ast.StarExpr:
		return receiver(x.X)
	case *ast.IndexExpr: // of a generic type
		return receiver(x.X)
	case *ast.IndexListExpr:
		return receiver(x.X)
	case *ast.Ident:
		return x.Name
	}
	return "?"
}

// largestKnot gives the largest set of files that all reach each other.
func (h house) largestKnot() []string {
	reach := map[string]map[string]bool{}
	for from := range h.uses {
		seen := map[string]bool{}
		for todo := []string{from}; len(todo) > 0; {
			at := todo[len(todo)-1]
			todo = todo[:len(todo)-1]
			for to := range h.uses[at] {
				if !seen[to] {
					seen[to] = true
					todo = append(todo, to)
				}
			}
		}
		reach[from] = seen
	}
	var largest []string
	for _, a := range slices.Sorted(maps.Keys(h.uses)) {
		var knot []string
		for _, b := range slices.Sorted(maps.Keys(h.uses)) {
			if reach[a][b] && reach[b][a] {
				knot = append(knot, b)
			}
		}
		if len(knot) > len(largest) {
			largest = knot
		}
	}
	return largest
}
