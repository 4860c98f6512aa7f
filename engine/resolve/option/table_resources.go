// Options, table: the resources of a container.

package option

import (
	"math"

	"github.com/dmap-dev/dmap/engine/docker"
)

// policyField returns the field of the restart policy.
func policyField(s *spec) **docker.RestartPolicy { return &s.HostConfig.RestartPolicy }

const (
	weightForms = `list of {"Path": device, "Weight": 10 to 1000}, "device:weight"`
	bpsForms    = `list of {"Path": device, "Rate": bytes or "1m"}, "device:rate"`
	iopsForms   = `list of {"Path": device, "Rate": number}, "device:rate"`
	numberForms = "number"
	cpuSetForms = `"0-3,5", number`
)

func resourceOptions() []Option {
	number := func(low, high int64, at func(*spec) *int64, also ...int64) rule {
		return overwrite(integer[int64](low, high, also...), at)
	}
	throttle := func(read func(*reader, item) int64, at func(*spec) *[]docker.ThrottleDevice) rule {
		return extend("device", rates(read), func(d docker.ThrottleDevice) string { return d.Path }, at)
	}
	perSecond := integer[int64](0, math.MaxInt64)
	return []Option{
		{Name: "blkio_weight", Field: "HostConfig.BlkioWeight", Forms: "10 to 1000, 0",
			Doc:  "share of block I/O",
			rule: overwrite(integer[uint16](10, 1000, 0), func(s *spec) *uint16 { return &s.HostConfig.BlkioWeight })},
		{Name: "blkio_weight_device", Field: "HostConfig.BlkioWeightDevice", Forms: weightForms,
			Doc: "share of block I/O by device",
			rule: extend("device", readWeights, func(d docker.WeightDevice) string { return d.Path },
				func(s *spec) *[]docker.WeightDevice { return &s.HostConfig.BlkioWeightDevice })},
		{Name: "cgroup_parent", Field: "HostConfig.CgroupParent", Forms: textForms,
			Doc:  "cgroup the container's cgroup is made in",
			rule: overwrite(textWhere(emptyOr(word)), func(s *spec) *string { return &s.HostConfig.CgroupParent })},
		{Name: "cpu_count", Field: "HostConfig.CpuCount", Forms: numberForms,
			Doc:  "number of CPUs on Windows",
			rule: number(0, math.MaxInt32, func(s *spec) *int64 { return &s.HostConfig.CPUCount })},
		{Name: "cpu_percent", Field: "HostConfig.CpuPercent", Forms: "0 to 100",
			Doc:  "share of the CPUs on Windows",
			rule: number(0, 100, func(s *spec) *int64 { return &s.HostConfig.CPUPercent })},
		{Name: "cpu_period", Field: "HostConfig.CpuPeriod", Forms: "microseconds, 1000 to 1000000; 0",
			Doc:  "period of the CPU quota",
			rule: number(1000, 1000000, func(s *spec) *int64 { return &s.HostConfig.CPUPeriod }, 0)},
		{Name: "cpu_quota", Field: "HostConfig.CpuQuota", Forms: "microseconds from 1000 up; -1 no limit; 0",
			Doc:  "CPU time in each period",
			rule: number(1000, math.MaxInt64, func(s *spec) *int64 { return &s.HostConfig.CPUQuota }, -1, 0)},
		{Name: "cpu_rt_period", Field: "HostConfig.CpuRealtimePeriod", Forms: "microseconds",
			Doc:  "period of real-time scheduling",
			rule: number(0, math.MaxInt64, func(s *spec) *int64 { return &s.HostConfig.CPURealtimePeriod })},
		{Name: "cpu_rt_runtime", Field: "HostConfig.CpuRealtimeRuntime", Forms: "microseconds",
			Doc:  "real-time CPU time in each period",
			rule: number(0, math.MaxInt64, func(s *spec) *int64 { return &s.HostConfig.CPURealtimeRuntime })},
		{Name: "cpu_shares", Field: "HostConfig.CpuShares", Forms: numberForms,
			Doc:  "weight against other containers, 1024 if not set",
			rule: number(2, 262144, func(s *spec) *int64 { return &s.HostConfig.CPUShares }, 0)},
		{Name: "cpus", Field: "HostConfig.NanoCpus", Of: "nano_cpus", Forms: `number of CPUs: 2, 1.5, "0.5"`,
			Doc:  "CPU limit, as the command line has it",
			rule: overwrite(readCPUs, func(s *spec) *int64 { return &s.HostConfig.NanoCPUs })},
		{Name: "cpuset", Field: "HostConfig.CpusetCpus", Of: "cpuset_cpus", Forms: cpuSetForms,
			Doc:  "CPUs to run on; the older name",
			rule: overwrite(readCPUSet, func(s *spec) *string { return &s.HostConfig.CpusetCpus })},
		{Name: "cpuset_cpus", Field: "HostConfig.CpusetCpus", Forms: cpuSetForms,
			Doc:  "CPUs to run on",
			rule: overwrite(readCPUSet, func(s *spec) *string { return &s.HostConfig.CpusetCpus })},
		{Name: "cpuset_mems", Field: "HostConfig.CpusetMems", Forms: cpuSetForms,
			Doc:  "memory nodes to use",
			rule: overwrite(readCPUSet, func(s *spec) *string { return &s.HostConfig.CpusetMems })},
		{Name: "device_cgroup_rules", Field: "HostConfig.DeviceCgroupRules", Forms: `list of "c 1:3 rwm"`,
			Doc:  "rules for the device cgroup",
			rule: extendTexts(texts(cgroupRule), func(s *spec) *[]string { return &s.HostConfig.DeviceCgroupRules })},
		{Name: "device_read_bps", Field: "HostConfig.BlkioDeviceReadBps", Forms: bpsForms,
			Doc:  "limit of bytes read per second",
			rule: throttle(size(0), func(s *spec) *[]docker.ThrottleDevice { return &s.HostConfig.BlkioDeviceReadBps })},
		{Name: "device_read_iops", Field: "HostConfig.BlkioDeviceReadIOps", Forms: iopsForms,
			Doc:  "limit of reads per second",
			rule: throttle(perSecond, func(s *spec) *[]docker.ThrottleDevice { return &s.HostConfig.BlkioDeviceReadIOps })},
		{Name: "device_requests", Field: "HostConfig.DeviceRequests", Forms: "list of dicts with driver, count or device_ids, capabilities, options",
			Doc: "devices by driver, such as GPUs",
			rule: extend("", readDeviceRequests, requestKey,
				func(s *spec) *[]docker.DeviceRequest { return &s.HostConfig.DeviceRequests })},
		{Name: "device_write_bps", Field: "HostConfig.BlkioDeviceWriteBps", Forms: bpsForms,
			Doc:  "limit of bytes written per second",
			rule: throttle(size(0), func(s *spec) *[]docker.ThrottleDevice { return &s.HostConfig.BlkioDeviceWriteBps })},
		{Name: "device_write_iops", Field: "HostConfig.BlkioDeviceWriteIOps", Forms: iopsForms,
			Doc:  "limit of writes per second",
			rule: throttle(perSecond, func(s *spec) *[]docker.ThrottleDevice { return &s.HostConfig.BlkioDeviceWriteIOps })},
		{Name: "devices", Field: "HostConfig.Devices", Forms: `list of "/dev/host:/dev/container:rwm", dicts`,
			Doc: "devices of the host, merged by container path",
			rule: extend("device", readDevices, devicePath,
				func(s *spec) *[]docker.DeviceMapping { return &s.HostConfig.Devices })},
		{Name: "io_maximum_bandwidth", Field: "HostConfig.IOMaximumBandwidth", Forms: sizeForms,
			Doc:  "limit of bytes per second of the system drive on Windows",
			rule: unsigned(size(0), func(s *spec) *uint64 { return &s.HostConfig.IOMaximumBandwidth })},
		{Name: "io_maximum_iops", Field: "HostConfig.IOMaximumIOps", Forms: numberForms,
			Doc:  "limit of I/O per second of the system drive on Windows",
			rule: unsigned(perSecond, func(s *spec) *uint64 { return &s.HostConfig.IOMaximumIOps })},
		{Name: "kernel_memory", Field: "HostConfig.KernelMemory", Forms: sizeForms,
			Doc:  "limit of kernel memory; kernels from 5.4 on have none",
			rule: overwrite(size(leastMemory, 0), func(s *spec) *int64 { return &s.HostConfig.KernelMemory })},
		{Name: "kernel_memory_tcp", Field: "HostConfig.KernelMemoryTCP", Forms: sizeForms,
			Doc:  "limit of TCP buffers, cgroup v1 only",
			rule: overwrite(size(0), func(s *spec) *int64 { return &s.HostConfig.KernelMemoryTCP })},
		{Name: "mem_limit", Field: "HostConfig.Memory", Forms: sizeForms,
			Doc:  "memory limit; 0 for none",
			rule: overwrite(size(leastMemory, 0), func(s *spec) *int64 { return &s.HostConfig.Memory })},
		{Name: "mem_reservation", Field: "HostConfig.MemoryReservation", Forms: sizeForms,
			Doc:  "soft memory limit, below mem_limit",
			rule: overwrite(size(leastMemory, 0), func(s *spec) *int64 { return &s.HostConfig.MemoryReservation })},
		{Name: "mem_swappiness", Field: "HostConfig.MemorySwappiness", Forms: "0 to 100; -1 default",
			Doc:  "how eagerly memory is swapped out, cgroup v1 only",
			rule: overwritePointer(integer[int64](0, 100, -1), func(s *spec) **int64 { return &s.HostConfig.MemorySwappiness })},
		{Name: "memswap_limit", Field: "HostConfig.MemorySwap", Forms: sizeForms + "; -1 no limit",
			Doc:  "limit of memory and swap together, at least mem_limit",
			rule: overwrite(size(leastMemory, -1, 0), func(s *spec) *int64 { return &s.HostConfig.MemorySwap })},
		{Name: "nano_cpus", Field: "HostConfig.NanoCpus", Forms: "billionths of a CPU",
			Doc:  "CPU limit",
			rule: number(0, math.MaxInt64, func(s *spec) *int64 { return &s.HostConfig.NanoCPUs })},
		{Name: "oom_kill_disable", Field: "HostConfig.OomKillDisable", Forms: flagForms,
			Doc:  "do not kill processes when memory runs out, cgroup v1 only",
			rule: overwritePointer(readFlag, func(s *spec) **bool { return &s.HostConfig.OomKillDisable })},
		{Name: "pids_limit", Field: "HostConfig.PidsLimit", Forms: "number; -1 or 0 no limit",
			Doc:  "most processes at a time",
			rule: overwritePointer(integer[int64](-1, math.MaxInt64), func(s *spec) **int64 { return &s.HostConfig.PidsLimit })},
		{Name: "ulimits", Field: "HostConfig.Ulimits", Forms: `list of {"Name": name, "Soft": n, "Hard": n}, "nofile=1024:2048"; dict of limits by name`,
			Doc: "limits of processes, merged by name",
			rule: extend("ulimit", readUlimits, func(u docker.Ulimit) string { return u.Name },
				func(s *spec) *[]docker.Ulimit { return &s.HostConfig.Ulimits })},
	}
}

// unsigned is overwrite for fields that are unsigned in the API.
func unsigned(read func(*reader, item) int64, at func(*spec) *uint64) rule {
	return overwrite(func(r *reader, it item) uint64 { return uint64(read(r, it)) }, at)
}
