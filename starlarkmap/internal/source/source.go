// Sources: the text of files and their syntax trees.

package source

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"
	"unicode/utf8"

	"go.starlark.net/resolve"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/starlarkmap/internal/sandbox"
)

// Files holds the files of one evaluation. After it, they are used only to show
// problems.
type Files struct {
	Main  string // the name of the first file
	Order []*File
	// LoadOf returns the load statement that makes a name known, or ""; nil knows none.
	LoadOf      func(name string) string
	files       map[string]*File
	predeclared []string
	limits      Limits
	// quoting guards the data computed when the first problem quotes a file.
	quoting sync.Mutex
}

// Limits bound the syntax of files: how deep it is nested, and how many clauses a
// comprehension has.
type Limits struct{ Nesting, Clauses int }

// New returns an empty Files. main is the name of the first file; predeclared are the
// names that every file may refer to.
func New(main string, limits Limits, predeclared []string) *Files {
	return &Files{Main: main, limits: limits, predeclared: predeclared, files: map[string]*File{}}
}

// File is one source text.
type File struct {
	Name   string
	Text   string
	SHA256 string
	// tree is dropped after the evaluation: it is many times as large as the text.
	tree *syntax.File
	index
	// lines and ends serve Quote: ends maps each spot where syntax begins to its end.
	lines []string
	ends  map[spot]syntax.Position
}

// dialect returns the options of every file: sets, top-level loops and conditions, and
// reassignment are on; while and recursion stay off, so that every program ends.
func dialect() *syntax.FileOptions {
	return &syntax.FileOptions{Set: true, TopLevelControl: true, GlobalReassign: true}
}

// Add checks a text and makes it a file of the evaluation.
func (s *Files) Add(name string, data []byte) (*File, *problem.Problem) {
	text, p := plainText(name, data)
	if p != nil {
		return nil, p
	}
	sum := sha256.Sum256(data)
	f := &File{Name: name, Text: text, SHA256: hex.EncodeToString(sum[:])}
	s.files[name] = f
	s.Order = append(s.Order, f)
	return f, nil
}

// Named returns the file of that name, or nil.
func (s *Files) Named(name string) *File { return s.files[name] }

// plainText refuses what the interpreter would silently misread: it ends a source at a
// NUL byte and replaces invalid UTF-8. A byte order mark is dropped, and line ends
// become "\\n".
func plainText(name string, data []byte) (string, *problem.Problem) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	text := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(data))
	for i, r := range text {
		switch {
		case r == 0:
			return "", &problem.Problem{Code: problem.CodeSource, Origin: offset(name, text, i), Msg: "NUL byte in source"}
		case r == utf8.RuneError && strings.HasPrefix(text[i:], "\ufffd"):
			// A replacement character that is really in the text.
		case r == utf8.RuneError:
			return "", &problem.Problem{Code: problem.CodeSource, Origin: offset(name, text, i),
				Msg: fmt.Sprintf("not UTF-8 (byte 0x%02x)", text[i]), Hint: "save the file as UTF-8"}
		}
	}
	return text, nil
}

// offset returns the place of the byte at i.
func offset(name, text string, i int) problem.Origin {
	before := text[:i]
	line := strings.Count(before, "\n") + 1
	col := utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1
	return problem.Origin{File: name, Line: line, Col: col}
}

// Parse returns the syntax of a file as written, without guards.
func (s *Files) Parse(f *File) (*syntax.File, error) {
	tree, err := dialect().Parse(f.Name, f.Text, 0)
	if err != nil {
		return nil, err
	}
	if p := tooDeep(tree, s.limits); p != nil {
		return nil, p
	}
	return tree, nil
}

// Compile parses and compiles a file, and indexes the places in it.
func (s *Files) Compile(f *File, known func(string) bool) (*starlark.Program, error) {
	tree, err := s.Parse(f)
	if err != nil {
		return nil, err
	}
	sandbox.GuardOperators(tree)
	f.tree = tree
	program, err := starlark.FileProgram(tree, known)
	if err != nil {
		return nil, err
	}
	f.index = indexOf(tree)
	return program, nil
}

// Global returns where a global of the file is first bound.
func (f *File) Global(name string) problem.Origin {
	if m, ok := f.tree.Module.(*resolve.Module); ok {
		for _, b := range m.Globals {
			if b.First.Name == name {
				return OriginOf(b.First.NamePos)
			}
		}
	}
	return problem.Origin{File: f.Name, Line: 1, Col: 1}
}
