// Sources: syntax trees too deep for the compiler.

package source

import (
	"fmt"

	"go.starlark.net/syntax"

	"github.com/dmap-dev/dmap/engine/problem"
)

// tooDeep refuses trees that would exhaust the stack of the compiler, which ends the
// process: chains such as 1+1+… pass the parser at any length.
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
			found = &problem.Problem{Code: problem.CodeSizeLimit, Origin: OriginOf(somePosition(n)),
				Msg:  fmt.Sprintf("nested deeper than %d", l.Nesting),
				Hint: "name parts of it, or put them in a list"}
			return false
		}
		if c, ok := n.(*syntax.Comprehension); ok && len(c.Clauses) > l.Clauses {
			found = &problem.Problem{Code: problem.CodeSizeLimit, Origin: OriginOf(c.Lbrack),
				Msg: fmt.Sprintf("a comprehension with %d clauses, the limit is %d", len(c.Clauses), l.Clauses)}
			return false
		}
		depth++
		return true
	})
	return found
}

// somePosition returns a position in n without descending into it. Span would, and
// exhaust the stack on just these trees.
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
