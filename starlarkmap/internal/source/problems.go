// Sources: errors of the interpreter as problems with a place.

package source

import (
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"go.starlark.net/resolve"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/starlarkmap/internal/sandbox"
)

// stopError is the error by which problems that are already known, such as those of a
// loaded file, pass through the interpreter and stop the program.
type stopError struct{ problems problem.Problems }

func (e *stopError) Error() string { return e.problems.Error() }

// Stop returns the error that stops a program because of ps.
func Stop(ps problem.Problems) error { return &stopError{ps} }

// OriginOf converts a position; positions of builtins have none.
func OriginOf(pos syntax.Position) problem.Origin {
	if pos.Line == 0 {
		return problem.Origin{}
	}
	return problem.Origin{File: pos.Filename(), Line: int(pos.Line), Col: int(pos.Col)}
}

// Problems converts any error of a run. why is what stopped the run, or nil.
func (s *Files) Problems(err error, why *problem.Problem) problem.Problems {
	var stopped *stopError
	var list resolve.ErrorList
	var parse syntax.Error
	var eval *starlark.EvalError
	var single *problem.Problem
	switch {
	case errors.As(err, &stopped):
		return stopped.problems
	case errors.As(err, &list):
		return s.unresolved(list)
	case errors.As(err, &parse):
		return problem.Problems{syntaxProblem(parse)}
	case errors.As(err, &eval):
		return problem.Problems{s.evalProblem(eval, why)}
	case errors.As(err, &single):
		return problem.Problems{single}
	}
	return problem.Problems{{Code: problem.CodeRuntime, Msg: err.Error(), Cause: err}}
}

// evalProblem converts an error with its stack of calls.
func (s *Files) evalProblem(err *starlark.EvalError, why *problem.Problem) *problem.Problem {
	p := &problem.Problem{Code: problem.CodeRuntime, Msg: sandbox.ClipMessage(err.Msg)}
	var made *problem.Problem
	switch {
	case why != nil && strings.HasPrefix(err.Msg, "Starlark computation cancelled"):
		*p = *why
	case errors.As(err, &made):
		*p = *made
	case strings.Contains(err.Msg, "frozen"):
		s.frozen(p, err.CallStack)
	default:
		p.Hint = runtimeHint(p.Msg)
	}
	at, trace := s.Stack(err.CallStack)
	if p.Origin == (problem.Origin{}) {
		p.Origin = at
	}
	p.Trace = append(trace, p.Trace...)
	callFirst(p)
	return p
}

// callFirst makes the place of a problem that a function of the standard library has
// found the line that called it: nobody can mend the library's own.
func callFirst(p *problem.Problem) {
	const library = "@stdlib//"
	if !strings.HasPrefix(p.Origin.File, library) {
		return
	}
	for i, call := range slices.Backward(p.Trace) {
		if !strings.HasPrefix(call.Origin.File, library) {
			p.Related = append(p.Related, problem.Related{Origin: p.Origin, Msg: "found"})
			p.Origin, p.Trace = call.Origin, p.Trace[:i]
			return
		}
	}
}

// Stack returns the innermost place of a program in a stack of calls, and how the
// program got there, outermost first.
func (s *Files) Stack(calls starlark.CallStack) (at problem.Origin, trace []problem.Related) {
	for _, frame := range calls {
		here := OriginOf(frame.Pos)
		if here == (problem.Origin{}) {
			continue
		}
		if at != (problem.Origin{}) {
			trace = append(trace, problem.Related{Origin: at, Msg: "in " + frame.Name + "(), called from"})
		}
		at = s.Refine(here)
	}
	return at, trace
}

// syntaxProblem converts an error of the parser, with a hint for the syntax of other
// languages.
func syntaxProblem(err syntax.Error) *problem.Problem {
	return &problem.Problem{Code: problem.CodeSyntax, Origin: OriginOf(err.Pos), Msg: sandbox.ClipMessage(err.Msg), Hint: syntaxHint(err.Msg)}
}

// unresolved converts all errors of the resolver, sorted.
func (s *Files) unresolved(list resolve.ErrorList) problem.Problems {
	var ps problem.Problems
	for _, e := range list {
		p := &problem.Problem{Code: problem.CodeSyntax, Origin: OriginOf(e.Pos), Msg: e.Msg, Hint: syntaxHint(e.Msg)}
		if name, ok := strings.CutPrefix(e.Msg, undefinedPrefix); ok {
			// Drop the interpreter's own suggestion: it knows fewer names than we do.
			name, _, _ = strings.Cut(name, " ")
			p.Code, p.Msg = problem.CodeUndefined, undefinedPrefix+name
			p.Width = utf8.RuneCountInString(name)
			p.Hint = s.undefinedHint(name, p.Origin.File)
		}
		ps = append(ps, p)
	}
	return ps
}

// undefinedPrefix begins the resolver's message about an unknown name.
const undefinedPrefix = "undefined: "

func (s *Files) undefinedHint(name, file string) string {
	words := map[string]string{
		"true": "write True", "false": "write False", "null": "write None", "nil": "write None", "none": "write None",
		"ContainerMap": "write container_map", "HostShare": "write host_share", "ContainerLink": "write link",
		"open": "a map reads no files", "os": "a map sees no system; env(name) reads an allowed variable",
	}
	if hint, ok := words[name]; ok {
		return hint
	}
	if s.LoadOf != nil {
		if load := s.LoadOf(name); load != "" {
			return "load it first: " + load
		}
	}
	return problem.DidYouMean(name, s.names(file))
}

// names returns what a file may refer to: its own top-level names, ours, and
// Starlark's.
func (s *Files) names(file string) []string {
	var out []string
	for name := range starlark.Universe {
		out = append(out, name)
	}
	for _, name := range s.predeclared {
		if !sandbox.Hidden(name) {
			out = append(out, name)
		}
	}
	if f := s.files[file]; f != nil && f.tree != nil {
		out = append(out, boundNames(f.tree)...)
	}
	slices.Sort(out)
	return out
}

// boundNames returns every name a file binds anywhere. Not all of them are in scope at
// any one place, but for a suggestion that does no harm.
func boundNames(tree *syntax.File) []string {
	var out []string
	add := func(e syntax.Expr) {
		if id, ok := e.(*syntax.Ident); ok && !sandbox.Hidden(id.Name) {
			out = append(out, id.Name)
		}
	}
	syntax.Walk(tree, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.AssignStmt:
			add(n.LHS)
		case *syntax.DefStmt:
			add(n.Name)
			for _, p := range n.Params {
				add(p)
			}
		case *syntax.LoadStmt:
			for _, id := range n.To {
				add(id)
			}
		case *syntax.ForStmt:
			add(n.Vars)
		}
		return true
	})
	return out
}
