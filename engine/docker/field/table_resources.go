// API fields, table: the resources of a container.

package field

import (
	"encoding/json"
	"strings"
)

func resourceFields() []Field {
	byDevice := func() Meaning { return keyed("limits by device", at("Path"), same) }
	return []Field{
		{Name: "HostConfig.CpuShares", Record: Digest, Change: Update, Meaning: plain("number")},
		{Name: "HostConfig.Memory", Record: Digest, Change: Update, Meaning: plain("size")},
		{Name: "HostConfig.NanoCpus", Record: Digest, Change: Update, Meaning: plain("number")},
		{Name: "HostConfig.CgroupParent", Meaning: plain("text")},
		{Name: "HostConfig.BlkioWeight", Record: Digest, Change: Update, Meaning: plain("number")},
		{Name: "HostConfig.BlkioWeightDevice", Record: Digest, Meaning: byDevice()},
		{Name: "HostConfig.BlkioDeviceReadBps", Record: Digest, Meaning: byDevice()},
		{Name: "HostConfig.BlkioDeviceWriteBps", Record: Digest, Meaning: byDevice()},
		{Name: "HostConfig.BlkioDeviceReadIOps", Record: Digest, Meaning: byDevice()},
		{Name: "HostConfig.BlkioDeviceWriteIOps", Record: Digest, Meaning: byDevice()},
		{Name: "HostConfig.CpuPeriod", Record: Digest, Change: Update, Meaning: plain("number")},
		{Name: "HostConfig.CpuQuota", Record: Digest, Change: Update, Meaning: number("-1")},
		{Name: "HostConfig.CpuRealtimePeriod", Record: Digest, Meaning: plain("number")},
		{Name: "HostConfig.CpuRealtimeRuntime", Record: Digest, Meaning: plain("number")},
		{Name: "HostConfig.CpusetCpus", Record: Digest, Change: Update, Meaning: textOf("set of numbers", cpus)},
		{Name: "HostConfig.CpusetMems", Record: Digest, Change: Update, Meaning: textOf("set of numbers", cpus)},
		{Name: "HostConfig.Devices", Meaning: keyed("devices by path in the container", at("PathInContainer"), device)},
		{Name: "HostConfig.DeviceCgroupRules", Meaning: setOf("rules", deviceRule)},
		{Name: "HostConfig.DeviceRequests", Since: "1.40", Meaning: plain("list of records in their order")},
		{Name: "HostConfig.KernelMemory", Record: Digest, Until: "1.41", Meaning: plain("size")},
		{Name: "HostConfig.KernelMemoryTCP", Record: Digest, Meaning: plain("size")},
		{Name: "HostConfig.MemoryReservation", Record: Digest, Change: Update, Meaning: plain("size")},
		{Name: "HostConfig.MemorySwap", Record: Digest, Change: Update, Follows: "HostConfig.Memory", Meaning: plain("size")},
		{Name: "HostConfig.MemorySwappiness", Record: Digest, Meaning: number("-1")},
		{Name: "HostConfig.OomKillDisable", Record: Digest, Meaning: Meaning{Kind: "flag", form: ifTrue}},
		{Name: "HostConfig.PidsLimit", Record: Digest, Change: Update, Lift: "-1", Meaning: Meaning{Kind: "number", form: processes}},
		{Name: "HostConfig.Ulimits", Record: Digest, Meaning: keyed("limits by name", at("Name"), same)},
		{Name: "HostConfig.CpuCount", Meaning: plain("number")},
		{Name: "HostConfig.CpuPercent", Meaning: plain("number")},
		{Name: "HostConfig.IOMaximumIOps", Meaning: plain("number")},
		{Name: "HostConfig.IOMaximumBandwidth", Meaning: plain("size")},
	}
}

func device(v any) any {
	return with(v, forms{"PathOnHost": ofText(clean), "PathInContainer": ofText(clean), "CgroupPermissions": ofText(permissions)})
}

func ifTrue(v any) any {
	if v != true {
		return nil
	}
	return v
}

// processes is a number of processes; zero and less is no limit.
func processes(v any) any {
	if n, _ := v.(json.Number); n == "0" || strings.HasPrefix(string(n), "-") {
		return nil
	}
	return v
}
