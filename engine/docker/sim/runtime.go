// Part of the simulated engine: what the runtime below the engine refuses when a container starts: mounts, limits, settings of the kernel.

package sim

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// runtimeError is the error of what the runtime refused, and the exit code that it leaves. The engine takes both from the text.
func runtimeError(text string) (code int, err error) {
	const hint = ": Are you trying to mount a directory onto a file (or vice-versa)? Check if the specified host path exists and is the expected type"
	text += ": unknown"
	switch {
	case strings.Contains(text, errNoDir.Error()):
		return 127, wire.BadRequest("%s", text+hint)
	case strings.Contains(text, "permission denied"):
		return 126, wire.BadRequest("%s", text)
	case strings.Contains(text, "executable file not found"), strings.Contains(text, "no such file or directory"):
		return 127, wire.BadRequest("%s", text)
	}
	return 128, wire.Failure("%s", text)
}

// checkRuntime tells why the runtime cannot make the process of a container, or nil.
func (b box) checkRuntime() error {
	if err := checkContainer(&b.c.HostConfig); err != nil {
		return err
	}
	const begun = "unable to start container process: "
	err := b.checkMounts()
	if err == nil {
		err = checkInit(&b.c.Config, &b.c.HostConfig)
	}
	if err != nil {
		return fmt.Errorf(begun+"error during container init: %w", err)
	}
	if b.c.underInit() {
		return nil
	}
	if _, err := b.checkExecutable(b.c.Path); err != nil {
		return fmt.Errorf(begun+"%w", err)
	}
	return nil
}

// underInit tells whether the first process is an init that starts the program.
func (c *container) underInit() bool { return c.HostConfig.Init != nil && *c.HostConfig.Init }

// initFailure is what an init does that cannot start the program.
func initFailure(name string, code int) program {
	reason := "No such file or directory"
	if code == 126 {
		reason = "Permission denied"
	}
	return program{Process: Process{Exits: true, ExitCode: code, Stderr: []string{"[FATAL tini (7)] exec " + name + " failed: " + reason}}}
}

// checkContainer refuses what the runtime refuses before it makes a process.
func checkContainer(h *hostConfig) error {
	return cmp.Or(checkUlimitNames(h), checkSysctlNames(h), checkPermissions(h))
}

// checkInit refuses what the kernel refuses to a process that is about to run the program.
func checkInit(c *Config, h *hostConfig) error {
	return cmp.Or(checkShares(h), checkHostName(c, h), checkSysctlValues(h), checkUlimits(h))
}

// limitNames are the limits of a process; their place is their number.
func limitNames() []string {
	return []string{"CPU", "FSIZE", "DATA", "STACK", "CORE", "RSS", "NPROC", "NOFILE", "MEMLOCK", "AS", "LOCKS", "SIGPENDING", "MSGQUEUE", "NICE", "RTPRIO", "RTTIME"}
}

func checkUlimitNames(h *hostConfig) error {
	for _, u := range h.Ulimits {
		if name := strings.ToUpper(u.Name); !slices.Contains(limitNames(), name) {
			return fmt.Errorf("wrong rlimit value: RLIMIT_%s", name)
		}
	}
	return nil
}

// checkUlimits refuses limits that the kernel refuses. Negative ones are very large.
func checkUlimits(h *hostConfig) error {
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

// checkPermissions refuses a device without permissions. Its number counts those that each container has.
func checkPermissions(h *hostConfig) error {
	const own = 8
	for i, d := range h.Devices {
		if d.CgroupPermissions == "" {
			return fmt.Errorf("device access at %d field cannot be empty", own+i)
		}
	}
	return nil
}

// ipcSysctl tells whether a setting of the kernel belongs to the namespace of shared memory and queues.
func ipcSysctl(name string) bool {
	const known = " kernel.msgmax kernel.msgmnb kernel.msgmni kernel.sem kernel.shmall kernel.shmmax kernel.shmmni kernel.shm_rmid_forced "
	return strings.Contains(known, " "+name+" ") || strings.HasPrefix(name, "fs.mqueue.")
}

// dotted gives the name of a setting of the kernel with dots between its parts; it may be written with slashes.
func dotted(name string) string {
	if i := strings.IndexAny(name, "./"); i >= 0 && name[i] == '/' {
		return strings.NewReplacer("/", ".", ".", "/").Replace(name)
	}
	return name
}

func checkSysctlNames(h *hostConfig) error {
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

// checkSysctlValues refuses values where it is known what the kernel takes, which is numbers.
func checkSysctlValues(h *hostConfig) error {
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

// isRange tells whether a number was too large to read, which the kernel takes as the largest.
func isRange(err error) bool {
	number, ok := err.(*strconv.NumError)
	return ok && number.Err == strconv.ErrRange
}

func checkShares(h *hostConfig) error {
	const where = "error setting cgroup config for procHooks process: "
	switch shares := h.CPUShares; {
	case shares == 1:
		return fmt.Errorf(where + "the minimum allowed cpu-shares is 2")
	case shares > 262144:
		return fmt.Errorf(where + "the maximum allowed cpu-shares is 262144")
	}
	return nil
}

func checkHostName(c *Config, h *hostConfig) error {
	if len(c.Hostname) > 64 && h.UTSMode != "host" {
		return fmt.Errorf("sethostname: invalid argument")
	}
	return nil
}

// The flags of mount that show in errors.
const (
	mountReadOnly = 0x1
	mountBind     = 0x5000 // with all that is mounted below
)

// checkMounts refuses mounts that do not fit what is there.
func (b box) checkMounts() error {
	tmpfs := map[string]string{}
	for dest, options := range b.c.HostConfig.Tmpfs {
		tmpfs[path.Clean(dest)] = options
	}
	for _, m := range b.c.HostConfig.Mounts {
		if m.Type == "tmpfs" {
			tmpfs[path.Clean(m.Target)] = m.TmpfsOptions.text()
		}
	}
	all := sortedKeys(union(tmpfs, map[string]string{}))
	for _, dest := range slices.Sorted(maps.Keys(b.c.Mounts)) {
		if _, there := tmpfs[dest]; !there {
			all = append(all, dest)
		}
	}
	slices.Sort(all)
	for _, dest := range all {
		if slices.ContainsFunc(all, func(other string) bool { return strings.HasPrefix(dest, other+"/") }) {
			continue
		}
		source, err := "tmpfs", error(nil)
		if options, ok := tmpfs[dest]; ok {
			err = b.checkTmpfsMount(dest, options)
		} else {
			m := b.c.Mounts[dest]
			if source = m.Source; m.Type == "volume" {
				source = volumeRoot + m.Name + "/_data"
			}
			err = b.checkBindMount(m, source)
		}
		if err != nil {
			return fmt.Errorf("error mounting %q to rootfs at %q: %w", source, dest, err)
		}
	}
	return nil
}

// rootfs is where the engine keeps the files of a container.
func (c *container) rootfs() string { return "/var/lib/docker/overlay2/" + c.ID + "/merged" }

// beneath gives the file that a mount would cover, and the file that the path leads through as if it were a directory.
func (b box) beneath(dest string) (f File, there bool, through string) {
	im := b.st.Images[b.c.ImageID]
	if im == nil {
		return File{}, false, ""
	}
	dest = path.Clean("/" + dest)
	for dir := path.Dir(dest); dir != "/"; dir = path.Dir(dir) {
		if above, ok := (place{files: b.c.Files, below: im.Files, path: dir}).get(); ok && !above.Dir && above.Link == "" {
			through = dir
		}
	}
	f, there = place{files: b.c.Files, below: im.Files, path: dest}.get()
	switch dest {
	case "/etc/hosts", "/etc/hostname", "/etc/resolv.conf":
		return File{}, true, through
	}
	return f, there && f.Link == "", through
}

func (b box) checkBindMount(m *mountPoint, source string) error {
	dest := m.Destination
	switch _, inside := strings.CutPrefix(dest, "/proc/"); {
	case dest == "/proc" && source != "/proc":
		return fmt.Errorf("%q cannot be mounted because it is not of type proc", b.c.rootfs()+dest)
	case inside && !slices.Contains([]string{"cpuinfo", "diskstats", "meminfo", "stat", "swaps", "uptime", "loadavg", "slabinfo", "net/dev"}, dest[len("/proc/"):]):
		return fmt.Errorf("%q cannot be mounted because it is inside /proc", b.c.rootfs()+dest)
	}
	f, there, through := b.beneath(dest)
	if through != "" {
		return fmt.Errorf("open o_path procfd: open %s: %w", b.c.rootfs()+dest, errNoDir)
	}
	dir := m.Type == "volume" || b.st.Host[m.Source].Dir
	if !there || f.Dir == dir {
		return nil
	}
	flags := mountBind
	if !m.RW {
		flags |= mountReadOnly
	}
	return fmt.Errorf("mount %s:%s (via /proc/self/fd/6), flags: %#x: %w", source, dest, flags, errNoDir)
}

func (b box) checkTmpfsMount(dest, options string) error {
	flags, data := tmpfsData(options)
	f, there, through := b.beneath(dest)
	where := fmt.Sprintf("mount tmpfs:%s (via /proc/self/fd/6), flags: %#x", dest, flags)
	if len(data) > 0 {
		where += ", data: " + strings.Join(data, ",")
	}
	switch {
	case through != "":
		return fmt.Errorf("mkdir %s: %w", b.c.rootfs()+through, errNoDir)
	case there && !f.Dir:
		return fmt.Errorf("%s: %w", where, errNoDir)
	case slices.ContainsFunc(data, func(option string) bool { return !validTmpfs(option) }):
		return fmt.Errorf("%s: invalid argument", where)
	}
	return nil
}

// text gives the options of a tmpfs as one text, in the order of the engine.
func (o *tmpfsOptions) text() string {
	var words []string
	if o != nil && o.Mode != 0 {
		words = append(words, fmt.Sprintf("mode=%o", o.Mode))
	}
	if o != nil && o.SizeBytes != 0 {
		words = append(words, fmt.Sprintf("size=%d", o.SizeBytes))
	}
	return strings.Join(words, ",")
}

// tmpfsData splits the options of a tmpfs into flags of the mount and what the file system itself reads; of two that say the
// same the last counts.
func tmpfsData(options string) (flags int, data []string) {
	bits := map[string]int{"nosuid": 0x2, "nodev": 0x4, "noexec": 0x8, "sync": 0x10, "dirsync": 0x80, "noatime": 0x400, "nodiratime": 0x800, "relatime": 0x200000, "strictatime": 0x1000000}
	flags = 0xe // no devices, programs or set-uid programs
	seen := map[string]bool{}
	words := strings.Split(options, ",")
	for _, word := range words {
		if bit, ok := bits[word]; ok {
			flags |= bit
		} else if bit, ok := bits["no"+word]; ok {
			flags &^= bit
		}
	}
	for _, word := range slices.Backward(words) {
		key, _, ok := strings.Cut(word, "=")
		if ok && !seen[key] {
			seen[key] = true
			data = append([]string{word}, data...)
		}
	}
	return flags, data
}

var kernelSize = regexp.MustCompile(`^[0-9]+[kKmMgGtTpPeE]?$`)

// validTmpfs tells whether the file system takes an option.
func validTmpfs(option string) bool {
	key, value, _ := strings.Cut(option, "=")
	switch key {
	case "size":
		return kernelSize.MatchString(strings.TrimSuffix(value, "%"))
	case "nr_inodes", "nr_blocks":
		return kernelSize.MatchString(value)
	case "mode":
		_, err := strconv.ParseUint(value, 8, 32)
		return err == nil
	case "uid", "gid":
		n, err := strconv.ParseUint(value, 10, 32)
		return err == nil && n < math.MaxUint32
	case "mpol":
		name, _, _ := strings.Cut(strings.ReplaceAll(value, "=", ":"), ":")
		return slices.Contains([]string{"default", "prefer", "bind", "interleave", "local"}, name)
	}
	return true
}
