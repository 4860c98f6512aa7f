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

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/field"
)

// CreateContainer implements [docker.Writer]. A field that this engine would ignore is
// refused with [docker.Unsupported], because engines silently drop fields that they do
// not know.
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

// createRequest turns a spec into the library's types.
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
	inNetwork, _ := field.Find(field.EndpointMAC)
	if ok, err := inNetwork.In(version); spec.MacAddress == "" || !ok {
		return request, err
	}
	return request, moveMacAddress(spec, &request)
}

// carryOver copies our data into a type of the library. Names are the same on both
// sides, so JSON does the copying; a field that the library does not have is an error.
func carryOver(ours, theirs any) error {
	text, err := json.Marshal(ours)
	if err != nil {
		return err
	}
	in := json.NewDecoder(bytes.NewReader(text))
	in.DisallowUnknownFields()
	return in.Decode(theirs)
}

// moveMacAddress moves a container's MAC address to the endpoint of its first network,
// where it belongs since endpoints have one of their own; the library would drop it.
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

// supported returns an error for each field of the spec that has no meaning at an API
// version.
func supported(spec docker.ContainerSpec, version string) error {
	values, err := spec.Values()
	if err != nil {
		return err
	}
	lacking, err := field.Lacking(version, func(name string) any { return values[name] })
	faults := []error{err}
	for _, f := range lacking {
		switch {
		case f.Several:
			faults = append(faults, fmt.Errorf("more than one of %s needs API %s, this engine speaks %s; leave out all but one, or update the engine", f.Title(), f.Since, version))
		case f.Until != "":
			faults = append(faults, fmt.Errorf("%s ended with API %s, this engine speaks %s; leave it out", f.Title(), f.Until, version))
		default:
			faults = append(faults, fmt.Errorf("%s needs API %s, this engine speaks %s; leave it out, or update the engine", f.Title(), f.Since, version))
		}
	}
	return errors.Join(faults...)
}
