// Part of the simulated engine: which users and programs a container has.

package sim

import (
	"fmt"
	"path"
	"strings"
)

// checkUser refuses a user that the image does not know.
func (e *Engine) checkUser(c *container) error {
	user, group, hasGroup := strings.Cut(c.Config.User, ":")
	im := e.st.Images[c.ImageID]
	if im == nil || !im.Complete {
		return nil
	}
	if user != "" {
		if _, ok := e.accountID(c, "/etc/passwd", user); !ok {
			return failure("unable to find user %s: no matching entries in passwd file", user)
		}
	}
	if hasGroup && group != "" {
		if _, ok := e.accountID(c, "/etc/group", group); !ok {
			return failure("unable to find group %s: no matching entries in group file", group)
		}
	}
	return nil
}

// checkExecutable tells whether a container can run a program, and the exit code if it cannot. An image whose files are
// not all known can run everything.
func (e *Engine) checkExecutable(c *container, name string) (int, error) {
	im := e.st.Images[c.ImageID]
	if im == nil || !im.Complete {
		return 0, nil
	}
	if strings.Contains(name, "/") {
		full := name
		if !path.IsAbs(full) {
			full = path.Join("/", c.Config.WorkingDir, name)
		}
		f, ok := e.follow(c, full)
		switch {
		case !ok && path.IsAbs(name):
			return 127, fmt.Errorf("exec: %q: stat %s: no such file or directory", name, name)
		case !ok:
			return 127, fmt.Errorf("exec: %q: stat %s: no such file or directory", name, name)
		case f.Dir, f.Mode&0o111 == 0:
			return 126, fmt.Errorf("exec: %q: permission denied", name)
		}
		return 0, nil
	}
	for _, dir := range strings.Split(e.searchPath(c), ":") {
		if f, ok := e.follow(c, path.Join("/", dir, name)); ok && !f.Dir && f.Mode&0o111 != 0 {
			return 0, nil
		}
	}
	return 127, fmt.Errorf("exec: %q: executable file not found in $PATH", name)
}

func (e *Engine) searchPath(c *container) string {
	for _, pair := range c.Config.Env {
		if value, ok := strings.CutPrefix(pair, "PATH="); ok {
			return value
		}
	}
	return "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
}

// follow reads a file of c through symbolic links.
func (e *Engine) follow(c *container, p string) (File, bool) {
	for range 8 {
		f, ok := e.locate(c, p).get()
		if !ok || f.Link == "" {
			return f, ok
		}
		if path.IsAbs(f.Link) {
			p = f.Link
		} else {
			p = path.Join(path.Dir(p), f.Link)
		}
	}
	return File{}, false
}
