// Program text to model: reading files.

package starlarkmap

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/starlarkmap/internal/sandbox"
)

func (m *modules) mainText() ([]byte, error) {
	switch src := m.ev.options.Src.(type) {
	case string:
		return m.sized(m.filename, []byte(src))
	case []byte:
		return m.sized(m.filename, src)
	case nil:
	default:
		return nil, problem.New(problem.CodeUsage, "", "Options.Src: want a string or []byte, got %T", src)
	}
	if m.ev.options.FS != nil {
		return m.read(m.ev.options.FS, m.mainPath)
	}
	info, err := os.Stat(m.filename)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	f, err := os.Open(m.filename)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	return m.readAll(m.filename, f)
}

// sized returns data, or an error if it is too large.
func (m *modules) sized(name string, data []byte) ([]byte, error) {
	if int64(len(data)) > m.ev.limits.SourceBytes {
		return nil, sandbox.TooLarge(int(m.ev.limits.SourceBytes), "SourceBytes", "%s has more than %d bytes", name, m.ev.limits.SourceBytes)
	}
	return data, nil
}

func (m *modules) readAll(name string, r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, m.ev.limits.SourceBytes+1))
	if err != nil {
		return nil, err
	}
	return m.sized(name, data)
}

// read reads a regular file of a file system. Anything else is refused: reading a FIFO
// or a device could block forever.
func (m *modules) read(from fs.FS, name string) ([]byte, error) {
	info, err := fs.Stat(from, name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	f, err := from.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	return m.readAll(name, f)
}

// fileErrorText returns the text of a file system error without the operation and path.
func fileErrorText(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "no such file"
	case errors.Is(err, fs.ErrPermission):
		return "permission denied"
	}
	return err.Error()
}

// nearFile suggests a file of the same folder.
func nearFile(from fs.FS, name string) string {
	if from == nil {
		return ""
	}
	entries, err := fs.ReadDir(from, path.Dir(name))
	if err != nil {
		return ""
	}
	var names []string
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".star") {
			names = append(names, e.Name())
		}
	}
	return problem.DidYouMean(path.Base(name), names)
}

// fileSystem returns the files of a package.
func (m *modules) fileSystem(pkg string) (fs.FS, error) {
	switch {
	case pkg != "":
		return m.packages[pkg], nil
	case m.ev.options.FS != nil:
		return m.ev.options.FS, nil
	case m.root == nil:
		root, err := os.OpenRoot(filepath.Dir(m.filename))
		if err != nil {
			return nil, err
		}
		m.root = root
	}
	return m.root.FS(), nil
}
