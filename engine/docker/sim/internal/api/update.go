// Part of the simulated engine: calls that change a container in place.

package api

import (
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/world"
)

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
	if err := world.CheckUpdate(c, &body); err != nil {
		return wire.Reply{}, wire.Prefixed("Cannot update container "+c.ID+": ", err)
	}
	h := &c.HostConfig
	h.Update(&body.Resources)
	if body.RestartPolicy.Name != "" {
		h.RestartPolicy = body.RestartPolicy
	}
	w.Journal.EmitContainer(c, "update", nil)
	return wire.OK(wire.Object{"Warnings": nil})
}
