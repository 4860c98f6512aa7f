// Sources: a place in a running program, with its syntax.

package source

import (
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"github.com/dmap-dev/dmap/engine/problem"
)

// Site is a place in a running program, with its syntax.
type Site struct {
	File *File // nil if the place is not in a file of the program
	Pos  syntax.Position
	At   problem.Origin
}

// Call returns the call at the site, or nil.
func (s Site) Call() *syntax.CallExpr {
	if s.File == nil {
		return nil
	}
	call, _ := s.File.nodes[spotOf(s.Pos)].(*syntax.CallExpr)
	return call
}

// Start returns where the expression at the site starts.
func (s Site) Start() problem.Origin {
	if s.File != nil {
		if e, ok := s.File.nodes[spotOf(s.Pos)].(syntax.Expr); ok {
			return OriginAt(e)
		}
	}
	return s.At
}

// Assign returns the assignment at the site, or nil.
func (s Site) Assign() *syntax.AssignStmt {
	if s.File == nil {
		return nil
	}
	return s.File.assigns[spotOf(s.Pos)]
}

// Load returns the load statement at the site, or nil, and the place of its file name.
func (s Site) Load() (*syntax.LoadStmt, problem.Origin) {
	if s.File != nil {
		if stmt, ok := s.File.nodes[spotOf(s.Pos)].(*syntax.LoadStmt); ok {
			return stmt, OriginAt(stmt.Module)
		}
	}
	return nil, s.At
}

// Target returns the expression of the value assigned at the site, or nil if it is not
// known, and where the target of the assignment starts.
func (s Site) Target() (value syntax.Expr, at problem.Origin) {
	a := s.Assign()
	if a == nil {
		return nil, s.At
	}
	targets, values := []syntax.Expr{a.LHS}, []syntax.Expr{a.RHS}
	if t, ok := unparen(a.LHS).(*syntax.TupleExpr); ok {
		targets, values = t.List, s.File.Elements(a.RHS, len(t.List))
	}
	for i, target := range targets {
		if !startsAt(unparen(target), s.Pos) {
			continue
		}
		if a.Op == syntax.EQ && values != nil {
			value = values[i]
		}
		return value, OriginAt(target)
	}
	return nil, s.At
}

// startsAt reports whether pos is where the interpreter reports an assignment to
// target.
func startsAt(target syntax.Expr, pos syntax.Position) bool {
	switch t := target.(type) {
	case *syntax.DotExpr:
		return spotOf(t.Dot) == spotOf(pos)
	case *syntax.IndexExpr:
		return spotOf(t.Lbrack) == spotOf(pos)
	}
	return false
}

// Arguments returns the expressions of the keyword arguments of the call at the site,
// and of the entries of a dictionary given as **d or as the first argument.
func (s Site) Arguments() map[starlark.Value]Pair {
	out := map[starlark.Value]Pair{}
	call := s.Call()
	if call == nil {
		return out
	}
	for i, arg := range call.Args {
		var dict syntax.Expr
		switch a := arg.(type) {
		case *syntax.BinaryExpr:
			if a.Op == syntax.EQ {
				out[starlark.String(a.X.(*syntax.Ident).Name)] = Pair{a.X, a.Y}
				continue
			}
		case *syntax.UnaryExpr:
			if a.Op == syntax.STARSTAR {
				dict = a.X
			}
		}
		if i == 0 && dict == nil {
			dict = arg
		}
		if dict == nil {
			continue
		}
		for key, where := range s.File.Pairs(dict) {
			out[key] = where
		}
	}
	return out
}
