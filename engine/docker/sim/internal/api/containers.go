// Part of the simulated engine: creating and naming containers.

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
	if len(bytes.Trim(q.Body, "{} \r\n\tnul")) == 0 {
		return wire.Reply{}, wire.BadRequest("Config cannot be empty in order to create a container")
	}
	if err := spec.CheckPlatformText(q.Query.Get("platform")); err != nil {
		return wire.Reply{}, err
	}
	if body.HostConfig == nil {
		body.HostConfig = &spec.HostConfig{}
	}
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
	w.Journal.EmitContainer(c, "create", nil)
	return wire.Reply{Status: 201, JSON: wire.Object{"Id": c.ID, "Warnings": spec.Warnings(body.HostConfig)}}, nil
}

func containerRename(w *world.World, q *wire.Request) (wire.Reply, error) {
	c, err := w.State.FindContainer(q.Name)
	if err != nil {
		return wire.Reply{}, err
	}
	asked := q.Query.Get("name")
	name := strings.TrimPrefix(asked, "/")
	if name == "" {
		return wire.Reply{}, wire.BadRequest("Neither old nor new names may be empty")
	}
	if name == c.Name {
		return wire.Reply{}, wire.BadRequest("Renaming a container with the same name as its current name")
	}
	const where = "Error when allocating new name: "
	if err := spec.CheckName(name, "/"+name); err != nil {
		return wire.Reply{}, wire.Prefixed(where, err)
	}
	if err := w.Containers.NameTaken(name); err != nil {
		return wire.Reply{}, wire.Prefixed(where, err)
	}
	if c.Restarting {
		return wire.Reply{}, wire.NotFound("sandbox %s not found", c.SandboxID)
	}
	old := c.Name
	c.Name = name
	w.Journal.EmitContainer(c, "rename", map[string]string{"oldName": "/" + old})
	return wire.Status(204)
}
