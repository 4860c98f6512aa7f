// Model: tests of the short forms.

package model_test

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/dmap-dev/dmap/engine/model"
)

func TestShortFormsConvert(t *testing.T) {
	type c = model.Container
	type shares = []model.HostShare
	type uses = []model.Use
	type links = []model.Link
	for _, test := range []struct {
		row  string
		text string
		want c
	}{
		{"image", `{"image": "nginx"}`, c{Image: "nginx"}},
		{"no image", `{"image": null}`, c{}},
		{"row 33", `{"instances": ["i1", "i2"]}`, c{Instances: []string{"i1", "i2"}}},
		{"row 36: empty list", `{"instances": []}`, c{}},
		{"row 36: None", `{"instances": null}`, c{}},
		{"row 19: counted instances", `{"instances": [1, 2]}`, c{Instances: []string{"1", "2"}}},
		{"shares", `{"shares": ["/s", "/t"]}`, c{Shares: []string{"/s", "/t"}}},
		{"row 111: one string", `{"shares": "/s"}`, c{Shares: []string{"/s"}}},
		{"row 111: None", `{"shares": null, "uses": null, "attaches": null}`, c{}},
		{"row 43: ro", `{"binds": [["a", "ro"]]}`, c{Binds: shares{{"a", true}}}},
		{"row 43: True", `{"binds": [["a", true]]}`, c{Binds: shares{{"a", true}}}},
		{"row 43: False", `{"binds": [["a", false]]}`, c{Binds: shares{{"a", false}}}},
		{"row 44: dict element", `{"binds": [{"a": "ro"}, {"b": false}]}`, c{Binds: shares{{"a", true}, {"b", false}}}},
		{"row 44, D21: None in a dict element", `{"binds": [{"a": null}]}`, c{Binds: shares{{"a", false}}}},
		{"row 45", `{"binds": "a"}`, c{Binds: shares{{"a", false}}}},
		{"row 45: list", `{"binds": ["a", "b"]}`, c{Binds: shares{{"a", false}, {"b", false}}}},
		{"row 46: rw", `{"binds": [{"a": "rw"}]}`, c{Binds: shares{{"a", false}}}},
		{"row 47", `{"binds": {"a": "ro", "b": false}}`, c{Binds: shares{{"a", true}, {"b", false}}}},
		{"row 49: a pair is two elements", `{"binds": ["a", "b"]}`, c{Binds: shares{{"a", false}, {"b", false}}}},
		{"row 51: None", `{"binds": null}`, c{}},
		{"row 51: empty", `{"binds": []}`, c{}},
		{"uses and attaches", `{"uses": "b", "attaches": "v"}`, c{Uses: uses{{"b", false}}, Attaches: []string{"v"}}},
		{"row 65: pair", `{"uses": [["b", "ro"]]}`, c{Uses: uses{{"b", true}}}},
		{"row 65: dict", `{"uses": {"b": "ro"}}`, c{Uses: uses{{"b", true}}}},
		{"row 68: several links in order", `{"links": [["b", "x"], ["c", "y"]]}`, c{Links: links{{"b", "x"}, {"c", "y"}}}},
		{"row 72: string", `{"links": "b"}`, c{Links: links{{"b", ""}}}},
		{"row 72: whole dict", `{"links": {"b": "x", "c": "y"}}`, c{Links: links{{"b", "x"}, {"c", "y"}}}},
		{"row 72: dict element", `{"links": [{"b": "x"}]}`, c{Links: links{{"b", "x"}}}},
		{"row 72: named", `{"links": [{"container": "b", "alias": "x"}]}`, c{Links: links{{"b", "x"}}}},
		{"row 74: alias None", `{"links": [["b", null]]}`, c{Links: links{{"b", ""}}}},
		{"row 76: two aliases", `{"links": [["b", "x"], ["b", "y"]]}`, c{Links: links{{"b", "x"}, {"b", "y"}}}},
		{"row 86: int", `{"user": 2000}`, c{User: "2000"}},
		{"row 86: zero", `{"user": 0}`, c{User: "0"}},
		{"row 86: name", `{"user": "u"}`, c{User: "u"}},
		{"row 86: with group", `{"user": "u:g"}`, c{User: "u:g"}},
		{"row 86: pair", `{"user": ["u", "g"]}`, c{User: "u:g"}},
		{"row 86: pair of ids", `{"user": [0, 10]}`, c{User: "0:10"}},
		{"row 86: none", `{"user": ""}`, c{}},
		{"row 87", `{"permissions": "u=rwX,g=rX,o="}`, c{Permissions: "u=rwX,g=rX,o="}},
		{"options", `{"create_options": {"mem_limit": "3g"}}`, c{CreateOptions: model.Options{Values: model.Dict{{
			Key: model.Input{Value: "mem_limit"}, Value: model.Input{Value: "3g"}}}}}},
		{"no options", `{"create_options": {}, "start_options": null}`, c{}},
		{"row 101", `{"persistent": "yes"}`, c{Persistent: true}},
		{"row 101: bool", `{"persistent": true}`, c{Persistent: true}},
		{"row 101: no", `{"persistent": "No"}`, c{}},
		{"row 101: default", `{}`, c{}},
	} {
		t.Run(test.row, func(t *testing.T) {
			test.want.Name = "a"
			same(t, test.text, container(t, test.text), &test.want, noPlaces())
		})
	}
}

// The typed elements themselves: row 41, row 42, row 71, row 112 and row 114.
func TestTypedElementsConvert(t *testing.T) {
	c := &model.Container{Name: "a"}
	for name, value := range map[string]any{
		"binds": model.List{{Value: model.HostShare{Volume: "a", ReadOnly: true}}, {Value: model.HostShare{Volume: "b"}}}, // row 42
		"uses":  model.Use{Name: "b", ReadOnly: true},
		"links": model.Link{Container: "b", Alias: "x"}, // row 71
	} {
		if ps := c.Set(name, model.Input{Value: value}); len(ps) > 0 {
			t.Errorf("%s: %v", name, ps)
		}
	}
	same(t, "typed elements", c, &model.Container{
		Name:  "a",
		Binds: []model.HostShare{{Volume: "a", ReadOnly: true}, {Volume: "b"}},
		Uses:  []model.Use{{Name: "b", ReadOnly: true}},
		Links: []model.Link{{Container: "b", Alias: "x"}},
	}, noPlaces())

	// row 114: an element added later is one like the others.
	list, _ := c.Get("binds")
	list.Value = append(list.Value.(model.List), model.Input{Value: model.HostShare{Volume: "volume1"}})
	if ps := c.Set("binds", list); len(ps) > 0 {
		t.Error(ps)
	}
	same(t, "row 114", c.Binds, []model.HostShare{{Volume: "a", ReadOnly: true}, {Volume: "b"}, {Volume: "volume1"}})
}

// row 112: elements of lists are converted one by one.
func TestWrongFormsAreRefused(t *testing.T) {
	for _, test := range []struct {
		row, text string
		want      []string
	}{
		{"image: number", `{"image": 7}`, []string{`image: want a string, got int 7`}},
		{"row 46: other text", `{"binds": [{"a": "read"}]}`, []string{
			`binds[0]: want "ro", "rw", True, False or None as access, got string "read"`}},
		{"row 46: number", `{"binds": [["a", 1]]}`, []string{
			`binds[0]: want "ro", "rw", True, False or None as access, got int 1`}},
		{"row 49: pair with a flag", `{"binds": ["a", true]}`, []string{
			`binds[1]: want "alias", ("alias", "ro" or "rw" or bool), {"alias": "ro" or "rw" or bool} or host_share(…), got bool True (a pair of its own needs brackets: [("a", "ro")])`}},
		{"row 49: pair of a use", `{"uses": ["a", true]}`, []string{
			`uses[1]: want "name", ("name", "ro" or "rw" or bool) or {"name": "ro" or "rw" or bool}, got bool True (a pair of its own needs brackets: [("a", "ro")])`}},
		{"row 50: tuple of one", `{"binds": [["a"]]}`, []string{
			`binds[0]: want "alias", ("alias", "ro" or "rw" or bool), {"alias": "ro" or "rw" or bool} or host_share(…), got list of 1`}},
		{"row 50: tuple of three", `{"binds": [["a", "b", "c"]]}`, []string{
			`binds[0]: want "alias", ("alias", "ro" or "rw" or bool), {"alias": "ro" or "rw" or bool} or host_share(…), got list of 3`}},
		{"row 50: dict of two", `{"binds": [{"a": 1, "b": 1}]}`, []string{
			`binds[0]: want "alias", ("alias", "ro" or "rw" or bool), {"alias": "ro" or "rw" or bool} or host_share(…), got dict of 2`}},
		{"row 50: number", `{"binds": 7}`, []string{
			`binds: want "alias", ("alias", "ro" or "rw" or bool), {"alias": "ro" or "rw" or bool} or host_share(…), got int 7`}},
		{"row 55, D19", `{"image": "i", "instanecs": "x", "clients": []}`, []string{
			`unknown property "clients" (a map is for one engine: choose it with --docker-host or DOCKER_HOST)`, `unknown property "instanecs" (did you mean "instances"?)`}},
		{"row 74: tuple of one", `{"links": [["b"]]}`, []string{
			`links[0]: want "container", ("container", "alias"), {"container": "alias"} or link(…), got list of 1`}},
		{"row 74: alias of a wrong type", `{"links": [["b", 1]]}`, []string{
			`links[0]: want an alias (string or None), got int 1`}},
		{"row 86: three parts", `{"user": ["u", "g", "x"]}`, []string{
			`user: want a user name or id, "user:group" or (user, group), got list of 3`}},
		{"row 86: negative", `{"user": -1}`, []string{
			`user: want a user name or id, "user:group" or (user, group), got int -1`}},
		{"row 86: bool", `{"user": true}`, []string{
			`user: want a user name or id, "user:group" or (user, group), got bool True`}},
		{"row 87: octal literal", `{"permissions": 488}`, []string{
			`permissions: want a mode as chmod takes it, got int 488 (write it as a string: "0750")`}},
		{"row 87: number of either kind", `{"permissions": 750}`, []string{
			`permissions: want a mode as chmod takes it, got int 750 (write it as a string: "01356" for 0o1356, "0750" for 750)`}},
		{"row 87: digits", `{"permissions": 4755}`, []string{
			`permissions: want a mode as chmod takes it, got int 4755 (write it as a string: "04755")`}},
		{"row 87: nonsense", `{"permissions": -9}`, []string{
			`permissions: want a mode as chmod takes it, got int -9 (write it as a string, such as "0750")`}},
		{"row 101: other text", `{"persistent": "maybe"}`, []string{
			`persistent: want True, False, "yes" or "no", got string "maybe"`}},
		{"row 110: neither dict nor function", `{"create_options": ["a"]}`, []string{
			`create_options: want a dict or a function that returns one, got list of 1`}},
		{"row 111: number", `{"shares": 3}`, []string{`shares: want a string, got int 3`}},
		{"row 111: dict", `{"attaches": {"v": "/v"}}`, []string{`attaches: want a string, got dict of 1`}},
		{"row 111: element", `{"shares": ["/s", 3, "/t", null]}`, []string{
			`shares[1]: want a string, got int 3`, `shares[3]: want a string, got None`}},
		{"row 125: all at once", `{"image": 1, "shares": 2, "user": []}`, []string{
			`image: want a string, got int 1`, `shares: want a string, got int 2`,
			`user: want a user name or id, "user:group" or (user, group), got list of 0`}},
	} {
		t.Run(test.row, func(t *testing.T) {
			c := &model.Container{Name: "a"}
			same(t, test.text, texts(c.Update(dict(t, test.text))), test.want)
		})
	}
}

// row 111: what was assigned is a copy.
func TestAssignedListsAreCopies(t *testing.T) {
	list := model.List{{Value: "/s"}, {Value: "/t"}}
	c := &model.Container{Name: "a"}
	c.Set("shares", model.Input{Value: list})
	list[0].Value = "/other"
	same(t, "row 111", c.Shares, []string{"/s", "/t"})
}

// row 110: a function stands in for the dictionary, and is not called by that.
func TestOptionFunctionsAreKept(t *testing.T) {
	called := false
	opts := func(context.Context, model.OptionCall) (model.Dict, error) {
		called = true
		return nil, nil
	}
	c := &model.Container{Name: "a"}
	input, ok := model.From(opts)
	if !ok {
		t.Fatal("From does not take the function")
	}
	input.Text = "opts at site.star:4:1"
	if ps := c.Set("start_options", input); len(ps) > 0 {
		t.Fatal(ps)
	}
	back, _ := c.Get("start_options")
	if _, isFunc := back.Value.(model.OptionFunc); !isFunc || back.Text != "opts at site.star:4:1" {
		t.Errorf("got back %#v", back)
	}
	if err := (&model.ContainerMap{Name: "m", Containers: []*model.Container{c}}).Validate(); err != nil {
		t.Error(err)
	}
	if called {
		t.Error("the function was called")
	}
}

func TestOptionsMustBePlainData(t *testing.T) {
	text := func(s string) model.Input { return model.Input{Value: s} }
	deep := model.Input{Value: int64(1)}
	for range 40 {
		deep = model.Input{Value: model.List{deep}}
	}
	wide := model.Input{Value: int64(1)}
	for range 30 {
		wide = model.Input{Value: model.List{wide, wide}}
	}
	c := &model.Container{Name: "a"}
	ps := c.Set("create_options", model.Input{Value: model.Dict{
		{Key: text("good"), Value: text("x")},
		{Key: text("typed"), Value: model.Input{Value: model.HostShare{Volume: "v"}}},
		{Key: model.Input{Value: int64(3)}, Value: text("x")},
		{Key: text("nan"), Value: model.Input{Value: math.NaN()}},
		{Key: text("deep"), Value: deep},
		{Key: text("wide"), Value: wide},
		{Key: text("foreign"), Value: model.Input{Value: struct{}{}}},
		{Key: text("keys"), Value: model.Input{Value: model.Dict{{Key: model.Input{Value: 1.5}}}}},
		{Key: text("good"), Value: text("y")},
		{Key: text("pair"), Value: model.Input{Value: model.Dict{{
			Key: model.Input{Value: model.List{{Value: int64(53)}, text("udp")}}, Value: model.Input{Value: int64(53)}}}}},
	}})
	var short []string
	for _, p := range ps {
		field, _, _ := strings.Cut(p.Path, "[")
		short = append(short, field+": "+p.Msg)
	}
	same(t, "problems", short, []string{
		`create_options: the key string "good" is given twice`,
		`create_options.typed: want plain data (None, bool, int, float, string, list, dict), got host_share "v"`,
		`create_options: want the name of an option (string), got int 3`,
		`create_options.nan: want a finite number, got float NaN`,
		`create_options.deep: nested deeper than 32`,
		`create_options.wide: the option holds more than 100000 values`,
		`create_options.foreign: want plain data (None, bool, int, float, string, list, dict), got unsupported value of type struct {}`,
		`create_options.keys: want a string, an int or a pair of these as key, got float 1.5`,
	})
	var names []any
	for _, e := range c.CreateOptions.Values {
		names = append(names, e.Key.Value)
	}
	same(t, "options that are left", names, []any{"good", "pair"})
}
