// Import of docker-map files: properties of any map and of any file.

package dockermap_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"

	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/starlarkmap"
	"github.com/dmap-dev/dmap/starlarkmap/dockermap"
)

// Any map, written as the original's users write it, comes out as the same map.
func TestAnyMapComesThroughYAML(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		m := anyMap(r)
		if err := m.Validate(); err != nil {
			r.Fatalf("the generator made a map that is wrong: %v", err)
		}
		src := anyYAML(r, m)
		result, err := dockermap.Convert(t.Context(), "site.yaml", src, &dockermap.Options{Name: m.Name})
		if err != nil {
			r.Fatalf("%v\n%s", err, src)
		}
		if diff := cmp.Diff(starlarkmap.Format(m), starlarkmap.Format(result.Map)); diff != "" {
			r.Fatalf("-want +got:\n%s\n%s", diff, src)
		}
		if diff := cmp.Diff(starlarkmap.Format(m), show(t, result.Text)); diff != "" {
			r.Fatalf("-want +got:\n%s\n%s", diff, src)
		}
	})
}

// words are texts that YAML could take for something else.
var words = []string{"a", "yes", "0750", "22:22", "~", "null", "1e3", "2020-01-01", "!path", "$HOME", "a: b", "# c", "é \"q\" \\", "- x", "=", "<<", " ", "x\ny"}

func anyMap(r *rapid.T) *model.ContainerMap {
	name := rapid.SampledFrom([]string{"a", "b", "yes", "on", "n1", "x.y", "5", "null", "e_e"})
	m := &model.ContainerMap{
		Name:       name.Draw(r, "map"),
		Repository: rapid.SampledFrom([]string{"", "registry.example.com", "r:5000/x"}).Draw(r, "repository"),
		HostRoot:   rapid.SampledFrom([]string{"", "/srv", "/srv/ü \"x\"\\"}).Draw(r, "root"),
		DefaultTag: rapid.SampledFrom([]string{"", "1.2", "10"}).Draw(r, "tag"),
	}
	aliases := rapid.SliceOfNDistinct(name, 0, 4, rapid.ID[string]).Draw(r, "aliases")
	for i, alias := range aliases {
		m.Volumes = append(m.Volumes, model.Volume{Alias: alias, Path: fmt.Sprintf("/v%d", i)})
		m.Host = append(m.Host, model.HostPath{Alias: alias, Path: fmt.Sprintf("/h%d", i)})
	}
	for _, n := range rapid.SliceOfNDistinct(name, 0, 4, rapid.ID[string]).Draw(r, "names") {
		m.Containers = append(m.Containers, anyContainer(r, "c-"+n, aliases, m.Containers))
	}
	return m
}

func anyContainer(r *rapid.T, name string, aliases []string, before []*model.Container) *model.Container {
	c := &model.Container{
		Name:        name,
		Image:       rapid.SampledFrom([]string{"", "nginx", "/ubuntu:22.04"}).Draw(r, "image"),
		Shares:      rapid.SampledFrom([][]string{nil, {"/s " + name}, {"/s " + name, "/t é " + name}}).Draw(r, "shares"),
		User:        rapid.SampledFrom([]string{"", "2000", "a:b"}).Draw(r, "user"),
		Permissions: rapid.SampledFrom([]string{"", "0750", "750", "u=rwX,g=rX,o="}).Draw(r, "permissions"),
		Persistent:  rapid.Bool().Draw(r, "persistent"),
	}
	for _, alias := range aliases {
		if rapid.Bool().Draw(r, "bind") {
			c.Binds = append(c.Binds, model.HostShare{Volume: alias, ReadOnly: rapid.Bool().Draw(r, "ro")})
		}
	}
	for _, other := range before {
		if strings.Contains(other.Name, ".") {
			continue // a dot separates an instance
		}
		if rapid.Bool().Draw(r, "link") {
			c.Links = append(c.Links, model.Link{Container: other.Name, Alias: rapid.SampledFrom([]string{"", "db-" + other.Name}).Draw(r, "alias")})
		}
		if len(other.Shares) > 0 && rapid.Bool().Draw(r, "use") {
			c.Uses = append(c.Uses, model.Use{Name: other.Name, ReadOnly: rapid.Bool().Draw(r, "ro")})
		}
	}
	if rapid.Bool().Draw(r, "options") {
		c.CreateOptions.Values = model.Dict{{Key: model.Input{Value: "environment"}, Value: anyEnvironment(r)}}
	}
	return c
}

func anyEnvironment(r *rapid.T) model.Input {
	value := rapid.OneOf(
		rapid.Map(rapid.SampledFrom(words), func(s string) any { return s }),
		rapid.Map(rapid.StringOf(rapid.RuneFrom([]rune("ab0:-#'\"\\\t\n{}[]&*!|>%@`,?~= é\u2028\x7f"))), func(s string) any { return s }),
		rapid.Map(rapid.Int64(), func(i int64) any { return i }),
		rapid.Map(rapid.Bool(), func(b bool) any { return b }),
		rapid.Map(rapid.Float64Range(-1e6, 1e6), func(f float64) any { return f }),
	)
	d := model.Dict{}
	for i, v := range rapid.SliceOfN(value, 0, 4).Draw(r, "environment") {
		d = append(d, model.Entry{Key: model.Input{Value: fmt.Sprintf("V%d", i)}, Value: model.Input{Value: v}})
	}
	return model.Input{Value: d}
}

// anyYAML writes the map with one of the forms there are for each thing.
func anyYAML(r *rapid.T, m *model.ContainerMap) []byte {
	pick := func(what string) bool { return rapid.Bool().Draw(r, what) }
	top := mapping()
	containers := top
	for _, e := range m.Dict() {
		name := e.Key.Value.(string)
		if name != "containers" {
			add(top, e.Key.Value, nodeOf(e.Value.Value))
		}
	}
	if pick("wrapped") {
		containers = mapping()
		add(top, "containers", containers)
	}
	for _, c := range m.Containers {
		properties := mapping()
		for _, e := range c.Dict() {
			n := nodeOf(e.Value.Value)
			if n.Kind == yaml.SequenceNode && len(n.Content) == 1 && n.Content[0].Kind == yaml.ScalarNode && pick("alone") {
				n = n.Content[0]
			}
			name := e.Key.Value
			if name == "start_options" && pick("host_config") {
				name = "host_config"
			}
			add(properties, name, n)
		}
		if len(properties.Content) == 0 && pick("null") {
			properties = &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"}
		}
		add(containers, c.Name, properties)
	}
	if pick("named") {
		add(top, "name", nodeOf(m.Name))
	}
	if len(top.Content) == 0 {
		add(top, "name", nodeOf(m.Name))
	}
	if pick("flow") {
		top.Style = yaml.FlowStyle
	}
	out, err := yaml.Marshal(top)
	if err != nil {
		r.Fatal(err)
	}
	return out
}

func mapping() *yaml.Node { return &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"} }

func add(m *yaml.Node, key any, value *yaml.Node) { m.Content = append(m.Content, nodeOf(key), value) }

// nodeOf writes a value of the model as YAML.
func nodeOf(v any) *yaml.Node {
	switch v := v.(type) {
	case model.HostShare:
		return nodeOf(v.Input().Value)
	case model.Use:
		return nodeOf(v.Input().Value)
	case model.Link:
		return nodeOf(v.Input().Value)
	case model.List:
		n := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
		for _, e := range v {
			n.Content = append(n.Content, nodeOf(e.Value))
		}
		return n
	case model.Dict:
		n := mapping()
		for _, e := range v {
			add(n, e.Key.Value, nodeOf(e.Value.Value))
		}
		return n
	case string: // what the encoder writes in a way that cannot be read back, or not by YAML 1.1
		if v == "=" || strings.ContainsAny(v, "\t\n") {
			return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Style: yaml.DoubleQuotedStyle, Value: v}
		}
	case float64: // YAML 1.1 needs the point
		text := strconv.FormatFloat(v, 'f', -1, 64)
		if !strings.Contains(text, ".") {
			text += ".0"
		}
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!float", Value: text}
	}
	var n yaml.Node
	if err := n.Encode(v); err != nil {
		panic(err)
	}
	return &n
}

// Any file is converted or refused: never a panic, never a result that is not what it
// says, never an error without a place.
func FuzzConvert(f *testing.F) {
	example, err := os.ReadFile("testdata/example.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, src := range []string{string(example), everything, "", "a: &a [*a]", "name: m\na: {<<: &x {image: i}, extends: b}\nb: *x\n",
		"host: !path {a: ~/x, b: '$A${B}'}", "a: {exposes: {80: [80, x, true]}, binds: [{/x: {i: /y}}]}", "? [a]\n: !!set {b}\n", "a: ! 12\n---\n"} {
		f.Add([]byte(src), false)
		f.Add([]byte(src), true)
	}
	f.Fuzz(func(t *testing.T, src []byte, partial bool) {
		result, err := dockermap.Convert(t.Context(), "site.yaml", src, &dockermap.Options{Partial: partial})
		if err != nil {
			var ps problem.Problems
			if !errors.As(err, &ps) {
				t.Fatalf("not problems: %v", err)
			}
			for _, p := range ps {
				if p.Code == problem.CodeInternal {
					t.Errorf("at fault: %v", p)
				}
				if p.Origin.File != "site.yaml" || p.Origin.Line < 1 || p.Origin.Col < 1 {
					t.Errorf("no place: %v", p)
				}
			}
			return
		}
		if len(result.Warnings) > 0 && !partial {
			t.Errorf("something was left out: %v", result.Warnings)
		}
		if strings.Count(result.Text, "\n") < 2 || bytes.ContainsRune([]byte(result.Text), '\r') {
			t.Errorf("text: %q", result.Text)
		}
	})
}

func TestLargeMapIsConverted(t *testing.T) {
	var b strings.Builder
	b.WriteString("name: m\nvolumes: {v: /v}\nhost: {v: /h}\n")
	for i := range 3000 {
		fmt.Fprintf(&b, "c%d: {image: i, binds: [v, [/x%d, /y%d]], links: [], create_options: {tty: true}}\n", i, i%50, i)
	}
	result := convert(t, b.String(), nil)
	if len(result.Map.Containers) != 3000 || len(result.Map.Host) != 3001 {
		t.Errorf("%d containers, %d host paths", len(result.Map.Containers), len(result.Map.Host))
	}
}
