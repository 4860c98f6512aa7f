// Import of docker-map files: what its tests share.

package dockermap_test

import (
	"strings"
	"testing"

	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/starlarkmap"
	"github.com/dmap-dev/dmap/starlarkmap/dockermap"
)

// convert converts a file that must be right.
func convert(t testing.TB, yaml string, o *dockermap.Options) *dockermap.Result {
	t.Helper()
	result, err := dockermap.Convert(t.Context(), "dir/site.yaml", []byte(yaml), o)
	if err != nil {
		t.Fatalf("%v\n%s", err, yaml)
	}
	return result
}

// show evaluates a program that must be right and returns its only map as text. A
// variable NAME has the value "/NAME".
func show(t testing.TB, src string) string {
	t.Helper()
	program, err := starlarkmap.Load(t.Context(), "want.star", &starlarkmap.Options{
		Src:       src,
		Env:       []string{"HOME", "DATA", "A_1"},
		LookupEnv: func(name string) (string, bool) { return "/" + name, true },
	})
	if err != nil {
		t.Fatalf("%v\n%s", err, src)
	}
	if len(program.Maps) != 1 {
		t.Fatalf("%d maps\n%s", len(program.Maps), src)
	}
	return starlarkmap.Format(program.Maps[0])
}

// refused converts a file that must be refused, and returns the problems as text, one
// on each line.
func refused(t testing.TB, yaml string, o *dockermap.Options) string {
	t.Helper()
	result, err := dockermap.Convert(t.Context(), "site.yaml", []byte(yaml), o)
	if err == nil {
		t.Fatalf("not refused:\n%s\n%s", yaml, result.Text)
	}
	if _, ok := err.(problem.Problems); !ok {
		t.Fatalf("not problems, but %T", err)
	}
	return err.Error()
}

func lines(s ...string) string { return strings.Join(s, "\n") }
