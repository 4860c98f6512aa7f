// Model: tests of joining and copying maps.

package model_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/problem"
)

func TestMerge(t *testing.T) {
	for _, test := range []struct {
		row, base, other string
		// want is the result, wantLists that of merging lists only.
		want, wantLists string
	}{
		{"row 120: binds", `{"a": {"binds": {"v": "ro"}}}`, `{"a": {"binds": ["v", "w"]}}`,
			`{"a": {"binds": ["v", "w"]}}`, `{"a": {"binds": ["v", "w"]}}`},
		{"row 120: lists in order", `{"a": {"shares": ["/2", "/1"], "instances": [1]}}`, `{"a": {"shares": ["/1", "/3"], "instances": [2]}}`,
			`{"a": {"shares": ["/2", "/1", "/3"], "instances": [1, 2]}}`, `{"a": {"shares": ["/2", "/1", "/3"], "instances": [1, 2]}}`},
		{"row 120: uses", `{"a": {"uses": ["b", "c"]}}`, `{"a": {"uses": [["b", "ro"]]}}`,
			`{"a": {"uses": [["b", "ro"], "c"]}}`, `{"a": {"uses": [["b", "ro"], "c"]}}`},
		{"row 120: links are pairs", `{"a": {"links": {"b": "x", "c": "c"}}}`, `{"a": {"links": [["b", "y"], ["b", "x"], "c"]}}`,
			`{"a": {"links": [["b", "x"], "c", ["b", "y"]]}}`, `{"a": {"links": [["b", "x"], "c", ["b", "y"]]}}`},
		{"row 120: attaches", `{"a": {"attaches": "v"}}`, `{"a": {"attaches": ["w", "v"]}}`,
			`{"a": {"attaches": ["v", "w"]}}`, `{"a": {"attaches": ["v", "w"]}}`},
		{"row 120: single values", `{"a": {"image": "i", "user": "u"}}`, `{"a": {"image": "j", "persistent": true, "permissions": "0700"}}`,
			`{"a": {"image": "j", "user": "u", "persistent": true, "permissions": "0700"}}`, `{"a": {"image": "i", "user": "u"}}`},
		{"row 120: options one level deep", `{"a": {"create_options": {"cpu_shares": 2, "environment": {"A": 1}}}}`,
			`{"a": {"create_options": {"environment": {"B": 2}, "hostname": "h"}, "start_options": {"dns": []}}}`,
			`{"a": {"create_options": {"cpu_shares": 2, "environment": {"B": 2}, "hostname": "h"}, "start_options": {"dns": []}}}`,
			`{"a": {"create_options": {"cpu_shares": 2, "environment": {"A": 1}}}}`},
		{"row 120: one option", `{"a": {"start_options": {"dns": 1}}}`, `{"a": {"start_options": {"dns": 2}}}`,
			`{"a": {"start_options": {"dns": 2}}}`, `{"a": {"start_options": {"dns": 1}}}`},
		{"row 120: other containers", `{"a": {}}`, `{"b": {"image": "i", "shares": "/s"}}`,
			`{"a": {}, "b": {"image": "i", "shares": "/s"}}`, `{"a": {}, "b": {"image": "i", "shares": "/s"}}`},
		{"row 120: values of the map", `{"repository": "r", "host_root": "/r", "default_tag": "1"}`, `{"repository": "s", "attached": "volume", "base_image": "b"}`,
			`{"repository": "s", "host_root": "/r", "default_tag": "1", "attached": "volume", "base_image": "b"}`,
			`{"repository": "r", "host_root": "/r", "default_tag": "1"}`},
		{"row 120: volumes and host", `{"volumes": {"v": "/1", "w": "/w"}, "host": {"v": {"i": "/1"}, "w": "/w"}}`,
			`{"volumes": {"v": "/2", "x": "/x"}, "host": {"v": "/2", "x": {"i": "/x"}}}`,
			`{"volumes": {"v": "/2", "w": "/w", "x": "/x"}, "host": {"v": "/2", "w": "/w", "x": {"i": "/x"}}}`,
			`{"volumes": {"v": "/1", "w": "/w", "x": "/x"}, "host": {"v": {"i": "/1"}, "w": "/w", "x": {"i": "/x"}}}`},
		{"row 120: nothing to add", `{"a": {"image": "i", "binds": {"v": "ro"}}}`, `{"a": {}}`,
			`{"a": {"image": "i", "binds": {"v": "ro"}}}`, `{"a": {"image": "i", "binds": {"v": "ro"}}}`},
	} {
		t.Run(test.row, func(t *testing.T) {
			for listsOnly, want := range map[bool]string{false: test.want, true: test.wantLists} {
				m, other := site(t, test.base), site(t, test.other)
				other.Name = "n"
				if ps := m.Merge(other, listsOnly); len(ps) > 0 {
					t.Fatal(ps)
				}
				// row 1: the name is kept.
				same(t, "merged, lists only: "+map[bool]string{false: "no", true: "yes"}[listsOnly], m, site(t, want), noPlaces())
				unchanged := site(t, test.other)
				unchanged.Name = "n"
				same(t, "the other map", other, unchanged, noPlaces())
			}
		})
	}
}

func TestMergeWithFunctions(t *testing.T) {
	opts := model.OptionFunc(func(context.Context, model.OptionCall) (model.Dict, error) { return nil, nil })
	c := container(t, `{"create_options": {"dns": []}}`)
	c.Merge(&model.Container{Name: "b", CreateOptions: model.Options{Func: opts, Text: "opts at site.star:1:1"}}, false)
	if c.CreateOptions.Func == nil || c.CreateOptions.Values != nil || c.CreateOptions.Text != "opts at site.star:1:1" || c.Name != "a" {
		t.Errorf("the function does not replace the values: %+v", c)
	}
	c.Merge(container(t, `{"create_options": {"dns": []}}`), false)
	if c.CreateOptions.Func != nil || len(c.CreateOptions.Values) != 1 {
		t.Errorf("the values do not replace the function: %+v", c)
	}
	c.Merge(nil, false)
	c.Merge(c, false)
	m := &model.ContainerMap{Name: "m", Containers: []*model.Container{nil}}
	m.Merge(nil, false)
	m.Merge(m, false)
	m.Merge(m.Copy(), false)
	same(t, "a map merged with itself", len(m.Containers), 1)
}

// Values of a map made by hand that no conversion takes are reported, not lost.
func TestMergeReportsWhatItCannotTake(t *testing.T) {
	m := &model.ContainerMap{Name: "m", Containers: []*model.Container{{Name: "a"}}}
	ps := m.Merge(&model.ContainerMap{Attached: "both", Containers: []*model.Container{{Name: "a", CreateOptions: model.Options{
		Values: model.Dict{{Key: model.Input{Value: 1.5}}}}}}}, false)
	same(t, "problems", texts(ps), []string{
		`attached: want "container" or "volume", got string "both"`,
		`containers > a > create_options: want the name of an option (string), got float 1.5`,
	})
}

func TestMergeTakesPlacesAlong(t *testing.T) {
	place := func(line int) problem.Origin { return problem.Origin{File: "f", Line: line, Col: 1} }
	make := func(line int, text string) *model.ContainerMap {
		m := &model.ContainerMap{Name: "m", Origin: place(line)}
		d := dict(t, text)
		for i, e := range d {
			d[i].Key.Origin = place(line + i)
			inner, _ := e.Value.Value.(model.Dict)
			for j := range inner {
				inner[j].Key.Origin = place(line + 10*i + j)
			}
		}
		m.Update(d)
		return m
	}
	m := make(100, `{"a": {"image": "i", "shares": ["/1"]}, "volumes": {"v": "/v", "w": "/w"}}`)
	other := make(200, `{"a": {"image": "j", "shares": ["/2"]}, "volumes": {"v": "/x", "y": "/y"}}`)
	m.Merge(other, false)
	got := []int{m.At("volumes.v").Line, m.At("volumes.w").Line, m.At("volumes.y").Line}
	c := m.Container("a")
	got = append(got, c.At("image").Line, c.At("shares[0]").Line, c.At("shares[1]").Line)
	same(t, "lines", got, []int{210, 111, 211, 200, 101, 201})

	// Merging lists only, what stays keeps its place.
	m, other = make(100, `{"host": {"v": "/v"}, "volumes": {"v": "/v"}}`), make(200, `{"host": {"v": "/x", "w": {"1": "/w"}}, "volumes": {"v": "/x"}}`)
	m.Merge(other, true)
	same(t, "lines, lists only", []int{m.At("host.v").Line, m.At("host.w").Line, m.At("volumes.v").Line}, []int{100, 201, 110})
	other.Origins = nil
	m.Merge(other, false)
	same(t, "a value without a place has that of its dictionary", m.At("volumes.v").Line, 101)
}

func TestCopiesShareNothing(t *testing.T) {
	text := `{"repository": "r", "volumes": {"v": "/v"}, "host": {"v": {"1": "/h"}},
		"a": {"instances": [1], "shares": "/s", "binds": "v", "uses": "b", "links": "b", "attaches": "v"}, "b": {}}`
	m := site(t, text)
	m.Origins["repository"] = problem.Origin{File: "f", Line: 1, Col: 1}
	m.Containers = append(m.Containers, nil)
	c := m.Copy()
	if diff := cmp.Diff(m, c); diff != "" {
		t.Fatalf("the copy differs:\n%s", diff)
	}
	a := c.Containers[0]
	a.Instances[0], a.Shares[0], a.Attaches[0] = "x", "x", "x"
	a.Binds[0].Volume, a.Uses[0].Name, a.Links[0].Alias = "x", "x", "x"
	a.Origins["image"] = problem.Origin{Line: 9}
	c.Volumes[0].Path, c.Host[0].Instances[0].Path, c.Containers[1] = "x", "x", nil
	c.Origins["repository"] = problem.Origin{Line: 9}
	want := site(t, text)
	want.Containers = append(want.Containers, nil)
	same(t, "the original after changes of the copy", m, want, noPlaces())
	if m.Origins["repository"].Line != 1 || m.Containers[0].Origins["image"].Line == 9 {
		t.Error("places are shared")
	}
}
