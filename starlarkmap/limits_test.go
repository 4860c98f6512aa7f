// Program text to model: tests of limits by name.

package starlarkmap_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/dmap-dev/dmap/starlarkmap"
)

func TestLimitsCanBeSetByName(t *testing.T) {
	var l starlarkmap.Limits
	for name, value := range map[string]string{"steps": "20", "heap": "1g", "source-bytes": "2K", "time": "1m30s", "files": "3"} {
		if err := l.Set(name, value); err != nil {
			t.Error(err)
		}
	}
	want := starlarkmap.Limits{Steps: 20, Heap: 1 << 30, SourceBytes: 2048, Time: 90 * time.Second, Files: 3}
	if l != want {
		t.Errorf("got %+v, want %+v", l, want)
	}
	if n := reflect.TypeFor[starlarkmap.Limits]().NumField(); len(starlarkmap.LimitNames()) != n {
		t.Errorf("%d names for %d limits", len(starlarkmap.LimitNames()), n)
	}
	for _, name := range starlarkmap.LimitNames() {
		if l.Set(name, "1") == nil == (l.Set(name, "1s") == nil) {
			t.Errorf("%s takes neither or both of 1 and 1s", name)
		}
	}
	// The largest of all can be used.
	if err := l.Set("steps", "9223372036854775807"); err != nil || l.Steps <= 0 {
		t.Error(err, l.Steps)
	}
	if err := l.Set("heap", "9223372036854775807g"); err != nil || l.Heap <= 0 {
		t.Error(err, l.Heap)
	}
}

func TestLimitsThatCannotBeSet(t *testing.T) {
	for _, row := range []struct{ name, value, says string }{
		{"step", "1", `unknown limit "step"; did you mean "steps"?`},
		{"zzzzzzzz", "1", `unknown limit "zzzzzzzz"; one of call-steps, `},
		{"steps", "0", `steps: want a number such as 20000000 or 64m, got "0"`},
		{"steps", "-1", `got "-1"`},
		{"steps", "", `got ""`},
		{"steps", "1x", `got "1x"`},
		{"time", "30", `time: want a duration such as 90s, got "30"`},
		{"time", "-1s", `got "-1s"`},
	} {
		var l starlarkmap.Limits
		if err := l.Set(row.name, row.value); err == nil || !strings.Contains(err.Error(), row.says) {
			t.Errorf("%s=%s: got %v", row.name, row.value, err)
		}
		if l != (starlarkmap.Limits{}) {
			t.Errorf("%s=%s is set", row.name, row.value)
		}
	}
}
