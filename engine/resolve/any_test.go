// Resolve: what never happens, for any map.

package resolve_test

import (
	"context"
	"testing"

	"pgregory.net/rapid"

	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/resolve"
)

// Maps that nobody validated, as careless Go code makes them, are resolved or
// refused, and never panic.
func TestAnyMapIsResolvedOrRefused(t *testing.T) {
	name := rapid.SampledFrom([]string{"", "a", "b", "a.1", "b.2", "v", "m.a", "a_b", "a-b"})
	names := func(t *rapid.T) []string { return rapid.SliceOfN(name, 0, 2).Draw(t, "names") }
	value := rapid.SampledFrom([]any{nil, int64(8000), "8000-8001", "x", "container:m.a", "container:m.v", []any{"m.b", "m.v:ro"},
		map[string]any{"m.a": "x", "m.b.2": "x"}, map[string]any{"links": []any{"m.a:b"}, "nope": 1.5}, map[string]any{"80": "8000"}})
	options := func(t *rapid.T) (o model.Options) {
		for range rapid.IntRange(0, 3).Draw(t, "options") {
			in, _ := model.From(value.Draw(t, "value"))
			key := rapid.SampledFrom([]any{"links", "volumes_from", "network_mode", "PidMode", "host_config", "binds", "port_bindings", nil, int64(1)}).Draw(t, "key")
			o.Values = append(o.Values, model.Entry{Key: model.Input{Value: key}, Value: in})
		}
		if d := o.Values; rapid.Bool().Draw(t, "function") {
			o = model.Options{Func: func(context.Context, model.OptionCall) (model.Dict, error) { return d, nil }}
		}
		return o
	}
	container := func(t *rapid.T) *model.Container {
		if rapid.IntRange(0, 15).Draw(t, "nil") == 0 {
			return nil
		}
		c := &model.Container{Name: name.Draw(t, "name"), Image: name.Draw(t, "image"), User: name.Draw(t, "user"), Instances: names(t), Shares: names(t),
			Attaches: names(t), CreateOptions: options(t), StartOptions: options(t)}
		for _, n := range names(t) {
			c.Uses = append(c.Uses, model.Use{Name: n})
			c.Binds = append(c.Binds, model.HostShare{Volume: n})
		}
		for _, n := range names(t) {
			c.Links = append(c.Links, model.Link{Container: n, Alias: name.Draw(t, "alias")})
		}
		return c
	}
	rapid.Check(t, func(t *rapid.T) {
		m := &model.ContainerMap{Name: "m", Attached: rapid.SampledFrom([]model.AttachedMode{"", "volume", "x"}).Draw(t, "mode")}
		for range rapid.IntRange(0, 5).Draw(t, "containers") {
			m.Containers = append(m.Containers, container(t))
		}
		for range rapid.IntRange(0, 3).Draw(t, "aliases") {
			alias := name.Draw(t, "alias")
			m.Volumes = append(m.Volumes, model.Volume{Alias: alias, Path: name.Draw(t, "path")})
			m.Host = append(m.Host, model.HostPath{Alias: alias, Path: name.Draw(t, "path")})
		}
		_ = text(m.Validate())
		d, err := resolve.Map(m)
		if err != nil {
			if err.Error() == "" {
				t.Fatal("an error that says nothing")
			}
			return
		}
		var all []string
		for _, n := range d.Nodes {
			all = append(all, n.Name)
		}
		_ = text(d.Specify(context.Background(), m, append(all, "m.nothing"), resolve.Keywords{}))
		_ = text(d.CheckAPI(append(all, "m.nothing"), "1.41"))
	})
}

// Maps with nothing in them where something must be.
func TestMapsWithNil(t *testing.T) {
	none := &model.ContainerMap{Name: "m", Containers: []*model.Container{nil, {Name: "a"}}}
	for _, tt := range []struct {
		m    *model.ContainerMap
		want string
	}{
		{nil, "container_map: there is no map"},
		{none, "container_map > containers[0]: there is no container at this place"},
	} {
		if _, err := resolve.Map(tt.m); text(err) != tt.want {
			t.Errorf("got %v, want %s", err, tt.want)
		}
	}
	d, err := resolve.Map(&model.ContainerMap{Name: "m", Containers: []*model.Container{{Name: "a"}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Specify(context.Background(), nil, []string{"m.a"}, resolve.Keywords{}); text(err) != "container_map: there is no map" {
		t.Errorf("got %v", err)
	}
}
