// Calls: copying files into and out of containers, whether they run or not.

package api

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
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/process"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/state"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/world"
)

// archivePlace finds the file that an archive call means: a put follows all links of
// its path, the other calls all but the last part. Looking at the mounts of a container
// counts them, as a start does; unless there is an error, the caller unmounts them
// again.
func archivePlace(w *world.World, q *wire.Request) (*state.Container, process.Place, files.File, error) {
	p := q.Query.Get("path")
	if p == "" {
		return nil, process.Place{}, files.File{}, wire.BadRequest("bad parameter: pathcannot be empty")
	}
	c, err := w.State.FindContainer(q.Name)
	if err != nil {
		return nil, process.Place{}, files.File{}, err
	}
	if err := w.Mounts.Look(c); err != nil {
		return nil, process.Place{}, files.File{}, err
	}
	// Reading a link returns the link itself, so the last part is not followed, unless
	// the client says by a slash or a dot at the end that it means the target.
	dir, base := path.Split(archivePath(p))
	full := strings.TrimSuffix(w.State.Box(c).Resolve(dir), "/") + "/" + base
	if q.Method == http.MethodPut {
		full = w.State.Box(c).Resolve(p)
	}
	at := w.State.Box(c).Locate(full)
	f, there := at.Get()
	bad := w.State.Box(c).ThroughFile(full)
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
		w.Mounts.Unmount(c)
	}
	return c, at, f, err
}

// wantsDirectory reports whether a path ends in a way in which only directories can.
func wantsDirectory(p string) bool { return strings.HasSuffix(p, "/") || path.Base(p) == "." }

// archivePath returns a cleaned path that keeps a dot or a slash at its end.
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

// statHeader returns the value of X-Docker-Container-Path-Stat.
func statHeader(w *world.World, q *wire.Request, c *state.Container, f files.File) string {
	size := f.Size
	if f.Dir {
		size = 4096
	}
	target := ""
	if f.Link != "" {
		target = w.State.Box(c).Resolve(q.Query.Get("path"))
	}
	name := path.Base(archivePath(q.Query.Get("path")))
	text, err := json.Marshal(wire.Object{
		"name": name, "size": size, "mode": uint32(files.Mode(f)), "mtime": wire.Stamp(w.State.Start), "linkTarget": target,
	})
	if err != nil {
		return ""
	}
	return base64.StdEncoding.EncodeToString(text)
}

func archiveStat(w *world.World, q *wire.Request) (wire.Reply, error) {
	c, _, f, err := archivePlace(w, q)
	if err != nil {
		return wire.Reply{}, err
	}
	defer w.Mounts.Unmount(c)
	return wire.Reply{Header: map[string]string{"X-Docker-Container-Path-Stat": statHeader(w, q, c, f)}}, nil
}

func archiveGet(w *world.World, q *wire.Request) (wire.Reply, error) {
	c, at, f, err := archivePlace(w, q)
	if err != nil {
		return wire.Reply{}, err
	}
	defer w.Mounts.Unmount(c)
	var buffer bytes.Buffer
	t := tar.NewWriter(&buffer)
	base := path.Base(archivePath(q.Query.Get("path")))
	for _, p := range at.List() {
		one := at
		one.Path = p
		file, _ := one.Get()
		name := base
		if rest := strings.TrimPrefix(strings.TrimPrefix(p, at.Path), "/"); rest != "" {
			name = strings.TrimSuffix(base, "/") + "/" + rest
		}
		if err := files.Write(t, name, file, w.State.Start); err != nil {
			return wire.Reply{}, wire.Failure("%v", err)
		}
	}
	if err := t.Close(); err != nil {
		return wire.Reply{}, wire.Failure("%v", err)
	}
	w.Journal.EmitContainer(c, "archive-path", nil)
	return wire.Reply{Raw: buffer.Bytes(), Header: map[string]string{
		"Content-Type": "application/x-tar", "X-Docker-Container-Path-Stat": statHeader(w, q, c, f),
	}}, nil
}

// containerExport answers with all files of a container, without what is mounted in it.
func containerExport(w *world.World, q *wire.Request) (wire.Reply, error) {
	c, err := w.State.FindContainer(q.Name)
	if err != nil {
		return wire.Reply{}, err
	}
	at := w.State.Box(c).Own("/")
	var buffer bytes.Buffer
	t := tar.NewWriter(&buffer)
	for _, p := range at.List() {
		one := at
		one.Path = p
		file, _ := one.Get()
		if p == "/" {
			continue
		}
		if err := files.Write(t, strings.TrimPrefix(p, "/"), file, w.State.Start); err != nil {
			return wire.Reply{}, wire.Failure("%v", err)
		}
	}
	if err := t.Close(); err != nil {
		return wire.Reply{}, wire.Failure("%v", err)
	}
	w.Journal.EmitContainer(c, "export", nil)
	return wire.Reply{Raw: buffer.Bytes(), Header: map[string]string{"Content-Type": "application/octet-stream"}}, nil
}

func archivePut(w *world.World, q *wire.Request) (wire.Reply, error) {
	c, at, f, err := archivePlace(w, q)
	if err != nil {
		return wire.Reply{}, err
	}
	defer w.Mounts.Unmount(c)
	if !f.Dir {
		return wire.Reply{}, wire.Failure("extraction point is not a directory")
	}
	if at.Mounted && at.ReadOnly {
		return wire.Reply{}, wire.Failure("mounted volume is marked read-only")
	}
	if !at.Mounted && c.HostConfig.ReadonlyRootfs {
		return wire.Reply{}, wire.Failure("container rootfs is marked read-only")
	}
	content, err := files.Unpack(q.Body)
	if err != nil {
		return wire.Reply{}, wire.Failure("%v", err)
	}
	if len(content) == 0 {
		w.Journal.EmitContainer(c, "extract-to-dir", nil)
		return wire.Status(200)
	}
	fresh := files.Tree{}
	if _, err := fresh.AddTar(content, "/", files.TarOptions{Named: true}); err != nil {
		return wire.Reply{}, wire.Failure("Error processing tar file(exit status 1): %v", err)
	}
	return putFiles(w, c, q, fresh)
}

// putFiles lays files over what the container sees, each in the mount that its path
// leads into.
func putFiles(w *world.World, c *state.Container, q *wire.Request, fresh files.Tree) (wire.Reply, error) {
	base := w.State.Box(c).Resolve(q.Query.Get("path"))
	for _, p := range slices.Sorted(maps.Keys(fresh)) {
		f := fresh[p]
		full := path.Join(base, p)
		full = path.Join(w.State.Box(c).Resolve(path.Dir(full)), path.Base(full))
		at := w.State.Box(c).Locate(full)
		old, there := at.Get()
		if at.ReadOnly {
			call := "open"
			switch {
			case f.Dir && there:
				return wire.Reply{}, world.ErrReadOnlyDir(w.Version, p, full, f.UID, f.GID)
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
		at.Files.MkdirAll(path.Dir(at.Path))
		at.Files[at.Path] = f
	}
	w.Journal.EmitContainer(c, "extract-to-dir", nil)
	return wire.Status(200)
}
