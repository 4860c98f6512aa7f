// Options, tests: what holds for every input.

package option_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/resolve/option"
)

// value draws any value a program may write, with the words and shapes of options more
// often than chance would.
func value(depth int) *rapid.Generator[model.Input] {
	words := rapid.SampledFrom([]string{"", "a", "A=1", "/a", "/a:/b", "/a:/b:ro", "m.b", "m.b:x", "80", "80/udp", "8000-8010", "3g", "1.5m", "30s",
		"always", "on-failure:5", "NONE", "CMD", "nofile=1:2", "127.0.0.1", "::1", "host", "container:ab", "KILL", "0-3", "c 1:3 r", "/dev/a:1",
		"target", "source", "type", "bind", "ro", "mode", "test", "interval", "Name", "Soft", "HostPort", "HostIp", "EndpointsConfig", "config"})
	scalars := []*rapid.Generator[any]{
		rapid.Just[any](nil),
		rapid.Map(rapid.Bool(), func(b bool) any { return b }),
		rapid.Map(rapid.Int64Range(-2, 70000), func(i int64) any { return i }),
		rapid.Map(rapid.Int64(), func(i int64) any { return i }),
		rapid.Map(rapid.Float64(), func(f float64) any { return f }),
		rapid.Map(words, func(s string) any { return s }),
		rapid.Map(rapid.String(), func(s string) any { return s }),
	}
	if depth > 0 {
		scalars = append(scalars,
			rapid.Map(rapid.SliceOfN(value(depth-1), 0, 4), func(l []model.Input) any { return model.List(l) }),
			rapid.Map(rapid.SliceOfN(entry(words, depth), 0, 4), func(d []model.Entry) any { return model.Dict(d) }))
	}
	return rapid.Map(rapid.OneOf(scalars...), func(v any) model.Input { return model.Input{Value: v} })
}

func entry(keys *rapid.Generator[string], depth int) *rapid.Generator[model.Entry] {
	return rapid.Custom(func(t *rapid.T) model.Entry {
		var key any = keys.Draw(t, "key")
		if rapid.IntRange(0, 9).Draw(t, "odd key") == 0 {
			key = rapid.Int64().Draw(t, "number as key")
		}
		return model.Entry{Key: model.Input{Value: key}, Value: value(depth-1).Draw(t, "value")}
	})
}

// Apply never panics, has one result, leaves the spec alone where it reports a problem,
// keeps what it was given apart, and changes nothing when it is done again.
func TestApplyHoldsForAnyDictionary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		// One at a time, so that a problem belongs to the one option.
		d := model.Dict{entry(rapid.SampledFrom(append(option.Names(), "Memory", "nonsense", "name")), 4).Draw(t, "entry")}
		text := marshal(t, d)
		var spec, again docker.ContainerSpec
		problems := option.Apply(&spec, d, "o")
		if diff := cmp.Diff(text, marshal(t, d)); diff != "" {
			t.Fatalf("Apply changed its input:\n%s", diff)
		}
		if diff := cmp.Diff(problems.Error(), option.Apply(&again, d, "o").Error()); diff != "" {
			t.Fatalf("other problems the second time:\n%s", diff)
		}
		if diff := cmp.Diff(marshal(t, spec), marshal(t, again)); diff != "" {
			t.Fatalf("another spec the second time:\n%s", diff)
		}
		if len(problems) > 0 {
			if diff := cmp.Diff(docker.ContainerSpec{}, spec); diff != "" {
				t.Fatalf("a bad option changed the spec:\n%s", diff)
			}
			return
		}
		before := marshal(t, spec)
		if problems := option.Apply(&spec, d, "o"); problems != nil {
			t.Fatal(problems)
		}
		if diff := cmp.Diff(before, marshal(t, spec)); diff != "" {
			t.Fatalf("applied twice is not applied once (-once +twice):\n%s", diff)
		}
		values, err := spec.Values()
		if err != nil {
			t.Fatal(err)
		}
		option.Check(func(field string) any { return values[field] }, "1.41")
		option.CheckTogether(spec)
	})
}

// Every option with every single text: the parsers of short forms do not panic, and a
// text they accept survives being written as JSON.
func FuzzShortForms(f *testing.F) {
	names := option.Names()
	for i, name := range names {
		f.Add(i, name)
	}
	for _, e := range examples() {
		if s, ok := e.value.(string); ok {
			f.Add(0, s)
		}
	}
	f.Fuzz(func(t *testing.T, i int, text string) {
		name := names[uint(i)%uint(len(names))]
		for _, v := range []any{text, list{text}, list{text, text}, dict{text: text}, dict{text: nil}, list{list{text, text}}} {
			in, ok := model.From(dict{name: v})
			if !ok {
				t.Fatalf("no input: %v", v)
			}
			var s docker.ContainerSpec
			if option.Apply(&s, in.Value.(model.Dict), "o") != nil {
				continue
			}
			var back docker.ContainerSpec
			if err := json.Unmarshal([]byte(marshal(t, s)), &back); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(marshal(t, s), marshal(t, back)); diff != "" {
				t.Errorf("%s = %v does not survive JSON:\n%s", name, v, diff)
			}
		}
	})
}

// A command that is split, quoted word by word and split again is the same.
func FuzzCommand(f *testing.F) {
	for _, s := range []string{`a b`, `a 'b c' "d \" e" f\ g ''`, `a && b`, `'`, `\`, `"a`, "a\tb\nc", `é 'ü'`, `"\x"`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		words, ok := split(t, text)
		if !ok {
			return
		}
		var quoted []string
		for _, w := range words {
			quoted = append(quoted, "'"+strings.ReplaceAll(w, "'", `'\''`)+"'")
		}
		again, ok := split(t, strings.Join(quoted, " \n"))
		if diff := cmp.Diff(words, again); !ok || diff != "" {
			t.Errorf("%q: words change when quoted (-words +again):\n%s", text, diff)
		}
	})
}

func split(t *testing.T, text string) ([]string, bool) {
	var s docker.ContainerSpec
	problems := option.Apply(&s, options(t, dict{"command": text}), "o")
	return s.Cmd, problems == nil
}

type failer interface {
	Helper()
	Fatal(args ...any)
}

// marshal is JSON, or the reason why there is none: NaN has no JSON.
func marshal(t failer, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(text)
}
