// Process: a container as its programs see it: its files, through mounts and links, and
// who owns them.

package process

import (
	"fmt"
	"path"
	"strconv"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/files"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/script"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
)

// ThroughFile returns the part of a path that leads just below a file, as if the file
// were a directory; "" if no part does.
func (b Box) ThroughFile(p string) string {
	for at := path.Clean("/" + p); at != "/"; at = path.Dir(at) {
		if f, there := b.Locate(path.Dir(at)).Get(); there && !f.Dir && f.Link == "" {
			return at
		}
	}
	return ""
}

// Volumes holds the files of volumes.
type Volumes interface {
	VolumeFiles(name string) files.Tree // nil if there is no such volume
}

// Box is a container as its programs see it.
type Box struct {
	ID        string
	Path      string // its program
	Config    *spec.Config
	Host      *spec.HostConfig
	Mounts    map[string]*spec.MountPoint // by destination
	Life      *Life
	Written   files.Tree      // what the container changed
	Image     files.Tree      // the files of its image; nil if the image is gone
	Complete  bool            // Image is everything the image holds
	Script    *script.Process // what the image says about its programs
	Volumes   Volumes
	HostFiles files.Tree // directories and files of the host
}

// Rootfs returns where the engine keeps the files of a container.
func (b Box) Rootfs() string { return "/var/lib/docker/overlay2/" + b.ID + "/merged" }

// underInit reports whether the first process is an init that starts the program.
func (b Box) underInit() bool { return b.Host.Init != nil && *b.Host.Init }

// Own returns a place among the container's own files, ignoring mounts.
func (b Box) Own(p string) Place { return Place{Files: b.Written, below: b.Image, Path: p} }

// Locate finds where a path of the container really lies.
func (b Box) Locate(p string) Place {
	p = path.Clean("/" + p)
	var best *spec.MountPoint
	for _, m := range b.Mounts {
		dest := path.Clean("/" + m.Destination)
		inside := p == dest || strings.HasPrefix(p, strings.TrimSuffix(dest, "/")+"/")
		// Mounts can lie within each other: the innermost one holds the path.
		if inside && (best == nil || len(m.Destination) > len(best.Destination)) {
			best = m
		}
	}
	if best == nil {
		return b.Own(p)
	}
	rest := path.Clean("/" + strings.TrimPrefix(p, path.Clean("/"+best.Destination)))
	at := Place{Path: rest, ReadOnly: !best.RW, Mounted: true}
	switch best.Type {
	case "volume":
		at.Files = b.Volumes.VolumeFiles(best.Name)
	case "bind":
		at.Files, at.Path = b.HostFiles, path.Join(best.Source, rest)
	}
	if at.Files == nil {
		at.Files = files.New()
	}
	return at
}

// Resolve returns a path of the container with all symbolic links followed, never out
// of the container.
func (b Box) Resolve(p string) string {
	const most = 255
	done, left := "/", strings.Split(p, "/")
	for links := 0; len(left) > 0; {
		next := path.Join(done, left[0])
		left = left[1:]
		f, there := b.Locate(next).Get()
		if !there || f.Link == "" || links == most {
			done = next
			continue
		}
		links++
		// An absolute link starts at the root of the container, never at the host's.
		if path.IsAbs(f.Link) {
			done = "/"
		}
		left = append(strings.Split(f.Link, "/"), left...)
	}
	return done
}

// changeFiles applies a chown or chmod command line to what the container sees.
func (b Box) changeFiles(argv []string) error {
	command, args := path.Base(argv[0]), argv[1:]
	recursive := false
	// "-w" and the like are modes, not options: chmod -w FILE takes away the right to
	// write.
	for len(args) > 0 && strings.HasPrefix(args[0], "-") && args[0] != "-" && !strings.ContainsAny(args[0], "rwxXst") {
		recursive = recursive || strings.Contains(args[0], "R")
		args = args[1:]
	}
	if len(args) < 2 {
		return fmt.Errorf("%s: missing operand", command)
	}
	change, err := b.fileChange(command, args[0])
	if err != nil {
		return err
	}
	for _, target := range args[1:] {
		if err := b.changeTarget(command, target, recursive, change); err != nil {
			return err
		}
	}
	return nil
}

func (b Box) changeTarget(command, target string, recursive bool, change func(files.File) files.File) error {
	at := b.Locate(path.Join("/", b.Config.WorkingDir, target))
	if path.IsAbs(target) {
		at = b.Locate(target)
	}
	if _, ok := at.Get(); !ok {
		return fmt.Errorf("%s: %s: No such file or directory", command, target)
	}
	if at.ReadOnly || !at.Mounted && b.Host.ReadonlyRootfs {
		return fmt.Errorf("%s: %s: Read-only file system", command, target)
	}
	paths := []string{at.Path}
	if recursive {
		paths = at.List()
	}
	for _, p := range paths {
		one := at
		one.Path = p
		if f, ok := one.Get(); ok && (command == "chown" || f.Link == "") {
			at.Files[p] = change(f)
		}
	}
	return nil
}

// fileChange reads the first operand of chown or chmod.
func (b Box) fileChange(command, text string) (func(files.File) files.File, error) {
	if command == "chown" {
		uid, gid, err := b.owner(text)
		if err != nil {
			return nil, fmt.Errorf("chown: %w", err)
		}
		return func(f files.File) files.File {
			if uid >= 0 {
				f.UID = uid
			}
			if gid >= 0 {
				f.GID = gid
			}
			return f
		}, nil
	}
	if _, err := files.ChangeMode(text, files.File{}); err != nil {
		return nil, fmt.Errorf("chmod: %w", err)
	}
	return func(f files.File) files.File {
		f.Mode, _ = files.ChangeMode(text, f)
		return f
	}, nil
}

// owner reads USER, USER:GROUP, USER: or :GROUP; a part that is missing is -1.
func (b Box) owner(text string) (uid, gid int, err error) {
	user, group, both := strings.Cut(text, ":")
	uid, gid = -1, -1
	if user != "" {
		id, ok := b.accountID("/etc/passwd", user)
		if !ok {
			return 0, 0, fmt.Errorf("unknown user %s", user)
		}
		uid = id
	}
	if both && group != "" {
		id, ok := b.accountID("/etc/group", group)
		if !ok {
			return 0, 0, fmt.Errorf("unknown group %s", group)
		}
		gid = id
	}
	return uid, gid, nil
}

// accountID finds a user or group, by number or by name, in a file of the container.
func (b Box) accountID(file, name string) (int, bool) {
	if id, err := strconv.Atoi(name); err == nil {
		return id, id >= 0
	}
	f, ok := b.Locate(file).Get()
	if !ok {
		return 0, name == "root"
	}
	for line := range strings.Lines(string(f.Data)) {
		fields := strings.Split(strings.TrimSpace(line), ":")
		if len(fields) > 2 && fields[0] == name {
			id, err := strconv.Atoi(fields[2])
			return id, err == nil
		}
	}
	return 0, false
}
