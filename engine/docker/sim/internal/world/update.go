// World: what of a container can be changed in place, and what cannot.

package world

import (
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/state"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// Update changes the limits of a container and its restart policy, where the body sets
// them.
func (s *Containers) Update(c *state.Container, body *spec.UpdateBody) error {
	if err := checkUpdate(c, body); err != nil {
		return wire.Prefixed("Cannot update container "+c.ID+": ", err)
	}
	c.HostConfig.Update(&body.Resources)
	if body.RestartPolicy.Name != "" {
		c.HostConfig.RestartPolicy = body.RestartPolicy
	}
	s.journal.EmitContainer(c, "update", nil)
	return nil
}

// checkUpdate refuses what contradicts the limits that a container has.
func checkUpdate(c *state.Container, body *spec.UpdateBody) error {
	h := &c.HostConfig
	const conflicting = "Conflicting options: "
	switch {
	case c.Removing || c.Dead:
		return wire.Conflict("container is marked for removal and cannot be \"update\"")
	case body.NanoCPUs > 0 && h.CPUPeriod > 0:
		return wire.Conflict(conflicting + "Nano CPUs cannot be updated as CPU Period has already been set")
	case body.NanoCPUs > 0 && h.CPUQuota > 0:
		return wire.Conflict(conflicting + "Nano CPUs cannot be updated as CPU Quota has already been set")
	case body.CPUPeriod > 0 && h.NanoCPUs > 0:
		return wire.Conflict(conflicting + "CPU Period cannot be updated as NanoCPUs has already been set")
	case body.CPUQuota > 0 && h.NanoCPUs > 0:
		return wire.Conflict(conflicting + "CPU Quota cannot be updated as NanoCPUs has already been set")
	case body.Memory > h.MemorySwap && body.MemorySwap == 0 && body.Memory != 0:
		return wire.Conflict("Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time")
	case h.AutoRemove && body.RestartPolicy.Name != "" && body.RestartPolicy.Name != "no":
		return wire.Conflict("Restart policy cannot be updated because AutoRemove is enabled for the container")
	case !c.Running || c.Restarting:
		return nil
	case body.MemorySwap > 0 && body.Memory == 0 && (h.Memory == 0 || body.MemorySwap < h.Memory):
		return wire.Failure("runc did not terminate successfully: exit status 1: failed to write \"%d\": write /sys/fs/cgroup/memory/docker/%s/memory.memsw.limit_in_bytes: invalid argument\n: unknown", body.MemorySwap, c.ID)
	case body.CPUShares < 0:
		return wire.Failure("runc did not terminate successfully: exit status 1: the maximum allowed cpu-shares is 262144\n: unknown")
	}
	return nil
}
