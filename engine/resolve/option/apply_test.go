// Options, tests: conversion of every option.

package option_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/resolve/option"
)

func TestApplyConvertsEveryForm(t *testing.T) {
	for i, e := range examples() {
		t.Run(fmt.Sprintf("%s_%d", e.option, i), func(t *testing.T) {
			var s docker.ContainerSpec
			if problems := option.Apply(&s, options(t, dict{e.option: e.value}), "create_options"); problems != nil {
				t.Fatalf("problems:\n%s", problems)
			}
			if diff := cmp.Diff(decode(t, "{"+e.want+"}"), fields(t, s)); diff != "" {
				t.Errorf("spec (-want +got):\n%s", diff)
			}
		})
	}
}

func TestEveryOptionHasAnExample(t *testing.T) {
	var named []string
	for _, e := range examples() {
		o, ok := option.Find(e.option)
		if !ok {
			t.Fatalf("example of %q, which is no option", e.option)
		}
		named = append(named, o.Name)
	}
	for _, name := range option.Names() {
		if !slices.Contains(named, name) {
			t.Errorf("option %q has no example", name)
		}
	}
}

// options turns Go values into a dictionary as a program writes it.
func options(t testing.TB, d dict) model.Dict {
	t.Helper()
	in, ok := model.From(d)
	if !ok {
		t.Fatalf("no input: %v", d)
	}
	return in.Value.(model.Dict)
}

// fields returns the fields of a spec that are set, as decoded JSON.
func fields(t testing.TB, s docker.ContainerSpec) any {
	t.Helper()
	f, err := s.Fields()
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	return decode(t, string(text))
}

func decode(t testing.TB, text string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%s: %s", err, text)
	}
	return v
}
