// Model: benchmarks of Validate and of conversion.

package model_test

import (
	"fmt"
	"testing"

	"github.com/dmap-dev/dmap/engine/model"
)

// landscape is a dictionary of n containers: each binds, attaches, uses the volume
// of its left neighbour, links to another one and publishes a port.
func landscape(n int) model.Dict {
	text := func(s string) model.Input { return model.Input{Value: s} }
	dict := func(pairs ...any) model.Input {
		d := model.Dict{}
		for i := 0; i < len(pairs); i += 2 {
			d = append(d, model.Entry{Key: text(pairs[i].(string)), Value: pairs[i+1].(model.Input)})
		}
		return model.Input{Value: d}
	}
	volumes, host, containers := model.Dict{}, model.Dict{}, model.Dict{}
	for i := range n {
		v, h := fmt.Sprintf("volume_%d", i), fmt.Sprintf("host_%d", i)
		volumes = append(volumes, model.Entry{Key: text(v), Value: text("/var/lib/" + v)}, model.Entry{Key: text(h), Value: text("/etc/" + h)})
		host = append(host, model.Entry{Key: text(h), Value: text("config/" + h)})
		properties := []any{
			"image", text("registry.example.com/app:1.2"),
			"attaches", text(v),
			"binds", dict(h, text("ro")),
			"user", text("2000:2000"),
			"permissions", text("u=rwX,g=rX,o="),
			"start_options", dict("port_bindings", model.Input{Value: model.Dict{{
				Key: model.Input{Value: int64(80)}, Value: model.Input{Value: int64(1000 + i%60000)}}}}),
		}
		if i > 0 {
			properties = append(properties, "uses", text(fmt.Sprintf("volume_%d", i-1)), "links", text(fmt.Sprintf("container_%d", i/2)))
		}
		containers = append(containers, model.Entry{Key: text(fmt.Sprintf("container_%d", i)), Value: dict(properties...)})
	}
	return model.Dict{
		{Key: text("host_root"), Value: text("/srv")}, {Key: text("volumes"), Value: model.Input{Value: volumes}},
		{Key: text("host"), Value: model.Input{Value: host}}, {Key: text("containers"), Value: model.Input{Value: containers}},
	}
}

func BenchmarkFromDict(b *testing.B) {
	for _, n := range []int{10, 1000, 10_000} {
		d := landscape(n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, ps := model.FromDict("m", d); len(ps) > 0 {
					b.Fatal(ps)
				}
			}
		})
	}
}

func BenchmarkValidate(b *testing.B) {
	for _, n := range []int{10, 1000, 10_000} {
		m, _ := model.FromDict("m", landscape(n))
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := m.Validate(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
