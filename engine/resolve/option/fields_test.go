// Options, tests: the table of API fields, where that of options leads.

package option_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/dmap-dev/dmap/engine/docker/field"
	"github.com/dmap-dev/dmap/engine/resolve/option"
)

// noFields are of the API, but not of a request that dmap makes.
var noFields = []string{"ArgsEscaped", "OnBuild", "HostConfig"}

// Every field of a request has one row, every row is for a field, and every option leads to a row.
func TestEveryFieldHasARow(t *testing.T) {
	fields := specFields(t)
	seen := map[string]bool{}
	for _, f := range field.Table() {
		if seen[f.Name] {
			t.Errorf("%s has two rows", f.Name)
		}
		seen[f.Name] = true
		switch {
		case !slices.Contains(fields, f.Of()):
			t.Errorf("%s is for no field of a request", f.Name)
		case f.Of() != f.Name && partOfSpec(f) == "":
			t.Errorf("%s is for no part of a field", f.Name)
		case f.Of() != f.Name && f.Since+f.Until == "":
			t.Errorf("%s is a row for nothing", f.Name)
		case f.Of() == f.Name && f.Kind == "":
			t.Errorf("%s does not say what its values mean", f.Name)
		}
	}
	for _, name := range fields {
		if !seen[name] {
			t.Errorf("%s has no row", name)
		}
	}
	for _, o := range option.Table() {
		if o.Field != "" && !seen[o.Field] && !slices.Contains(noFields, o.Field) {
			t.Errorf("option %q leads to %s, which has no row", o.Name, o.Field)
		}
	}
}

// What changes in place does so by a call that takes the field, and is not lifted otherwise.
func TestRowsAgreeWithEachOther(t *testing.T) {
	for _, f := range field.Table() {
		switch {
		case f.Lift != "" && f.Change != field.Update:
			t.Errorf("%s is lifted by a call that does not change it", f.Name)
		case f.Change == field.Update && !strings.HasPrefix(f.Name, "HostConfig."):
			t.Errorf("an update cannot carry %s", f.Name)
		}
		if _, ok := field.Find(f.Follows); f.Follows != "" && !ok {
			t.Errorf("%s follows %s, which has no row", f.Name, f.Follows)
		}
	}
}
