// Part of the simulated engine: changing a container in place.

package sim

// updateBody is the request body of container update. What else it holds is passed over, as the engine does.
type updateBody struct {
	resources
	RestartPolicy restartPolicy
}

func (e *Engine) containerUpdate(q *request) (reply, error) {
	var body updateBody
	if err := q.decode(&body); err != nil {
		return reply{}, err
	}
	c, err := e.lookup(q.name)
	if err != nil {
		return reply{}, err
	}
	if err := checkRestartPolicy(body.RestartPolicy); err != nil {
		return reply{}, err
	}
	h := &c.HostConfig
	if h.AutoRemove && body.RestartPolicy.Name != "" && body.RestartPolicy.Name != "no" {
		return reply{}, updateError(c, conflict("Restart policy cannot be updated because AutoRemove is enabled for the container"))
	}
	if err := checkResources(&body.resources, 0, 0); err != nil {
		if body.Memory != 0 || body.MemorySwap <= 0 {
			return reply{}, err
		}
	}
	if c.Removing || c.Dead {
		return reply{}, updateError(c, conflict("container is marked for removal and cannot be \"update\""))
	}
	if body.Memory > h.MemorySwap && body.MemorySwap == 0 && body.Memory != 0 {
		return reply{}, updateError(c, conflict("Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time"))
	}
	h.merge(&body.resources)
	if body.RestartPolicy.Name != "" {
		h.RestartPolicy = body.RestartPolicy
	}
	e.emitContainer(c, "update", nil)
	return ok(object{"Warnings": nil})
}

func updateError(c *container, err error) error {
	return prefixed("Cannot update container "+c.ID+": ", err)
}

// merge takes over the limits that are set; zero means unchanged, so no limit can be lifted.
func (h *hostConfig) merge(r *resources) {
	for _, pair := range []struct {
		to   *int64
		from int64
	}{
		{&h.CPUShares, r.CPUShares}, {&h.Memory, r.Memory}, {&h.NanoCPUs, r.NanoCPUs}, {&h.CPUPeriod, r.CPUPeriod},
		{&h.CPUQuota, r.CPUQuota}, {&h.MemoryReservation, r.MemoryReservation}, {&h.MemorySwap, r.MemorySwap},
		{&h.KernelMemory, r.KernelMemory}, {&h.KernelMemoryTCP, r.KernelMemoryTCP},
		{&h.CPURealtimePeriod, r.CPURealtimePeriod}, {&h.CPURealtimeRuntime, r.CPURealtimeRuntime},
	} {
		if pair.from != 0 {
			*pair.to = pair.from
		}
	}
	h.CpusetCpus = first(r.CpusetCpus, h.CpusetCpus)
	h.CpusetMems = first(r.CpusetMems, h.CpusetMems)
	if r.BlkioWeight != 0 {
		h.BlkioWeight = r.BlkioWeight
	}
	if r.PidsLimit != nil && *r.PidsLimit != 0 {
		h.PidsLimit = r.PidsLimit
	}
}
