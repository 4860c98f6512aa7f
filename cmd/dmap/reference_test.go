// Command line: the reference, made from the tables of the code.

package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine"
	"github.com/dmap-dev/dmap/engine/docker/field"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/engine/resolve/option"
	"github.com/dmap-dev/dmap/engine/run"
	"github.com/dmap-dev/dmap/starlarkmap"
	"github.com/dmap-dev/dmap/starlarkmap/maptest"
)

const referenceFile = "../../REFERENCE.md"

// REFERENCE.md always says what the code says: it fails with the difference, and
// DMAP_UPDATE_SCRIPTS=1 writes it anew.
func TestReference(t *testing.T) {
	got := reference()
	if os.Getenv("DMAP_UPDATE_SCRIPTS") != "" {
		if err := os.WriteFile(referenceFile, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(referenceFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("REFERENCE.md (-want +got):\n%s", diff)
	}
}

// json.md names every field of plans and reports, and what some can be.
func TestReferenceOfJSON(t *testing.T) {
	words := []string{plan.Schema, reportSchema, testSchema, "dmap.why/1", "containers"}
	for _, form := range []any{
		plan.Plan{}, plan.Step{}, plan.Note{}, plan.Prepare{}, plan.Basis{}, plan.ContainerFact{}, plan.VolumeFact{}, plan.ImageFact{},
		problem.Origin{}, reportForm{}, resultForm{}, engine.Explanation{}, engine.Cause{}, testForm{}, testResult{}, brokenFile{}, maptest.Line{},
	} {
		typ := reflect.TypeOf(form)
		for i := range typ.NumField() {
			name, _, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
			words = append(words, name)
		}
	}
	for _, op := range plan.Operations() {
		words = append(words, string(op))
	}
	for _, s := range []run.Status{run.Done, run.Failed, run.Unknown, run.Skipped, run.Waiting} {
		words = append(words, string(s))
	}
	mentions(t, "json.md", jsonForms(), words)
}

// language.md names every limit, every builtin, and what a map and ctx have.
func TestReferenceOfLanguage(t *testing.T) {
	const src = `m = container_map("m")
def f(ctx):
    print(" ".join(dir(ctx)))
m.containers.a.create_options = f
print(" ".join(dir(m)))
`
	words := append(starlarkmap.LimitNames(), "container", "host_share", "link", "var", "env", "load")
	program, err := starlarkmap.Load(t.Context(), "m.star", &starlarkmap.Options{Src: src, Print: func(_ problem.Origin, text string) {
		words = append(words, strings.Fields(text)...)
	}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := program.Maps[0].Containers[0].CreateOptions.Func(t.Context(), model.OptionCall{}); err != nil {
		t.Fatal(err)
	}
	for _, f := range model.MapFields() {
		words = slices.DeleteFunc(words, func(w string) bool { return w == f.Name })
	}
	mentions(t, "language.md", language, words)
}

// testing.md names everything that t and what comes from it have.
func TestReferenceOfTests(t *testing.T) {
	const src = `def test_all(t):
    e = t.engine()
    m = container_map("m", {"a": {"binds": "b"}, "volumes": {"b": "/b"}, "host": {"b": "/b"}})
    r = e.run(m, "start")
    c = e.containers["m.a"]
    for v in (t, e, r, r.plan, r.plan.steps[0], c, c.mounts[0]) + tuple(e.volumes.values()):
        print(" ".join(dir(v)))
`
	file := filepath.Join(t.TempDir(), "all_test.star")
	if err := os.WriteFile(file, []byte(src), 0o666); err != nil {
		t.Fatal(err)
	}
	got := maptest.Run(t.Context(), file, maptest.Options{})
	if got.Err != nil || got.Tests[0].Err != nil {
		t.Fatal(got.Err, got.Tests[0].Err)
	}
	words := []string{"uid", "gid", "mode", "containers"} // of volumes
	for _, line := range got.Tests[0].Printed {
		words = append(words, strings.Fields(line.Text)...)
	}
	if len(words) < 40 {
		t.Fatalf("only %d words", len(words))
	}
	mentions(t, "testing.md", tests, words)
}

func mentions(t *testing.T, name, text string, words []string) {
	t.Helper()
	for _, w := range words {
		if !regexp.MustCompile(`(^|[^\w-])` + regexp.QuoteMeta(w) + `($|[^\w-])`).MatchString(text) {
			t.Errorf("%s does not mention %q", name, w)
		}
	}
}

func reference() string {
	var b bytes.Buffer
	b.WriteString("# Reference\n\nMade from the tables of the code by `go test ./cmd/dmap`; `dmap help` prints the same.\n")
	b.WriteString("\n## Language\n\n" + language)
	b.WriteString("\n## Standard modules\n\n" + stdlibText())
	b.WriteString("\n## Tests\n\n" + tests)
	b.WriteString("\n## Actions\n\n| action | what it does |\n| --- | --- |\n")
	for _, a := range plan.Actions() {
		row(&b, string(a.Action), a.Help)
	}
	properties := func(title string, list []model.Field) {
		fmt.Fprintf(&b, "\n## %s\n\n| property | what it says | forms |\n| --- | --- | --- |\n", title)
		for _, f := range list {
			row(&b, "`"+f.Name+"`", f.Doc, f.Forms)
		}
	}
	properties("Properties of container_map()", model.MapFields())
	properties("Properties of container()", model.ContainerFields())
	b.WriteString("\n## Options\n\nFor `create_options`, `start_options` and `--option`. Names are those of docker-py; names of the Engine API are\naccepted too.\n\n| option | what it does | forms | API field | API |\n| --- | --- | --- | --- | --- |\n")
	for _, o := range option.Table() {
		if o.Refused == "" {
			row(&b, "`"+o.Name+"`", o.Doc, o.Forms, o.Field, versions(o))
		}
	}
	b.WriteString("\n## Options that are refused\n\n| option | why |\n| --- | --- |\n")
	for _, o := range option.Table() {
		if o.Refused != "" {
			row(&b, "`"+o.Name+"`", o.Refused)
		}
	}
	b.WriteString("\n## What labels tell of options\n\n" + labelText + "\n| API field | value | the label has |\n| --- | --- | --- |\n")
	for _, f := range field.Table() {
		if f.Record != field.Shown {
			row(&b, f.Name, f.Kind, labelled[f.Record])
		}
	}
	b.WriteString("\n## Machine-readable output\n\n" + jsonForms())
	b.WriteString("\n## Exit codes\n\n| code | meaning |\n| --- | --- |\n")
	for line := range strings.Lines(exitCodes) {
		code, meaning, _ := strings.Cut(strings.TrimSpace(line), " ")
		row(&b, code, strings.TrimSpace(meaning))
	}
	return b.String()
}

const labelText = `The label ` + "`dev.dmap.fields`" + ` of a container says what dmap set when it made it, so that an update sees what the map has no more. Everybody
reads labels, and monitoring passes them on, so nothing stands there from which a secret could be confirmed, not even its digest: of most
fields the label says only that they were set, and what their values are is looked up on the engine. Of these it has more: names, where
the engine shows more than was asked for, and digests of what an engine may show otherwise than it was asked for, or what most containers
have. Digests are of numbers, addresses, ports, paths, users, and names of images, networks and containers only: keep secrets out of these.
Of networks, the values of driver options are left out.
`

var labelled = map[field.Record]string{field.Names: "the names", field.Digest: "a digest"}

func versions(o option.Option) string {
	switch {
	case o.Since != "":
		return "from " + o.Since
	case o.Until != "":
		return "to " + o.Until
	}
	return ""
}

func row(b *bytes.Buffer, cells ...string) {
	for _, c := range cells {
		fmt.Fprintf(b, "| %s ", strings.ReplaceAll(c, "|", `\|`))
	}
	b.WriteString("|\n")
}
