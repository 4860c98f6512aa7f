// Sources: finding syntax by its place in a file.

package source

import (
	"go.starlark.net/resolve"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/starlarkmap/internal/sandbox"
)

// spot is a position within one file.
type spot struct{ line, col int32 }

func spotOf(p syntax.Position) spot { return spot{p.Line, p.Col} }

// index finds the syntax for a position that the interpreter reports.
type index struct {
	// nodes holds calls by their opening parenthesis, x.name by the dot, x[k] by the
	// bracket, functions and load statements by their start.
	nodes map[spot]syntax.Node
	// assigns holds assignments by the dot or bracket of their targets, and by their
	// operator.
	assigns map[spot]*syntax.AssignStmt
	// literals holds the names that are bound exactly once, to a literal.
	literals map[*syntax.Ident]syntax.Expr
}

func indexOf(tree *syntax.File) index {
	x := index{
		nodes:    map[spot]syntax.Node{},
		assigns:  map[spot]*syntax.AssignStmt{},
		literals: map[*syntax.Ident]syntax.Expr{},
	}
	bound := map[*syntax.Ident]int{}
	syntax.Walk(tree, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.CallExpr:
			x.nodes[spotOf(n.Lparen)] = n
		case *syntax.DotExpr:
			x.nodes[spotOf(n.Dot)] = n
		case *syntax.IndexExpr:
			x.nodes[spotOf(n.Lbrack)] = n
		case *syntax.LoadStmt:
			x.nodes[spotOf(n.Load)] = n
			bindAll(bound, n.To)
		case *syntax.DefStmt:
			x.nodes[spotOf(n.Def)] = n
			bind(bound, n.Name)
			bind(bound, n.Params...)
		case *syntax.LambdaExpr:
			x.nodes[spotOf(n.Lambda)] = n
			bind(bound, n.Params...)
		case *syntax.ForStmt:
			bind(bound, n.Vars)
		case *syntax.ForClause:
			bind(bound, n.Vars)
		case *syntax.AssignStmt:
			x.addAssign(n)
			bind(bound, n.LHS)
		}
		return true
	})
	for id := range x.literals {
		if bound[id] != 1 {
			delete(x.literals, id)
		}
	}
	return x
}

func (x index) addAssign(s *syntax.AssignStmt) {
	x.assigns[spotOf(s.OpPos)] = s
	targets := []syntax.Expr{s.LHS}
	if t, ok := unparen(s.LHS).(*syntax.TupleExpr); ok {
		targets = t.List
	}
	for _, target := range targets {
		switch t := unparen(target).(type) {
		case *syntax.DotExpr:
			x.assigns[spotOf(t.Dot)] = s
		case *syntax.IndexExpr:
			x.assigns[spotOf(t.Lbrack)] = s
		case *syntax.Ident:
			if id := firstUse(t); id != nil && s.Op == syntax.EQ && isLiteral(s.RHS) {
				x.literals[id] = s.RHS
			}
		}
	}
}

// firstUse returns the identifier that stands for a variable, or nil.
func firstUse(id *syntax.Ident) *syntax.Ident {
	if b, ok := id.Binding.(*resolve.Binding); ok {
		return b.First
	}
	return nil
}

func bindAll(bound map[*syntax.Ident]int, ids []*syntax.Ident) {
	for _, id := range ids {
		bind(bound, id)
	}
}

// bind counts how often each variable is bound.
func bind(bound map[*syntax.Ident]int, targets ...syntax.Expr) {
	for _, target := range targets {
		switch t := target.(type) {
		case *syntax.Ident:
			if id := firstUse(t); id != nil {
				bound[id]++
			}
		case *syntax.ParenExpr:
			bind(bound, t.X)
		case *syntax.TupleExpr:
			bind(bound, t.List...)
		case *syntax.ListExpr:
			bind(bound, t.List...)
		case *syntax.BinaryExpr: // parameter with default
			bind(bound, t.X)
		case *syntax.UnaryExpr: // *args
			if t.X != nil {
				bind(bound, t.X)
			}
		}
	}
}

// unparen returns the expression inside parentheses and guards.
func unparen(e syntax.Expr) syntax.Expr {
	for {
		if p, ok := e.(*syntax.ParenExpr); ok {
			e = p.X
			continue
		}
		inner := sandbox.Transparent(e)
		if inner == nil {
			return e
		}
		e = inner
	}
}

func isLiteral(e syntax.Expr) bool {
	switch e := unparen(e).(type) {
	case *syntax.ListExpr, *syntax.TupleExpr, *syntax.DictExpr:
		return true
	case *syntax.CallExpr:
		return isDictCall(e)
	}
	return false
}

// isDictCall reports whether a call is dict(name = value, …).
func isDictCall(e *syntax.CallExpr) bool {
	id, ok := e.Fn.(*syntax.Ident)
	return ok && id.Name == "dict"
}

// Literal returns the literal that e is or refers to by name, or e itself.
func (x index) Literal(e syntax.Expr) syntax.Expr {
	e = unparen(e)
	if id, ok := e.(*syntax.Ident); ok {
		if lit, ok := x.literals[firstUse(id)]; ok {
			return unparen(lit)
		}
	}
	return e
}

// Elements returns the expression of each of the n elements of a list or tuple, or nil
// if they are not known.
func (x index) Elements(e syntax.Expr, n int) []syntax.Expr {
	list := x.parts(e)
	if len(list) != n {
		return nil
	}
	return list
}

func (x index) parts(e syntax.Expr) []syntax.Expr {
	switch e := x.Literal(e).(type) {
	case *syntax.ListExpr:
		return e.List
	case *syntax.TupleExpr:
		return e.List
	case *syntax.CallExpr:
		sum := sandbox.Operands(e, sandbox.HiddenAdd)
		if sum == nil {
			return nil
		}
		left, right := x.parts(sum[0]), x.parts(sum[1])
		if left != nil && right != nil {
			return append(append([]syntax.Expr{}, left...), right...)
		}
	}
	return nil
}

// Pairs returns the expressions of the entries of a dictionary, by key. Keys that are
// not literals are left out.
func (x index) Pairs(e syntax.Expr) map[starlark.Value]Pair {
	out := map[starlark.Value]Pair{}
	switch e := x.Literal(e).(type) {
	case *syntax.DictExpr:
		for _, item := range e.List {
			entry := item.(*syntax.DictEntry)
			if key := constant(entry.Key); key != nil {
				out[key] = Pair{entry.Key, entry.Value}
			}
		}
	case *syntax.CallExpr:
		if !isDictCall(e) {
			return out
		}
		for name, arg := range keywords(e) {
			out[starlark.String(name)] = Pair{arg.X, arg.Y}
		}
	}
	return out
}

// Pair holds the expressions of the key and the value of an entry.
type Pair struct{ Key, Value syntax.Expr }

// Origin returns the place of the key, or at if that is unknown.
func (p Pair) Origin(at problem.Origin) problem.Origin {
	if p.Key == nil {
		return at
	}
	return OriginAt(p.Key)
}

// constant returns the value of a literal key: a string, or a small int.
func constant(e syntax.Expr) starlark.Value {
	lit, ok := unparen(e).(*syntax.Literal)
	if !ok {
		return nil
	}
	switch v := lit.Value.(type) {
	case string:
		if lit.Token == syntax.STRING {
			return starlark.String(v)
		}
	case int64:
		return starlark.MakeInt64(v)
	}
	return nil
}

// keywords returns the keyword arguments of a call.
func keywords(call *syntax.CallExpr) map[string]*syntax.BinaryExpr {
	out := map[string]*syntax.BinaryExpr{}
	for _, arg := range call.Args {
		if b, ok := arg.(*syntax.BinaryExpr); ok && b.Op == syntax.EQ {
			out[b.X.(*syntax.Ident).Name] = b
		}
	}
	return out
}

// Argument returns the i'th positional argument of a call, or nil.
func Argument(call *syntax.CallExpr, i int) syntax.Expr {
	if call == nil {
		return nil
	}
	for _, arg := range call.Args {
		switch a := arg.(type) {
		case *syntax.BinaryExpr:
			if a.Op == syntax.EQ {
				return nil
			}
		case *syntax.UnaryExpr:
			if a.Op == syntax.STAR || a.Op == syntax.STARSTAR {
				return nil
			}
		}
		if i == 0 {
			return arg
		}
		i--
	}
	return nil
}

// OriginAt returns where an expression starts.
func OriginAt(e syntax.Expr) problem.Origin { return OriginOf(syntax.Start(e)) }
