// Part of the tests of the simulated engine: options of volumes.

package sim_test

import (
	"strings"
	"testing"
)

func TestVolumeOptions(t *testing.T) {
	const device, kind, quota = `400 create v: missing required option: "device"`, `400 create v: missing required option: "type"`, "400 create v: quota size requested but no quota support"
	rows := []struct {
		options string // name=value, split by spaces
		want    string
	}{
		{"foo=x", `400 create v: invalid option: "foo"`},
		{"foo=", `400 create v: invalid option: "foo"`},
		{"Type=x", `400 create v: invalid option: "Type"`},
		{"size=10M foo=x", `400 create v: invalid option: "foo"`},
		{"type=tmpfs", device},
		{"type=", device},
		{"o=size=1m", device},
		{"type=tmpfs o=x", device},
		{"device=x", kind},
		{"o=x device=x", kind},
		{"size=10M", quota},
		{"size=10mib", quota},
		{"size=1.5g", quota},
		{"size=10M type=tmpfs", device},
		{"size=10M device=x", kind},
		{"size=10M type=tmpfs device=x o=x", quota},
		{"size=zz", "500 create v: invalid size: 'zz'"},
		{"size=", "500 create v: invalid size: ''"},
		{"size=-1", "500 create v: invalid size: '-1'"},
		{"size=0", "201"},
		{"size=0m", "201"},
		{"type=tmpfs device=tmpfs", "201"},
		{"type= device=", "201"},
		{"type=nfs o=addr=x device=:/x", "201"},
		{"", "201"},
	}
	both(t, func(l *lab) {
		v := l.volume("v")
		for _, row := range rows {
			options := map[string]string{}
			for _, word := range strings.Fields(row.options) {
				name, value, _ := strings.Cut(word, "=")
				options[name] = value
			}
			got := l.post("/volumes/create", map[string]any{"Name": v, "DriverOpts": options})
			if strings.HasPrefix(got, "201 ") {
				got = "201"
			}
			l.equal(row.options, got, row.want)
			l.delete("/volumes/" + v)
		}
		s := container("run", map[string]any{"Mounts": []any{map[string]any{
			"Type": "volume", "Source": v, "Target": "/x", "VolumeOptions": map[string]any{"DriverConfig": map[string]any{"Options": map[string]string{"foo": "x"}}},
		}}})
		l.equal("by a mount", l.post("/containers/create?name="+l.prefix+"c", s), `400 create v: invalid option: "foo"`)
		l.equal("without a name", l.post("/volumes/create", map[string]any{"DriverOpts": map[string]string{"foo": "x"}}), `400 create ID: invalid option: "foo"`)
	})
}

func TestVolumeCreateReadsOneValue(t *testing.T) {
	both(t, func(l *lab) {
		v := l.volume("v")
		for _, row := range []struct{ body, want string }{
			{"", "400 got EOF while reading request body"},
			{" ", "400 got EOF while reading request body"},
			{`{"Name":"x"`, "400 unexpected EOF"},
			{"zz", "400 invalid character 'z' looking for beginning of value"},
			{`{"Name":"` + v + `"} trailing`, "201"},
			{`{"Name":"` + v + `"}{"Name":3}`, "201"},
			{`{"Name":3}`, "400 json: cannot unmarshal number"},
			{`{"Name":"x","Labels":"x"}`, "400 json: cannot unmarshal string"},
			{`[]`, "400 json: cannot unmarshal array"},
		} {
			l.equal(row.body, strings.HasPrefix(l.plain(l.json("POST", "/volumes/create", row.body)), row.want), true)
		}
	})
}
