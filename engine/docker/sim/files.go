// Part of the simulated engine: small file trees, with owners and modes, for images, containers, volumes and the host.

package sim

import (
	"fmt"
	"path"
	"sort"
	"strconv"
	"strings"
)

// maxFileData is the most content kept of one file; longer files keep their size only.
const maxFileData = 64 << 10

// File is one file or directory. The zero value is an empty file of root with mode 0.
type File struct {
	Dir      bool   `json:",omitempty"`
	UID, GID int    `json:",omitempty"`
	Mode     uint32 // permission bits with setuid (04000), setgid (02000) and sticky (01000)
	Link     string `json:",omitempty"` // target of a symbolic link
	Size     int64  `json:",omitempty"`
	Data     []byte `json:",omitempty"` // content, unless it is long
}

// tree holds files by clean absolute path; "/" is the root.
type tree map[string]File

func dirFile() File { return File{Dir: true, Mode: 0o755} }

func newTree() tree { return tree{"/": dirFile()} }

// clone copies t; contents are shared because nobody changes them in place.
func (t tree) clone() tree {
	c := make(tree, len(t))
	for p, f := range t {
		c[p] = f
	}
	return c
}

// empty tells whether t holds nothing but its root.
func (t tree) empty() bool {
	for p := range t {
		if p != "/" {
			return false
		}
	}
	return true
}

// under gives the part of t below dir with dir as the root, and whether dir exists.
func (t tree) under(dir string) (tree, bool) {
	root, ok := t[dir]
	if !ok || !root.Dir {
		return nil, false
	}
	part := tree{"/": root}
	for p, f := range t {
		if rest, ok := strings.CutPrefix(p, strings.TrimSuffix(dir, "/")+"/"); ok && rest != "" {
			part["/"+rest] = f
		}
	}
	return part, true
}

// mkdirAll makes dir and its parents where they are missing.
func (t tree) mkdirAll(dir string) {
	for p := path.Clean("/" + dir); ; p = path.Dir(p) {
		if _, ok := t[p]; !ok {
			t[p] = dirFile()
		}
		if p == "/" {
			return
		}
	}
}

// remove deletes p and what is below it.
func (t tree) remove(p string) {
	delete(t, p)
	for q := range t {
		if strings.HasPrefix(q, p+"/") {
			delete(t, q)
		}
	}
}

// box is a container as what runs in it sees it.
type box struct {
	c  *container
	st *state
}

func (s *state) box(c *container) box { return box{c, s} }

// place is a file seen from inside a container: which tree it is in, and its path there.
type place struct {
	files    tree
	below    tree // the image's files, for paths that files does not have
	path     string
	readOnly bool
	mount    *mountPoint // nil: the container's own files
}

// locate finds where a path of c really lies.
func (b box) locate(p string) place {
	p = path.Clean("/" + p)
	var best *mountPoint
	for _, m := range b.c.Mounts {
		dest := path.Clean("/" + m.Destination)
		inside := p == dest || strings.HasPrefix(p, strings.TrimSuffix(dest, "/")+"/")
		if inside && (best == nil || len(m.Destination) > len(best.Destination)) {
			best = m
		}
	}
	if best == nil {
		var below tree
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
		at.files = newTree()
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
func (at place) get() (File, bool) {
	if f, ok := at.files[at.path]; ok {
		return f, f.Mode != deleted
	}
	f, ok := at.below[at.path]
	if !ok && at.path == "/" && at.mount == nil {
		return dirFile(), true
	}
	return f, ok
}

// deleted as a mode marks a file of the image that the container removed.
const deleted = 1 << 31

// list gives all paths at and below the place, in order.
func (at place) list() []string {
	seen := map[string]bool{}
	prefix := strings.TrimSuffix(at.path, "/") + "/"
	for _, t := range []tree{at.below, at.files} {
		for p, f := range t {
			if p == at.path || strings.HasPrefix(p, prefix) {
				seen[p] = f.Mode != deleted
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

func (b box) changeTarget(command, target string, recursive bool, change func(File) File) error {
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
func (b box) fileChange(command, text string) (func(File) File, error) {
	if command == "chown" {
		uid, gid, err := b.owner(text)
		if err != nil {
			return nil, fmt.Errorf("chown: %w", err)
		}
		return func(f File) File {
			if uid >= 0 {
				f.UID = uid
			}
			if gid >= 0 {
				f.GID = gid
			}
			return f
		}, nil
	}
	if _, err := changeMode(text, File{}); err != nil {
		return nil, fmt.Errorf("chmod: %w", err)
	}
	return func(f File) File {
		f.Mode, _ = changeMode(text, f)
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

// changeMode applies an octal or symbolic mode to the mode of f.
func changeMode(text string, f File) (uint32, error) {
	if n, err := strconv.ParseUint(text, 8, 32); err == nil && n <= 0o7777 {
		return uint32(n), nil
	}
	mode := f.Mode
	for clause := range strings.SplitSeq(text, ",") {
		next, err := changeClause(clause, mode, f.Dir)
		if err != nil {
			return 0, fmt.Errorf("invalid mode '%s'", text)
		}
		mode = next
	}
	return mode, nil
}

var errMode = fmt.Errorf("invalid mode")

// changeClause applies one clause such as ug+rwX.
func changeClause(clause string, mode uint32, dir bool) (uint32, error) {
	at := strings.IndexAny(clause, "+-=")
	if at < 0 || strings.Trim(clause[:at], "ugoa") != "" {
		return 0, errMode
	}
	who := clause[:at]
	if who == "" || strings.Contains(who, "a") {
		who = "ugo"
	}
	for rest := clause[at:]; rest != ""; {
		op := rest[0]
		end := strings.IndexAny(rest[1:], "+-=") + 1
		if end == 0 {
			end = len(rest)
		}
		bits, mask, err := clauseBits(who, rest[1:end], mode, dir)
		if err != nil {
			return 0, err
		}
		switch op {
		case '+':
			mode |= bits
		case '-':
			mode &^= bits
		case '=':
			mode = mode&^mask | bits
		}
		rest = rest[end:]
	}
	return mode, nil
}

// clauseBits gives the bits that letters mean for who, and all bits that belong to who.
func clauseBits(who, letters string, mode uint32, dir bool) (bits, mask uint32, err error) {
	for _, class := range []struct {
		name    string
		shift   uint
		special uint32
	}{{"u", 6, 0o4000}, {"g", 3, 0o2000}, {"o", 0, 0}} {
		if !strings.Contains(who, class.name) {
			continue
		}
		mask |= 7 << class.shift
		for _, letter := range letters {
			one, err := letterBits(letter, mode, dir)
			if err != nil {
				return 0, 0, err
			}
			bits |= one << class.shift
			if letter == 's' {
				bits |= class.special
			}
		}
	}
	if strings.Contains(letters, "t") {
		bits |= 0o1000
	}
	return bits, mask, nil
}

func letterBits(letter rune, mode uint32, dir bool) (uint32, error) {
	switch letter {
	case 'r':
		return 4, nil
	case 'w':
		return 2, nil
	case 'x':
		return 1, nil
	case 'X':
		if dir || mode&0o111 != 0 {
			return 1, nil
		}
		return 0, nil
	case 'u':
		return mode >> 6 & 7, nil
	case 'g':
		return mode >> 3 & 7, nil
	case 'o':
		return mode & 7, nil
	case 's', 't':
		return 0, nil
	}
	return 0, errMode
}
