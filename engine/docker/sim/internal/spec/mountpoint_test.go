// Spec: the test of binds and mounts.

package spec_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

func TestParseBind(t *testing.T) {
	for _, row := range []struct {
		bind string
		want spec.MountPoint
	}{
		{"/data", spec.MountPoint{Type: "volume", Destination: "/data", RW: true, Copy: true, Mode: "z"}},
		{"v:/data/", spec.MountPoint{Type: "volume", Name: "v", Named: true, Destination: "/data", RW: true, Copy: true, Mode: "z"}},
		{"v:/data:ro,nocopy", spec.MountPoint{Type: "volume", Name: "v", Named: true, Destination: "/data", Mode: "ro,nocopy"}},
		{"/src/.:/data", spec.MountPoint{Type: "bind", Source: "/src", Destination: "/data", RW: true, CreateHost: true, Propagation: "rprivate"}},
		{"/src:/data:rslave,ro", spec.MountPoint{Type: "bind", Source: "/src", Destination: "/data", Mode: "rslave,ro", CreateHost: true, Propagation: "rslave"}},
	} {
		got, err := spec.ParseBind(row.bind)
		if err != nil {
			t.Errorf("%s: %v", row.bind, err)
			continue
		}
		if diff := cmp.Diff(row.want, *got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", row.bind, diff)
		}
	}
	for bind, want := range map[string]string{
		"":                  "invalid volume specification: ''",
		":/data":            "invalid volume specification: ':/data'",
		"a:/b:ro:x":         "invalid volume specification: 'a:/b:ro:x'",
		"/src:ro":           "invalid volume specification: '/src:ro'",
		"v:/data:ro,rw":     "invalid mode: ro,rw",
		"v:/data:quick":     "invalid mode: quick",
		"v:data":            "invalid volume specification: 'v:data': invalid mount config for type \"volume\": invalid mount path: 'data' mount path must be absolute",
		"v:/":               "invalid volume specification: 'v:/': invalid mount config for type \"volume\": invalid specification: destination can't be '/'",
		"v:/data:rslave":    "invalid volume specification: 'v:/data:rslave': invalid mount config for type \"volume\": field BindOptions must not be specified",
		"/src:/data:nocopy": "invalid volume specification: '/src:/data:nocopy': invalid mount config for type \"bind\": field VolumeOptions must not be specified",
	} {
		if _, err := spec.ParseBind(bind); err == nil || err.Error() != want {
			t.Errorf("%q: got %v, want %s", bind, err, want)
		}
	}
}

// TestMountOf asks for mounts on a host that has one directory.
func TestMountOf(t *testing.T) {
	api := func(text string) wire.Version {
		v, ok := wire.ParseVersion(text)
		if !ok {
			t.Fatal(text)
		}
		return v
	}
	makes := &spec.BindOptions{CreateMountpoint: true}
	for _, row := range []struct {
		name, api, err string
		asked          spec.Mount
		want           spec.MountPoint
	}{
		{name: "bind", asked: spec.Mount{Type: "bind", Source: "/there/", Target: "/d/"},
			want: spec.MountPoint{Type: "bind", Source: "/there", Destination: "/d", RW: true, Propagation: "rprivate"}},
		{name: "of nothing", asked: spec.Mount{Type: "bind", Source: "/gone", Target: "/d"},
			err: "invalid mount config for type \"bind\": bind source path does not exist: /gone"},
		{name: "to be made, too early", asked: spec.Mount{Type: "bind", Source: "/gone", Target: "/d", BindOptions: makes},
			err: "invalid mount config for type \"bind\": bind source path does not exist: /gone"},
		{name: "to be made", api: "1.42", asked: spec.Mount{Type: "bind", Source: "/gone", Target: "/d", BindOptions: makes},
			want: spec.MountPoint{Type: "bind", Source: "/gone", Destination: "/d", RW: true, Propagation: "rprivate", CreateHost: true}},
		{name: "volume", asked: spec.Mount{Type: "volume", Source: "v", Target: "/d", ReadOnly: true},
			want: spec.MountPoint{Type: "volume", Name: "v", Named: true, Destination: "/d", Mode: "z", Copy: true}},
		{name: "anonymous", asked: spec.Mount{Type: "volume", Target: "/d", ReadOnly: true},
			err: "invalid mount config for type \"volume\": must not set ReadOnly mode when using anonymous volumes"},
		{name: "tmpfs", asked: spec.Mount{Type: "tmpfs", Target: "/d"}, want: spec.MountPoint{Type: "tmpfs", Destination: "/d", RW: true}},
		{name: "tmpfs of something", asked: spec.Mount{Type: "tmpfs", Source: "v", Target: "/d"},
			err: "invalid mount config for type \"tmpfs\": field Source must not be specified"},
		{name: "of no type", asked: spec.Mount{Target: "/d"}, err: "invalid mount config for type \"\": mount type unknown"},
	} {
		on := spec.Machine{API: api("1.41"), Has: func(path string) bool { return path == "/there" }}
		if row.api != "" {
			on.API = api(row.api)
		}
		got, err := spec.MountOf(row.asked, on)
		if err != nil || row.err != "" {
			if err == nil || err.Error() != row.err {
				t.Errorf("%s: got %v, want %s", row.name, err, row.err)
			}
			continue
		}
		if diff := cmp.Diff(row.want, *got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", row.name, diff)
		}
	}
}
