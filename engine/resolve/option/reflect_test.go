// Options, tests: the names of all fields of a spec.

package option_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/field"
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

// partOfSpec is the API name of the part of a field that a row is for; "" if a request has none.
func partOfSpec(f field.Field) string {
	typ := reflect.TypeFor[docker.ContainerSpec]()
	for _, key := range strings.Split(f.Name, ".") {
		for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice {
			typ = typ.Elem()
		}
		if key == "*" && typ.Kind() == reflect.Map {
			typ = typ.Elem()
			continue
		}
		if typ.Kind() != reflect.Struct {
			return ""
		}
		found := false
		for _, f := range reflect.VisibleFields(typ) {
			if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name == key {
				typ, found = f.Type, true
				break
			}
		}
		if !found {
			return ""
		}
	}
	return f.Name
}
