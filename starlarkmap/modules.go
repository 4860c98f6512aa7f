// Program text to model: reading the main file and load().

package starlarkmap

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/starlarkmap/internal/sandbox"
	"github.com/dmap-dev/dmap/starlarkmap/internal/source"
	"github.com/dmap-dev/dmap/stdlib"
)

// module is one loaded file: its package ("" is the main one) and its path there.
type module struct {
	pkg, path string
}

// name returns the file's name in origins.
func (m module) name() string {
	if m.pkg == "" {
		return m.path
	}
	return "@" + m.pkg + "//" + m.path
}

// modules reads files, each only once.
type modules struct {
	ev       *evaluation
	filename string
	packages map[string]fs.FS
	root     *os.Root // opened when first needed; unused with Options.FS
	mainPath string   // path of the main file in its package
	byName   map[string]module
	loaded   map[module]starlark.StringDict
	loading  []loading
	bytes    int64
}

// loading is a file that is being run, with the place of its load statement.
type loading struct {
	module
	from problem.Origin
}

func newModules(ev *evaluation, filename string) *modules {
	m := &modules{ev: ev, filename: filename, packages: packagesOf(ev.options.Modules),
		byName: map[string]module{}, loaded: map[module]starlark.StringDict{}}
	m.mainPath = path.Clean(filename)
	if ev.options.FS == nil {
		m.mainPath = filepath.Base(filename)
	}
	return m
}

// packagesOf returns the packages of load("@name//…"): those given by the caller, and
// stdlib unless the caller gives another one, or nil, under that name.
func packagesOf(given map[string]fs.FS) map[string]fs.FS {
	out := map[string]fs.FS{"stdlib": stdlib.FS()}
	for name, files := range given {
		out[name] = files
		if files == nil {
			delete(out, name)
		}
	}
	return out
}

func (m *modules) close() {
	if m.root != nil {
		// Closing cannot fail in a way that matters: nothing was written.
		_ = m.root.Close()
	}
}

// main reads the main file.
func (m *modules) main() (*source.File, error) {
	data, err := m.mainText()
	if err != nil {
		var p *problem.Problem
		if errors.As(err, &p) {
			return nil, p
		}
		return nil, &problem.Problem{Code: problem.CodeSource, Msg: fmt.Sprintf("cannot read %s: %s", m.filename, fileErrorText(err)), Cause: err}
	}
	main := module{path: m.mainPath}
	m.byName[m.filename] = main
	m.loading = append(m.loading, loading{module: main})
	return m.add(m.filename, data)
}

// add adds the text of a file, within the limits for all files together.
func (m *modules) add(name string, data []byte) (*source.File, error) {
	m.bytes += int64(len(data))
	if m.bytes > m.ev.limits.TotalBytes {
		return nil, sandbox.TooLarge(int(m.ev.limits.TotalBytes), "TotalBytes", "the files have more than %d bytes together", m.ev.limits.TotalBytes)
	}
	f, p := m.ev.sources.Add(name, data)
	if p != nil {
		return nil, p
	}
	return f, nil
}

// load is called by the interpreter for each load statement.
func (m *modules) load(t *starlark.Thread, name string) (starlark.StringDict, error) {
	here := m.ev.here()
	stmt, at := here.Load()
	from := m.byName[here.Pos.Filename()]
	target, p := m.resolve(from, name)
	if p == nil {
		p = m.cycle(target, at)
	}
	if p != nil {
		p.Origin = at
		return nil, p
	}
	globals, err := m.loadOnce(target, name, at)
	if err != nil {
		return nil, err
	}
	if ps := missing(stmt, name, globals); len(ps) > 0 {
		return nil, source.Stop(ps)
	}
	return globals, nil
}

// resolve returns the file that a name in a load statement refers to.
func (m *modules) resolve(from module, name string) (module, *problem.Problem) {
	bad := func(hint, format string, args ...any) (module, *problem.Problem) {
		return module{}, problem.New(problem.CodeLoad, hint, "cannot load %q: "+format, append([]any{name}, args...)...)
	}
	pkg := from.pkg
	var rest string
	switch {
	case strings.Contains(name, "://"):
		return bad("save a copy beside the map", "dmap does not download modules")
	case strings.ContainsAny(name, "\\\x00"):
		return bad("", `names have no "\" and no NUL`)
	case strings.HasPrefix(name, "@"):
		var ok bool
		if pkg, rest, ok = strings.Cut(name[1:], "//"); !ok {
			return bad("", `want "@name//file.star"`)
		}
		if _, known := m.packages[pkg]; !known {
			return bad(problem.DidYouMean(pkg, sortedNames(m.packages)), "there is no module %q", "@"+pkg)
		}
	case strings.HasPrefix(name, "//"):
		rest = name[2:]
	case strings.HasPrefix(name, "/"):
		return bad(`"//" at the start means the folder of the main file`, "absolute paths are not allowed")
	default:
		rest = path.Join(path.Dir(from.path), name)
	}
	rest = path.Clean(rest)
	switch {
	case rest == ".." || strings.HasPrefix(rest, "../") || strings.HasPrefix(rest, "/"):
		return bad("", "outside the folder of the main file")
	case !strings.HasSuffix(rest, ".star"):
		return bad("", `the name does not end in ".star"`)
	case !fs.ValidPath(rest):
		return bad("", "not a valid path")
	}
	return module{pkg, rest}, nil
}

// cycle reports a file that loads itself, directly or through others.
func (m *modules) cycle(target module, at problem.Origin) *problem.Problem {
	for i, l := range m.loading {
		if l.module != target {
			continue
		}
		chain := ""
		for _, next := range m.loading[i+1:] {
			chain += next.from.String() + " → "
		}
		return problem.New(problem.CodeLoadCycle, "move what both need into a file of its own", "load cycle: %s%s → %s", chain, at, m.displayName(target))
	}
	if len(m.loading) > m.ev.limits.LoadDepth {
		return problem.New(problem.CodeLoad, sandbox.Raise("LoadDepth"), "files load each other more than %d deep", m.ev.limits.LoadDepth)
	}
	return nil
}

// displayName returns the name of a file in origins: for the main file, what the caller
// gave.
func (m *modules) displayName(target module) string {
	if target == m.loading[0].module {
		return m.filename
	}
	return target.name()
}

// loadOnce reads and runs a file, or returns the result of the first time.
func (m *modules) loadOnce(target module, name string, at problem.Origin) (starlark.StringDict, error) {
	if globals, ok := m.loaded[target]; ok {
		return globals, nil
	}
	globals, err := m.loadNow(target, name, at)
	if err == nil {
		m.loaded[target] = globals
	}
	return globals, err
}

func (m *modules) loadNow(target module, name string, at problem.Origin) (starlark.StringDict, error) {
	if len(m.byName) >= m.ev.limits.Files {
		return nil, &problem.Problem{Code: problem.CodeLoad, Origin: at, Hint: sandbox.Raise("Files"),
			Msg: fmt.Sprintf("cannot load %q: more than %d files", name, m.ev.limits.Files)}
	}
	data, p := m.text(target, name)
	if p != nil {
		p.Origin = at
		return nil, p
	}
	shown := target.name()
	if _, taken := m.byName[shown]; taken {
		shown = "//" + shown // in load statements the main package has this prefix
	}
	m.byName[shown] = target
	f, err := m.add(shown, data)
	if p, ok := err.(*problem.Problem); ok && p.Origin == (problem.Origin{}) {
		p.Origin = at
	}
	if err != nil {
		return nil, err
	}
	m.loading = append(m.loading, loading{target, at})
	defer func() { m.loading = m.loading[:len(m.loading)-1] }()
	globals, err := m.ev.execute(f, &m.ev.thread)
	if err != nil {
		ps := m.ev.sources.Problems(err, m.ev.watch.Reason())
		for _, p := range ps {
			p.Trace = append([]problem.Related{{Origin: at, Msg: "loaded from"}}, p.Trace...)
		}
		return nil, source.Stop(ps)
	}
	return globals, nil
}

// text reads a file of a package.
func (m *modules) text(target module, name string) ([]byte, *problem.Problem) {
	from, err := m.fileSystem(target.pkg)
	var data []byte
	if err == nil {
		data, err = m.read(from, target.path)
	}
	if err == nil {
		return data, nil
	}
	var p *problem.Problem
	if errors.As(err, &p) {
		return nil, p
	}
	p = problem.New(problem.CodeLoad, "", "cannot load %q: %s", name, fileErrorText(err))
	p.Cause = err
	switch {
	case strings.Contains(err.Error(), "escapes from parent"): // package os has no error value for it
		p.Msg = fmt.Sprintf("cannot load %q: it leads outside the folder of the main file", name)
	case errors.Is(err, fs.ErrNotExist):
		p.Hint = nearFile(from, target.path)
	}
	return nil, p
}

// missing reports names that a loaded file does not have, at their places.
func missing(stmt *syntax.LoadStmt, name string, globals starlark.StringDict) problem.Problems {
	if stmt == nil {
		return nil
	}
	var ps problem.Problems
	for _, id := range stmt.From {
		if _, ok := globals[id.Name]; !ok {
			p := problem.New(problem.CodeLoad, problem.DidYouMean(id.Name, globals.Keys()), "%q has no %q", name, id.Name)
			p.Origin = source.OriginOf(id.NamePos)
			ps = append(ps, p)
		}
	}
	return ps
}
