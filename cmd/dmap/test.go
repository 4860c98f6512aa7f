// Command line: dmap test.

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/starlarkmap/maptest"
)

// testFlags are the flags of dmap test.
type testFlags struct {
	match   pattern
	limits  limits
	verbose bool
	format  string
}

func (a *app) test() *cobra.Command {
	f := &testFlags{}
	cmd := &cobra.Command{
		Use:   "test [FILE_test.star | DIR]...",
		Short: "run tests of maps on a simulated Docker Engine",
		Long: `Run the functions test_*(t) of files *_test.star, by default of all below the
current folder. Each test has an evaluation of its own, with the limits of a map. No
Docker Engine is needed: tests use simulated ones.

dmap help testing says what t offers.`,
		Example: "  dmap test\n  dmap test --run order examples/site/site_test.star",
		RunE:    func(cmd *cobra.Command, args []string) error { return a.runTests(cmd.Context(), f, args) },
	}
	cmd.Flags().Var(&f.match, "run", "run only the tests whose name matches")
	cmd.Flags().BoolVarP(&f.verbose, "verbose", "v", false, "print each test, and what tests print that pass")
	limitFlag(cmd.Flags(), &f.limits, "each test")
	formatFlag(cmd.Flags(), &f.format)
	return cmd
}

// runTests runs the tests of the files that args name, and prints each as it ends.
func (a *app) runTests(ctx context.Context, f *testFlags, args []string) error {
	if len(args) == 0 {
		args = []string{"."}
	}
	files, err := maptest.Find(args)
	if err != nil {
		return &usageError{text: err.Error()}
	}
	began := time.Now()
	sum := &testSum{form: testForm{Schema: testSchema, Tests: []testResult{}}}
	for _, file := range files {
		result := maptest.Run(ctx, file, maptest.Options{Limits: f.limits.Limits, Run: f.match.Regexp})
		if ctx.Err() != nil {
			return ctx.Err()
		}
		sum.add(result)
		if f.format == "text" {
			a.printFile(result, f.verbose)
		}
	}
	sum.form.Seconds = time.Since(began).Seconds()
	if len(sum.form.Tests)+len(sum.form.Broken) == 0 {
		return noTests(f, args, files)
	}
	return a.printSum(sum, f.format)
}

// noTests returns the error that says why there was nothing to run: that is never
// success.
func noTests(f *testFlags, args, files []string) error {
	where := strings.Join(args, ", ")
	switch {
	case len(files) == 0:
		return &usageError{text: fmt.Sprintf("no tests: no file in %s has a name that ends in %s", where, maptest.Suffix)}
	case f.match.Regexp != nil:
		return &usageError{text: fmt.Sprintf("no tests: no test in %s matches %q", where, f.match.Regexp)}
	}
	return &usageError{text: fmt.Sprintf("no tests: %s has no function test_…(t)", strings.Join(files, ", "))}
}

// testSchema names the JSON form of the results, which json.md describes.
const testSchema = "dmap.test/1"

// testForm is the result of all tests, in JSON.
type testForm struct {
	Schema  string       `json:"schema"`
	Passed  int          `json:"passed"`
	Failed  int          `json:"failed"`
	Seconds float64      `json:"seconds"`
	Tests   []testResult `json:"tests"`
	Broken  []brokenFile `json:"broken,omitempty"`
}

// testResult is the result of one test.
type testResult struct {
	File     string           `json:"file"`
	Name     string           `json:"name"`
	Origin   problem.Origin   `json:"origin"`
	Status   string           `json:"status"`
	Problems problem.Problems `json:"problems,omitempty"`
	Printed  []maptest.Line   `json:"printed,omitempty"`
	Seconds  float64          `json:"seconds"`
}

// brokenFile is a test file that cannot be loaded.
type brokenFile struct {
	File     string           `json:"file"`
	Problems problem.Problems `json:"problems"`
}

// testSum collects the results, and the error for the exit code.
type testSum struct {
	form testForm
	err  error
}

func (s *testSum) add(f *maptest.File) {
	if f.Err != nil {
		s.form.Broken = append(s.form.Broken, brokenFile{f.Name, problemsIn(f.Err)})
		s.err = f.Err
	}
	for _, t := range f.Tests {
		r := testResult{File: f.Name, Name: t.Name, Origin: t.Origin, Status: "passed", Problems: problemsIn(t.Err), Printed: t.Printed, Seconds: t.Took.Seconds()}
		if t.Err == nil {
			s.form.Passed++
		} else {
			r.Status = "failed"
			s.form.Failed++
		}
		s.form.Tests = append(s.form.Tests, r)
	}
}

func problemsIn(err error) problem.Problems {
	var ps problem.Problems
	if err != nil && !errors.As(err, &ps) {
		ps = problem.Problems{{Code: problem.CodeInternal, Msg: err.Error()}}
	}
	return ps
}

// printFile prints what failed in a file, or with verbose everything.
func (a *app) printFile(f *maptest.File, verbose bool) {
	out := printable{a.Out}
	if f.Err != nil {
		fmt.Fprintf(out, "BROKEN %s\n", f.Name)
		problem.Write(out, f.Err)
	}
	for _, t := range f.Tests {
		switch {
		case t.Err != nil:
			fmt.Fprintf(out, "FAIL   %s %s\n", f.Name, t.Name)
			problem.Write(out, t.Err)
		case verbose:
			fmt.Fprintf(out, "ok     %s %s\n", f.Name, t.Name)
		default:
			continue
		}
		for _, line := range t.Printed {
			fmt.Fprintf(out, "   printed at %s: %s\n", line.Origin, line.Text)
		}
	}
}

// printSum prints the last line, or all results as JSON, and returns the error that
// decides the exit code: a file that cannot be loaded outranks a test that failed.
func (a *app) printSum(s *testSum, format string) error {
	if format == "json" {
		enc := json.NewEncoder(a.Out)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		if err := enc.Encode(s.form); err != nil {
			return err
		}
	} else {
		text := fmt.Sprintf("%d passed, %d failed", s.form.Passed, s.form.Failed)
		if n := len(s.form.Broken); n > 0 {
			text += fmt.Sprintf(", %s not loaded", count(n, "file"))
		}
		fmt.Fprintf(a.Out, "%s in %.1fs\n", text, s.form.Seconds)
	}
	switch {
	case s.err != nil:
		return reported{s.err}
	case s.form.Failed > 0:
		return reported{errors.New("tests failed")}
	}
	return nil
}
