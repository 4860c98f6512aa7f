// Program text to model: tests of every error as it is printed.

package starlarkmap_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/starlarkmap"
)

// TestErrors loads site.star of each archive of testdata/errors and compares what
// WriteError prints with the file "want". Lines "var NAME=VALUE" and "env NAME" of
// the archive's comment are options; files below "@name/" are a module.
func TestErrors(t *testing.T) {
	archives, err := filepath.Glob("testdata/errors/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatal("no archives", err)
	}
	for _, name := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			checkErrors(t, name, txtar.Parse(data))
		})
	}
}

func checkErrors(t *testing.T, name string, archive *txtar.Archive) {
	opts := archiveOptions(archive)
	_, err := starlarkmap.Load(t.Context(), "site.star", opts)
	if err == nil {
		t.Fatal("no error")
	}
	var ps problem.Problems
	if !errors.As(err, &ps) || len(ps) == 0 {
		t.Fatalf("got %T, want problem.Problems", err)
	}
	for _, p := range ps {
		atCaller := p.Code == problem.CodeVariable && len(opts.Args) > 0
		if p.Code == "" || !atCaller && (p.Origin.File == "" || p.Origin.Line == 0 || p.Excerpt == "") {
			t.Errorf("code %q, place %q, excerpt %q of: %s", p.Code, p.Origin, p.Excerpt, p.Msg)
		}
	}
	var got strings.Builder
	if err := problem.Write(&got, err); err != nil {
		t.Fatal(err)
	}
	want := &archive.Files[len(archive.Files)-1]
	if want.Name != "want" {
		t.Fatal(`the last file is not "want"`)
	}
	if *update {
		want.Data = []byte(got.String())
		if err := os.WriteFile(name, txtar.Format(archive), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(want.Data), got.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func archiveOptions(archive *txtar.Archive) *starlarkmap.Options {
	root := fstest.MapFS{}
	opts := &starlarkmap.Options{
		FS: root, Args: map[string]string{}, Modules: map[string]fs.FS{},
		LookupEnv: func(name string) (string, bool) { return "", false },
	}
	for _, f := range archive.Files {
		module, rest, ok := strings.Cut(strings.TrimPrefix(f.Name, "@"), "/")
		if !ok || !strings.HasPrefix(f.Name, "@") {
			root[f.Name] = &fstest.MapFile{Data: f.Data}
			continue
		}
		if opts.Modules[module] == nil {
			opts.Modules[module] = fstest.MapFS{}
		}
		opts.Modules[module].(fstest.MapFS)[rest] = &fstest.MapFile{Data: f.Data}
	}
	for line := range strings.Lines(string(archive.Comment)) {
		verb, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch verb {
		case "var":
			key, value, _ := strings.Cut(rest, "=")
			opts.Args[key] = value
		case "env":
			opts.Env = append(opts.Env, rest)
		}
	}
	return opts
}
