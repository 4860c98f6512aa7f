// Sources: what to do about errors of the interpreter, which says only what it cannot do.

package source

import (
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"github.com/dmap-dev/dmap/engine/problem"
)

// syntaxHint returns what to write instead of the syntax of other languages.
func syntaxHint(msg string) string {
	return hintIn(msg, []hint{
		{"got import", `use load("file.star", "name")`},
		{"got class", "there are no classes: use struct(…) or functions"},
		{"got try", "there is no try: check before, or use fail(…)"},
		{"got raise", "use fail(…)"},
		{"got with", "there is no with"},
		{"got while", "use for … in range(n)"},
		{"while loops", "use for … in range(n)"},
		{"got is,", "there is no is: compare with == or !=, as in x == None"},
		{"without else clause", "write x if condition else y; there is no is: compare with == or !=, as in x == None"},
		{"load operand must be", `write the names in quotes: load("file.star", "name")`},
		{"operand of load statement must be a string", `write the names in quotes: load("file.star", "name"); to choose between two, load both: x = a if … else b`},
		{"load statement within", "put load() at the top level of the file, and choose among its values instead: x = a if … else b"},
		{"got string literal", `join strings with +, and put "{}".format(x) where other languages have f"{x}"`},
		{"want ','", "is a comma or a closing bracket missing before it?"},
		{"got ':', want newline", "type annotations are not supported; YAML files of docker-map are for dmap import dockermap"},
		{"got ':'", "type annotations are not supported"},
		{"want '}'", "is a { before it still open?"},
		{"want ']'", "is a [ before it still open?"},
		{"want ')'", "is a ( before it still open?"},
		{"nesting", "about 75 brackets may be open at once: name the inner parts"},
	})
}

// runtimeHint returns what to do about an error of a running program.
func runtimeHint(msg string) string {
	const number = `make a text of the number with str(n)`
	return hintIn(msg, []hint{
		{"unknown binary op: string + int", number},
		{"unknown binary op: string + float", number},
		{"unknown binary op: int + string", number + ", or a number of the text with int(s)"},
		{"unknown binary op: float + string", number + ", or a number of the text with float(s)"},
		{"unknown binary op: string + NoneType", "the value is None: give it another one first, or leave it out"},
		{"unknown binary op: dict + dict", "join dictionaries with |"},
		{"during iteration", "go through a copy: for x in list(values)"},
	})
}

// hint is what to do about messages with a part in them.
type hint struct{ part, text string }

func hintIn(msg string, hints []hint) string {
	for _, h := range hints {
		if strings.Contains(msg, h.part) {
			return h.text
		}
	}
	return ""
}

// frozen says in p what cannot be changed at a place of a program, and how to change a
// copy.
func (s *Files) frozen(p *problem.Problem, calls starlark.CallStack) {
	p.Code = problem.CodeFrozen
	target, kind := s.changed(calls)
	if target == "" {
		return
	}
	if strings.Contains(p.Msg, "list") {
		kind = "list"
	}
	p.Msg = "cannot change " + target + ": what a file made is frozen once the file has run (" + p.Msg + ")"
	p.Hint = "change a copy: mine = " + kind + "(" + target + ")"
}

// changed returns the expression whose value the innermost call or assignment changes,
// and the type that this is, which for lists the message tells; "" if it is no plain name.
func (s *Files) changed(calls starlark.CallStack) (target, kind string) {
	for i := len(calls) - 1; i >= 0; i-- {
		at := calls[i].Pos
		if at.Line == 0 {
			continue // a builtin
		}
		f := s.files[at.Filename()]
		if f == nil {
			break
		}
		_, x := s.syntaxOf(f)
		if assign := x.assigns[spotOf(at)]; assign != nil && spotOf(assign.OpPos) == spotOf(at) {
			return shown(assign.LHS), "dict"
		}
		switch n := x.nodes[spotOf(at)].(type) {
		case *syntax.IndexExpr:
			return shown(n.X), "dict"
		case *syntax.CallExpr:
			if method, ok := unparen(n.Fn).(*syntax.DotExpr); ok {
				return shown(method.X), changedBy(method.Name.Name)
			}
		}
		break
	}
	return "", ""
}

// changedBy returns the type that has a method of that name which changes it.
func changedBy(method string) string {
	switch method {
	case "add", "discard", "remove":
		return "set"
	}
	return "dict"
}

// shown writes a name, or what is reached from one by names and keys; "" for other
// expressions.
func shown(e syntax.Expr) string {
	switch e := unparen(e).(type) {
	case *syntax.Ident:
		return e.Name
	case *syntax.DotExpr:
		if x := shown(e.X); x != "" {
			return x + "." + e.Name.Name
		}
	case *syntax.IndexExpr:
		key, ok := unparen(e.Y).(*syntax.Literal)
		if x := shown(e.X); ok && x != "" {
			return x + "[" + key.Raw + "]"
		}
	}
	return ""
}
