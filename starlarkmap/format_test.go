// Program text to model: tests that a map written as text makes an equal map.

package starlarkmap_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/starlarkmap"
)

// sameMap compares what maps say: places do not count, nor whether an empty list
// is nil.
func sameMap() cmp.Options {
	return cmp.Options{
		cmpopts.EquateEmpty(),
		cmpopts.EquateNaNs(),
		cmp.Transformer("", func(problem.Origin) string { return "" }),
		cmpopts.IgnoreTypes(problem.Origins{}),
		cmpopts.IgnoreFields(model.Options{}, "Func", "Text"),
		cmpopts.IgnoreFields(model.ContainerMap{}, "Source"),
	}
}

// load evaluates a program that must be right and returns its only map.
func load(t testing.TB, src string) *model.ContainerMap {
	t.Helper()
	p, err := starlarkmap.Load(t.Context(), "site.star", &starlarkmap.Options{Src: src})
	if err != nil {
		t.Fatalf("%v\n%s", err, src)
	}
	m, err := p.Map("")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestFormatIsCanonical(t *testing.T) {
	golden(t, "format.golden", starlarkmap.Format(loadFile(t, "../testdata/map/example.star")))
}

func TestFormatOfEveryMapLoadsAsAnEqualMap(t *testing.T) {
	files, err := filepath.Glob("../testdata/map/*.star")
	if err != nil || len(files) == 0 {
		t.Fatal("no maps", err)
	}
	for _, file := range files {
		before := loadFile(t, file)
		after := load(t, starlarkmap.Format(before))
		if diff := cmp.Diff(before, after, sameMap()); diff != "" {
			t.Errorf("%s: %s", file, diff)
		}
	}
}

func TestFormatOfAnyMapLoadsAsAnEqualMap(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		before := anyMap(r)
		text := starlarkmap.Format(before)
		p, err := starlarkmap.Load(t.Context(), "x.star", &starlarkmap.Options{Src: text})
		if err != nil {
			r.Fatalf("%v\n%s", err, text)
		}
		if diff := cmp.Diff(before, p.Maps[0], sameMap()); diff != "" {
			r.Fatalf("%s\n%s", diff, text)
		}
		if again := starlarkmap.Format(p.Maps[0]); again != text {
			r.Fatal(cmp.Diff(text, again))
		}
	})
}

// anyMap draws a valid map: names refer to what is there.
func anyMap(r *rapid.T) *model.ContainerMap {
	name := rapid.StringMatching(`[a-z][a-z0-9]{0,8}`)
	m := &model.ContainerMap{
		Name:       name.Draw(r, "map"),
		Repository: rapid.SampledFrom([]string{"", "registry.example.com", "r:5000/x"}).Draw(r, "repository"),
		HostRoot:   rapid.SampledFrom([]string{"", "/srv", "/srv/ü \"x\"\\"}).Draw(r, "root"),
		Attached:   rapid.SampledFrom([]model.AttachedMode{"", "container", "volume"}).Draw(r, "attached"),
		DefaultTag: rapid.SampledFrom([]string{"", "1.2"}).Draw(r, "tag"),
	}
	aliases := rapid.SliceOfNDistinct(name, 0, 4, rapid.ID[string]).Draw(r, "aliases")
	names := rapid.SliceOfNDistinct(name, 0, 4, rapid.ID[string]).Draw(r, "names")
	paths := []string{"/abs", "/a b"}
	if m.HostRoot != "" {
		paths = append(paths, "x/y", "x/~")
	}
	for i, alias := range aliases {
		m.Volumes = append(m.Volumes, model.Volume{Alias: alias, Path: fmt.Sprintf("/v%d", i)})
		m.Host = append(m.Host, model.HostPath{Alias: alias, Path: rapid.SampledFrom(paths).Draw(r, "path")})
	}
	for _, n := range names {
		m.Containers = append(m.Containers, anyContainer(r, "c-"+n, aliases, m.Containers))
	}
	return m
}

func anyContainer(r *rapid.T, name string, aliases []string, before []*model.Container) *model.Container {
	c := &model.Container{
		Name:        name,
		Image:       rapid.SampledFrom([]string{"", "nginx", "/ubuntu:22.04"}).Draw(r, "image"),
		Shares:      rapid.SampledFrom([][]string{nil, {"/s"}, {"/s", "/t"}}).Draw(r, "shares"),
		User:        rapid.SampledFrom([]string{"", "2000", "a:b"}).Draw(r, "user"),
		Permissions: rapid.SampledFrom([]string{"", "0750", "u=rwX,g=rX,o="}).Draw(r, "permissions"),
		Persistent:  rapid.Bool().Draw(r, "persistent"),
	}
	for _, alias := range aliases {
		if rapid.Bool().Draw(r, "bind") {
			c.Binds = append(c.Binds, model.HostShare{Volume: alias, ReadOnly: rapid.Bool().Draw(r, "ro")})
		}
	}
	for i, other := range before {
		if rapid.Bool().Draw(r, "link") {
			alias := rapid.SampledFrom([]string{"", "alias"}).Draw(r, "alias")
			if alias != "" {
				alias = fmt.Sprint(alias, i)
			}
			c.Links = append(c.Links, model.Link{Container: other.Name, Alias: alias})
		}
		if len(other.Shares) > 0 && len(c.Shares) == 0 && rapid.Bool().Draw(r, "use") {
			c.Uses = append(c.Uses, model.Use{Name: other.Name, ReadOnly: rapid.Bool().Draw(r, "use ro")})
			break
		}
	}
	if rapid.Bool().Draw(r, "options") {
		c.CreateOptions.Values = model.Dict{{Key: text("a"), Value: anyValue(r, 0)}}
	}
	return c
}

func text(s string) model.Input { return model.Input{Value: s} }

// anyValue draws plain data.
func anyValue(r *rapid.T, depth int) model.Input {
	kinds := 7
	if depth > 3 {
		kinds = 5
	}
	switch rapid.IntRange(0, kinds-1).Draw(r, "kind") {
	case 0:
		return model.Input{}
	case 1:
		return model.Input{Value: rapid.Bool().Draw(r, "bool")}
	case 2:
		return model.Input{Value: rapid.Int64().Draw(r, "int")}
	case 3:
		return model.Input{Value: rapid.Float64Range(-1e300, 1e300).Draw(r, "float")}
	case 4:
		return text(rapid.String().Draw(r, "string"))
	case 5:
		list := model.List{}
		for range rapid.IntRange(0, 3).Draw(r, "len") {
			list = append(list, anyValue(r, depth+1))
		}
		return model.Input{Value: list}
	}
	d := model.Dict{}
	for _, key := range rapid.SliceOfNDistinct(rapid.String(), 0, 3, rapid.ID[string]).Draw(r, "keys") {
		d = append(d, model.Entry{Key: text(key), Value: anyValue(r, depth+1)})
	}
	if rapid.Bool().Draw(r, "int key") {
		d = append(d, model.Entry{Key: model.Input{Value: rapid.Int64().Draw(r, "key")}, Value: anyValue(r, depth+1)})
	}
	return model.Input{Value: d}
}

func loadFile(t testing.TB, file string) *model.ContainerMap {
	t.Helper()
	p, err := starlarkmap.Load(t.Context(), file, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Maps) != 1 {
		t.Fatalf("%s makes %d maps", file, len(p.Maps))
	}
	return p.Maps[0]
}

// golden compares text with a file of testdata, or writes it with -update.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err, "(run with -update)")
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}
