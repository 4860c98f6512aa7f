// Part of the simulated engine: copying files into and out of containers, whether they run or not.

package sim

import (
	"archive/tar"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/files"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// archivePlace finds the file that an archive call means: a put follows all links of its path, the others all but the last part.
// Looking at the mounts of a container counts them, as a start does;
// unless there is an error, the caller reports them free again.
func archivePlace(w *world, q *wire.Request) (*container, place, files.File, error) {
	p := q.Query.Get("path")
	if p == "" {
		return nil, place{}, files.File{}, wire.BadRequest("bad parameter: pathcannot be empty")
	}
	c, err := w.st.lookup(q.Name)
	if err != nil {
		return nil, place{}, files.File{}, err
	}
	for _, dest := range slices.Sorted(maps.Keys(c.Mounts)) {
		m := c.Mounts[dest]
		if m.Type == "volume" && w.st.Volumes[m.Name] == nil {
			return nil, place{}, files.File{}, wire.Failure("get %s: no such volume", m.Name)
		}
	}
	w.mounts.holdVolumes(c)
	w.mounts.emitMounts(c)
	dir, base := path.Split(archivePath(p))
	full := strings.TrimSuffix(w.st.box(c).resolve(dir), "/") + "/" + base
	if q.Method == http.MethodPut {
		full = w.st.box(c).resolve(p)
	}
	at := w.st.box(c).locate(full)
	f, there := at.get()
	bad := w.st.box(c).throughFile(full)
	if there && q.Method != http.MethodPut && !f.Dir && f.Link == "" && wantsDirectory(p) {
		bad = full
	}
	switch {
	case bad != "":
		err = wire.Failure("lstat /var/lib/docker/overlay2/%s/merged%s: not a directory", c.ID, bad)
	case !there:
		err = wire.NotFound("Could not find the file %s in container %s", p, q.Name)
	}
	if err != nil {
		w.mounts.unmountAll(c)
	}
	return c, at, f, err
}

// throughFile gives the part of a path that leads just below a file, as if that were a directory; "" if none does.
func (b box) throughFile(p string) string {
	for at := path.Clean("/" + p); at != "/"; at = path.Dir(at) {
		if f, there := b.locate(path.Dir(at)).get(); there && !f.Dir && f.Link == "" {
			return at
		}
	}
	return ""
}

// wantsDirectory tells whether a path ends in a way that only directories can have.
func wantsDirectory(p string) bool { return strings.HasSuffix(p, "/") || path.Base(p) == "." }

// archivePath is a path cleaned, except for a dot or a slash at its end.
func archivePath(p string) string {
	clean := path.Clean("/" + p)
	switch {
	case path.Base(p) == ".":
		return strings.TrimSuffix(clean, "/") + "/."
	case strings.HasSuffix(p, "/") && clean != "/":
		return clean + "/"
	}
	return clean
}

// statHeader is the value of X-Docker-Container-Path-Stat.
func statHeader(w *world, q *wire.Request, c *container, f files.File) string {
	size := f.Size
	if f.Dir {
		size = 4096
	}
	target := ""
	if f.Link != "" {
		target = w.st.box(c).resolve(q.Query.Get("path"))
	}
	name := path.Base(archivePath(q.Query.Get("path")))
	text, err := json.Marshal(wire.Object{
		"name": name, "size": size, "mode": uint32(files.Mode(f)), "mtime": wire.Stamp(w.st.Start), "linkTarget": target,
	})
	if err != nil {
		return ""
	}
	return base64.StdEncoding.EncodeToString(text)
}

func archiveStat(w *world, q *wire.Request) (wire.Reply, error) {
	c, _, f, err := archivePlace(w, q)
	if err != nil {
		return wire.Reply{}, err
	}
	defer w.mounts.unmountAll(c)
	return wire.Reply{Header: map[string]string{"X-Docker-Container-Path-Stat": statHeader(w, q, c, f)}}, nil
}

func archiveGet(w *world, q *wire.Request) (wire.Reply, error) {
	c, at, f, err := archivePlace(w, q)
	if err != nil {
		return wire.Reply{}, err
	}
	defer w.mounts.unmountAll(c)
	var buffer bytes.Buffer
	t := tar.NewWriter(&buffer)
	base := path.Base(archivePath(q.Query.Get("path")))
	for _, p := range at.list() {
		one := at
		one.path = p
		file, _ := one.get()
		name := base
		if rest := strings.TrimPrefix(strings.TrimPrefix(p, at.path), "/"); rest != "" {
			name = strings.TrimSuffix(base, "/") + "/" + rest
		}
		if err := files.Write(t, name, file, w.st.Start); err != nil {
			return wire.Reply{}, wire.Failure("%v", err)
		}
	}
	if err := t.Close(); err != nil {
		return wire.Reply{}, wire.Failure("%v", err)
	}
	w.journal.emitContainer(c, "archive-path", nil)
	return wire.Reply{Raw: buffer.Bytes(), Header: map[string]string{
		"Content-Type": "application/x-tar", "X-Docker-Container-Path-Stat": statHeader(w, q, c, f),
	}}, nil
}

// containerExport gives all files of a container, without what is mounted in it.
func containerExport(w *world, q *wire.Request) (wire.Reply, error) {
	c, err := w.st.lookup(q.Name)
	if err != nil {
		return wire.Reply{}, err
	}
	at := w.st.box(c).own("/")
	var buffer bytes.Buffer
	t := tar.NewWriter(&buffer)
	for _, p := range at.list() {
		one := at
		one.path = p
		file, _ := one.get()
		if p == "/" {
			continue
		}
		if err := files.Write(t, strings.TrimPrefix(p, "/"), file, w.st.Start); err != nil {
			return wire.Reply{}, wire.Failure("%v", err)
		}
	}
	if err := t.Close(); err != nil {
		return wire.Reply{}, wire.Failure("%v", err)
	}
	w.journal.emitContainer(c, "export", nil)
	return wire.Reply{Raw: buffer.Bytes(), Header: map[string]string{"Content-Type": "application/octet-stream"}}, nil
}

func archivePut(w *world, q *wire.Request) (wire.Reply, error) {
	c, at, f, err := archivePlace(w, q)
	if err != nil {
		return wire.Reply{}, err
	}
	defer w.mounts.unmountAll(c)
	if !f.Dir {
		return wire.Reply{}, wire.Failure("extraction point is not a directory")
	}
	if at.mounted && at.readOnly {
		return wire.Reply{}, wire.Failure("mounted volume is marked read-only")
	}
	if !at.mounted && c.HostConfig.ReadonlyRootfs {
		return wire.Reply{}, wire.Failure("container rootfs is marked read-only")
	}
	content, err := files.Unpack(q.Body)
	if err != nil {
		return wire.Reply{}, wire.Failure("%v", err)
	}
	if len(content) == 0 {
		w.journal.emitContainer(c, "extract-to-dir", nil)
		return wire.Status(200)
	}
	fresh := files.Tree{}
	if _, err := fresh.AddTar(content, "/", files.TarOptions{Named: true}); err != nil {
		return wire.Reply{}, wire.Failure("Error processing tar file(exit status 1): %v", err)
	}
	return putFiles(w, c, q, fresh)
}

// putFiles lays files over what the container sees, each in the mount that its path falls into.
func putFiles(w *world, c *container, q *wire.Request, fresh files.Tree) (wire.Reply, error) {
	base := w.st.box(c).resolve(q.Query.Get("path"))
	for _, p := range slices.Sorted(maps.Keys(fresh)) {
		f := fresh[p]
		full := path.Join(base, p)
		full = path.Join(w.st.box(c).resolve(path.Dir(full)), path.Base(full))
		at := w.st.box(c).locate(full)
		old, there := at.get()
		if at.readOnly {
			call := "open"
			switch {
			case f.Dir && there:
				call = "lchown"
			case f.Dir:
				call = "mkdir"
			}
			return wire.Reply{}, wire.Failure("Error processing tar file(exit status 1): %s %s: read-only file system", call, full)
		}
		if there && q.Flag("noOverwriteDirNonDir") && old.Dir != f.Dir {
			kinds := [2]string{"non-directory", "directory"}
			if old.Dir {
				kinds = [2]string{"directory", "non-directory"}
			}
			return wire.Reply{}, wire.Failure("Error processing tar file(exit status 1): cannot overwrite %s %q with %s %q", kinds[0], full, kinds[1], full)
		}
		at.files.MkdirAll(path.Dir(at.path))
		at.files[at.path] = f
	}
	w.journal.emitContainer(c, "extract-to-dir", nil)
	return wire.Status(200)
}
