// Tests of maps: finding and running them.

// Package maptest runs tests of maps: Starlark files named *_test.star, whose functions
// test_*(t) load maps and try them on a simulated Docker Engine. The command dmap test
// prints the results; Go tests can call it for the maps of a Go project. It is the only
// package below cmd where Starlark and Docker meet.
//
// Tests are trusted no more than maps: each has the limits of an evaluation, reads
// nothing outside the folder of its file, and never reaches a real engine.
package maptest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"go.starlark.net/starlark"

	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/starlarkmap"
)

const (
	// Suffix ends the names of test files.
	Suffix = "_test.star"
	// prefix begins the names of test functions.
	prefix = "test_"
)

// Options control which tests run, and how. The zero value runs all.
type Options struct {
	// Run selects tests by name; nil selects all.
	Run *regexp.Regexp
	// Limits apply to each test, and to each program it loads.
	Limits starlarkmap.Limits
}

// File is the result of the tests of one file.
type File struct {
	Name string
	// Err is why the file cannot be loaded; then there are no tests.
	Err   error
	Tests []Test
}

// Test is the result of one test.
type Test struct {
	Name   string
	Origin problem.Origin
	// Err is what failed, as [problem.Problems]; nil if the test passed.
	Err error
	// Printed is what the test printed, in order.
	Printed []Line
	Took    time.Duration
}

// Line is what one call of print() wrote.
type Line struct {
	Origin problem.Origin `json:"origin"`
	Text   string         `json:"text"`
}

// Find returns the test files in paths, which are files or folders. Folders are
// searched recursively, except those whose name begins with a dot. The files of a
// folder are sorted, and each file is returned once.
func Find(paths []string) ([]string, error) {
	var files []string
	for _, p := range paths {
		info, err := os.Stat(p)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil, fmt.Errorf("%s: no such file or folder", p)
		case err != nil:
			return nil, err
		case info.IsDir():
			below, err := findBelow(p)
			if err != nil {
				return nil, err
			}
			files = append(files, below...)
		case !strings.HasSuffix(p, Suffix):
			return nil, fmt.Errorf("%s: the name of a test file ends in %s", p, Suffix)
		default:
			files = append(files, filepath.Clean(p))
		}
	}
	var once []string
	for _, f := range files {
		if !slices.Contains(once, f) {
			once = append(once, f)
		}
	}
	return once, nil
}

func findBelow(dir string) (files []string, err error) {
	dir += string(filepath.Separator) // otherwise a link to a folder is taken for a file
	err = filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && p != dir && strings.HasPrefix(d.Name(), "."):
			return fs.SkipDir
		case d.Type().IsRegular() && strings.HasSuffix(d.Name(), Suffix):
			files = append(files, p)
		}
		return nil
	})
	return files, err
}

// Run runs the tests of a file one after the other, in the order of the file, until ctx
// ends. Each test is a separate evaluation: it shares no value with another.
func Run(ctx context.Context, file string, o Options) *File {
	out := &File{Name: file}
	// This evaluation only finds the tests; each of them evaluates the file again.
	program, err := starlarkmap.Load(ctx, file, &starlarkmap.Options{Limits: o.Limits})
	if err == nil {
		err = eachOnce(program, file)
	}
	if err != nil {
		out.Err = err
		return out
	}
	for _, t := range testsOf(program) {
		if o.Run != nil && !o.Run.MatchString(t.Name) {
			continue
		}
		if ctx.Err() != nil {
			break
		}
		out.Tests = append(out.Tests, runTest(ctx, file, t, o))
	}
	return out
}

// eachOnce refuses two tests of the same name: the first would never run. It reads the
// text, as the globals of the program have only the second.
func eachOnce(program *starlarkmap.Program, file string) error {
	src, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	doc, err := starlarkmap.Describe(file, src)
	if err != nil {
		return err
	}
	var ps problem.Problems
	first := map[string]problem.Origin{}
	for _, f := range doc.Functions {
		at, twice := first[f.Name]
		switch {
		case !strings.HasPrefix(f.Name, prefix):
		case twice:
			ps = append(ps, &problem.Problem{Code: problem.CodeDuplicate, Origin: f.Origin, Msg: fmt.Sprintf("the test %s is defined twice", f.Name),
				Hint: "give one of them another name", Related: []problem.Related{{Origin: at, Msg: "first defined"}}})
		default:
			first[f.Name] = f.Origin
		}
	}
	return ps.Err(program.Source)
}

// testsOf returns the test functions of a file in the order of the file.
func testsOf(program *starlarkmap.Program) []Test {
	var tests []Test
	for _, name := range program.Globals.Keys() {
		fn, ok := program.Globals[name].(*starlark.Function)
		if !ok || !strings.HasPrefix(name, prefix) {
			continue
		}
		at := fn.Position()
		tests = append(tests, Test{Name: name, Origin: problem.Origin{File: at.Filename(), Line: int(at.Line), Col: int(at.Col)}})
	}
	slices.SortStableFunc(tests, func(a, b Test) int { return a.Origin.Line - b.Origin.Line })
	return tests
}

func runTest(ctx context.Context, file string, t Test, o Options) Test {
	began := time.Now()
	var printed printed
	opts := &starlarkmap.Options{Limits: o.Limits, Print: printed.add}
	root, err := os.OpenRoot(filepath.Dir(file))
	if err == nil {
		defer func() { _ = root.Close() }() // it was only read
		env := &environment{root: root, limits: o.Limits, print: printed.add}
		_, err = starlarkmap.Call(ctx, file, opts, t.Name, env.value())
	}
	t.Err, t.Printed, t.Took = err, printed.all(), time.Since(began)
	return t
}

// printed collects what print() writes. It has a lock because an option function that
// could not be stopped may still write.
type printed struct {
	mu    sync.Mutex
	lines []Line
}

func (p *printed) add(at problem.Origin, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lines = append(p.lines, Line{at, text})
}

func (p *printed) all() []Line {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.lines)
}
