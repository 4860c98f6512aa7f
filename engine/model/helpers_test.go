// Model: what the tests of this package share.

package model_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/problem"
)

// in returns a JSON text as a program would have written it, without places.
func in(t testing.TB, text string) model.Input {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		t.Fatalf("bad JSON in the test: %v: %s", err, text)
	}
	value, ok := model.From(v)
	if !ok {
		t.Fatalf("cannot take %s", text)
	}
	return value
}

// dict is in for a dictionary.
func dict(t testing.TB, text string) model.Dict {
	t.Helper()
	d, ok := in(t, text).Value.(model.Dict)
	if !ok {
		t.Fatalf("want a JSON object in the test: %s", text)
	}
	return d
}

// site makes the map "m" from JSON that must convert.
func site(t testing.TB, text string) *model.ContainerMap {
	t.Helper()
	m, ps := model.FromDict("m", dict(t, text))
	if len(ps) > 0 {
		t.Fatalf("cannot convert %s:\n%v", text, ps)
	}
	return m
}

// container makes a container from JSON that must convert.
func container(t testing.TB, text string) *model.Container {
	t.Helper()
	c := &model.Container{Name: "a"}
	if ps := c.Update(dict(t, text)); len(ps) > 0 {
		t.Fatalf("cannot convert %s:\n%v", text, ps)
	}
	return c
}

// lines returns an error as its lines, none for nil.
func lines(err error) []string {
	if err == nil {
		return nil
	}
	return strings.Split(err.Error(), "\n")
}

func texts(ps problem.Problems) []string {
	if len(ps) == 0 {
		return nil
	}
	return lines(ps)
}

func same(t testing.TB, what string, got, want any, opts ...cmp.Option) {
	t.Helper()
	if diff := cmp.Diff(want, got, opts...); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// noPlaces leaves places out of a comparison.
func noPlaces() cmp.Option {
	return cmp.FilterPath(func(p cmp.Path) bool {
		return slices.ContainsFunc(p, func(s cmp.PathStep) bool {
			f, ok := s.(cmp.StructField)
			return ok && (f.Name() == "Origin" || f.Name() == "Origins")
		})
	}, cmp.Ignore())
}
