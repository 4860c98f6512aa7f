// Process: what is refused in the configuration of a new container.

package process

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/files"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// What the kernel says about paths that lead nowhere.
var (
	ErrNoDir  = errors.New("not a directory")
	ErrNoFile = errors.New("no such file or directory")
)

// CheckExec returns why a program cannot start in a running container, or nil.
func (b Box) CheckExec(name string) error {
	if err := b.CheckUser(); err != nil {
		return err
	}
	const where = "OCI runtime exec failed: exec failed: "
	const begun = where + "unable to start container process: "
	dir := cmp.Or(b.Config.WorkingDir, "/")
	if !path.IsAbs(dir) {
		return wire.Failure(where + "Cwd must be an absolute path: unknown")
	}
	text := ""
	if err := b.checkDir(dir); err != nil {
		text = fmt.Sprintf("chdir to cwd (%q) set in config.json failed: %v", dir, err)
	} else if _, err := b.CheckExecutable(name); err != nil {
		text = err.Error()
	}
	if text == "" {
		return nil
	}
	_, err := RuntimeError(begun + text)
	return err
}

// CheckUser refuses a user that the image does not know.
func (b Box) CheckUser() error {
	user, group, _ := strings.Cut(b.Config.User, ":")
	for _, account := range []struct{ name, kind, file string }{{user, "user", "passwd"}, {group, "group", "group"}} {
		id, err := strconv.Atoi(account.name)
		if account.name == "" || err != nil && !b.Complete {
			continue
		}
		if err == nil && (id < 0 || id > math.MaxInt32) {
			return wire.Failure("uids and gids must be in range 0-2147483647")
		}
		if _, ok := b.accountID("/etc/"+account.file, account.name); !ok {
			return wire.Failure("unable to find %s %s: no matching entries in %s file", account.kind, account.name, account.file)
		}
	}
	return b.checkGroups()
}

// checkGroups refuses supplementary groups that the image does not know.
func (b Box) checkGroups() error {
	for _, name := range b.Host.GroupAdd {
		n, err := strconv.Atoi(name)
		if err == nil && (n < 0 || n > math.MaxInt32) {
			return wire.Failure("uids and gids must be in range 0-2147483647")
		}
		if _, ok := b.accountID("/etc/group", name); !ok && b.Complete {
			return wire.Failure("Unable to find group %s: no matching entries in group file", name)
		}
	}
	return nil
}

// checkDir returns why a directory cannot be the working directory of a program, or
// nil. Where not all files are known, a directory is assumed to exist.
func (b Box) checkDir(dir string) error {
	if !b.Complete {
		return nil
	}
	dir = path.Clean(dir)
	if f, ok := b.Follow(dir); ok && !f.Dir {
		return ErrNoDir
	} else if ok {
		return nil
	}
	for _, made := range slices.Concat([]string{"/dev", "/etc", "/proc", "/sys"}, slices.Sorted(maps.Keys(b.Mounts)), slices.Sorted(maps.Keys(b.Host.Tmpfs))) {
		if path.Clean(made) == dir || strings.HasPrefix(made, dir+"/") {
			return nil
		}
	}
	for _, kernel := range []string{"/dev/", "/proc/", "/sys/"} {
		if strings.HasPrefix(dir, kernel) {
			return nil
		}
	}
	return errors.New("no such file or directory")
}

// CheckExecutable reports whether a container can run a program, with the exit code if
// it cannot. An image whose files are not all known can run everything.
func (b Box) CheckExecutable(name string) (int, error) {
	if !b.Complete {
		return 0, nil
	}
	if strings.Contains(name, "/") {
		full := name
		if !path.IsAbs(full) {
			full = path.Join("/", b.Config.WorkingDir, name)
		}
		f, ok := b.Follow(full)
		switch {
		case b.ThroughFile(full) != "", ok && !f.Dir && strings.HasSuffix(name, "/"):
			return 127, fmt.Errorf("exec: %q: stat %s: %w", name, name, ErrNoDir)
		case !ok:
			return 127, fmt.Errorf("exec: %q: stat %s: no such file or directory", name, name)
		case f.Dir, f.Mode&0o111 == 0:
			return 126, fmt.Errorf("exec: %q: permission denied", name)
		}
		return 0, nil
	}
	for _, dir := range strings.Split(b.searchPath(), ":") {
		f, ok := b.Follow(path.Join("/", dir, name))
		switch {
		case !ok || f.Dir || f.Mode&0o111 == 0:
		case !path.IsAbs(dir):
			return 128, fmt.Errorf("exec: %q: cannot run executable found relative to current directory", name)
		default:
			return 0, nil
		}
	}
	return 127, fmt.Errorf("exec: %q: executable file not found in $PATH", name)
}

func (b Box) searchPath() string {
	for _, pair := range b.Config.Env {
		if value, ok := strings.CutPrefix(pair, "PATH="); ok {
			return value
		}
	}
	return "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
}

// Follow reads a file of the container through symbolic links.
func (b Box) Follow(p string) (files.File, bool) {
	f, ok := b.Locate(b.Resolve(p)).Get()
	return f, ok && f.Link == ""
}
