// Front door: the test that holds which engines the README says are tested.

package engine_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/dmap-dev/dmap/engine/docker/field"
)

// oldest is the Docker Engine that CI's machine has, and that speaks the oldest API version that dmap works with.
const oldest = "20.10"

// The README says which engines the tests run on: the newer one is that of the lane, see testdata/engine/run.sh.
func TestReadmeSaysWhichEnginesAreTested(t *testing.T) {
	pinned, err := os.ReadFile("../testdata/engine/go.mod")
	if err != nil {
		t.Fatal(err)
	}
	version := func(module string) string {
		found := regexp.MustCompile(`(?m)^\s*` + regexp.QuoteMeta(module) + ` v(\S+)`).FindSubmatch(pinned)
		if found == nil {
			t.Fatalf("testdata/engine/go.mod does not have %s", module)
		}
		return string(found[1])
	}
	api := strings.TrimSuffix(version("github.com/moby/moby/api"), ".0")
	want := fmt.Sprintf("Tested on Docker Engine %s (API %s) and %s (API %s).", oldest, field.Oldest, version("github.com/moby/moby/v2"), api)
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(readme), "\n"+want+"\n") {
		t.Errorf("the README does not have the line\n%s", want)
	}
}
