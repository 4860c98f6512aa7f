// Spec: what the runtime and the kernel refuse when a container starts: limits,
// settings, names.

package spec

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// CheckContainer refuses what the runtime refuses before it creates a process. The
// order is the runtime's: it reports only the first of several mistakes.
func CheckContainer(h *HostConfig) error {
	return cmp.Or(checkUlimitNames(h), checkSysctlNames(h), checkPermissions(h))
}

// CheckInit refuses what the kernel refuses to the process that is about to run the
// program, in the order in which that process prepares itself.
func CheckInit(c *Config, h *HostConfig) error {
	return cmp.Or(checkShares(h), checkHostName(c, h), checkSysctlValues(h), checkUlimits(h))
}

// limitNames are the limits of a process; a name's position is its number.
func limitNames() []string {
	return []string{"CPU", "FSIZE", "DATA", "STACK", "CORE", "RSS", "NPROC", "NOFILE", "MEMLOCK", "AS", "LOCKS", "SIGPENDING", "MSGQUEUE", "NICE", "RTPRIO", "RTTIME"}
}

// checkUlimitNames refuses unknown limits; after it, every limit is known to have a
// number.
func checkUlimitNames(h *HostConfig) error {
	for _, u := range h.Ulimits {
		if name := strings.ToUpper(u.Name); !slices.Contains(limitNames(), name) {
			return fmt.Errorf("wrong rlimit value: RLIMIT_%s", name)
		}
	}
	return nil
}

// checkUlimits refuses limits that the kernel refuses. Negative ones count as very
// large.
func checkUlimits(h *HostConfig) error {
	const mostFiles = 1073741816
	for _, u := range h.Ulimits {
		number := slices.Index(limitNames(), strings.ToUpper(u.Name))
		const where = "error setting rlimits for ready process: error setting rlimit type %d: %s"
		switch {
		case uint64(u.Soft) > uint64(u.Hard):
			return fmt.Errorf(where, number, "invalid argument")
		case limitNames()[number] == "NOFILE" && uint64(u.Hard) > mostFiles:
			return fmt.Errorf(where, number, "operation not permitted")
		}
	}
	return nil
}

// checkPermissions refuses a device without permissions. The number in the message also
// counts the devices that every container has.
func checkPermissions(h *HostConfig) error {
	const own = 8
	for i, d := range h.Devices {
		if d.CgroupPermissions == "" {
			return fmt.Errorf("device access at %d field cannot be empty", own+i)
		}
	}
	return nil
}

// ipcSysctl reports whether a kernel setting belongs to the namespace of shared memory
// and queues.
func ipcSysctl(name string) bool {
	const known = " kernel.msgmax kernel.msgmnb kernel.msgmni kernel.sem kernel.shmall kernel.shmmax kernel.shmmni kernel.shm_rmid_forced "
	return strings.Contains(known, " "+name+" ") || strings.HasPrefix(name, "fs.mqueue.")
}

// dotted returns the name of a kernel setting with dots between its parts; it may be
// written with slashes.
func dotted(name string) string {
	if i := strings.IndexAny(name, "./"); i >= 0 && name[i] == '/' {
		return strings.NewReplacer("/", ".", ".", "/").Replace(name)
	}
	return name
}

// checkSysctlNames refuses settings that would change the host, because no namespace
// holds them or because the container uses the host's namespace.
func checkSysctlNames(h *HostConfig) error {
	for _, key := range slices.Sorted(maps.Keys(h.Sysctls)) {
		name := dotted(key)
		switch ipc, net := ipcSysctl(name), strings.HasPrefix(name, "net."); {
		case ipc && h.IpcMode == "host":
			return fmt.Errorf("sysctl %q is not allowed in the hosts ipc namespace", name)
		case net && h.NetworkMode == "host":
			return fmt.Errorf("sysctl %q not allowed in host network namespace", name)
		case ipc, net, name == "kernel.domainname" && h.UTSMode != "host":
		case name == "kernel.hostname" && h.UTSMode != "host":
			return fmt.Errorf("sysctl %q is not allowed as it conflicts with the OCI %q field", name, "hostname")
		default:
			return fmt.Errorf("sysctl %q is not in a separate kernel namespace", name)
		}
	}
	return nil
}

// checkSysctlValues refuses values of those settings for which it is known that the
// kernel takes only numbers.
func checkSysctlValues(h *HostConfig) error {
	for _, key := range slices.Sorted(maps.Keys(h.Sysctls)) {
		name, value := dotted(key), h.Sysctls[key]
		if !ipcSysctl(name) {
			continue
		}
		file := "/proc/sys/" + strings.ReplaceAll(name, ".", "/")
		queue, ok := strings.CutPrefix(name, "fs.mqueue.")
		if ok && !slices.Contains([]string{"msg_default", "msg_max", "msgsize_default", "msgsize_max", "queues_max"}, queue) {
			return fmt.Errorf("open %s: no such file or directory", file)
		}
		for _, word := range strings.Fields(value) {
			n, err := strconv.ParseInt(word, 10, 64)
			if err != nil && !isRange(err) || n < 0 || name == "kernel.shm_rmid_forced" && n > 1 {
				return fmt.Errorf("write %s: invalid argument", file)
			}
		}
	}
	return nil
}

// isRange reports whether a number was too large to read; the kernel takes such a
// number as the largest.
func isRange(err error) bool {
	number, ok := err.(*strconv.NumError)
	return ok && number.Err == strconv.ErrRange
}

func checkShares(h *HostConfig) error {
	const where = "error setting cgroup config for procHooks process: "
	switch shares := h.CPUShares; {
	case shares == 1:
		return fmt.Errorf(where + "the minimum allowed cpu-shares is 2")
	case shares > 262144:
		return fmt.Errorf(where + "the maximum allowed cpu-shares is 262144")
	}
	return nil
}

func checkHostName(c *Config, h *HostConfig) error {
	if len(c.Hostname) > 64 && h.UTSMode != "host" {
		return fmt.Errorf("sethostname: invalid argument")
	}
	return nil
}
