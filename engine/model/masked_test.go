// Model: tests of masked maps.

package model_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/dmap-dev/dmap/engine/model"
)

func TestMasked(t *testing.T) {
	from := func(v any) model.Options {
		in, ok := model.From(v)
		if !ok {
			t.Fatalf("%v is no value of a map", v)
		}
		return model.Options{Values: in.Value.(model.Dict)}
	}
	m := &model.ContainerMap{Name: "m", Containers: []*model.Container{{Name: "token", Image: "x",
		CreateOptions: from(map[string]any{
			"environment": map[string]any{"PASSWORD": "canary1", "PIN_KEY": 4711, "USER": "u"},
			"command":     []any{"--token=canary2", "KEYBOARD=us"},
		}),
		StartOptions: from(map[string]any{"log_config": map[string]any{"config": map[string]any{"splunk-token": "canary3"}}}),
	}}}
	before, err := json.Marshal(m.Dict())
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(m.Masked().Dict())
	if err != nil {
		t.Fatal(err)
	}
	if s := string(text); strings.Contains(s, "canary") || strings.Contains(s, "4711") || strings.Count(s, "***") != 4 || !strings.Contains(s, "KEYBOARD=us") {
		t.Errorf("masked: %s", s)
	}
	if after, err := json.Marshal(m.Dict()); err != nil || string(after) != string(before) {
		t.Errorf("the map was %s\nand is    %s", before, after)
	}
}
