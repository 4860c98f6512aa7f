// Docker vocabulary, tests: what labels keep of a request tells no secret.

package docker_test

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/field"
)

// public are the texts of a request from which a label depends, each with what makes it
// no secret. REFERENCE.md names them. Whatever else holds a text depends on no label.
var public = map[string]string{
	"Image":                                                      "a name, in every list of containers",
	"MacAddress":                                                 "an address",
	"User":                                                       "the name of a user, or a number",
	"HostConfig.Binds.0":                                         "paths",
	"ExposedPorts.KEY":                                           "a port",
	"Volumes.KEY":                                                "a path in the container",
	"Labels.KEY":                                                 "a name",
	"HostConfig.LogConfig.Config.KEY":                            "a name",
	"HostConfig.NetworkMode":                                     "a name",
	"HostConfig.PortBindings.KEY":                                "a port",
	"HostConfig.PortBindings.0.HostIp":                           "an address",
	"HostConfig.PortBindings.0.HostPort":                         "a port",
	"HostConfig.RestartPolicy.Name":                              "one of four words",
	"HostConfig.VolumesFrom.0":                                   "the name of a container",
	"HostConfig.IpcMode":                                         "the name of a container",
	"HostConfig.Links.0":                                         "the name of a container",
	"HostConfig.PidMode":                                         "the name of a container",
	"HostConfig.BlkioWeightDevice.0.Path":                        "a device",
	"HostConfig.BlkioDeviceReadBps.0.Path":                       "a device",
	"HostConfig.BlkioDeviceWriteBps.0.Path":                      "a device",
	"HostConfig.BlkioDeviceReadIOps.0.Path":                      "a device",
	"HostConfig.BlkioDeviceWriteIOps.0.Path":                     "a device",
	"HostConfig.CpusetCpus":                                      "numbers",
	"HostConfig.CpusetMems":                                      "numbers",
	"HostConfig.Ulimits.0.Name":                                  "a name",
	"NetworkingConfig.EndpointsConfig.KEY":                       "the name of a network",
	"NetworkingConfig.EndpointsConfig.IPAMConfig.IPv4Address":    "an address",
	"NetworkingConfig.EndpointsConfig.IPAMConfig.IPv6Address":    "an address",
	"NetworkingConfig.EndpointsConfig.IPAMConfig.LinkLocalIPs.0": "an address",
	"NetworkingConfig.EndpointsConfig.Links.0":                   "the name of a container",
	"NetworkingConfig.EndpointsConfig.Aliases.0":                 "a name",
	"NetworkingConfig.EndpointsConfig.MacAddress":                "an address",
	"NetworkingConfig.EndpointsConfig.DriverOpts.KEY":            "a name",
}

// secretIn is how a text with a secret is written, where it has a part that is a name.
var secretIn = map[string]string{
	"Env.0":                    "NAME=SECRET",
	"HostConfig.SecurityOpt.0": "seccomp=SECRET",
}

// A secret in whatever text of a request leaves its labels as they are: from labels that
// are equal for two secrets, nobody can tell which one it is.
func TestLabelsTellNoSecret(t *testing.T) {
	depends := map[string]bool{}
	texts := 0
	for place, set := range places(reflect.TypeFor[docker.ContainerSpec](), "") {
		texts++
		text := secretIn[place]
		if text == "" {
			text = "SECRET"
		}
		label := func(secret string) map[string]string {
			var spec docker.ContainerSpec
			set(reflect.ValueOf(&spec).Elem(), strings.ReplaceAll(text, "SECRET", secret))
			return records(t, spec)
		}
		one, other := label("swordfish"), label("hunter2")
		if len(one) != 1 {
			t.Errorf("%s: one text sets %v", place, one)
		}
		if !maps.Equal(one, other) {
			depends[place] = true
		}
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(public)), slices.Sorted(maps.Keys(depends))); diff != "" {
		t.Errorf("texts on which labels depend (-public +found):\n%s", diff)
	}
	if texts < 70 {
		t.Errorf("only %d texts were tried", texts)
	}
}

func records(t *testing.T, spec docker.ContainerSpec) map[string]string {
	t.Helper()
	fields, err := spec.Fields()
	if err != nil {
		t.Fatal(err)
	}
	out, err := field.Records(fields, func(text []byte) string {
		sum := sha256.Sum256(text)
		return hex.EncodeToString(sum[:])
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// places are all texts that a value of a type can hold, each with how to set it: of lists
// the first element, of maps the value, and, as KEY, the key.
func places(of reflect.Type, at string) map[string]func(v reflect.Value, text string) {
	out := map[string]func(reflect.Value, string){}
	inner := func(of reflect.Type, name string, set func(v reflect.Value, inner func(reflect.Value))) {
		for place, put := range places(of, join(at, name)) {
			out[place] = func(v reflect.Value, text string) {
				set(v, func(in reflect.Value) { put(in, text) })
			}
		}
	}
	switch of.Kind() {
	case reflect.String:
		out[at] = func(v reflect.Value, text string) { v.SetString(text) }
	case reflect.Pointer:
		inner(of.Elem(), "", func(v reflect.Value, put func(reflect.Value)) {
			v.Set(reflect.New(of.Elem()))
			put(v.Elem())
		})
	case reflect.Slice:
		inner(of.Elem(), "0", func(v reflect.Value, put func(reflect.Value)) {
			v.Set(reflect.MakeSlice(of, 1, 1))
			put(v.Index(0))
		})
	case reflect.Map:
		entry := func(v reflect.Value, key string, put func(reflect.Value)) {
			value := reflect.New(of.Elem()).Elem()
			put(value)
			v.Set(reflect.MakeMap(of))
			v.SetMapIndex(reflect.ValueOf(key), value)
		}
		inner(of.Elem(), "", func(v reflect.Value, put func(reflect.Value)) { entry(v, "key", put) })
		out[join(at, "KEY")] = func(v reflect.Value, text string) { entry(v, text, func(reflect.Value) {}) }
	case reflect.Struct:
		for i := range of.NumField() {
			f := of.Field(i)
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			inner(f.Type, name, func(v reflect.Value, put func(reflect.Value)) { put(v.Field(i)) })
		}
	}
	return out
}

func join(at, name string) string { return strings.Trim(at+"."+name, ".") }
