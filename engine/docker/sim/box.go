// Part of the simulated engine: a container as what runs in it sees it, and its files.

package sim

import (
	"fmt"
	"path"
	"strconv"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/files"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/script"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
)

// box is a container as what runs in it sees it.
type box struct {
	id        string
	path      string // its program
	config    *spec.Config
	host      *spec.HostConfig
	mounts    map[string]*spec.MountPoint // by destination
	life      *life
	written   files.Tree                   // what differs from the image
	image     files.Tree                   // the files of its image; nil: the image is gone
	complete  bool                         // the image is known to hold no other files
	script    *script.Process              // what the image says that its programs do
	volume    func(name string) files.Tree // the files of a volume; nil: there is none
	hostFiles files.Tree                   // directories and files of the host
}

// rootfs is where the engine keeps the files of a container.
func (b box) rootfs() string { return "/var/lib/docker/overlay2/" + b.id + "/merged" }

// underInit reports whether the first process is an init that starts the program.
func (b box) underInit() bool { return b.host.Init != nil && *b.host.Init }

// own gives a place among the container's own files, without what is mounted.
func (b box) own(p string) place { return place{files: b.written, below: b.image, path: p} }

// locate finds where a path of c really lies.
func (b box) locate(p string) place {
	p = path.Clean("/" + p)
	var best *spec.MountPoint
	for _, m := range b.mounts {
		dest := path.Clean("/" + m.Destination)
		inside := p == dest || strings.HasPrefix(p, strings.TrimSuffix(dest, "/")+"/")
		if inside && (best == nil || len(m.Destination) > len(best.Destination)) {
			best = m
		}
	}
	if best == nil {
		return b.own(p)
	}
	rest := path.Clean("/" + strings.TrimPrefix(p, path.Clean("/"+best.Destination)))
	at := place{path: rest, readOnly: !best.RW, mounted: true}
	switch best.Type {
	case "volume":
		at.files = b.volume(best.Name)
	case "bind":
		at.files, at.path = b.hostFiles, path.Join(best.Source, rest)
	}
	if at.files == nil {
		at.files = files.New()
	}
	return at
}

// resolve gives a path of c with all symbolic links followed, never out of the container.
func (b box) resolve(p string) string {
	const most = 255
	done, left := "/", strings.Split(p, "/")
	for links := 0; len(left) > 0; {
		next := path.Join(done, left[0])
		left = left[1:]
		f, there := b.locate(next).get()
		if !there || f.Link == "" || links == most {
			done = next
			continue
		}
		links++
		if path.IsAbs(f.Link) {
			done = "/"
		}
		left = append(strings.Split(f.Link, "/"), left...)
	}
	return done
}

// changeFiles carries out a chown or chmod command line on what the container sees.
func (b box) changeFiles(argv []string) error {
	command, args := path.Base(argv[0]), argv[1:]
	recursive := false
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

func (b box) changeTarget(command, target string, recursive bool, change func(files.File) files.File) error {
	at := b.locate(path.Join("/", b.config.WorkingDir, target))
	if path.IsAbs(target) {
		at = b.locate(target)
	}
	if _, ok := at.get(); !ok {
		return fmt.Errorf("%s: %s: No such file or directory", command, target)
	}
	if at.readOnly || !at.mounted && b.host.ReadonlyRootfs {
		return fmt.Errorf("%s: %s: Read-only file system", command, target)
	}
	paths := []string{at.path}
	if recursive {
		paths = at.list()
	}
	for _, p := range paths {
		one := at
		one.path = p
		if f, ok := one.get(); ok && (command == "chown" || f.Link == "") {
			at.files[p] = change(f)
		}
	}
	return nil
}

// fileChange reads the first operand of chown or chmod.
func (b box) fileChange(command, text string) (func(files.File) files.File, error) {
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

// owner reads USER, USER:GROUP, USER: or :GROUP; a part that is not given is -1.
func (b box) owner(text string) (uid, gid int, err error) {
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

// accountID finds a user or group by number or by name in a file of the container.
func (b box) accountID(file, name string) (int, bool) {
	if id, err := strconv.Atoi(name); err == nil {
		return id, id >= 0
	}
	f, ok := b.locate(file).get()
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
