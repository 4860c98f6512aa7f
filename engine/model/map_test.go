// Model: tests of maps made from dictionaries, updated, and given back.

package model_test

import (
	"testing"

	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/problem"
)

func TestMapsFromDictionaries(t *testing.T) {
	type m = model.ContainerMap
	named := func(names ...string) (out []*model.Container) {
		for _, n := range names {
			out = append(out, &model.Container{Name: n})
		}
		return out
	}
	for _, test := range []struct {
		row, text string
		want      m
	}{
		{"row 2: empty", `{}`, m{}},
		{"repository", `{"repository": "r.e"}`, m{Repository: "r.e"}},
		{"row 11", `{"volumes": {"v": "/v"}}`, m{Volumes: []model.Volume{{Alias: "v", Path: "/v"}}}},
		{"row 12", `{"host": {"v": "/h"}}`, m{Host: []model.HostPath{{Alias: "v", Path: "/h"}}}},
		{"row 20: paths by instance", `{"host": {"v": {"1": "/h1", "2": "/h2"}}}`, m{Host: []model.HostPath{{
			Alias: "v", Instances: []model.InstancePath{{Instance: "1", Path: "/h1"}, {Instance: "2", Path: "/h2"}}}}}},
		{"row 115", `{"a": {"image": "i"}, "repository": "R"}`, m{
			Repository: "R", Containers: []*model.Container{{Name: "a", Image: "i"}}}},
		{"row 116: mixed", `{"containers": {"b": {}}, "a": {}}`, m{Containers: named("a", "b")}},
		{"row 117: any other key", `{"host_x": {}}`, m{Containers: named("host_x")}},
		{"row 117: None", `{"host_x": null}`, m{Containers: named("host_x")}},
		{"row 117: only under containers", `{"containers": {"host": {}, "default_tag": {}}}`, m{Containers: named("default_tag", "host")}},
		{"row 117: names the source does not reserve", `{"default_tag": {}, "attached": {}}`, m{Containers: named("attached", "default_tag")}},
		{"row 117: properties of dmap", `{"default_tag": "1", "attached": "volume", "base_image": null}`,
			m{DefaultTag: "1", Attached: model.AttachedVolume}},
		{"row 118: host_root", `{"host_root": "/r"}`, m{HostRoot: "/r"}},
		{"row 118: root in host", `{"host": {"root": "/r", "v": "x"}}`, m{
			HostRoot: "/r", Host: []model.HostPath{{Alias: "v", Path: "x"}}}},
		{"row 118: both the same", `{"host": {"root": "/r"}, "host_root": "/r"}`, m{HostRoot: "/r"}},
	} {
		t.Run(test.row, func(t *testing.T) {
			test.want.Name = "m"
			got := site(t, test.text)
			same(t, test.text, got, &test.want, noPlaces())
			again, ps := model.FromDict("m", got.Dict())
			same(t, "problems of the dictionary it gives", texts(ps), []string(nil))
			same(t, "the map from the dictionary it gives", again, got, noPlaces())
		})
	}
}

func TestWrongDictionariesAreRefused(t *testing.T) {
	for _, test := range []struct {
		row, text string
		want      []string
	}{
		{"row 11: number", `{"volumes": {"v": 1}}`, []string{`volumes.v: want a path inside containers (string), got int 1`}},
		{"row 12: list", `{"host": {"v": ["/h"]}}`, []string{`host.v: want a path on the host, or a dict of paths by instance, got list of 1`}},
		{"row 20: number", `{"host": {"v": {"1": 2}}}`, []string{`host.v: want a path on the host (string), got int 2`}},
		{"row 55, D19", `{"a": {"image": "i", "foo": 1}}`, []string{`containers > a: unknown property "foo" (options of Docker belong in create_options = {"foo": …})`}},
		{"row 115: other types", `{"volumes": [], "containers": 3, "host": "x"}`, []string{
			`containers: want a dict, got int 3`, `host: want a dict, got string "x"`, `volumes: want a dict, got list of 0`}},
		{"row 116", `{"containers": {"a": 3}}`, []string{`containers > a: want container(…) or a dict, got int 3`}},
		{"row 117: neither property nor container", `{"repositry": "r"}`, []string{
			`"repositry" is not a property of a container_map, and a container needs a dict, got string "r" (did you mean "repository"?)`}},
		{"row 118", `{"host": {"root": "/r"}, "host_root": "/s"}`, []string{
			`host.root: the host root is given twice: string "/r" here, string "/s" as host_root`}},
		{"row 118: no texts", `{"host": {"root": []}, "host_root": []}`, []string{
			`host.root: want a string, got list of 0`, `host_root: want a string, got list of 0`}},
		{"attached", `{"attached": "both"}`, []string{`attached: want "container" or "volume", got string "both"`}},
	} {
		t.Run(test.row, func(t *testing.T) {
			_, ps := model.FromDict("m", dict(t, test.text))
			same(t, test.text, texts(ps), test.want)
		})
	}
}

// row 3: later input overrides earlier input, for each attribute alone. row 119:
// lists are replaced, what is not named stays.
func TestUpdateReplaces(t *testing.T) {
	m := site(t, `{
		"repository": "R", "volumes": {"v": "/v", "w": "/w"}, "host": {"v": {"1": "/1"}, "w": "/w"},
		"a": {"shares": ["/1"], "user": "u", "create_options": {"mem_limit": "1g"}}, "b": {"image": "i"}}`)
	if ps := m.Update(dict(t, `{
		"repository": "S", "volumes": {"v": "/x", "y": "/y"}, "host": {"v": "/h"},
		"a": {"shares": ["/2"], "create_options": {"cpu_shares": 2}}, "c": {}}`)); len(ps) > 0 {
		t.Fatal(ps)
	}
	same(t, "row 3, row 119", m, site(t, `{
		"repository": "S", "volumes": {"v": "/x", "w": "/w", "y": "/y"}, "host": {"v": "/h", "w": "/w"},
		"containers": {"a": {"shares": ["/2"], "user": "u", "create_options": {"cpu_shares": 2}}, "b": {"image": "i"}, "c": {}}}`), noPlaces())
}

// row 5, row 6: properties set one by one are the same as those of a dictionary.
func TestPropertiesOneByOneGiveTheSameMap(t *testing.T) {
	m := &model.ContainerMap{Name: "m"}
	m.Edit().Set("containers", "app1", problem.Origin{}, model.Input{})
	m.Container("app1").Set("binds", model.Input{Value: "v1"})
	m.Edit().Set("volumes", "v1", problem.Origin{}, model.Input{Value: "/x"})
	m.Edit().Set("host", "v1", problem.Origin{}, model.Input{Value: "/y"})
	m.Edit().Set("host", "root", problem.Origin{}, model.Input{Value: "/r"})
	same(t, "row 5, row 6", m, site(t, `{
		"containers": {"app1": {"binds": "v1"}}, "volumes": {"v1": "/x"}, "host": {"v1": "/y"}, "host_root": "/r"}`), noPlaces())
}

// row 4: one name may be a container, a volume and a host path. row 8: looking for
// a container creates none.
func TestThreeNameSpaces(t *testing.T) {
	m := site(t, `{"volumes": {"x": "/x"}, "host": {"x": "/h"}, "containers": {"x": {"binds": "x"}}}`)
	if err := m.Validate(); err != nil {
		t.Errorf("row 4: %v", err)
	}
	if c := m.Container("y"); c != nil {
		t.Errorf("row 8: got %v for an unknown name", c)
	}
	if len(m.Containers) != 1 {
		t.Errorf("row 8: looking for y left %d containers", len(m.Containers))
	}
	if _, ok := m.VolumePath("y"); ok {
		t.Error("row 8: found a volume y")
	}
}

func TestSetContainerTakesContainers(t *testing.T) {
	m := &model.ContainerMap{Name: "m"}
	base := &model.Container{Image: "i", Shares: []string{"/s"}}
	for _, name := range []string{"a", "b"} {
		if ps := m.Edit().Set("containers", name, problem.Origin{}, model.Input{Value: base}); len(ps) > 0 {
			t.Fatal(ps)
		}
	}
	m.Edit().Set("containers", "c", problem.Origin{}, model.Input{Value: (*model.Container)(nil)})
	m.Edit().Set("containers", "c", problem.Origin{}, model.Input{Value: base})
	same(t, "problems", texts(m.Edit().Set("containers", "d", problem.Origin{}, model.Input{Value: "text"})),
		[]string{`containers > d: want container(…) or a dict, got string "text"`})
	m.Container("a").Shares[0] = "/other"
	same(t, "one container under three names", m.Containers, []*model.Container{
		{Name: "a", Image: "i", Shares: []string{"/other"}},
		{Name: "b", Image: "i", Shares: []string{"/s"}},
		{Name: "c", Image: "i", Shares: []string{"/s"}},
	}, noPlaces())
}

// Every value remembers where it was set, and a replaced one forgets it.
func TestPlacesFollowValues(t *testing.T) {
	at := func(line, col int) problem.Origin { return problem.Origin{File: "site.star", Line: line, Col: col} }
	text := func(s string, line, col int) model.Input { return model.Input{Value: s, Origin: at(line, col)} }
	m := &model.ContainerMap{Name: "m", Origin: at(1, 1)}
	ps := m.Update(model.Dict{
		{Key: text("repository", 2, 1), Value: model.Input{Value: "r"}},
		{Key: text("volumes", 3, 1), Value: model.Input{Value: model.Dict{{Key: text("v.x", 3, 5), Value: text("/v", 3, 9)}}}},
		{Key: text("host", 4, 1), Value: model.Input{Value: model.Dict{
			{Key: text("v", 4, 5), Value: model.Input{Value: model.Dict{
				{Key: model.Input{Value: int64(1), Origin: at(5, 5)}, Value: text("/1", 5, 9)},
				{Key: text("1", 6, 5), Value: text("/2", 6, 9)},
			}}},
		}}},
		{Key: text("a", 7, 1), Value: model.Input{Value: model.Dict{
			{Key: text("binds", 8, 1), Value: model.Input{Value: model.List{
				text("v", 8, 9), {Value: int64(3), Origin: at(8, 10)}, text("w", 9, 9), {Value: model.List{{Value: "x"}, {Value: "no"}}}}}},
			{Key: text("create_options", 10, 1), Value: model.Input{Value: model.Dict{{Key: text("mem_limit", 10, 5), Value: text("1g", 10, 9)}}}},
		}}},
	})
	same(t, "problems", texts(ps), []string{
		`site.star:6:9: host.v: the path of instance "1" is given twice`,
		`site.star:8:10: containers > a > binds[1]: want "alias", ("alias", "ro" or "rw" or bool), {"alias": "ro" or "rw" or bool} or host_share(…), got int 3`,
		`site.star:8:1: containers > a > binds[3]: want "ro", "rw", True, False or None as access, got string "no"`,
	})
	c := m.Container("a")
	places := map[string]problem.Origin{
		"repository":               m.At("repository"),
		"volumes.v.x":              m.At("volumes.v.x"),
		"host.v":                   m.At("host.v"),
		"host.v.1":                 m.At("host.v.1"),
		"default_tag":              m.At("default_tag"),
		"a":                        c.Origin,
		"a binds[0]":               c.At("binds[0]"),
		"a binds[1]: without int":  c.At("binds[1]"),
		"a create_options":         c.At("create_options"),
		"a options.mem_limit":      c.At("create_options.mem_limit"),
		"a options.mem_limit.more": c.At("create_options.mem_limit[0].x"),
		"a user":                   c.At("user"),
	}
	same(t, "places", places, map[string]problem.Origin{
		"repository":               at(2, 1),
		"volumes.v.x":              at(3, 9),
		"host.v":                   at(4, 5),
		"host.v.1":                 at(5, 9),
		"default_tag":              at(1, 1),
		"a":                        at(7, 1),
		"a binds[0]":               at(8, 9),
		"a binds[1]: without int":  at(9, 9),
		"a create_options":         at(10, 1),
		"a options.mem_limit":      at(10, 5),
		"a options.mem_limit.more": at(10, 5),
		"a user":                   at(7, 1),
	})
	again := &model.ContainerMap{Name: "m", Origin: at(1, 1)}
	again.Update(m.Dict())
	same(t, "binds[1] of the map its dictionary gives", again.Container("a").At("binds[1]"), at(9, 9))
	same(t, "host.v.1 of the map its dictionary gives", again.At("host.v.1"), at(5, 9))

	c.Set("binds", text("only", 20, 1))
	m.Edit().Set("host", "v", problem.Origin{}, text("/all", 21, 1))
	same(t, "binds[1] after a change", c.At("binds[1]"), at(20, 1))
	same(t, "host.v.1 after a change", m.At("host.v.1"), at(21, 1))
}
