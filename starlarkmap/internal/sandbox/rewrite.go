// Sandbox: replacing operators by guarded builtins.

package sandbox

import (
	"strings"

	"go.starlark.net/syntax"
)

// The names of the builtins that stand in for operators. "%" cannot be part of a name,
// so no program can use them.
const (
	hiddenMul  = "%mul"  // x * y
	HiddenAdd  = "%add"  // x + y
	hiddenTerm = "%term" // the y of x += y
	hiddenMod  = "%mod"  // x % y
	hiddenEq   = "%eq"   // x == y
	hiddenNeq  = "%neq"  // x != y
	hiddenKey  = "%key"  // the k of x[k] and {k: v}
	hiddenAttr = "%attr" // x.name, for methods that can make huge values
	hiddenX    = "%x"    // variables of GuardOperators
	hiddenK    = "%k"
)

// Hidden reports whether a name is one that no program can write.
func Hidden(name string) bool { return strings.HasPrefix(name, "%") }

// costly reports whether the result of a method may be far larger than its arguments.
// It also includes those methods of sets that panic in the interpreter if they get no
// argument.
func costly(method string) bool {
	switch method {
	case "replace", "join", "format", "split", "rsplit", "splitlines",
		"elems", "elem_ords", "codepoints", "codepoint_ords",
		"extend",
		"difference", "intersection", "issubset", "issuperset", "symmetric_difference":
		return true
	}
	return false
}

// GuardOperators replaces, in place, what the interpreter would execute without any
// limit: x + y, x * y and x % y become calls of builtins that check the size of the
// result first, and so do the costly methods. x == y becomes a call too, so that live
// lists can be compared with plain ones. The calls keep the positions of the operators,
// so that errors point to what was written.
func GuardOperators(tree *syntax.File) { guardStmts(tree.Stmts) }

func guardStmts(stmts []syntax.Stmt) {
	for i, stmt := range stmts {
		stmts[i] = guardStmt(stmt)
	}
}

func guardStmt(stmt syntax.Stmt) syntax.Stmt {
	switch s := stmt.(type) {
	case *syntax.AssignStmt:
		return guardAssign(s)
	case *syntax.DefStmt:
		guardParams(s.Params)
		guardStmts(s.Body)
	case *syntax.ExprStmt:
		s.X = guard(s.X)
	case *syntax.ForStmt:
		s.Vars, s.X = guardTarget(s.Vars), guard(s.X)
		guardStmts(s.Body)
	case *syntax.IfStmt:
		s.Cond = guard(s.Cond)
		guardStmts(s.True)
		guardStmts(s.False)
	case *syntax.ReturnStmt:
		if s.Result != nil {
			s.Result = guard(s.Result)
		}
	}
	return stmt
}

// guardAssign guards the values of an assignment. x *= y and x %= y become x = x * y
// and x = x % y. Where the target is computed (f().name, x[g()]) it must still be
// computed only once, which a loop over a single element does: there is no other
// statement that binds a hidden variable.
func guardAssign(s *syntax.AssignStmt) syntax.Stmt {
	s.LHS, s.RHS = guardTarget(s.LHS), guard(s.RHS)
	name := hiddenMul
	switch s.Op {
	case syntax.PLUS_EQ:
		// The interpreter extends a list in place, so only what is added is checked.
		s.RHS = hiddenCall(hiddenTerm, s.RHS, s.OpPos)
		return s
	case syntax.STAR_EQ:
	case syntax.PERCENT_EQ:
		name = hiddenMod
	default:
		return s
	}
	s.Op = syntax.EQ
	switch lhs := s.LHS.(type) {
	case *syntax.Ident:
		s.RHS = hiddenCall(name, &syntax.Ident{NamePos: lhs.NamePos, Name: lhs.Name}, s.OpPos, s.RHS)
	case *syntax.DotExpr:
		// for x in [X]: x.name = x.name op RHS, so that X is evaluated once.
		x := lhs.X
		lhs.X = ident(hiddenX, lhs.Dot)
		value := &syntax.DotExpr{X: ident(hiddenX, lhs.Dot), Dot: lhs.Dot, Name: lhs.Name}
		s.RHS = hiddenCall(name, value, s.OpPos, s.RHS)
		return once(ident(hiddenX, lhs.Dot), x, s)
	case *syntax.IndexExpr:
		// for x, key in [(X, Y)]: x[key] = x[key] op RHS
		at := lhs.Lbrack
		pair := &syntax.TupleExpr{Lparen: at, List: []syntax.Expr{lhs.X, lhs.Y}, Rparen: lhs.Rbrack}
		lhs.X, lhs.Y = ident(hiddenX, at), ident(hiddenK, at)
		value := &syntax.IndexExpr{X: ident(hiddenX, at), Lbrack: at, Y: guardKey(ident(hiddenK, at)), Rbrack: lhs.Rbrack}
		s.RHS = hiddenCall(name, value, s.OpPos, s.RHS)
		vars := &syntax.TupleExpr{List: []syntax.Expr{ident(hiddenX, at), ident(hiddenK, at)}}
		return once(vars, pair, s)
	}
	return s
}

// once returns a statement that runs body with vars bound to x: a loop over one
// element.
func once(vars, x syntax.Expr, body *syntax.AssignStmt) syntax.Stmt {
	list := &syntax.ListExpr{Lbrack: body.OpPos, List: []syntax.Expr{x}, Rbrack: body.OpPos}
	return &syntax.ForStmt{For: body.OpPos, Vars: vars, X: list, Body: []syntax.Stmt{body}}
}

// guardTarget guards the expressions evaluated to find the target of an assignment, but
// not the target itself.
func guardTarget(e syntax.Expr) syntax.Expr {
	switch e := e.(type) {
	case *syntax.DotExpr:
		e.X = guard(e.X)
	case *syntax.IndexExpr:
		e.X, e.Y = guard(e.X), guard(e.Y)
	case *syntax.ParenExpr:
		e.X = guardTarget(e.X)
	case *syntax.TupleExpr:
		for i, x := range e.List {
			e.List[i] = guardTarget(x)
		}
	case *syntax.ListExpr:
		for i, x := range e.List {
			e.List[i] = guardTarget(x)
		}
	}
	return e
}

// guardParams guards the default values of parameters.
func guardParams(params []syntax.Expr) {
	for _, p := range params {
		if b, ok := p.(*syntax.BinaryExpr); ok {
			b.Y = guard(b.Y)
		}
	}
}

func guardAll(list []syntax.Expr) {
	for i, e := range list {
		list[i] = guard(e)
	}
}

// guard returns expr with its operators and costly methods replaced, at every depth. A
// kind of expression that is missing here would let programs escape the limits.
func guard(expr syntax.Expr) syntax.Expr {
	switch e := expr.(type) {
	case *syntax.BinaryExpr:
		return guardBinary(e)
	case *syntax.CallExpr:
		e.Fn = guard(e.Fn)
		guardAll(e.Args)
	case *syntax.Comprehension:
		e.Body = guard(e.Body)
		for _, c := range e.Clauses {
			guardClause(c)
		}
	case *syntax.CondExpr:
		e.Cond, e.True, e.False = guard(e.Cond), guard(e.True), guard(e.False)
	case *syntax.DictEntry:
		e.Key, e.Value = guardKey(guard(e.Key)), guard(e.Value)
	case *syntax.DictExpr:
		guardAll(e.List)
	case *syntax.DotExpr:
		e.X = guard(e.X)
		if costly(e.Name.Name) {
			name := &syntax.Literal{Token: syntax.STRING, TokenPos: e.Name.NamePos, Raw: e.Name.Name, Value: e.Name.Name}
			return hiddenCall(hiddenAttr, e.X, e.Dot, name)
		}
	case *syntax.IndexExpr:
		e.X, e.Y = guard(e.X), guardKey(guard(e.Y))
	case *syntax.LambdaExpr:
		guardParams(e.Params)
		e.Body = guard(e.Body)
	case *syntax.ListExpr:
		guardAll(e.List)
	case *syntax.ParenExpr:
		e.X = guard(e.X)
	case *syntax.SliceExpr:
		e.X = guard(e.X)
		for _, part := range []*syntax.Expr{&e.Lo, &e.Hi, &e.Step} {
			if *part != nil {
				*part = guard(*part)
			}
		}
	case *syntax.TupleExpr:
		guardAll(e.List)
	case *syntax.UnaryExpr:
		if e.X != nil {
			e.X = guard(e.X)
		}
	}
	return expr
}

// guardKey guards a key: the interpreter's error quotes a missing or duplicate key in
// full, however large it is.
func guardKey(e syntax.Expr) syntax.Expr {
	if _, ok := e.(*syntax.Literal); ok { // as large as the program's text at most
		return e
	}
	return hiddenCall(hiddenKey, e, syntax.Start(e))
}

func guardClause(n syntax.Node) {
	switch c := n.(type) {
	case *syntax.ForClause:
		c.Vars, c.X = guardTarget(c.Vars), guard(c.X)
	case *syntax.IfClause:
		c.Cond = guard(c.Cond)
	}
}

func guardBinary(e *syntax.BinaryExpr) syntax.Expr {
	if e.Op == syntax.EQ { // a keyword argument, not an assignment
		e.Y = guard(e.Y)
		return e
	}
	e.X, e.Y = guard(e.X), guard(e.Y)
	switch e.Op {
	case syntax.PLUS:
		return hiddenCall(HiddenAdd, e.X, e.OpPos, e.Y)
	case syntax.STAR:
		return hiddenCall(hiddenMul, e.X, e.OpPos, e.Y)
	case syntax.PERCENT:
		return hiddenCall(hiddenMod, e.X, e.OpPos, e.Y)
	case syntax.EQL:
		return hiddenCall(hiddenEq, e.X, e.OpPos, e.Y)
	case syntax.NEQ:
		return hiddenCall(hiddenNeq, e.X, e.OpPos, e.Y)
	}
	return e
}

// hiddenCall returns the call name(x, more…), placed at the operator and spanning all
// operands.
func hiddenCall(name string, x syntax.Expr, at syntax.Position, more ...syntax.Expr) syntax.Expr {
	args := append([]syntax.Expr{x}, more...)
	return &syntax.CallExpr{
		Fn:     ident(name, syntax.Start(x)),
		Lparen: at,
		Args:   args,
		Rparen: syntax.End(args[len(args)-1]),
	}
}

// Transparent returns the expression whose value a hidden call passes through, or nil.
func Transparent(e syntax.Expr) syntax.Expr {
	for _, name := range []string{hiddenTerm, hiddenKey} {
		if args := Operands(e, name); args != nil {
			return args[0]
		}
	}
	return nil
}

// Operands returns the arguments if e is a hidden call of that name, or nil.
func Operands(e syntax.Expr, name string) []syntax.Expr {
	call, ok := e.(*syntax.CallExpr)
	if !ok {
		return nil
	}
	if id, ok := call.Fn.(*syntax.Ident); !ok || id.Name != name {
		return nil
	}
	return call.Args
}

func ident(name string, at syntax.Position) *syntax.Ident {
	return &syntax.Ident{NamePos: at, Name: name}
}
