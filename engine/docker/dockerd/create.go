// Docker adapter: our container spec -> a create call.

package dockerd

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/versions"

	"github.com/dmap-dev/dmap/engine/docker"
)

// CreateContainer implements [docker.Writer]. A field that this engine would ignore is refused with
// [docker.Unsupported]: engines drop what they do not know without a word.
func (c *Client) CreateContainer(ctx context.Context, name string, spec docker.ContainerSpec) (string, []string, error) {
	ctx, k := c.write(ctx, opCreate, name)
	if err := checkName(name); err != nil {
		return "", nil, k.refuse(docker.InvalidSpec, "%v", err)
	}
	if err := supported(spec, c.APIVersion); err != nil {
		return "", nil, k.refuse(docker.Unsupported, "%v", err)
	}
	request, err := createRequest(spec, c.APIVersion)
	if err != nil {
		return "", nil, k.refuse(docker.InvalidSpec, "%v", err)
	}
	answer, err := c.api.ContainerCreate(ctx, request.Config, request.HostConfig, request.NetworkingConfig, nil, name)
	if err != nil {
		return "", nil, k.fail(ctx, err)
	}
	if answer.ID == "" {
		return "", nil, k.absurd("it has no container id")
	}
	return answer.ID, answer.Warnings, nil
}

// createRequest gives a spec the types of the library.
func createRequest(spec docker.ContainerSpec, version string) (container.CreateRequest, error) {
	var request container.CreateRequest
	if n := len(spec.HostConfig.ConsoleSize); n != 0 && n != 2 {
		return request, fmt.Errorf("HostConfig.ConsoleSize has %d numbers; give height and width", n)
	}
	if err := carryOver(spec, &request); err != nil {
		return request, err
	}
	if request.Config == nil {
		request.Config = &container.Config{}
	}
	if spec.MacAddress != "" && versions.GreaterThanOrEqualTo(version, "1.44") {
		return request, moveMacAddress(spec, &request)
	}
	return request, nil
}

// carryOver gives our data the types of the library. Names are the same on both sides, so JSON carries it over, and a
// field that the library does not have is an error.
func carryOver(ours, theirs any) error {
	text, err := json.Marshal(ours)
	if err != nil {
		return err
	}
	in := json.NewDecoder(bytes.NewReader(text))
	in.DisallowUnknownFields()
	return in.Decode(theirs)
}

// moveMacAddress puts the address of a container to that of its first network, where it belongs since API 1.44; the
// library would drop it.
func moveMacAddress(spec docker.ContainerSpec, request *container.CreateRequest) error {
	name := cmp.Or(spec.HostConfig.NetworkMode, network.NetworkDefault)
	if mode := container.NetworkMode(name); mode.IsHost() || mode.IsNone() || mode.IsContainer() {
		return fmt.Errorf("MacAddress has no meaning with NetworkMode %q", name)
	}
	if request.NetworkingConfig == nil {
		request.NetworkingConfig = &network.NetworkingConfig{}
	}
	endpoints := request.NetworkingConfig.EndpointsConfig
	if endpoints == nil {
		endpoints = map[string]*network.EndpointSettings{}
		request.NetworkingConfig.EndpointsConfig = endpoints
	}
	if endpoints[name] == nil {
		endpoints[name] = &network.EndpointSettings{}
	}
	if other := endpoints[name].MacAddress; other != "" && other != spec.MacAddress {
		return fmt.Errorf("MacAddress is %q, but network %q has %q", spec.MacAddress, name, other)
	}
	endpoints[name].MacAddress = spec.MacAddress
	return nil
}

// versionRules are the fields that not every supported API version has. A rule holds from since, or until before.
var versionRules = []struct {
	field         string
	since, before string
	used          func(docker.ContainerSpec) bool
}{
	{field: "HostConfig.KernelMemory", before: "1.42", used: func(s docker.ContainerSpec) bool { return s.HostConfig.KernelMemory != 0 }},
	{field: "HostConfig.ConsoleSize", since: "1.42", used: func(s docker.ContainerSpec) bool { return len(s.HostConfig.ConsoleSize) != 0 }},
	{field: "HostConfig.Mounts.BindOptions.CreateMountpoint", since: "1.42", used: func(s docker.ContainerSpec) bool {
		return anyMount(s, func(m docker.Mount) bool { return m.BindOptions != nil && m.BindOptions.CreateMountpoint })
	}},
	{field: "HostConfig.Annotations", since: "1.43", used: func(s docker.ContainerSpec) bool { return len(s.HostConfig.Annotations) != 0 }},
	{field: "Healthcheck.StartInterval", since: "1.44", used: func(s docker.ContainerSpec) bool { return s.Healthcheck != nil && s.Healthcheck.StartInterval != 0 }},
	{field: "NetworkingConfig.EndpointsConfig.MacAddress", since: "1.44", used: func(s docker.ContainerSpec) bool {
		return anyEndpoint(s, func(e docker.EndpointSpec) bool { return e.MacAddress != "" })
	}},
	{field: "HostConfig.Mounts.VolumeOptions.Subpath", since: "1.45", used: func(s docker.ContainerSpec) bool {
		return anyMount(s, func(m docker.Mount) bool { return m.VolumeOptions != nil && m.VolumeOptions.Subpath != "" })
	}},
}

func anyMount(s docker.ContainerSpec, f func(docker.Mount) bool) bool {
	for _, m := range s.HostConfig.Mounts {
		if f(m) {
			return true
		}
	}
	return false
}

func anyEndpoint(s docker.ContainerSpec, f func(docker.EndpointSpec) bool) bool {
	if s.NetworkingConfig == nil {
		return false
	}
	for _, e := range s.NetworkingConfig.EndpointsConfig {
		if f(e) {
			return true
		}
	}
	return false
}

// supported returns all fields of the spec that mean nothing at that API version.
func supported(spec docker.ContainerSpec, version string) error {
	var faults []error
	for _, rule := range versionRules {
		switch {
		case !rule.used(spec):
		case rule.since != "" && versions.LessThan(version, rule.since):
			faults = append(faults, fmt.Errorf("%s needs API %s, this engine speaks %s; leave it away or update the engine", rule.field, rule.since, version))
		case rule.before != "" && versions.GreaterThanOrEqualTo(version, rule.before):
			faults = append(faults, fmt.Errorf("%s is gone since API %s, this engine speaks %s; leave it away", rule.field, rule.before, version))
		}
	}
	return errors.Join(faults...)
}
