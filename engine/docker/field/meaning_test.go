// API fields, tests: values that mean the same, and values that do not.

package field_test

import (
	"encoding/json"
	"testing"

	"github.com/distribution/reference"

	"github.com/dmap-dev/dmap/engine/docker/field"
)

// pairs are values of a field, as JSON; "" is not set.
var pairs = []struct {
	field, a, b string
	same        bool
}{
	{"Env", `["A=1","B=2"]`, `["B=2","A=1"]`, true},
	{"Env", `["A=1","A=2"]`, `["A=2","A=1"]`, false}, // the last one counts
	{"Env", `["A=1"]`, `["A"]`, false},
	{"Cmd", `["a","b"]`, `["b","a"]`, false},
	{"Image", `"x:1"`, `"docker.io/library/x:1"`, true},
	{"Image", `"a/x:1"`, `"index.docker.io/a/x:1"`, true},
	{"Image", `"a/x:1"`, `"a.b/x:1"`, false},
	{"Image", `"localhost/x:1"`, `"docker.io/localhost/x:1"`, false},
	{"Volumes", `{"/a/":{},"/b":{}}`, `{"/b":{},"/a":{}}`, true},
	{"Volumes", `{"/a":{}}`, `{"/A":{}}`, false},
	{"WorkingDir", `"/srv/./a/"`, `"/srv/a"`, true},
	{"WorkingDir", `"/srv/a"`, `"/srv/b"`, false},
	{"Entrypoint", `[""]`, ``, false}, // it clears the image's
	{"MacAddress", `"02:42:AC:11:00:07"`, `"02-42-ac-11-00-07"`, true},
	{"MacAddress", `"02:42:ac:11:00:07"`, `"02:42:ac:11:00:08"`, false},
	{"StopSignal", `"INT"`, `"SIGINT"`, true},
	{"StopSignal", `"2"`, `"SIGINT"`, true},
	{"StopSignal", `"15"`, `"TERM"`, true},
	{"StopSignal", `"RTMIN"`, `"34"`, true},
	{"StopSignal", `"15"`, `"SIGINT"`, false},
	{"StopSignal", `"nonsense"`, `"NONSENSE"`, false},
	{"HostConfig.Binds", `["/r/./a/:/x","v:/y:rw"]`, `["v:/y","/r/a:/x/"]`, true},
	{"HostConfig.Binds", `["/r:/x:z,ro"]`, `["/r:/x:ro,rw,z"]`, true},
	{"HostConfig.Binds", `["/a:/d","/b:/d/sub"]`, `["/b:/d/sub","/a:/d"]`, true},
	{"HostConfig.Binds", `["/r:/x:ro"]`, `["/r:/x"]`, false},
	{"HostConfig.Binds", `["v:/x:nocopy"]`, `["v:/x"]`, false}, // the engine fills the one
	{"HostConfig.NetworkMode", `"bridge"`, ``, true},
	{"HostConfig.NetworkMode", `"default"`, ``, true},
	{"HostConfig.NetworkMode", `"host"`, ``, false},
	{"HostConfig.PortBindings", `{"80/tcp":[{"HostIp":"10.0.0.1","HostPort":"80"},{"HostPort":"81"}]}`, `{"80/tcp":[{"HostPort":"81"},{"HostIp":"10.0.0.1","HostPort":"80"}]}`, true},
	{"HostConfig.PortBindings", `{"80/tcp":[{"HostPort":"0"}]}`, `{"80/tcp":[{"HostIp":"","HostPort":""}]}`, true},
	{"HostConfig.PortBindings", `{"80/tcp":[{"HostIp":"fd00:0::1","HostPort":"80"}]}`, `{"80/tcp":[{"HostIp":"fd00::1","HostPort":"80"}]}`, true},
	{"HostConfig.PortBindings", `{"80/tcp":[{"HostPort":""}]}`, `{"80/tcp":[{"HostPort":""},{"HostPort":""}]}`, false},        // two ports
	{"HostConfig.PortBindings", `{"80/tcp":[{"HostPort":"80"}]}`, `{"80/tcp":[{"HostIp":"0.0.0.0","HostPort":"80"}]}`, false}, // IPv6 as well
	{"HostConfig.RestartPolicy", `{"Name":"no"}`, ``, true},
	{"HostConfig.RestartPolicy", `{"Name":"always","MaximumRetryCount":0}`, `{"Name":"always"}`, true},
	{"HostConfig.RestartPolicy", `{"Name":"on-failure","MaximumRetryCount":2}`, `{"Name":"on-failure"}`, false},
	{"HostConfig.VolumesFrom", `["b:ro","a:rw"]`, `["a","b:ro"]`, true}, // where no path is in both, see plan
	{"HostConfig.VolumesFrom", `["a:ro"]`, `["a"]`, false},
	{"HostConfig.Mounts", `[{"Type":"bind","Source":"/r/","Target":"/a"},{"Type":"volume","Target":"/b","VolumeOptions":{}}]`,
		`[{"Type":"volume","Target":"/b/"},{"Type":"bind","Source":"/r","Target":"/a","ReadOnly":false}]`, true},
	{"HostConfig.Mounts", `[{"Type":"volume","Target":"/b","VolumeOptions":{"Labels":{"a":""}}}]`, `[{"Type":"volume","Target":"/b","VolumeOptions":{"Labels":{}}}]`, false},
	{"HostConfig.CapAdd", `["CAP_SYS_TIME","net_admin"]`, `["NET_ADMIN","SYS_TIME","SYS_TIME"]`, true},
	{"HostConfig.CapAdd", `["ALL"]`, `["all"]`, true},
	{"HostConfig.CapAdd", `["NET_ADMIN"]`, `["NET_RAW"]`, false},
	{"HostConfig.CapDrop", `["A","B"]`, `["B","A"]`, true},
	{"HostConfig.CapDrop", `["A"]`, `["A","B"]`, false},
	{"HostConfig.Dns", `["2620:fe::fe","9.9.9.9"]`, `["2620:fe:0::fe","9.9.9.9"]`, true},
	{"HostConfig.Dns", `["9.9.9.9","1.1.1.1"]`, `["1.1.1.1","9.9.9.9"]`, false}, // asked one after the other
	{"HostConfig.DnsSearch", `["a","b"]`, `["b","a"]`, false},
	{"HostConfig.DnsOptions", `["timeout:1","ndots:2"]`, `["ndots:2","timeout:1"]`, true},
	{"HostConfig.DnsOptions", `["ndots:1","ndots:2"]`, `["ndots:2","ndots:1"]`, false},
	{"HostConfig.ExtraHosts", `["b:10.0.0.2","a:fd00:0::1"]`, `["a:fd00::1","b:10.0.0.2"]`, true},
	{"HostConfig.ExtraHosts", `["a:10.0.0.1","a:10.0.0.2"]`, `["a:10.0.0.2","a:10.0.0.1"]`, false}, // the first is taken
	{"HostConfig.GroupAdd", `["44","audio"]`, `["audio","44"]`, true},
	{"HostConfig.GroupAdd", `["44"]`, `["45"]`, false},
	{"HostConfig.Links", `["b:x","a:y"]`, `["a:y","b:x"]`, true},
	{"HostConfig.Links", `["a:x"]`, `["a:y"]`, false},
	{"HostConfig.OomScoreAdj", `0`, ``, true},
	{"HostConfig.OomScoreAdj", `5`, ``, false},
	{"HostConfig.SecurityOpt", `["no-new-privileges:true","seccomp=unconfined"]`, `["seccomp:unconfined","no-new-privileges"]`, true},
	{"HostConfig.SecurityOpt", `["no-new-privileges=1"]`, `["no-new-privileges"]`, true},
	{"HostConfig.SecurityOpt", `["label=user:a","label=role:b"]`, `["label=role:b","label:user:a"]`, true},
	{"HostConfig.SecurityOpt", `["no-new-privileges:false"]`, `["no-new-privileges"]`, false},
	{"HostConfig.SecurityOpt", `["no-new-privileges","no-new-privileges:false"]`, `["no-new-privileges:false","no-new-privileges"]`, false},
	{"HostConfig.SecurityOpt", `["label=level:s0:c1,c2"]`, `["label=level:s0:c2,c1"]`, false},
	{"HostConfig.Tmpfs", `{"/a/":"size=1m,mode=700"}`, `{"/a":"mode=700,size=1m"}`, true},
	{"HostConfig.Tmpfs", `{"/a":"ro,rw"}`, `{"/a":"rw,ro"}`, false}, // the last one counts
	{"HostConfig.Isolation", `"default"`, ``, true},
	{"HostConfig.Isolation", `"hyperv"`, ``, false},
	{"HostConfig.MaskedPaths", `["/b","/a/"]`, `["/a","/b"]`, true},
	{"HostConfig.MaskedPaths", `["/a"]`, `["/b"]`, false},
	{"HostConfig.ReadonlyPaths", `["/b","/a/"]`, `["/a","/b"]`, true},
	{"HostConfig.ReadonlyPaths", `["/a"]`, `["/b"]`, false},
	{"HostConfig.BlkioWeightDevice", `[{"Path":"/b","Weight":1},{"Path":"/a","Weight":2}]`, `[{"Path":"/a","Weight":2},{"Path":"/b","Weight":1}]`, true},
	{"HostConfig.BlkioWeightDevice", `[{"Path":"/a","Weight":1}]`, `[{"Path":"/a","Weight":2}]`, false},
	{"HostConfig.BlkioDeviceReadBps", `[{"Path":"/b","Rate":1},{"Path":"/a","Rate":2}]`, `[{"Path":"/a","Rate":2},{"Path":"/b","Rate":1}]`, true},
	{"HostConfig.BlkioDeviceReadBps", `[{"Path":"/a","Rate":1}]`, `[{"Path":"/a","Rate":2}]`, false},
	{"HostConfig.BlkioDeviceWriteBps", `[{"Path":"/b","Rate":1},{"Path":"/a","Rate":2}]`, `[{"Path":"/a","Rate":2},{"Path":"/b","Rate":1}]`, true},
	{"HostConfig.BlkioDeviceWriteBps", `[{"Path":"/a","Rate":1}]`, `[{"Path":"/a","Rate":2}]`, false},
	{"HostConfig.BlkioDeviceReadIOps", `[{"Path":"/b","Rate":1},{"Path":"/a","Rate":2}]`, `[{"Path":"/a","Rate":2},{"Path":"/b","Rate":1}]`, true},
	{"HostConfig.BlkioDeviceReadIOps", `[{"Path":"/a","Rate":1}]`, `[{"Path":"/a","Rate":2}]`, false},
	{"HostConfig.BlkioDeviceWriteIOps", `[{"Path":"/b","Rate":1},{"Path":"/a","Rate":2}]`, `[{"Path":"/a","Rate":2},{"Path":"/b","Rate":1}]`, true},
	{"HostConfig.BlkioDeviceWriteIOps", `[{"Path":"/a","Rate":1}]`, `[{"Path":"/a","Rate":2}]`, false},
	{"HostConfig.CpuQuota", `-1`, ``, true},
	{"HostConfig.CpuQuota", `50000`, ``, false},
	{"HostConfig.CpusetCpus", `"0,1"`, `"0-1"`, true},
	{"HostConfig.CpusetCpus", `"3,1-2,2,5"`, `"1-3,5"`, true},
	{"HostConfig.CpusetCpus", `"0,2"`, `"0-2"`, false},
	{"HostConfig.CpusetCpus", `"0-x"`, `"0"`, false},
	{"HostConfig.CpusetMems", `"1,0"`, `"0-1"`, true},
	{"HostConfig.CpusetMems", `"0"`, `"1"`, false},
	{"HostConfig.Devices", `[{"PathOnHost":"/dev/b/","PathInContainer":"/b","CgroupPermissions":"mwr"},{"PathOnHost":"/dev/a","PathInContainer":"/a","CgroupPermissions":"r"}]`,
		`[{"PathOnHost":"/dev/a","PathInContainer":"/a","CgroupPermissions":"r"},{"PathOnHost":"/dev/b","PathInContainer":"/b","CgroupPermissions":"rwm"}]`, true},
	{"HostConfig.Devices", `[{"PathOnHost":"/dev/a","PathInContainer":"/a","CgroupPermissions":"r"}]`, `[{"PathOnHost":"/dev/a","PathInContainer":"/a","CgroupPermissions":"rw"}]`, false},
	{"HostConfig.DeviceCgroupRules", `["c 1:3 rwm","b *:* r"]`, `["b *:* r","c 1:3 mrw"]`, true},
	{"HostConfig.DeviceCgroupRules", `["c 1:3 r"]`, `["c 1:3 w"]`, false},
	{"HostConfig.MemorySwappiness", `-1`, ``, true},
	{"HostConfig.MemorySwappiness", `0`, ``, false},
	{"HostConfig.OomKillDisable", `false`, ``, true},
	{"HostConfig.OomKillDisable", `true`, ``, false},
	{"HostConfig.PidsLimit", `-1`, `0`, true},
	{"HostConfig.PidsLimit", `0`, ``, true},
	{"HostConfig.PidsLimit", `5`, ``, false},
	{"HostConfig.Ulimits", `[{"Name":"b","Soft":1,"Hard":2},{"Name":"a","Soft":1,"Hard":2}]`, `[{"Name":"a","Soft":1,"Hard":2},{"Name":"b","Hard":2,"Soft":1}]`, true},
	{"HostConfig.Ulimits", `[{"Name":"a","Soft":1,"Hard":2}]`, `[{"Name":"a","Soft":2,"Hard":2}]`, false},
	{"HostConfig.Init", `false`, ``, false}, // the engine may have it on
	{"NetworkingConfig", `{"EndpointsConfig":{"default":{"Aliases":["b","a"],"Links":["y:b","x:a"]}}}`, `{"EndpointsConfig":{"bridge":{"Links":["x:a","y:b"],"Aliases":["a","b"],"IPAMConfig":{}}}}`, true},
	{"NetworkingConfig", `{"EndpointsConfig":{"n":{"IPAMConfig":{"IPv6Address":"fd00:0::1","LinkLocalIPs":["169.254.1.2","169.254.1.1"]}}}}`,
		`{"EndpointsConfig":{"n":{"IPAMConfig":{"LinkLocalIPs":["169.254.1.1","169.254.1.2"],"IPv6Address":"fd00::1"}}}}`, true},
	{"NetworkingConfig", `{"EndpointsConfig":{}}`, ``, true},
	{"NetworkingConfig", `{"EndpointsConfig":{"n":{}}}`, ``, false},
	{"NetworkingConfig", `{"EndpointsConfig":{"n":{"DriverOpts":{"a":""}}}}`, `{"EndpointsConfig":{"n":{}}}`, false},
}

// form is the JSON of what a field means; "" means the same as not set.
func form(t testing.TB, name, value string) string {
	t.Helper()
	if value == "" {
		return ""
	}
	f, _ := field.Find(name)
	form := f.Form(decode(t, value))
	if form == nil {
		return ""
	}
	text, err := json.Marshal(form)
	if err != nil {
		t.Fatalf("%s %s: %v", name, value, err)
	}
	return string(text)
}

func TestValuesMeanTheSame(t *testing.T) {
	for _, p := range pairs {
		a, b := form(t, p.field, p.a), form(t, p.field, p.b)
		if (a == b) != p.same {
			t.Errorf("%s: %s and %s: got the same %t, forms %s and %s", p.field, p.a, p.b, a == b, a, b)
		}
		if a != "" && form(t, p.field, a) != a {
			t.Errorf("%s: the form of %s is not final: %s, then %s", p.field, p.a, a, form(t, p.field, a))
		}
		f, _ := field.Find(p.field)
		if p.same && p.a != "" && p.b != "" && !f.Shows(decode(t, p.a), decode(t, p.b), func(string) string { return "" }) {
			t.Errorf("%s: a container with %s is not one with %s", p.field, p.b, p.a)
		}
	}
}

// Every field whose values have more than one spelling has a pair that is the same, and one that is not.
func TestEveryMeaningIsTried(t *testing.T) {
	same, other := map[string]bool{}, map[string]bool{}
	for _, p := range pairs {
		if _, ok := field.Find(p.field); !ok {
			t.Errorf("no field %s", p.field)
		}
		if p.same {
			same[p.field] = true
		} else {
			other[p.field] = true
		}
	}
	for _, f := range field.Table() {
		if f.HasForm() && !(same[f.Name] && other[f.Name]) {
			t.Errorf("%s (%s) has no pairs of values", f.Name, f.Kind)
		}
	}
}

func decode(t testing.TB, text string) any {
	t.Helper()
	v, err := field.Decode(json.RawMessage(text))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// The full name of an image is what the library of its names makes of it.
func FuzzImage(f *testing.F) {
	for _, name := range []string{"x", "x:1", "a/b", "docker.io/x", "index.docker.io/a/x", "localhost/x", "localhost:5000/x:1", "a.b/c@sha256:" + "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		parsed, err := reference.ParseNormalizedNamed(name)
		if err != nil {
			return
		}
		text, err := json.Marshal(name)
		if err != nil {
			t.Fatal(err)
		}
		want, err := json.Marshal(parsed.String())
		if err != nil {
			t.Fatal(err)
		}
		if got := form(t, "Image", string(text)); got != string(want) {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	})
}

// Any value of any field has one form, which is its own, and no value ends the program.
func FuzzForm(f *testing.F) {
	table := field.Table()
	for i, row := range table {
		f.Add(i, `["a"]`)
		f.Add(i, `[{}]`)
		for _, p := range pairs {
			if p.field == row.Name && p.a != "" {
				f.Add(i, p.a)
			}
		}
	}
	f.Fuzz(func(t *testing.T, i int, value string) {
		row := table[uint(i)%uint(len(table))]
		if !json.Valid([]byte(value)) {
			return
		}
		first := form(t, row.Name, value)
		if first != "" && row.HasForm() && form(t, row.Name, first) != first {
			t.Errorf("%s: the form of %s is %s, that of this is %s", row.Name, value, first, form(t, row.Name, first))
		}
		v := decode(t, value)
		row.Shows(v, v, func(name string) string { return name })
	})
}
