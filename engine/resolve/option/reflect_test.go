// Options, tests: the names of all fields of a spec.

package option_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/dmap-dev/dmap/engine/docker"
)

// specFields are the API names of all fields a spec can have.
func specFields(t *testing.T) []string {
	t.Helper()
	var out []string
	collectFields(reflect.TypeFor[docker.ContainerSpec](), "", &out)
	if len(out) < 90 {
		t.Fatalf("found %d fields only", len(out))
	}
	return out
}

func collectFields(typ reflect.Type, prefix string, out *[]string) {
	for f := range typ.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous:
			collectFields(f.Type, prefix, out)
		case name == "HostConfig":
			collectFields(f.Type, "HostConfig.", out)
		default:
			*out = append(*out, prefix+name)
		}
	}
}
