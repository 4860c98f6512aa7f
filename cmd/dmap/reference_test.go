// Command line: the reference, made from the tables of the code.

package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/resolve/option"
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

func reference() string {
	var b bytes.Buffer
	b.WriteString("# Reference\n\nMade from the tables of the code by `go test ./cmd/dmap`; `dmap help` prints the same.\n")
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
	b.WriteString("\n## Exit codes\n\n| code | meaning |\n| --- | --- |\n")
	for line := range strings.Lines(exitCodes) {
		code, meaning, _ := strings.Cut(strings.TrimSpace(line), " ")
		row(&b, code, strings.TrimSpace(meaning))
	}
	return b.String()
}

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
