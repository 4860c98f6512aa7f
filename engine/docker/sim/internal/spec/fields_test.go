// Spec, tests: documents and updates against the table of API fields.

package spec_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/dmap-dev/dmap/engine/docker/field"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
)

// noted are limits that an engine takes in an update, and that mean nothing until the
// next start: the table knows no call that changes them.
var noted = []string{"HostConfig.CpuRealtimePeriod", "HostConfig.CpuRealtimeRuntime", "HostConfig.KernelMemory", "HostConfig.KernelMemoryTCP"}

// An update changes the limits that the table says it does, and no others.
func TestUpdateChangesWhatTheTableSays(t *testing.T) {
	updated := 0
	for f := range reflect.TypeFor[spec.Resources]().Fields() {
		key, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if key == "" {
			key = f.Name
		}
		row, ok := field.Find("HostConfig." + key)
		if !ok {
			t.Errorf("%s has no row in the table of fields", key)
			continue
		}
		var asked spec.Resources
		value := reflect.ValueOf(&asked).Elem().FieldByIndex(f.Index)
		value.Set(some(value.Type()))
		var h spec.HostConfig
		h.Update(&asked)
		changed := !reflect.DeepEqual(h, spec.HostConfig{})
		if want := row.Change == field.Update || slices.Contains(noted, row.Name); changed != want {
			t.Errorf("%s: changed by an update %t, want %t", row.Name, changed, want)
		}
		if changed {
			updated++
		}
	}
	if updated < 10 {
		t.Errorf("only %d limits are changed", updated)
	}
}

// some is a value that is not zero.
func some(t reflect.Type) reflect.Value {
	v := reflect.New(t).Elem()
	switch t.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(t.Elem()))
		v.Elem().Set(some(t.Elem()))
	case reflect.Slice:
		v.Set(reflect.Append(v, reflect.Zero(t.Elem())))
	case reflect.String:
		v.SetString("0")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	default:
		v.SetUint(7)
	}
	return v
}
