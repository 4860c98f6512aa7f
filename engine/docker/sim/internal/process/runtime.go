// Process: what the runtime below the engine refuses when a container starts: mounts,
// limits, kernel settings.

package process

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/files"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/script"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// RuntimeError returns the error for what the runtime refused, and the exit code that
// it leaves. The engine derives both from the runtime's text.
func RuntimeError(text string) (code int, err error) {
	const hint = ": Are you trying to mount a directory onto a file (or vice-versa)? Check if the specified host path exists and is the expected type"
	text += ": unknown"
	switch {
	case strings.Contains(text, ErrNoDir.Error()):
		return 127, wire.BadRequest("%s", text+hint)
	case strings.Contains(text, "permission denied"):
		return 126, wire.BadRequest("%s", text)
	case strings.Contains(text, "executable file not found"), strings.Contains(text, "no such file or directory"):
		return 127, wire.BadRequest("%s", text)
	}
	return 128, wire.Failure("%s", text)
}

// CheckRuntime returns why the runtime cannot create the process of a container, or
// nil.
func (b Box) CheckRuntime() error {
	if err := spec.CheckContainer(b.Host); err != nil {
		return err
	}
	const begun = "unable to start container process: "
	err := b.checkMounts()
	if err == nil {
		err = spec.CheckInit(b.Config, b.Host)
	}
	if err != nil {
		return fmt.Errorf(begun+"error during container init: %w", err)
	}
	// The init starts, and finds out by itself whether the program can: see
	// InitFailure.
	if b.underInit() {
		return nil
	}
	if _, err := b.CheckExecutable(b.Path); err != nil {
		return fmt.Errorf(begun+"%w", err)
	}
	return nil
}

// InitFailure returns what an init does that cannot start the program. The start itself
// succeeds, since the init runs; its end is the failure.
func InitFailure(name string, code int) Program {
	reason := "No such file or directory"
	if code == 126 {
		reason = "Permission denied"
	}
	return Program{Process: script.Process{Exits: true, ExitCode: code, Stderr: []string{"[FATAL tini (7)] exec " + name + " failed: " + reason}}}
}

// The mount flags that show in errors.
const (
	mountReadOnly = 0x1
	mountBind     = 0x5000 // with everything mounted below
)

// checkMounts refuses mounts that do not fit what is in their place.
func (b Box) checkMounts() error {
	tmpfs := map[string]string{}
	for dest, options := range b.Host.Tmpfs {
		tmpfs[path.Clean(dest)] = options
	}
	for _, m := range b.Host.Mounts {
		if m.Type == "tmpfs" {
			tmpfs[path.Clean(m.Target)] = m.TmpfsOptions.Text()
		}
	}
	all := slices.Sorted(maps.Keys(spec.Union(tmpfs, map[string]string{})))
	for _, dest := range slices.Sorted(maps.Keys(b.Mounts)) {
		if _, there := tmpfs[dest]; !there {
			all = append(all, dest)
		}
	}
	slices.Sort(all)
	for _, dest := range all {
		// What is below another mount is not checked: which files are there is only
		// known once that one is mounted.
		if slices.ContainsFunc(all, func(other string) bool { return strings.HasPrefix(dest, other+"/") }) {
			continue
		}
		source, err := "tmpfs", error(nil)
		if options, ok := tmpfs[dest]; ok {
			err = b.checkTmpfsMount(dest, options)
		} else {
			m := b.Mounts[dest]
			if source = m.Source; m.Type == "volume" {
				source = spec.VolumeRoot + m.Name + "/_data"
			}
			err = b.checkBindMount(m, source)
		}
		if err != nil {
			return fmt.Errorf("error mounting %q to rootfs at %q: %w", source, dest, err)
		}
	}
	return nil
}

// Beneath returns the file that a mount would cover, and the file, if any, that the
// path leads through as if it were a directory.
func (b Box) Beneath(dest string) (f files.File, there bool, through string) {
	if b.Image == nil {
		return files.File{}, false, ""
	}
	dest = path.Clean("/" + dest)
	for dir := path.Dir(dest); dir != "/"; dir = path.Dir(dir) {
		if above, ok := b.Own(dir).Get(); ok && !above.Dir && above.Link == "" {
			through = dir
		}
	}
	f, there = b.Own(dest).Get()
	switch dest {
	// The engine puts files of its own there, whatever the image has.
	case "/etc/hosts", "/etc/hostname", "/etc/resolv.conf":
		return files.File{}, true, through
	}
	return f, there && f.Link == "", through
}

func (b Box) checkBindMount(m *spec.MountPoint, source string) error {
	dest := m.Destination
	switch _, inside := strings.CutPrefix(dest, "/proc/"); {
	case dest == "/proc" && source != "/proc":
		return fmt.Errorf("%q cannot be mounted because it is not of type proc", b.Rootfs()+dest)
	case inside && !slices.Contains([]string{"cpuinfo", "diskstats", "meminfo", "stat", "swaps", "uptime", "loadavg", "slabinfo", "net/dev"}, dest[len("/proc/"):]):
		return fmt.Errorf("%q cannot be mounted because it is inside /proc", b.Rootfs()+dest)
	}
	f, there, through := b.Beneath(dest)
	if through != "" {
		return fmt.Errorf("open o_path procfd: open %s: %w", b.Rootfs()+dest, ErrNoDir)
	}
	dir := m.Type == "volume" || b.HostFiles[m.Source].Dir
	// A missing place is created, in the kind of what is mounted.
	if !there || f.Dir == dir {
		return nil
	}
	flags := mountBind
	if !m.RW {
		flags |= mountReadOnly
	}
	return fmt.Errorf("mount %s:%s (via /proc/self/fd/6), flags: %#x: %w", source, dest, flags, ErrNoDir)
}

func (b Box) checkTmpfsMount(dest, options string) error {
	flags, data := spec.TmpfsData(options)
	f, there, through := b.Beneath(dest)
	where := fmt.Sprintf("mount tmpfs:%s (via /proc/self/fd/6), flags: %#x", dest, flags)
	if len(data) > 0 {
		where += ", data: " + strings.Join(data, ",")
	}
	switch {
	case through != "":
		return fmt.Errorf("mkdir %s: %w", b.Rootfs()+through, ErrNoDir)
	case there && !f.Dir:
		return fmt.Errorf("%s: %w", where, ErrNoDir)
	case slices.ContainsFunc(data, func(option string) bool { return !spec.ValidTmpfs(option) }):
		return fmt.Errorf("%s: invalid argument", where)
	}
	return nil
}
