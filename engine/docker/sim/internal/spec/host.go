// Spec: what is refused in the part of a configuration that depends on the host.

package spec

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// checkHost checks the host configuration of a new container, in the engine's order.
func checkHost(h *HostConfig, m Machine) error {
	if h.AutoRemove && h.RestartPolicy.Name != "" && h.RestartPolicy.Name != "no" {
		return wire.BadRequest("can't create 'AutoRemove' container with restart policy")
	}
	for _, asked := range h.Mounts {
		if _, err := MountOf(asked, m); err != nil {
			return err
		}
	}
	for _, host := range h.ExtraHosts {
		if name, ip, ok := strings.Cut(host, ":"); !ok || name == "" || ip == "" {
			return wire.BadRequest("bad format for add-host: %q", host)
		} else if ip != "host-gateway" && !isIP(ip, netip.Addr.IsValid) {
			return wire.BadRequest("invalid IP address in add-host: %q", ip)
		}
	}
	if err := checkPortBindings(h.PortBindings); err != nil {
		return err
	}
	if err := CheckRestartPolicy(h.RestartPolicy); err != nil {
		return err
	}
	if err := checkCaps(h); err != nil {
		return err
	}
	if err := CheckResources(&h.Resources, m.CPUs); err != nil {
		return err
	}
	switch {
	case h.Memory == 0 && h.MemorySwap > 0:
		return wire.BadRequest("You should always set the Memory limit when using Memoryswap limit, see usage")
	case h.ShmSize < 0:
		return wire.BadRequest("SHM size can not be less than 0")
	case h.OomScoreAdj < -1000 || h.OomScoreAdj > 1000:
		return wire.BadRequest("Invalid value %d, range for oom score adj is [-1000, 1000]", h.OomScoreAdj)
	case !slices.Contains([]string{"", "runc", "io.containerd.runc.v2", "io.containerd.runtime.v1.linux"}, h.Runtime):
		return wire.BadRequest("Unknown runtime specified %s", h.Runtime)
	}
	for _, dest := range slices.Sorted(maps.Keys(h.Tmpfs)) {
		if path.Clean(dest) == "/" {
			return wire.BadRequest("invalid specification: destination can't be '/'")
		}
		if !path.IsAbs(dest) {
			return wire.BadRequest("invalid mount path: '%s' mount path must be absolute", dest)
		}
	}
	if mode := h.CgroupnsMode; mode != "" && mode != "private" && mode != "host" {
		return wire.BadRequest("invalid cgroup namespace mode: %s", mode)
	}
	return nil
}

// CheckRestartPolicy refuses unknown policies, and retry counts that a policy does not
// take.
func CheckRestartPolicy(p RestartPolicy) error {
	switch p.Name {
	case "always", "unless-stopped", "no":
		if p.MaximumRetryCount != 0 {
			return wire.BadRequest("maximum retry count cannot be used with restart policy '%s'", p.Name)
		}
	case "on-failure":
		if p.MaximumRetryCount < 0 {
			return wire.BadRequest("maximum retry count cannot be negative")
		}
	case "":
	default:
		return wire.BadRequest("invalid restart policy '%s'", p.Name)
	}
	return nil
}

// CheckResources refuses limits that contradict each other or exceed the machine.
func CheckResources(r *Resources, cpus int) error {
	const least = 6 << 20
	switch {
	case r.Memory != 0 && r.Memory < least:
		return wire.BadRequest("Minimum memory limit allowed is 6MB")
	case r.Memory > 0 && r.MemorySwap > 0 && r.MemorySwap < r.Memory:
		return wire.BadRequest("Minimum memoryswap limit should be larger than memory limit, see usage")
	// -1 is what clients send for "not set".
	case r.MemorySwappiness != nil && (*r.MemorySwappiness < -1 || *r.MemorySwappiness > 100):
		return wire.BadRequest("Invalid value: %d, valid memory swappiness range is 0-100", *r.MemorySwappiness)
	case r.MemoryReservation > 0 && r.MemoryReservation < least:
		return wire.BadRequest("Minimum memory reservation allowed is 6MB")
	case r.Memory > 0 && r.MemoryReservation > r.Memory:
		return wire.BadRequest("Minimum memory limit can not be less than memory reservation limit, see usage")
	case r.KernelMemory > 0 && r.KernelMemory < least:
		return wire.BadRequest("Minimum kernel memory limit allowed is 6MB")
	case r.NanoCPUs > 0 && r.CPUPeriod > 0:
		return wire.BadRequest("Conflicting options: Nano CPUs and CPU Period cannot both be set")
	case r.NanoCPUs > 0 && r.CPUQuota > 0:
		return wire.BadRequest("Conflicting options: Nano CPUs and CPU Quota cannot both be set")
	case r.NanoCPUs < 0 || r.NanoCPUs > int64(cpus)*1e9:
		return wire.BadRequest("Range of CPUs is from 0.01 to %d.00, as there are only %d CPUs available", cpus, cpus)
	case r.CPUPeriod != 0 && (r.CPUPeriod < 1000 || r.CPUPeriod > 1_000_000):
		return wire.BadRequest("CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)")
	case r.CPUQuota > 0 && r.CPUQuota < 1000:
		return wire.BadRequest("CPU cfs quota can not be less than 1ms (i.e. 1000)")
	case r.BlkioWeight > 0 && (r.BlkioWeight < 10 || r.BlkioWeight > 1000):
		return wire.BadRequest("Range of blkio weight is from 10 to 1000")
	}
	if err := checkSet("CPUs", "cpus", r.CpusetCpus, cpus); err != nil {
		return err
	}
	return checkSet("memory nodes", "mems", r.CpusetMems, 1)
}

// checkSet refuses a list such as 0-1,3 that names more than there is.
func checkSet(what, field, list string, available int) error {
	if list == "" {
		return nil
	}
	for part := range strings.SplitSeq(list, ",") {
		_, last, ok := PortRange(part)
		if !ok {
			return wire.BadRequest("Invalid value %s for cpuset %s: invalid format: %s", list, field, list)
		}
		if last < available {
			continue
		}
		// The message lists what there is, which for a single one is not a range.
		all := "0"
		if available > 1 {
			all = fmt.Sprintf("0-%d", available-1)
		}
		return wire.BadRequest("Requested %s are not available - requested %s, available: %s", what, list, all)
	}
	return nil
}

// CheckSecurity refuses security options of unknown form. Both separators occur: "=" is
// the present one, ":" the one before it.
func CheckSecurity(h *HostConfig) error {
	for _, option := range h.SecurityOpt {
		key, value, ok := strings.Cut(option, "=")
		if !ok {
			key, value, ok = strings.Cut(option, ":")
		}
		switch {
		case option == "no-new-privileges", option == "disable":
		case !ok:
			return wire.Failure("invalid --security-opt 1: %q", option)
		case !slices.Contains([]string{"label", "apparmor", "seccomp", "no-new-privileges"}, key), key == "no-new-privileges" && !isBool(value):
			return wire.Failure("invalid --security-opt 2: %q", option)
		}
	}
	return nil
}

// capabilities are the names of the Linux capabilities, without their prefix.
const capabilities = " ALL AUDIT_CONTROL AUDIT_READ AUDIT_WRITE BLOCK_SUSPEND BPF CHECKPOINT_RESTORE CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID" +
	" IPC_LOCK IPC_OWNER KILL LEASE LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE MKNOD NET_ADMIN NET_BIND_SERVICE NET_BROADCAST NET_RAW PERFMON SETFCAP SETGID" +
	" SETPCAP SETUID SYSLOG SYS_ADMIN SYS_BOOT SYS_CHROOT SYS_MODULE SYS_NICE SYS_PACCT SYS_PTRACE SYS_RAWIO SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG WAKE_ALARM "

// checkCaps refuses unknown capabilities.
func checkCaps(h *HostConfig) error {
	for _, list := range []struct {
		field string
		caps  []string
	}{{"CapAdd", h.CapAdd}, {"CapDrop", h.CapDrop}} {
		for _, name := range list.caps {
			short := strings.TrimPrefix(strings.ToUpper(name), "CAP_")
			// A blank would match the blanks between the names of the list.
			if short == "" || strings.Contains(short, " ") || !strings.Contains(capabilities, " "+short+" ") {
				return wire.BadRequest("invalid %s: unknown capability: \"CAP_%s\"", list.field, short)
			}
		}
	}
	return nil
}

var deviceRule = regexp.MustCompile(`^[acb] ([0-9]+|\*):([0-9]+|\*) [rwm]{1,3}$`)

// IsDeviceRule reports whether text says which devices a container may use, and how.
func IsDeviceRule(text string) bool { return deviceRule.MatchString(text) }

// CheckSeccomp refuses profiles that are not JSON objects.
func CheckSeccomp(h *HostConfig) error {
	for _, option := range h.SecurityOpt {
		text, ok := strings.CutPrefix(option, "seccomp=")
		if !ok || text == "unconfined" || h.Privileged {
			continue
		}
		var profile map[string]any
		err := json.Unmarshal([]byte(text), &profile)
		if wrong := (*json.UnmarshalTypeError)(nil); errors.As(err, &wrong) {
			return wire.Failure("Decoding seccomp profile failed: json: cannot unmarshal %s into Go value of type seccomp.Seccomp", wrong.Value)
		}
		if err != nil {
			return wire.Failure("Decoding seccomp profile failed: %v", err)
		}
	}
	return nil
}
