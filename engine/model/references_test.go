// Model: tests of what names and host paths lead to.

package model_test

import (
	"testing"

	"github.com/dmap-dev/dmap/engine/model"
)

func TestHostPaths(t *testing.T) {
	for _, test := range []struct {
		row, root, path, want string
	}{
		{"row 15: no root", "", "a/b", "a/b"},
		{"row 16", "/r", "a/b", "/r/a/b"},
		{"row 16: one slash between", "/r/", "x", "/r/x"},
		{"row 16: the root of all", "/", "x", "/x"},
		{"row 16: nothing is normalised", "/r", "./x/../y", "/r/./x/../y"},
		{"row 16: no home", "/r", "~/x", "/r/~/x"},
		{"row 17", "/r", "/a/b", "/a/b"},
		{"row 17: only the first character counts", "/r", "//a/../b", "//a/../b"},
	} {
		t.Run(test.row, func(t *testing.T) {
			// row 18: the root may come after the paths.
			m := &model.ContainerMap{Name: "m", Host: []model.HostPath{
				{Alias: "v", Path: test.path},
				{Alias: "w", Instances: []model.InstancePath{{Instance: "i", Path: test.path}}}, // row 21
			}}
			m.HostRoot = test.root
			for _, at := range [][2]string{{"v", ""}, {"v", "i"}, {"w", "i"}} {
				got, ok := m.HostPathFor(at[0], at[1])
				indexed, okToo := m.Index().HostPathFor(at[0], at[1])
				if got != test.want || !ok || indexed != got || !okToo {
					t.Errorf("%s of instance %q: got %q %v, by index %q %v, want %q", at[0], at[1], got, ok, indexed, okToo, test.want)
				}
			}
		})
	}
}

func TestHostPathsByInstance(t *testing.T) {
	m := site(t, `{"host": {
		"all": "/h", "each": {"i1": "p1", "i2": "/p2"}, "some": {"default": "d", "i": "x"}, "empty": "", "none": {}, "gap": {"i1": ""}}, "host_root": "/r"}`)
	type found struct {
		Path string
		OK   bool
	}
	for _, test := range []struct {
		row, alias, instance string
		want                 found
	}{
		{"row 19", "all", "i1", found{"/h", true}},
		{"row 19: no instance", "all", "", found{"/h", true}},
		{"row 20", "each", "i1", found{"/r/p1", true}},
		{"row 20: absolute", "each", "i2", found{"/p2", true}},
		{"row 22", "some", "", found{"/r/d", true}},
		{"row 23", "each", "i3", found{}},
		{"row 23: no default", "each", "", found{}},
		{"row 23: the default is for nobody else", "some", "j", found{}},
		{"row 48", "unknown", "", found{}},
		{"empty", "empty", "", found{}},
		{"no instances at all", "none", "i", found{}},
		{"an instance without a path", "gap", "i1", found{}},
	} {
		t.Run(test.row, func(t *testing.T) {
			var got, indexed found
			got.Path, got.OK = m.HostPathFor(test.alias, test.instance)
			indexed.Path, indexed.OK = m.Index().HostPathFor(test.alias, test.instance)
			same(t, "from the map", got, test.want)
			same(t, "from an index", indexed, test.want)
		})
	}
}

func TestUseTargets(t *testing.T) {
	m := site(t, `{
		"volumes": {"socket": "/s", "c": "/c", "shared": "/x"},
		"a": {"attaches": ["socket", "c"], "instances": [1, 2]},
		"b": {"shares": "/b", "instances": ["i", "j.k"]},
		"b.i": {"image": "x", "instances": ["z"]},
		"b.x": {"shares": "/b"},
		"c": {"shares": "/c"}, "d": {"shares": "/d"}}`)
	type found struct {
		Alias   string
		Targets []string
		OK      bool
	}
	for _, test := range []struct {
		row, name string
		want      found
	}{
		{"row 57", "d", found{"", []string{"d"}, true}},
		{"row 58, row 59: all instances of the owner", "socket", found{"socket", []string{"a.1", "a.2"}, true}},
		{"row 60", "b.j.k", found{"", []string{"b.j.k"}, true}},
		{"row 60: an exact name comes first", "b.x", found{"", []string{"b.x"}, true}},
		{"row 60: of an exact name with instances", "b.i.z", found{"", []string{"b.i.z"}, true}},
		{"row 60: an instance that has the name of a configuration", "b.i", found{"", []string{"b.i"}, true}},
		{"row 61", "b", found{}},
		{"row 63", "x", found{}},
		{"row 63: unknown instance", "b.9", found{}},
		{"row 63: an alias that nobody attaches", "shared", found{}},
		{"row 64: the alias comes first", "c", found{"c", []string{"a.1", "a.2"}, true}},
	} {
		t.Run(test.row, func(t *testing.T) {
			use := model.Use{Name: test.name}
			for i, get := range []func(model.Use) (string, []model.Ref, bool){m.UseTargets, m.Index().UseTargets} {
				alias, refs, ok := get(use)
				got := found{alias, nil, ok}
				for _, r := range refs {
					got.Targets = append(got.Targets, r.Name())
				}
				same(t, []string{"from the map", "from an index"}[i], got, test.want)
			}
		})
	}
}

func TestLinkTargets(t *testing.T) {
	m := site(t, `{"volumes": {"v": "/v"}, "a": {"attaches": "v"}, "b": {"instances": [1, 2]}, "app_server": {}}`)
	for _, test := range []struct {
		row, name, want string
	}{
		{"a container", "app_server", "app_server"},
		{"row 75", "b.1", "b.1"},
		{"row 75: several instances", "b", ""},
		{"row 124.5", "x", ""},
		{"a volume is nothing to link to", "v", ""},
	} {
		t.Run(test.row, func(t *testing.T) {
			for _, get := range []func(model.Link) (model.Ref, bool){m.LinkTarget, m.Index().LinkTarget} {
				ref, ok := get(model.Link{Container: test.name})
				if ok != (test.want != "") || ok && ref.Name() != test.want {
					t.Errorf("got %+v %v, want %q", ref, ok, test.want)
				}
			}
		})
	}
}

// row 33: one container for each instance, in the order of the list; row 35: one
// without a suffix where there are none.
func TestRefs(t *testing.T) {
	for _, test := range []struct {
		row, text string
		want      []string
	}{
		{"row 33", `{"instances": ["i2", "i1"]}`, []string{"a.i2", "a.i1"}},
		{"row 35", `{}`, []string{"a"}},
		{"row 36", `{"instances": []}`, []string{"a"}},
	} {
		var got []string
		for _, r := range container(t, test.text).Refs() {
			got = append(got, r.Name())
		}
		same(t, test.row, got, test.want)
	}
}

func TestOwners(t *testing.T) {
	a, b := &model.Container{Name: "a", Attaches: []string{"v", "w", "v"}}, &model.Container{Name: "b", Attaches: []string{"v"}}
	x := (&model.ContainerMap{Containers: []*model.Container{a, b}}).Index()
	same(t, "v", x.Owners("v"), []*model.Container{a, b})
	same(t, "w", x.Owners("w"), []*model.Container{a})
	same(t, "x", len(x.Owners("x")), 0)
}

func TestIndexHoldsTheFirstOfTwo(t *testing.T) {
	first, second := &model.Container{Name: "a", Shares: []string{"/1"}}, &model.Container{Name: "a"}
	x := (&model.ContainerMap{
		Containers: []*model.Container{nil, first, second},
		Volumes:    []model.Volume{{Alias: "v", Path: "/1"}, {Alias: "v", Path: "/2"}},
		Host: []model.HostPath{{Alias: "v", Path: "/1"},
			{Alias: "v", Instances: []model.InstancePath{{Instance: "i", Path: "/2"}}}},
	}).Index()
	if x.Container("a") != first || x.Container("b") != nil {
		t.Error("the index does not hold the first container")
	}
	path, _ := x.VolumePath("v")
	same(t, "volume", path, "/1")
	path, _ = x.HostPathFor("v", "i")
	same(t, "host path", path, "/1")
	h, _ := x.HostPath("v")
	same(t, "host entry", h, model.HostPath{Alias: "v", Path: "/1"})
}
