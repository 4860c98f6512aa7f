// Part of the simulated engine: what it refuses in the configuration of a new container.

package sim

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

// checkCreate refuses what the engine refuses before it looks at the image.
func checkCreate(q *wire.Request, body *createBody, m machine) error {
	c, h := &body.Config, body.HostConfig
	if err := checkPlatformModes(c, h); err != nil {
		return err
	}
	if c.WorkingDir != "" && !path.IsAbs(c.WorkingDir) {
		return wire.BadRequest("the working directory '%s' is invalid, it needs to be an absolute path", c.WorkingDir)
	}
	if c.StopSignal != "" {
		if _, err := parseSignal(c.StopSignal); err != nil {
			return err
		}
	}
	for _, pair := range c.Env {
		if key, _, _ := strings.Cut(pair, "="); key == "" {
			return wire.BadRequest("invalid environment variable: %s", pair)
		}
	}
	if err := checkHealth(c.Healthcheck); err != nil {
		return err
	}
	if err := checkHost(h, m); err != nil {
		return err
	}
	return checkNetworking(q, body.NetworkingConfig.EndpointsConfig)
}

// checkNetworking refuses endpoints that cannot be.
func checkNetworking(q *wire.Request, endpoints map[string]*endpointConfig) error {
	if len(endpoints) > 1 && !q.At(44) {
		return wire.BadRequest("Container cannot be connected to network endpoints: %s", strings.Join(slices.Sorted(maps.Keys(endpoints)), ", "))
	}
	for _, name := range slices.Sorted(maps.Keys(endpoints)) {
		ep := endpoints[name]
		if ep == nil {
			return wire.BadRequest("no EndpointSettings for %s", name)
		}
		if ep.IPAMConfig == nil {
			continue
		}
		if text := ep.IPAMConfig.IPv4Address; text != "" && !isIP(text, netip.Addr.Is4) {
			return wire.BadRequest("invalid IPv4 address: %s", text)
		}
		if text := ep.IPAMConfig.IPv6Address; text != "" && !isIP(text, netip.Addr.Is6) {
			return wire.BadRequest("invalid IPv6 address: %s", text)
		}
	}
	return nil
}

func isIP(text string, kind func(netip.Addr) bool) bool {
	a, err := netip.ParseAddr(text)
	return err == nil && kind(a.Unmap())
}

// checkPlatformModes refuses combinations of namespaces that contradict each other.
func checkPlatformModes(c *Config, h *hostConfig) error {
	container := strings.HasPrefix(h.NetworkMode, "container:")
	switch {
	case h.NetworkMode == "container:":
		return wire.BadRequest("Invalid network mode: %s", h.NetworkMode)
	case container && c.Hostname != "":
		return wire.BadRequest("conflicting options: hostname and the network mode")
	case container && len(h.Links) > 0:
		return wire.BadRequest("conflicting options: container type network can't be used with links. This would result in undefined behavior")
	case h.NetworkMode == "host" && len(h.Links) > 0:
		return wire.BadRequest("conflicting options: host type networking can't be used with links. This would result in undefined behavior")
	case container && len(h.DNS) > 0:
		return wire.BadRequest("conflicting options: dns and the network mode")
	case container && len(h.ExtraHosts) > 0:
		return wire.BadRequest("conflicting options: custom host-to-IP mapping and the network mode")
	case container && (len(h.PortBindings) > 0 || h.PublishAllPorts):
		return wire.BadRequest("conflicting options: port publishing and the container type network mode")
	case container && len(c.ExposedPorts) > 0:
		return wire.BadRequest("conflicting options: port exposing and the container type network mode")
	case h.UTSMode == "host" && c.Hostname != "":
		return wire.BadRequest("conflicting options: hostname and the UTS mode")
	case h.Isolation != "" && h.Isolation != "default":
		return wire.Failure("Invalid isolation: %q - linux only supports 'default'", h.Isolation)
	case h.IOMaximumBandwidth != 0:
		return wire.Failure("Invalid QoS settings: linux does not support configuration of maximum bandwidth")
	case h.IOMaximumIOps != 0:
		return wire.Failure("Invalid QoS settings: linux does not support configuration of maximum IOPs")
	case h.CPURealtimePeriod != 0 && h.CPURealtimeRuntime > h.CPURealtimePeriod:
		return wire.Failure("cpu real-time runtime cannot be higher than cpu real-time period")
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
			return wire.BadRequest("%s in Healthcheck cannot be less than 1ms", d.name)
		}
	}
	if h.Retries < 0 {
		return wire.BadRequest("Retries in Healthcheck cannot be negative")
	}
	return nil
}

// machine is what checks have to know of the engine and its host.
type machine struct {
	API  wire.Version
	CPUs int
	Has  func(path string) bool // whether the host has a file or directory
}

// checkHost checks the host configuration of a new container.
func checkHost(h *hostConfig, m machine) error {
	if h.AutoRemove && h.RestartPolicy.Name != "" && h.RestartPolicy.Name != "no" {
		return wire.BadRequest("can't create 'AutoRemove' container with restart policy")
	}
	for _, asked := range h.Mounts {
		if _, err := mountOf(asked, m); err != nil {
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
	if err := checkRestartPolicy(h.RestartPolicy); err != nil {
		return err
	}
	if err := checkCaps(h); err != nil {
		return err
	}
	if err := checkResources(&h.resources, m.CPUs); err != nil {
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

func checkRestartPolicy(p restartPolicy) error {
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

// checkResources refuses limits that contradict each other or the machine.
func checkResources(r *resources, cpus int) error {
	const least = 6 << 20
	switch {
	case r.Memory != 0 && r.Memory < least:
		return wire.BadRequest("Minimum memory limit allowed is 6MB")
	case r.Memory > 0 && r.MemorySwap > 0 && r.MemorySwap < r.Memory:
		return wire.BadRequest("Minimum memoryswap limit should be larger than memory limit, see usage")
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
		_, last, ok := portRange(part)
		if !ok {
			return wire.BadRequest("Invalid value %s for cpuset %s: invalid format: %s", list, field, list)
		}
		if last < available {
			continue
		}
		all := "0"
		if available > 1 {
			all = fmt.Sprintf("0-%d", available-1)
		}
		return wire.BadRequest("Requested %s are not available - requested %s, available: %s", what, list, all)
	}
	return nil
}

// checkSecurity refuses security options of no known form.
func checkSecurity(h *hostConfig) error {
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
				return wire.BadRequest("invalid %s: unknown capability: \"CAP_%s\"", list.field, short)
			}
		}
	}
	return nil
}

// checkMerged checks what can only be known once the image's part is in.
func checkMerged(c *Config, h *hostConfig) error {
	if len(nonEmpty(c.Entrypoint)) == 0 && len(c.Cmd) == 0 {
		return wire.BadRequest("No command specified")
	}
	return checkLog(h.LogConfig)
}

// checkPlatform refuses an image of another platform than the one that is asked for.
func checkPlatform(q *wire.Request, name string, im *image) error {
	text := q.Query.Get("platform")
	if text == "" || im == nil {
		return nil
	}
	wanted := text
	if !strings.Contains(text, "/") {
		wanted = text + "/amd64"
	}
	if actual := im.OS + "/" + im.Arch; actual != wanted {
		return wire.NotFound("image with reference %s was found but does not match the specified platform: wanted %s, actual: %s", name, wanted, actual)
	}
	return nil
}

// checkPlatformText refuses what is no platform.
func checkPlatformText(text string) error {
	words := strings.Split(text, "/")
	switch {
	case text == "":
	case len(words) > 3:
		return wire.BadRequest("%q: cannot parse platform specifier: invalid argument", text)
	case len(words) == 1 && !slices.Contains([]string{"linux", "windows", "darwin", "freebsd"}, text):
		return wire.BadRequest("%q: unknown operating system or architecture: invalid argument", text)
	}
	return nil
}

// checkStart refuses what shows only once a container starts: devices, users, namespaces of others.
func (s *supervisor) checkStart(c *container) error {
	h := &c.HostConfig
	if h.CPUShares < 0 {
		return wire.Failure("shares: invalid argument")
	}
	for _, d := range slices.Concat(h.BlkioDeviceReadBps, h.BlkioDeviceWriteBps, h.BlkioDeviceReadIOps, h.BlkioDeviceWriteIOps) {
		if s.checkDevice(d.Path) == errNoFile {
			return wire.Failure("stat %s: %v", d.Path, errNoFile)
		}
	}
	for _, d := range h.Devices {
		if err := s.checkDevice(d.PathOnHost); err != nil {
			return wire.Failure("error gathering device information while adding custom device %q: %v", d.PathOnHost, err)
		}
	}
	for _, rule := range h.DeviceCgroupRules {
		if !isDeviceRule(rule) {
			return wire.Failure("invalid device cgroup rule format: '%s'", rule)
		}
	}
	for _, d := range h.DeviceRequests {
		return wire.Failure("could not select device driver %q with capabilities: %v", d.Driver, d.Capabilities)
	}
	if err := s.st.box(c).checkUser(); err != nil {
		return err
	}
	donor, joins := strings.CutPrefix(h.IpcMode, "container:")
	if !joins && !slices.Contains([]string{"", "none", "private", "shareable", "host"}, h.IpcMode) {
		return wire.Failure("Invalid IPC mode: %s", h.IpcMode)
	}
	if joins {
		if err := s.checkDonor(donor, true); err != nil {
			return wire.Failure("can't join IPC of container %s: %s", donor, err.Error())
		}
	}
	if donor, joins := strings.CutPrefix(h.PidMode, "container:"); joins {
		if err := s.checkDonor(donor, false); err != nil {
			return wire.Failure("%s", err.Error())
		}
	}
	return checkSeccomp(h)
}

// checkDevice refuses devices that the host does not have. It has those that every host has, and what is told of it.
func (s *supervisor) checkDevice(name string) error {
	f, ok := s.st.Host[path.Clean(name)]
	switch {
	case slices.Contains([]string{"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty", "/dev/fuse", "/dev/net/tun"}, name):
		return nil
	case !ok:
		return errNoFile
	case !f.Dir || path.Clean(name) != "/dev" && !strings.HasPrefix(path.Clean(name), "/dev/"):
		return errors.New("not a device node")
	}
	return nil
}

var (
	errNoFile  = errors.New("no such file or directory")
	deviceRule = regexp.MustCompile(`^[acb] ([0-9]+|\*):([0-9]+|\*) [rwm]{1,3}$`)
)

// isDeviceRule reports whether text says which devices a container may use, and how.
func isDeviceRule(text string) bool { return deviceRule.MatchString(text) }

// checkSeccomp refuses profiles that are not JSON objects.
func checkSeccomp(h *hostConfig) error {
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

// checkDonor refuses to join a namespace of a container that does not run or keeps it for itself.
func (s *supervisor) checkDonor(name string, ipc bool) error {
	c, err := s.st.lookup(name)
	switch {
	case err != nil:
		return err
	case !c.Running:
		return fmt.Errorf("container %s is not running", c.ID)
	case c.Restarting:
		return wire.Conflict("Container %s is restarting, wait until the container is running", c.ID)
	case ipc && (c.HostConfig.IpcMode == "private" || c.HostConfig.IpcMode == "none"):
		return errors.New("non-shareable IPC (hint: use IpcMode:shareable for the donor container)")
	}
	return nil
}

// checkTmpfs refuses options that no tmpfs has.
func checkTmpfs(h *hostConfig) error {
	const flags = " defaults ro rw suid nosuid dev nodev exec noexec sync async dirsync remount mand nomand atime noatime diratime nodiratime " +
		"bind rbind unbindable runbindable private rprivate shared rshared slave rslave relatime norelatime strictatime nostrictatime "
	const keys = " size mode uid gid nr_inodes nr_blocks mpol "
	for _, dest := range slices.Sorted(maps.Keys(h.Tmpfs)) {
		options := strings.Split(h.Tmpfs[dest], ",")
		slices.Reverse(options)
		for _, option := range options {
			pair := strings.SplitN(option, "=", 2)
			if h.Tmpfs[dest] == "" || len(pair) == 1 && strings.Contains(flags, " "+option+" ") || len(pair) == 2 && strings.Contains(keys, " "+pair[0]+" ") {
				continue
			}
			return wire.Failure("invalid tmpfs option %q", pair)
		}
	}
	return nil
}
