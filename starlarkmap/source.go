// Program text to model: the text of files and their syntax trees.

package starlarkmap

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"
	"unicode/utf8"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"github.com/dmap-dev/dmap/engine/problem"
)

// sources are the files of one evaluation. After Load they serve problems only.
type sources struct {
	main        string
	files       map[string]*file
	order       []*file
	predeclared []string
	// quoting guards what is made of a file when the first problem quotes it.
	quoting sync.Mutex
}

// file is one source text.
type file struct {
	name   string
	text   string
	digest string
	// tree is dropped after the evaluation: it is many times the size of the text.
	tree *syntax.File
	index
	// lines and ends serve quotes: ends has where the syntax ends that begins at a spot.
	lines []string
	ends  map[spot]syntax.Position
}

// dialect are the options of every file: sets, loops and conditions at the top level,
// and reassignment; while and recursion stay off, so that every program ends.
func dialect() *syntax.FileOptions {
	return &syntax.FileOptions{Set: true, TopLevelControl: true, GlobalReassign: true}
}

// add checks a text and makes it a file of the evaluation.
func (s *sources) add(name string, data []byte) (*file, *problem.Problem) {
	text, p := plainText(name, data)
	if p != nil {
		return nil, p
	}
	sum := sha256.Sum256(data)
	f := &file{name: name, text: text, digest: hex.EncodeToString(sum[:])}
	s.files[name] = f
	s.order = append(s.order, f)
	return f, nil
}

// plainText refuses what the interpreter would misread in silence: it ends a
// source at a NUL byte and replaces invalid UTF-8. A byte order mark is dropped,
// line ends become "\n".
func plainText(name string, data []byte) (string, *problem.Problem) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	text := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(data))
	for i, r := range text {
		switch {
		case r == 0:
			return "", &problem.Problem{Code: problem.CodeSource, Origin: offset(name, text, i), Msg: "NUL byte in source"}
		case r == utf8.RuneError && strings.HasPrefix(text[i:], "\ufffd"):
			// A replacement character that really stands there.
		case r == utf8.RuneError:
			return "", &problem.Problem{Code: problem.CodeSource, Origin: offset(name, text, i),
				Msg: fmt.Sprintf("not UTF-8 (byte 0x%02x)", text[i]), Hint: "save the file as UTF-8"}
		}
	}
	return text, nil
}

// offset returns the place of a byte.
func offset(name, text string, i int) problem.Origin {
	before := text[:i]
	line := strings.Count(before, "\n") + 1
	col := utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1
	return problem.Origin{File: name, Line: line, Col: col}
}

// compile parses and compiles a file and records where things stand in it.
func (s *sources) compile(f *file, l Limits, known func(string) bool) (*starlark.Program, error) {
	tree, err := dialect().Parse(f.name, f.text, 0)
	if err != nil {
		return nil, err
	}
	if p := tooDeep(tree, l); p != nil {
		return nil, p
	}
	guardOperators(tree)
	f.tree = tree
	program, err := starlark.FileProgram(tree, known)
	if err != nil {
		return nil, err
	}
	f.index = indexOf(tree)
	return program, nil
}

// tooDeep refuses trees that would exhaust the stack of the compiler: chains such
// as 1+1+… pass the parser at any length.
func tooDeep(tree *syntax.File, l Limits) (found *problem.Problem) {
	depth := 0
	syntax.Walk(tree, func(n syntax.Node) bool {
		if n == nil {
			depth--
			return false
		}
		if found != nil {
			return false
		}
		if depth > l.Nesting {
			found = &problem.Problem{Code: problem.CodeSizeLimit, Origin: originOf(somePosition(n)),
				Msg:  fmt.Sprintf("nested deeper than %d", l.Nesting),
				Hint: "name parts of it, or put them in a list"}
			return false
		}
		if c, ok := n.(*syntax.Comprehension); ok && len(c.Clauses) > l.Clauses {
			found = &problem.Problem{Code: problem.CodeSizeLimit, Origin: originOf(c.Lbrack),
				Msg: fmt.Sprintf("a comprehension with %d clauses, the limit is %d", len(c.Clauses), l.Clauses)}
			return false
		}
		depth++
		return true
	})
	return found
}

// somePosition returns a position in n without descending: Span would.
func somePosition(n syntax.Node) syntax.Position {
	for {
		switch x := n.(type) {
		case *syntax.BinaryExpr:
			return x.OpPos
		case *syntax.CallExpr:
			return x.Lparen
		case *syntax.DotExpr:
			return x.Dot
		case *syntax.IndexExpr:
			return x.Lbrack
		case *syntax.SliceExpr:
			return x.Lbrack
		case *syntax.IfStmt:
			return x.If
		case *syntax.ForStmt:
			return x.For
		case *syntax.DefStmt:
			return x.Def
		case *syntax.CondExpr:
			return x.If
		case *syntax.UnaryExpr:
			return x.OpPos
		case *syntax.LambdaExpr:
			return x.Lambda
		case *syntax.ReturnStmt:
			return x.Return
		case *syntax.WhileStmt:
			return x.While
		case *syntax.ForClause:
			return x.For
		case *syntax.IfClause:
			return x.If
		case *syntax.TupleExpr:
			if x.Lparen.IsValid() {
				return x.Lparen
			}
			n = x.List[0]
		case *syntax.ExprStmt:
			n = x.X
		case *syntax.AssignStmt:
			return x.OpPos
		case *syntax.DictEntry:
			return x.Colon
		default:
			return syntax.Start(n)
		}
	}
}
