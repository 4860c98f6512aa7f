// Part of the simulated engine: small file trees, with owners and modes, for images, containers, volumes and the host.

package sim

import (
	"fmt"
	"path"
	"sort"
	"strconv"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/files"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
)

// box is a container as what runs in it sees it.
type box struct {
	c  *container
	st *state
}

func (s *state) box(c *container) box { return box{c, s} }

// place is a file seen from inside a container: which tree it is in, and its path there.
type place struct {
	files    files.Tree
	below    files.Tree // the image's files, for paths that files does not have
	path     string
	readOnly bool
	mount    *spec.MountPoint // nil: the container's own files
}

// locate finds where a path of c really lies.
func (b box) locate(p string) place {
	p = path.Clean("/" + p)
	var best *spec.MountPoint
	for _, m := range b.c.Mounts {
		dest := path.Clean("/" + m.Destination)
		inside := p == dest || strings.HasPrefix(p, strings.TrimSuffix(dest, "/")+"/")
		if inside && (best == nil || len(m.Destination) > len(best.Destination)) {
			best = m
		}
	}
	if best == nil {
		var below files.Tree
		if im := b.st.Images[b.c.ImageID]; im != nil {
			below = im.Files
		}
		return place{files: b.c.Files, below: below, path: p}
	}
	rest := path.Clean("/" + strings.TrimPrefix(p, path.Clean("/"+best.Destination)))
	at := place{path: rest, readOnly: !best.RW, mount: best}
	switch best.Type {
	case "volume":
		if v := b.st.Volumes[best.Name]; v != nil {
			at.files = v.Files
		}
	case "bind":
		at.files, at.path = b.st.Host, path.Join(best.Source, rest)
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

// get reads the file at the place.
func (at place) get() (files.File, bool) {
	if f, ok := at.files[at.path]; ok {
		return f, f.Mode != files.Deleted
	}
	f, ok := at.below[at.path]
	if !ok && at.path == "/" && at.mount == nil {
		return files.Dir(), true
	}
	return f, ok
}

// list gives all paths at and below the place, in order.
func (at place) list() []string {
	seen := map[string]bool{}
	prefix := strings.TrimSuffix(at.path, "/") + "/"
	for _, t := range []files.Tree{at.below, at.files} {
		for p, f := range t {
			if p == at.path || strings.HasPrefix(p, prefix) {
				seen[p] = f.Mode != files.Deleted
			}
		}
	}
	var paths []string
	for p, there := range seen {
		if there {
			paths = append(paths, p)
		}
	}
	sort.Strings(paths)
	return paths
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
	at := b.locate(path.Join("/", b.c.Config.WorkingDir, target))
	if path.IsAbs(target) {
		at = b.locate(target)
	}
	if _, ok := at.get(); !ok {
		return fmt.Errorf("%s: %s: No such file or directory", command, target)
	}
	if at.readOnly || at.mount == nil && b.c.HostConfig.ReadonlyRootfs {
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
