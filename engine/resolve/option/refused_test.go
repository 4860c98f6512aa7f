// Options, tests: what is refused, with the exact words.

package option_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/engine/resolve/option"
)

// TestApplyRefuses compares with testdata/refused.txt, whose first lines explain it.
// Every problem also stands where its value was written.
func TestApplyRefuses(t *testing.T) {
	text, err := os.ReadFile("testdata/refused.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range refusals(string(text)) {
		t.Run(c.input, func(t *testing.T) {
			d := withOrigins(parse(t, c.input))
			var s docker.ContainerSpec
			problems := option.Apply(&s, d, "create_options")
			if diff := cmp.Diff(c.want, outcome(t, problems, s)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.input, diff)
			}
			for _, p := range problems {
				if p.Origin.File != "test.star" || p.Code == "" {
					t.Errorf("problem without a place or code: %+v", p)
				}
			}
		})
	}
}

type refusal struct {
	input string
	want  []string
}

func refusals(text string) []refusal {
	var out []refusal
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "    "):
			last := &out[len(out)-1]
			last.want = append(last.want, line[4:])
		default:
			out = append(out, refusal{input: line})
		}
	}
	return out
}

// outcome is the problems without their places, and the spec if it is not empty.
func outcome(t *testing.T, problems problem.Problems, s docker.ContainerSpec) []string {
	t.Helper()
	var out []string
	for _, p := range problems {
		q := *p
		q.Origin = problem.Origin{}
		out = append(out, q.Error())
	}
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	if string(text) != `{"HostConfig":{}}` {
		out = append(out, "= "+string(text))
	}
	return out
}

func parse(t testing.TB, text string) model.Dict {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var d map[string]any
	if err := dec.Decode(&d); err != nil {
		t.Fatalf("%s: %s", err, text)
	}
	return options(t, d)
}

// withOrigins gives every value and key of a dictionary a place of its own.
func withOrigins(d model.Dict) model.Dict {
	line := 0
	next := func() problem.Origin {
		line++
		return problem.Origin{File: "test.star", Line: line, Col: 1}
	}
	var place func(model.Input) model.Input
	place = func(in model.Input) model.Input {
		in.Origin = next()
		switch v := in.Value.(type) {
		case model.List:
			for i := range v {
				v[i] = place(v[i])
			}
		case model.Dict:
			for i := range v {
				v[i].Key, v[i].Value = place(v[i].Key), place(v[i].Value)
			}
		}
		return in
	}
	return place(model.Input{Value: d}).Value.(model.Dict)
}

// Every option that a map cannot set says why, in either spelling and whatever its value.
func TestApplyRefusesWhatAMapCannotSet(t *testing.T) {
	for _, o := range option.Table() {
		if o.Refused == "" {
			continue
		}
		for _, value := range []any{nil, false, "x"} {
			var s docker.ContainerSpec
			problems := option.Apply(&s, options(t, dict{o.Name: value}), "create_options")
			want := []string{"create_options." + o.Name + ": cannot set option \"" + o.Name + "\": " + o.Refused}
			if diff := cmp.Diff(want, outcome(t, problems, s)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", o.Name, diff)
			}
			if len(problems) == 1 && problems[0].Code != option.CodeRefused {
				t.Errorf("%s: code %q, want %q", o.Name, problems[0].Code, option.CodeRefused)
			}
		}
	}
}

// Values that no Starlark program or JSON file can hold, but a Go program can.
func TestApplyRefusesValuesThatAreNoData(t *testing.T) {
	deep := model.Input{Value: "x"}
	for range 40 {
		deep = model.Input{Value: model.List{deep}}
	}
	key := func(v any) model.Dict {
		return model.Dict{{Key: model.Input{Value: v}, Value: model.Input{Value: "x"}}}
	}
	value := func(v any) model.Dict {
		return model.Dict{{Key: model.Input{Value: "labels"}, Value: model.Input{Value: v}}}
	}
	for _, c := range []struct {
		name string
		d    model.Dict
		want string
	}{
		{"a key that is no text", key(int64(3)), `o: want a string as key, got int 3`},
		{"a key twice", append(key("user"), key("user")...), `o: key "user" is given twice`},
		{"a function", value(model.OptionFunc(nil)), `o.labels: want plain data (None, bool, int, float, string, list, dict), got function`},
		{"a Go type", value(struct{}{}), `o.labels: want plain data (None, bool, int, float, string, list, dict), got unsupported value of type struct {}`},
		{"bytes that are no text", value(model.List{{Value: "a\xff"}}), `o.labels[0]: a text that is not valid UTF-8: string "a\xff"`},
		{"nested without end", value(deep.Value), "o.labels" + strings.Repeat("[0]", 33) + ": nested deeper than 32"},
		{"not a number", value(model.Dict{{Key: model.Input{Value: "a"}, Value: model.Input{Value: nan()}}}), `o.labels.a: want a finite number, got float NaN`},
	} {
		t.Run(c.name, func(t *testing.T) {
			problems := option.Apply(nil, c.d, "o") // a nil spec only checks
			if diff := cmp.Diff(c.want, problems.Error()); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

func nan() float64 {
	var zero float64
	return zero / zero
}
