// Spec: what every container has although nobody asked for it.

package spec

import (
	"cmp"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// FillDefaults sets what inspect shows although nobody asked for it. id is the
// container's short one.
func FillDefaults(c *Config, h *HostConfig, api wire.Version, id, host string) {
	h.NetworkMode = cmp.Or(h.NetworkMode, "default")
	if h.NetworkMode == "default" && api.At(44) {
		h.NetworkMode = "bridge"
	}
	if api.At(44) {
		h.RestartPolicy.Name = cmp.Or(h.RestartPolicy.Name, "no")
	}
	if c.Hostname == "" {
		c.Hostname = id
		if h.NetworkMode == "host" {
			c.Hostname = host
		}
	}
	if h.LogConfig.Type == "" {
		h.LogConfig.Type = "json-file"
	}
	if h.LogConfig.Config == nil {
		h.LogConfig.Config = map[string]string{}
	}
	h.CgroupnsMode = cmp.Or(h.CgroupnsMode, "host")
	h.IpcMode = cmp.Or(h.IpcMode, "private")
	h.Runtime = cmp.Or(h.Runtime, "runc")
	if h.ShmSize == 0 {
		h.ShmSize = 64 << 20
	}
	if h.Memory > 0 && h.MemorySwap == 0 {
		h.MemorySwap = 2 * h.Memory
	}
	if h.OomKillDisable == nil {
		h.OomKillDisable = new(bool)
	}
	if h.PidsLimit != nil && *h.PidsLimit <= 0 {
		h.PidsLimit = nil
	}
	if h.MemorySwappiness != nil && *h.MemorySwappiness == -1 {
		h.MemorySwappiness = nil
	}
	if !h.Privileged {
		if h.MaskedPaths == nil {
			h.MaskedPaths = []string{
				"/proc/asound", "/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
				"/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware",
			}
		}
		if h.ReadonlyPaths == nil {
			h.ReadonlyPaths = []string{"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"}
		}
	}
}
