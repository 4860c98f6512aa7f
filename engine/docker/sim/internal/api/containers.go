// Calls: creating and renaming containers.

package api

import (
	"bytes"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/world"
)

func containerCreate(w *world.World, q *wire.Request) (wire.Reply, error) {
	var body spec.CreateBody
	if err := q.Decode(&body); err != nil {
		return wire.Reply{}, err
	}
	// "{}" and "null" are bodies too, but say nothing.
	if len(bytes.Trim(q.Body, "{} \r\n\tnul")) == 0 {
		return wire.Reply{}, wire.BadRequest("Config cannot be empty in order to create a container")
	}
	if err := spec.CheckPlatformText(q.Query.Get("platform")); err != nil {
		return wire.Reply{}, err
	}
	if body.HostConfig == nil {
		body.HostConfig = &spec.HostConfig{}
	}
	// Old clients put these limits beside HostConfig.
	if body.HostConfig.Memory == 0 {
		body.HostConfig.Memory = body.Memory
	}
	if body.HostConfig.MemorySwap == 0 {
		body.HostConfig.MemorySwap = body.MemorySwap
	}
	if body.NetworkingConfig == nil {
		body.NetworkingConfig = &spec.NetworkingConfig{}
	}
	if err := spec.CheckCreate(q.Version, &body, w.Mounts.Machine(w.Host.Processors())); err != nil {
		return wire.Reply{}, err
	}
	c, err := w.Containers.New(q.Query.Get("name"), q.Query.Get("platform"), &body)
	if err != nil {
		return wire.Reply{}, err
	}
	return wire.Reply{Status: 201, JSON: wire.Object{"Id": c.ID, "Warnings": spec.Warnings(body.HostConfig)}}, nil
}

func containerRename(w *world.World, q *wire.Request) (wire.Reply, error) {
	c, err := w.State.FindContainer(q.Name)
	if err != nil {
		return wire.Reply{}, err
	}
	if err := w.Containers.Rename(c, strings.TrimPrefix(q.Query.Get("name"), "/")); err != nil {
		return wire.Reply{}, err
	}
	return wire.Status(204)
}

// containerUpdate looks at the container before it judges the limits, so that a missing
// container is reported as missing whatever the limits are.
func containerUpdate(w *world.World, q *wire.Request) (wire.Reply, error) {
	var body spec.UpdateBody
	if err := q.Decode(&body); err != nil {
		return wire.Reply{}, err
	}
	c, err := w.State.FindContainer(q.Name)
	if err != nil {
		return wire.Reply{}, err
	}
	if err := spec.CheckRestartPolicy(body.RestartPolicy); err != nil {
		return wire.Reply{}, err
	}
	if err := spec.CheckResources(&body.Resources, w.Host.Processors()); err != nil {
		return wire.Reply{}, err
	}
	if err := w.Containers.Update(c, &body); err != nil {
		return wire.Reply{}, err
	}
	return wire.OK(wire.Object{"Warnings": nil})
}
