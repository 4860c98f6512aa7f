// Part of the simulated engine: what it refuses in the configuration of a new container.

package sim

import (
	"path"
	"sort"
	"strings"
)

// checkCreate refuses what the engine refuses before it looks at the image.
func (e *Engine) checkCreate(q *request, body *createBody) error {
	if n := body.NetworkingConfig.EndpointsConfig; len(n) > 1 && !q.at(44) {
		return badRequest("Container cannot be connected to network endpoints: %s", strings.Join(sortedKeys(n), ", "))
	}
	c, h := &body.Config, body.HostConfig
	if err := checkPlatformModes(c, h); err != nil {
		return err
	}
	if c.WorkingDir != "" && !path.IsAbs(c.WorkingDir) {
		return badRequest("the working directory '%s' is invalid, it needs to be an absolute path", c.WorkingDir)
	}
	if c.StopSignal != "" {
		if _, err := parseSignal(c.StopSignal); err != nil {
			return err
		}
	}
	for _, pair := range c.Env {
		if key, _, _ := strings.Cut(pair, "="); key == "" {
			return badRequest("invalid environment variable: %s", pair)
		}
	}
	if err := checkHealth(c.Healthcheck); err != nil {
		return err
	}
	return e.checkHost(h)
}

// checkPlatformModes refuses combinations of namespaces that contradict each other.
func checkPlatformModes(c *Config, h *hostConfig) error {
	container := strings.HasPrefix(h.NetworkMode, "container:")
	switch {
	case h.NetworkMode == "container:":
		return badRequest("Invalid network mode: %s", h.NetworkMode)
	case container && c.Hostname != "":
		return badRequest("conflicting options: hostname and the network mode")
	case container && len(h.Links) > 0:
		return badRequest("conflicting options: container type network can't be used with links. This would result in undefined behavior")
	case h.NetworkMode == "host" && len(h.Links) > 0:
		return badRequest("conflicting options: host type networking can't be used with links. This would result in undefined behavior")
	case container && len(h.DNS) > 0:
		return badRequest("conflicting options: dns and the network mode")
	case container && len(h.ExtraHosts) > 0:
		return badRequest("conflicting options: custom host-to-IP mapping and the network mode")
	case container && (len(h.PortBindings) > 0 || h.PublishAllPorts):
		return badRequest("conflicting options: port publishing and the container type network mode")
	case container && len(c.ExposedPorts) > 0:
		return badRequest("conflicting options: port exposing and the container type network mode")
	}
	return nil
}

func checkHealth(h *Healthcheck) error {
	if h == nil {
		return nil
	}
	const shortest = 1_000_000
	for _, d := range []struct {
		name  string
		value int64
	}{{"Interval", h.Interval}, {"Timeout", h.Timeout}, {"StartPeriod", h.StartPeriod}, {"StartInterval", h.StartInterval}} {
		if d.value != 0 && d.value < shortest {
			return badRequest("%s in Healthcheck cannot be less than 1ms", d.name)
		}
	}
	if h.Retries < 0 {
		return badRequest("Retries in Healthcheck cannot be negative")
	}
	return nil
}

// checkHost checks the host configuration of a new container.
func (e *Engine) checkHost(h *hostConfig) error {
	if h.AutoRemove && h.RestartPolicy.Name != "" && h.RestartPolicy.Name != "no" {
		return badRequest("can't create 'AutoRemove' container with restart policy")
	}
	for _, spec := range h.Mounts {
		if _, err := e.mountOf(spec); err != nil {
			return err
		}
	}
	for _, host := range h.ExtraHosts {
		if name, ip, ok := strings.Cut(host, ":"); !ok || name == "" || ip == "" {
			return badRequest("bad format for add-host: %q", host)
		}
	}
	if err := checkPortBindings(h.PortBindings); err != nil {
		return err
	}
	if err := checkRestartPolicy(h.RestartPolicy); err != nil {
		return err
	}
	if err := checkCaps(h); err != nil {
		return err
	}
	if h.ShmSize < 0 {
		return badRequest("SHM size can not be less than 0")
	}
	if err := checkResources(&h.resources, h.Memory, h.MemorySwap); err != nil {
		return err
	}
	if !knownLogDriver(h.LogConfig.Type) {
		return badRequest("error looking up logging plugin %s: plugin %q not found", h.LogConfig.Type, h.LogConfig.Type)
	}
	if h.OomScoreAdj < -1000 || h.OomScoreAdj > 1000 {
		return badRequest("Invalid value %d, range for oom score adj is [-1000, 1000]", h.OomScoreAdj)
	}
	return nil
}

func checkRestartPolicy(p restartPolicy) error {
	switch p.Name {
	case "always", "unless-stopped", "no":
		if p.MaximumRetryCount != 0 {
			return badRequest("maximum retry count cannot be used with restart policy '%s'", p.Name)
		}
	case "on-failure":
		if p.MaximumRetryCount < 0 {
			return badRequest("maximum retry count cannot be negative")
		}
	case "":
	default:
		return badRequest("invalid restart policy '%s'", p.Name)
	}
	return nil
}

func checkResources(r *resources, memory, swap int64) error {
	const least = 6 << 20
	switch {
	case r.Memory != 0 && r.Memory < least:
		return badRequest("Minimum memory limit allowed is 6MB")
	case r.Memory > 0 && r.MemorySwap > 0 && r.MemorySwap < r.Memory, memory > 0 && swap > 0 && swap < memory:
		return badRequest("Minimum memoryswap limit should be larger than memory limit, see usage")
	case r.Memory == 0 && r.MemorySwap > 0 && memory == 0:
		return badRequest("You should always set the Memory limit when using Memoryswap limit, see usage")
	case r.MemoryReservation != 0 && r.MemoryReservation < least:
		return badRequest("Minimum memory reservation allowed is 6MB")
	case r.Memory > 0 && r.MemoryReservation > r.Memory:
		return badRequest("Minimum memory limit can not be less than memory reservation limit, see usage")
	case r.NanoCPUs > 0 && (r.CPUPeriod > 0 || r.CPUQuota > 0):
		return badRequest("Conflicting options: Nano CPUs and CPU Period/Quota cannot both be set")
	case r.CPUShares < 0:
		return badRequest("shares must be at least 0")
	case r.BlkioWeight > 0 && (r.BlkioWeight < 10 || r.BlkioWeight > 1000):
		return badRequest("Range of blkio weight is from 10 to 1000")
	}
	return nil
}

func knownLogDriver(name string) bool {
	known := []string{"", "none", "awslogs", "fluentd", "gcplogs", "gelf", "journald", "json-file", "local", "logentries", "splunk", "syslog"}
	i := sort.SearchStrings(known[2:], name)
	return name == "" || name == "none" || i < len(known)-2 && known[2+i] == name
}

// capabilities are the Linux capabilities by name, without their prefix.
const capabilities = " ALL AUDIT_CONTROL AUDIT_READ AUDIT_WRITE BLOCK_SUSPEND BPF CHECKPOINT_RESTORE CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID" +
	" IPC_LOCK IPC_OWNER KILL LEASE LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE MKNOD NET_ADMIN NET_BIND_SERVICE NET_BROADCAST NET_RAW PERFMON SETFCAP SETGID" +
	" SETPCAP SETUID SYSLOG SYS_ADMIN SYS_BOOT SYS_CHROOT SYS_MODULE SYS_NICE SYS_PACCT SYS_PTRACE SYS_RAWIO SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG WAKE_ALARM "

// checkCaps refuses unknown capabilities.
func checkCaps(h *hostConfig) error {
	for _, list := range []struct {
		field string
		caps  []string
	}{{"CapAdd", h.CapAdd}, {"CapDrop", h.CapDrop}} {
		for _, name := range list.caps {
			short := strings.TrimPrefix(strings.ToUpper(name), "CAP_")
			if short == "" || strings.Contains(short, " ") || !strings.Contains(capabilities, " "+short+" ") {
				return badRequest("invalid %s: unknown capability: \"CAP_%s\"", list.field, short)
			}
		}
	}
	return nil
}

// checkMerged checks what can only be known once the image's part is in.
func checkMerged(c *Config) error {
	if len(nonEmpty(c.Entrypoint)) == 0 && len(c.Cmd) == 0 {
		return badRequest("No command specified")
	}
	return nil
}
