// Docker adapter: test that a container specification arrives as it is.

package dockerd_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/dockerd"
)

// fill gives every field, element and key below v a value of its own.
func fill(t *testing.T, v reflect.Value, count *int) {
	*count++
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprintf("value-%d", *count))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(*count))
	case reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(uint64(*count))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem(), count)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(t, v.Index(0), count)
		fill(t, v.Index(1), count)
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(t, key, count)
		fill(t, value, count)
		v.SetMapIndex(key, value)
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, v.Field(i), count)
		}
	default:
		t.Fatalf("a spec has a field of kind %s, which this test does not fill", v.Kind())
	}
}

// fullSpec has every field set that means something at that version of the API.
func fullSpec(t *testing.T, version string) docker.ContainerSpec {
	var spec docker.ContainerSpec
	count := 0
	fill(t, reflect.ValueOf(&spec).Elem(), &count)
	spec.HostConfig.CapAdd = []string{"CAP_CHOWN", "CAP_KILL"} // the library writes and sorts them like this
	spec.HostConfig.CapDrop = []string{"ALL", "CAP_FOWNER"}
	if version == "1.51" {
		spec.HostConfig.KernelMemory = 0
		spec.MacAddress = ""
		return spec
	}
	spec.Healthcheck.StartInterval = 0
	spec.HostConfig.ConsoleSize = nil
	spec.HostConfig.Annotations = nil
	for i := range spec.HostConfig.Mounts {
		spec.HostConfig.Mounts[i].BindOptions.CreateMountpoint = false
		spec.HostConfig.Mounts[i].VolumeOptions.Subpath = ""
	}
	for name, endpoint := range spec.NetworkingConfig.EndpointsConfig {
		endpoint.MacAddress = ""
		spec.NetworkingConfig.EndpointsConfig[name] = endpoint
	}
	return spec
}

// sent is what a create call sends to an engine of that version.
func sent(t *testing.T, version string, spec docker.ContainerSpec) (name string, got docker.ContainerSpec) {
	t.Helper()
	c := stub(t, version, func(w http.ResponseWriter, r *http.Request) {
		name = r.URL.Query().Get("name")
		if want := "/v" + version + "/containers/create"; r.URL.Path != want {
			t.Errorf("the path is %s, want %s", r.URL.Path, want)
		}
		if err := json.NewDecoder(r.Body).Decode(&got); err != nil {
			t.Error(err)
		}
		w.WriteHeader(http.StatusCreated)
		fmt.Fprint(w, `{"Id":"abc","Warnings":["old kernel"]}`)
	})
	id, warnings, err := c.CreateContainer(t.Context(), "web", spec)
	if err != nil {
		t.Fatal(err)
	}
	if id != "abc" || !cmp.Equal(warnings, []string{"old kernel"}) {
		t.Errorf("got id %q and warnings %q", id, warnings)
	}
	return name, got
}

// fields is a spec without what its author left to the engine: the library writes zero values for it.
func fields(t *testing.T, spec docker.ContainerSpec) map[string]string {
	t.Helper()
	raw, err := spec.Fields()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for name, value := range raw {
		out[name] = string(value)
	}
	return out
}

func TestEveryFieldOfASpecArrives(t *testing.T) {
	for _, version := range []string{"1.41", "1.51"} {
		spec := fullSpec(t, version)
		name, got := sent(t, version, spec)
		if name != "web" {
			t.Errorf("the name is %q", name)
		}
		if diff := cmp.Diff(fields(t, spec), asked(t, got)); diff != "" {
			t.Errorf("API %s (-asked +sent):\n%s", version, diff)
		}
	}
}

func TestEachFieldArrivesAlone(t *testing.T) {
	full := fullSpec(t, "1.41")
	text := fields(t, full)
	for name, value := range text {
		host, inHost := strings.CutPrefix(name, "HostConfig.")
		body := fmt.Sprintf(`{%q:%s}`, name, value)
		if inHost {
			body = fmt.Sprintf(`{"HostConfig":{%q:%s}}`, host, value)
		}
		var spec docker.ContainerSpec
		if err := json.Unmarshal([]byte(body), &spec); err != nil {
			t.Fatal(err)
		}
		_, got := sent(t, "1.41", spec)
		if diff := cmp.Diff(map[string]string{name: value}, asked(t, got)); diff != "" {
			t.Errorf("%s (-asked +sent):\n%s", name, diff)
		}
	}
}

// asked are the fields of what was sent, without zero objects: the library cannot leave those away.
func asked(t *testing.T, got docker.ContainerSpec) map[string]string {
	t.Helper()
	if l := got.HostConfig.LogConfig; l != nil && l.Type == "" && l.Config == nil {
		got.HostConfig.LogConfig = nil
	}
	if p := got.HostConfig.RestartPolicy; p != nil && *p == (docker.RestartPolicy{}) {
		got.HostConfig.RestartPolicy = nil
	}
	if n := got.HostConfig.OomScoreAdj; n != nil && *n == 0 {
		got.HostConfig.OomScoreAdj = nil
	}
	if cmp.Equal(got.HostConfig.ConsoleSize, []int{0, 0}) {
		got.HostConfig.ConsoleSize = nil
	}
	return fields(t, got)
}

func TestEmptySpecIsEmptyOnTheWire(t *testing.T) {
	_, got := sent(t, "1.41", docker.ContainerSpec{})
	if diff := cmp.Diff(map[string]string{}, asked(t, got)); diff != "" {
		t.Errorf("(-asked +sent):\n%s", diff)
	}
}

// Engines drop what they do not know without a word, so nothing of that kind may be sent.
func TestFieldsThatTheEngineWouldDropAreRefused(t *testing.T) {
	with := func(change func(*docker.ContainerSpec)) docker.ContainerSpec {
		var spec docker.ContainerSpec
		change(&spec)
		return spec
	}
	for _, row := range []struct {
		field, last, first string // the versions around the change: refused at one of them
		spec               docker.ContainerSpec
		gone               bool
	}{
		{field: "HostConfig.KernelMemory", last: "1.41", first: "1.42", gone: true, spec: with(func(s *docker.ContainerSpec) { s.HostConfig.KernelMemory = 1 })},
		{field: "HostConfig.ConsoleSize", last: "1.41", first: "1.42", spec: with(func(s *docker.ContainerSpec) { s.HostConfig.ConsoleSize = []int{1, 2} })},
		{field: "HostConfig.Mounts.BindOptions.CreateMountpoint", last: "1.41", first: "1.42", spec: with(func(s *docker.ContainerSpec) {
			s.HostConfig.Mounts = []docker.Mount{{BindOptions: &docker.BindOptions{CreateMountpoint: true}}}
		})},
		{field: "HostConfig.Annotations", last: "1.42", first: "1.43", spec: with(func(s *docker.ContainerSpec) { s.HostConfig.Annotations = map[string]string{"a": "b"} })},
		{field: "Healthcheck.StartInterval", last: "1.43", first: "1.44", spec: with(func(s *docker.ContainerSpec) { s.Healthcheck = &docker.Healthcheck{StartInterval: 1} })},
		{field: "NetworkingConfig.EndpointsConfig.MacAddress", last: "1.43", first: "1.44", spec: with(func(s *docker.ContainerSpec) {
			s.NetworkingConfig = &docker.NetworkingConfig{EndpointsConfig: map[string]docker.EndpointSpec{"n": {MacAddress: "02:42:ac:11:00:02"}}}
		})},
		{field: "more than one of NetworkingConfig.EndpointsConfig", last: "1.43", first: "1.44", spec: with(func(s *docker.ContainerSpec) {
			s.NetworkingConfig = &docker.NetworkingConfig{EndpointsConfig: map[string]docker.EndpointSpec{"n": {}, "m": {}}}
		})},
		{field: "HostConfig.Mounts.VolumeOptions.Subpath", last: "1.44", first: "1.45", spec: with(func(s *docker.ContainerSpec) {
			s.HostConfig.Mounts = []docker.Mount{{VolumeOptions: &docker.VolumeOptions{Subpath: "a"}}}
		})},
	} {
		refusedAt, acceptedAt := row.last, row.first
		if row.gone {
			refusedAt, acceptedAt = row.first, row.last
		}
		c := stub(t, refusedAt, answer(500, "it was sent"))
		_, _, err := c.CreateContainer(t.Context(), "web", row.spec)
		if e := asError(t, err); e.Kind != docker.Unsupported || !strings.Contains(e.Msg, row.field) || !strings.Contains(e.Msg, refusedAt) {
			t.Errorf("%s at API %s: got %v", row.field, refusedAt, e)
		}
		if _, got := sent(t, acceptedAt, row.spec); len(asked(t, got)) == 0 {
			t.Errorf("%s at API %s was lost", row.field, acceptedAt)
		}
	}
}

func TestSpecsThatCannotBeWrittenAreRefused(t *testing.T) {
	for name, spec := range map[string]docker.ContainerSpec{
		"one number":      {HostConfig: docker.HostConfig{ConsoleSize: []int{1}}},
		"three numbers":   {HostConfig: docker.HostConfig{ConsoleSize: []int{1, 2, 3}}},
		"negative number": {HostConfig: docker.HostConfig{ConsoleSize: []int{-1, 2}}},
		"mac without network": {ContainerConfig: docker.ContainerConfig{MacAddress: "02:42:ac:11:00:02"},
			HostConfig: docker.HostConfig{NetworkMode: "host"}},
		"two macs": {ContainerConfig: docker.ContainerConfig{MacAddress: "02:42:ac:11:00:02"}, HostConfig: docker.HostConfig{NetworkMode: "n"},
			NetworkingConfig: &docker.NetworkingConfig{EndpointsConfig: map[string]docker.EndpointSpec{"n": {MacAddress: "02:42:ac:11:00:03"}}}},
	} {
		_, _, err := stub(t, "1.51", answer(500, "it was sent")).CreateContainer(t.Context(), "web", spec)
		if e := asError(t, err); e.Kind != docker.InvalidSpec {
			t.Errorf("%s: got kind %q, %v", name, e.Kind, e)
		}
	}
}

// Since API 1.44 the library drops the address of the container; it has to stand at the network.
func TestMacAddressIsKept(t *testing.T) {
	const mac = "02:42:ac:11:00:02"
	for _, row := range []struct {
		version, mode string
		own           string            // at the container
		endpoints     map[string]string // at the networks
	}{
		{"1.43", "", mac, nil},
		{"1.44", "", "", map[string]string{"default": mac}},
		{"1.51", "backend", "", map[string]string{"backend": mac}},
	} {
		spec := docker.ContainerSpec{ContainerConfig: docker.ContainerConfig{MacAddress: mac}, HostConfig: docker.HostConfig{NetworkMode: row.mode}}
		_, got := sent(t, row.version, spec)
		var endpoints map[string]string
		if got.NetworkingConfig != nil {
			endpoints = map[string]string{}
			for name, endpoint := range got.NetworkingConfig.EndpointsConfig {
				endpoints[name] = endpoint.MacAddress
			}
		}
		if got.MacAddress != row.own || !cmp.Equal(endpoints, row.endpoints) {
			t.Errorf("API %s: got %q at the container and %v at the networks", row.version, got.MacAddress, endpoints)
		}
	}
}

var _ docker.Client = (*dockerd.Client)(nil)
