// Spec: limits that change in place.

package spec

import (
	"cmp"
)

// Update takes over the limits that are set. Zero means unchanged, so no limit but that
// on processes can be lifted.
func (h *HostConfig) Update(r *Resources) {
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
	h.CpusetCpus = cmp.Or(r.CpusetCpus, h.CpusetCpus)
	h.CpusetMems = cmp.Or(r.CpusetMems, h.CpusetMems)
	if r.BlkioWeight != 0 {
		h.BlkioWeight = r.BlkioWeight
	}
	if r.PidsLimit != nil {
		limit := max(*r.PidsLimit, 0)
		h.PidsLimit = &limit
	}
}
