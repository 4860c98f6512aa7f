// Model: tests of values from outside, and of problems as texts and JSON.

package model_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/dmap-dev/dmap/engine/model"
)

func TestFrom(t *testing.T) {
	deep := any("x")
	for range 1001 {
		deep = []any{deep}
	}
	for _, test := range []struct {
		name string
		v    any
		want any
		ok   bool
	}{
		{"nil", nil, nil, true},
		{"int", 7, int64(7), true},
		{"int8", int8(-7), int64(-7), true},
		{"uint64", uint64(7), int64(7), true},
		{"uint64 that does not fit", uint64(math.MaxUint64), nil, false},
		{"float32", float32(0.5), 0.5, true},
		{"number", json.Number("80"), int64(80), true},
		{"number with a fraction", json.Number("1.5"), 1.5, true},
		{"number with an exponent", json.Number("1e3"), 1000.0, true},
		{"number that would be rounded", json.Number("99999999999999999999"), nil, false},
		{"no number", json.Number("x"), nil, false},
		{"strings", []string{"a"}, model.List{{Value: "a"}}, true},
		{"list", []any{"a", 1}, model.List{{Value: "a"}, {Value: int64(1)}}, true},
		{"map", map[string]any{"b": 1, "a": nil}, model.Dict{{Key: model.Input{Value: "a"}}, {Key: model.Input{Value: "b"}, Value: model.Input{Value: int64(1)}}}, true},
		{"map of strings", map[string]string{"b": "1"}, model.Dict{{Key: model.Input{Value: "b"}, Value: model.Input{Value: "1"}}}, true},
		{"input", model.Input{Value: "x"}, "x", true},
		{"unknown type", struct{}{}, nil, false},
		{"unknown type inside", map[string]any{"a": []any{struct{}{}}}, nil, false},
		{"too deep", deep, nil, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, ok := model.From(test.v)
			same(t, "value", got.Value, test.want)
			same(t, "ok", ok, test.ok)
		})
	}
}

func TestInputsAsJSON(t *testing.T) {
	value := func(v any) model.Input { return model.Input{Value: v} }
	for _, test := range []struct {
		in   model.Input
		want string
	}{
		{value(nil), `null`},
		{value(model.List(nil)), `[]`},
		{value(model.Dict(nil)), `{}`},
		{value(model.HostShare{Volume: "v", ReadOnly: true}), `{"v":"ro"}`},
		{value(model.Use{Name: "b"}), `"b"`},
		{value(model.Link{Container: "b", Alias: "x"}), `{"b":"x"}`},
		{value(model.Link{Container: "b"}), `"b"`},
		{model.Input{Value: model.OptionFunc(nil), Text: "f at s.star:1:1"}, `{"function":"f at s.star:1:1"}`},
		{value(&model.Container{Name: "a", Image: "i", Uses: []model.Use{{Name: "b", ReadOnly: true}}}), `{"image":"i","uses":[{"b":"ro"}]}`},
		{value((*model.Container)(nil)), `null`},
		{value(model.Dict{
			{Key: value("z"), Value: value(1.5)}, {Key: value(int64(80)), Value: value(true)},
			{Key: value(model.List{{Value: int64(53)}, {Value: "udp"}}), Value: value("x")}}), `{"z":1.5,"80":true,"53/udp":"x"}`},
	} {
		got, err := json.Marshal(test.in)
		if err != nil || string(got) != test.want {
			t.Errorf("%s: got %s %v, want %s", test.in, got, err, test.want)
		}
	}
}

func TestInputsInMessages(t *testing.T) {
	long := string(make([]rune, 100))
	for _, test := range []struct {
		v    any
		want string
	}{
		{nil, "None"}, {true, "bool True"}, {false, "bool False"}, {int64(17), "int 17"}, {1e30, "float 1e+30"},
		{"ro", `string "ro"`}, {model.List{{}}, "list of 1"}, {model.Dict{}, "dict of 0"},
		{model.HostShare{Volume: "v"}, `host_share "v"`}, {model.Link{Container: "b"}, `link "b"`}, {model.Use{Name: "b"}, `use of "b"`},
		{model.OptionFunc(nil), "function"}, {&model.Container{}, "container"}, {7, "unsupported value of type int"},
	} {
		same(t, "text", model.Input{Value: test.v}.String(), test.want)
	}
	if got := (model.Input{Value: long}).String(); len(got) > 300 {
		t.Errorf("a long text is shown with %d characters", len(got))
	}
}

// Each property of the tables can be read, and set to what was read.
func TestFieldsAreComplete(t *testing.T) {
	c := container(t, `{"image": "i", "instances": 1, "shares": "/s", "binds": "v", "uses": [["b", "ro"]], "links": {"b": "x"}, "attaches": "v",
		"user": "u", "permissions": "0700", "create_options": {"a": 1}, "start_options": {"b": [{"c": null}]}, "persistent": true}`)
	again := &model.Container{Name: "a"}
	for _, f := range model.ContainerFields() {
		value, ok := c.Get(f.Name)
		if !ok || f.Forms == "" || f.Doc == "" {
			t.Errorf("property %q cannot be read or is not explained: %+v", f.Name, f)
		}
		if ps := again.Set(f.Name, value); len(ps) > 0 {
			t.Error(ps)
		}
	}
	same(t, "container", again, c, noPlaces())
	if _, ok := c.Get("imge"); ok {
		t.Error("read an unknown property")
	}

	m := site(t, `{"repository": "r", "host_root": "/r", "default_tag": "1", "attached": "volume", "base_image": "b", "core_image": "c",
		"volumes": {"v": "/v"}, "host": {"v": {"i": "/h"}}, "containers": {"a": {"image": "i"}}}`)
	other := &model.ContainerMap{Name: "m"}
	for _, f := range model.MapFields() {
		value, ok := m.Get(f.Name)
		if !ok || f.Forms == "" || f.Doc == "" {
			t.Errorf("property %q cannot be read or is not explained: %+v", f.Name, f)
		}
		if ps := other.Set(f.Name, value); len(ps) > 0 {
			t.Error(ps)
		}
	}
	same(t, "map", other, m, noPlaces())
	if _, ok := m.Get("volume"); ok {
		t.Error("read an unknown property")
	}
	same(t, "unknown property", texts(other.Set("volume", model.Input{})),
		[]string{`unknown property of a container_map "volume" (did you mean "volumes"?)`})
}
