// Part of the simulated engine: which users and programs a container has.

package sim

import (
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

// checkUser refuses a user that the image does not know.
func (b box) checkUser() error {
	user, group, _ := strings.Cut(b.config.User, ":")
	for _, account := range []struct{ name, kind, file string }{{user, "user", "passwd"}, {group, "group", "group"}} {
		id, err := strconv.Atoi(account.name)
		if account.name == "" || err != nil && !b.complete {
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

// checkGroups refuses further groups that the image does not know.
func (b box) checkGroups() error {
	for _, name := range b.host.GroupAdd {
		n, err := strconv.Atoi(name)
		if err == nil && (n < 0 || n > math.MaxInt32) {
			return wire.Failure("uids and gids must be in range 0-2147483647")
		}
		if _, ok := b.accountID("/etc/group", name); !ok && b.complete {
			return wire.Failure("Unable to find group %s: no matching entries in group file", name)
		}
	}
	return nil
}

var errNoDir = errors.New("not a directory")

// checkDir tells why a directory cannot be the working directory of a program, or nil. What is not known is taken to exist.
func (b box) checkDir(dir string) error {
	if !b.complete {
		return nil
	}
	dir = path.Clean(dir)
	if f, ok := b.follow(dir); ok && !f.Dir {
		return errNoDir
	} else if ok {
		return nil
	}
	for _, made := range slices.Concat([]string{"/dev", "/etc", "/proc", "/sys"}, slices.Sorted(maps.Keys(b.mounts)), slices.Sorted(maps.Keys(b.host.Tmpfs))) {
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

// checkExecutable tells whether a container can run a program, and the exit code if it cannot. An image whose files are
// not all known can run everything.
func (b box) checkExecutable(name string) (int, error) {
	if !b.complete {
		return 0, nil
	}
	if strings.Contains(name, "/") {
		full := name
		if !path.IsAbs(full) {
			full = path.Join("/", b.config.WorkingDir, name)
		}
		f, ok := b.follow(full)
		switch {
		case b.throughFile(full) != "", ok && !f.Dir && strings.HasSuffix(name, "/"):
			return 127, fmt.Errorf("exec: %q: stat %s: %w", name, name, errNoDir)
		case !ok:
			return 127, fmt.Errorf("exec: %q: stat %s: no such file or directory", name, name)
		case f.Dir, f.Mode&0o111 == 0:
			return 126, fmt.Errorf("exec: %q: permission denied", name)
		}
		return 0, nil
	}
	for _, dir := range strings.Split(b.searchPath(), ":") {
		f, ok := b.follow(path.Join("/", dir, name))
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

func (b box) searchPath() string {
	for _, pair := range b.config.Env {
		if value, ok := strings.CutPrefix(pair, "PATH="); ok {
			return value
		}
	}
	return "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
}

// follow reads a file of c through symbolic links.
func (b box) follow(p string) (files.File, bool) {
	f, ok := b.locate(b.resolve(p)).get()
	return f, ok && f.Link == ""
}
