// Sources: the source line of a problem, with a caret.

package source

import (
	"strings"

	"go.starlark.net/syntax"

	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/starlarkmap/internal/sandbox"
)

// syntaxOf returns the syntax tree of a file and its index, parsing it again if they
// were dropped; the tree is nil if the file cannot be parsed. It stores nothing, so
// that option functions may call it concurrently.
func (s *Files) syntaxOf(f *File) (*syntax.File, index) {
	if f.tree != nil {
		return f.tree, f.index
	}
	tree, err := s.Parse(f)
	if err != nil {
		return nil, index{}
	}
	return tree, indexOf(tree)
}

// DropTrees frees the syntax trees, which are needed only while the program runs.
func (s *Files) DropTrees() {
	for _, f := range s.Order {
		f.tree, f.index, f.lines, f.ends = nil, index{}, nil, nil
	}
}

// Refine moves a position of the interpreter to where a reader expects it: from the
// parenthesis of a call to its start, from a dot to the name after it.
func (s *Files) Refine(at problem.Origin) problem.Origin {
	f := s.files[at.File]
	if f == nil {
		return at
	}
	_, x := s.syntaxOf(f)
	switch n := x.nodes[spot{int32(at.Line), int32(at.Col)}].(type) {
	case *syntax.CallExpr:
		if id, ok := n.Fn.(*syntax.Ident); !ok || !sandbox.Hidden(id.Name) {
			return OriginAt(n)
		}
	case *syntax.DotExpr:
		return OriginOf(n.Name.NamePos)
	}
	return at
}

// Quote returns the line of a place, and the end of what begins there; see
// [problem.Source]. It is safe for concurrent use.
func (s *Files) Quote(at problem.Origin) (line string, end problem.Origin, ok bool) {
	f := s.files[at.File]
	if f == nil {
		return "", problem.Origin{}, false
	}
	s.quoting.Lock()
	defer s.quoting.Unlock()
	if f.lines == nil {
		f.lines = strings.Split(f.Text, "\n")
		if tree, _ := s.syntaxOf(f); tree != nil {
			f.ends = endsIn(tree)
		}
	}
	if at.Line < 1 || at.Line > len(f.lines) {
		return "", problem.Origin{}, false
	}
	return f.lines[at.Line-1], OriginOf(f.ends[spot{int32(at.Line), int32(at.Col)}]), true
}

// endsIn returns, for each place where syntax starts, where it ends: a keyword with
// its value, the target of an assignment, or an element.
func endsIn(tree *syntax.File) map[spot]syntax.Position {
	ends, whole := map[spot]syntax.Position{}, map[spot]bool{}
	set := func(start syntax.Position, n syntax.Node, isWhole bool) {
		at := spotOf(start)
		if whole[at] {
			return
		}
		if next := syntax.End(n); isWhole || after(next, ends[at]) {
			ends[at], whole[at] = next, isWhole
		}
	}
	syntax.Walk(tree, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.AssignStmt:
			switch unparen(n.LHS).(type) {
			case *syntax.DotExpr, *syntax.IndexExpr:
				set(syntax.Start(n.LHS), n.LHS, true)
			}
		case *syntax.BinaryExpr:
			if id, ok := n.X.(*syntax.Ident); ok && n.Op == syntax.EQ {
				set(id.NamePos, n, true)
			}
		case *syntax.Ident:
			set(n.NamePos, n, false)
		case *syntax.Literal:
			set(n.TokenPos, n, false)
		case *syntax.CallExpr, *syntax.DotExpr, *syntax.IndexExpr, *syntax.ListExpr, *syntax.TupleExpr,
			*syntax.DictExpr, *syntax.LambdaExpr, *syntax.ParenExpr, *syntax.UnaryExpr, *syntax.Comprehension:
			set(syntax.Start(n), n, false)
		}
		return true
	})
	return ends
}

func after(a, b syntax.Position) bool {
	return a.Line > b.Line || a.Line == b.Line && a.Col > b.Col
}
