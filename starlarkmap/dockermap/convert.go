// Import of docker-map files: the entry point.

package dockermap

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/starlarkmap"
)

// The codes of problems found by this package, in addition to those of engine/problem.
const (
	// CodeYAML: the file is not YAML, or uses a part of YAML that means nothing here.
	CodeYAML problem.Code = "yaml"
	// CodeUnsupported: dmap has no equivalent.
	CodeUnsupported problem.Code = "unsupported"
)

// Options control a conversion. Nil means the zero value.
type Options struct {
	// Name of the map; "" means the key "name" of the file, or without one the base
	// name of the file. If both are given they must be equal.
	Name string
	// Partial leaves out what has no equivalent in dmap, instead of refusing it. What
	// is wrong in itself is still an error.
	Partial bool
	// Check checks the whole map, if nothing else is wrong. The places in the problems
	// it returns are those of the file. Nil means no further check.
	Check func(context.Context, *model.ContainerMap) error
	// CheckOption returns an error if a key of create_options, start_options or
	// host_config cannot be set. Nil accepts every key.
	CheckOption func(key string) error
}

// Result is a converted map. The caller owns it.
type Result struct {
	// Name of the map.
	Name string
	// Text is the Starlark program. It has been loaded, and makes Map.
	Text string
	// Map is the map that the file describes, with places in that file. Each variable
	// NAME of a !path is replaced by "/NAME".
	Map *model.ContainerMap
	// Env lists the environment variables the program reads, sorted.
	Env []string
	// Warnings list what was left out, sorted by place.
	Warnings problem.Problems
}

// Convert reads the text of a map file and writes it as a Starlark program. file names
// it in messages and in the text. The error is a [problem.Problems] with places and
// source lines. The file need not be trusted: whatever it holds, Convert ends soon.
func Convert(ctx context.Context, file string, src []byte, opts *Options) (*Result, error) {
	c := &converter{file: file, source: sourceOf(file, src)}
	if opts != nil {
		c.options = *opts
	}
	result, ps := c.convert(ctx, src)
	if err := ps.Err(c.source); err != nil {
		return nil, err
	}
	return result, nil
}

// converter holds the state of one conversion.
type converter struct {
	file    string
	source  *source
	options Options
	name    string
	// problems are reasons to refuse the file; leftOut is what Partial left out.
	problems problem.Problems
	leftOut  problem.Problems
	// volumes and host are the entries of the map under these names. Containers add the
	// paths that they give in place.
	volumes, host []pair
	// inPlace holds the aliases made for pairs of paths, next the number of the next
	// alias for each path, aliases all aliases in use.
	inPlace map[[2]string]string
	next    map[string]int
	aliases map[string]bool
	// paths holds the paths of volumes by alias.
	paths map[string]*node
	// head holds the comments at the top of the file.
	head []string
	// env holds the variables in texts of !path.
	env map[string]bool
	// elements counts the values that inheritance copies.
	elements int
}

func (c *converter) convert(ctx context.Context, src []byte) (*Result, problem.Problems) {
	root, ps := read(c.file, src)
	c.problems = ps
	if root == nil {
		return nil, c.problems
	}
	if c.isCompose(root) {
		return nil, c.problems
	}
	properties := c.mapDict(root)
	if c.elements > mostNodes { // inheritance was cut off: what is there is not the map
		return nil, c.problems
	}
	c.env = properties.variables()
	d, _ := properties.input().Value.(model.Dict)
	m, found := model.FromDict(c.name, d)
	c.problems = append(c.problems, tidied(found)...)
	m.Origin, m.Source = problem.Origin{File: c.file, Line: 1, Col: 1}, c.source
	c.add(m.Validate())
	if len(c.problems) == 0 && c.options.Check != nil {
		c.add(c.options.Check(ctx, m))
	}
	if len(c.problems) > 0 {
		return nil, c.problems
	}
	c.leftOut = c.leftOut.Sorted(c.source)
	text, ok := c.program(properties, root)
	if !ok {
		return nil, problem.Problems{{Code: problem.CodeSizeLimit, Origin: m.Origin,
			Msg: fmt.Sprintf("written out, the map has more than %d bytes", MostBytes), Hint: "write it in parts, with loops"}}
	}
	env := slices.Sorted(maps.Keys(c.env))
	if ps := c.compare(ctx, text, m, env); len(ps) > 0 {
		return nil, ps
	}
	return &Result{Name: c.name, Text: text, Map: m, Env: env, Warnings: c.leftOut}, nil
}

// add adds what a check of the whole map found. If parts of the map were at fault,
// references to them are not wrong by themselves and are left out.
func (c *converter) add(err error) {
	if err == nil {
		return
	}
	var found problem.Problems
	if !errors.As(err, &found) {
		found = problem.Problems{{Code: problem.CodeInternal, Origin: problem.Origin{File: c.file, Line: 1, Col: 1}, Msg: err.Error(), Cause: err}}
	}
	incomplete := len(c.problems) > 0
	for _, p := range tidied(found) {
		if !incomplete || !refersTo(p.Code) {
			c.problems = append(c.problems, p)
		}
	}
}

func refersTo(code problem.Code) bool {
	switch code {
	case problem.CodeUnknownName, problem.CodeUnknownAlias, problem.CodeMissingPath, problem.CodeNothingShared:
		return true
	}
	return false
}

// tidied rewrites messages about a Starlark program so that they fit a YAML file.
func tidied(ps problem.Problems) problem.Problems {
	for _, p := range ps {
		p.Path = inFile(p.Path)
		for i, text := range p.Also { // they begin with their paths
			p.Also[i] = inFile(text)
		}
	}
	return ps
}

// inFile drops the parts of a path that do not exist in the file.
func inFile(path string) string {
	return strings.TrimPrefix(strings.TrimPrefix(path, "container_map"), " > ")
}

// compare loads the text and compares the result with the intended map: no mistake of
// the writer can change a map unnoticed.
func (c *converter) compare(ctx context.Context, text string, meant *model.ContainerMap, env []string) problem.Problems {
	program, err := starlarkmap.Load(ctx, "import.star", &starlarkmap.Options{
		Src: text,
		Env: env,
		LookupEnv: func(name string) (string, bool) {
			return sample(name), c.env[name]
		},
	})
	if ctx.Err() != nil {
		return problem.Problems{{Code: problem.CodeCanceled, Msg: "canceled", Cause: context.Cause(ctx)}}
	}
	if err != nil {
		return problem.Problems{{Code: problem.CodeInternal, Origin: meant.Origin, Cause: err,
			Msg:  "cannot load the program that was written: " + err.Error(),
			Hint: "the program is at fault, not the file: please report it"}}
	}
	if len(program.Maps) == 1 && starlarkmap.Format(program.Maps[0]) == starlarkmap.Format(meant) {
		return nil
	}
	return problem.Problems{{Code: problem.CodeInternal, Origin: meant.Origin,
		Msg:  "the program that was written does not make the map that was read",
		Hint: "the program is at fault, not the file: please report it"}}
}

// sample returns the value that stands for an environment variable: a map that uses the
// variable in paths is valid with it.
func sample(name string) string { return "/" + name }

// wrong reports what cannot be accepted.
func (c *converter) wrong(code problem.Code, at problem.Origin, where, hint, format string, args ...any) {
	c.problems = append(c.problems, &problem.Problem{Code: code, Origin: at, Path: where,
		Msg: fmt.Sprintf(format, args...), Hint: hint})
}

// unsupported reports what has no equivalent in dmap. The caller leaves it out.
func (c *converter) unsupported(at problem.Origin, where, hint, format string, args ...any) {
	p := &problem.Problem{Code: CodeUnsupported, Origin: at, Path: where, Msg: fmt.Sprintf(format, args...), Hint: hint}
	if c.options.Partial {
		c.leftOut = append(c.leftOut, p)
		return
	}
	c.problems = append(c.problems, p)
}

// baseName returns the name of a file without its folder, with the separators of any
// system.
func baseName(file string) string { return path.Base(strings.ReplaceAll(file, `\`, "/")) }

// chooseName chooses the name of the map: the argument, the key in the file, or the
// base name of the file (D21).
func (c *converter) chooseName(given *node) {
	c.name = c.options.Name
	base := baseName(c.file)
	base = strings.TrimSuffix(base, path.Ext(base))
	var own string
	if given != nil && given.value != nil {
		text, ok := given.value.(string)
		if !ok || text == "" {
			c.wrong(problem.CodeWrongType, given.at, "name", "a container of this name goes under containers:",
				"want the name of the map (string), got %s", given.input())
			c.name = base
			return
		}
		own = text
	}
	switch {
	case own == "" && c.name == "":
		c.name = base
	case c.name == "":
		c.name = own
	case own != "" && own != c.name:
		c.wrong(problem.CodeDuplicate, given.at, "name", "leave one out, or make them equal",
			"the map has two names: %q here, %q given with the call", own, c.name)
	}
}
