// Example: its tests in Starlark, as `dmap test examples/site` runs them.

package site_test

import (
	"testing"

	"github.com/dmap-dev/dmap/starlarkmap/maptest"
)

func TestMap(t *testing.T) {
	file := maptest.Run(t.Context(), "site_test.star", maptest.Options{})
	if file.Err != nil || len(file.Tests) == 0 {
		t.Fatalf("%d tests: %v", len(file.Tests), file.Err)
	}
	for _, test := range file.Tests {
		t.Run(test.Name, func(t *testing.T) {
			if test.Err != nil {
				t.Error(test.Err)
			}
		})
	}
}
