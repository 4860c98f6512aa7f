// Program text to model: the source line of a problem, with a caret.

package starlarkmap

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.starlark.net/syntax"

	"github.com/dmap-dev/dmap/engine/problem"
)

// widest is how many columns of a line are shown.
const widest = 120

// syntaxOf returns the syntax tree of a file and its index, parsing it again if
// they were dropped; the tree is nil if it has no syntax. It writes nothing, so
// that option functions may call it at any time.
func (s *sources) syntaxOf(f *file) (*syntax.File, index) {
	if f.tree != nil {
		return f.tree, f.index
	}
	tree, err := dialect().Parse(f.name, f.text, 0)
	if err != nil || tooDeep(tree, Limits{}.WithDefaults()) != nil {
		return nil, index{}
	}
	return tree, indexOf(tree)
}

// dropTrees frees what is needed only while the program runs.
func (s *sources) dropTrees() {
	for _, f := range s.order {
		f.tree, f.index = nil, index{}
	}
}

// refine moves a position of the interpreter to where a reader looks: from the
// parenthesis of a call to its start, from a dot to the name after it.
func (s *sources) refine(at problem.Origin) problem.Origin {
	f := s.files[at.File]
	if f == nil {
		return at
	}
	_, x := s.syntaxOf(f)
	switch n := x.nodes[spot{int32(at.Line), int32(at.Col)}].(type) {
	case *syntax.CallExpr:
		if id, ok := n.Fn.(*syntax.Ident); !ok || !hidden(id.Name) {
			return originAt(n)
		}
	case *syntax.DotExpr:
		return originOf(n.Name.NamePos)
	}
	return at
}

// excerpts draws the source lines of problems that have none yet.
func (s *sources) excerpts(ps problem.Problems) {
	wanted := map[*file]map[spot]syntax.Position{}
	for _, p := range ps {
		if f := s.files[p.Origin.File]; f != nil && p.Origin.Line > 0 && p.Excerpt == "" {
			if wanted[f] == nil {
				wanted[f] = map[spot]syntax.Position{}
			}
			wanted[f][spotOfOrigin(p.Origin)] = syntax.Position{}
		}
	}
	lines := map[*file][]string{}
	for f, ends := range wanted {
		lines[f] = strings.Split(f.text, "\n")
		if tree, _ := s.syntaxOf(f); tree != nil {
			findEnds(tree, ends)
		}
	}
	for _, p := range ps {
		if f := s.files[p.Origin.File]; wanted[f] != nil && p.Excerpt == "" && p.Origin.Line > 0 {
			end := wanted[f][spotOfOrigin(p.Origin)]
			if name, ok := strings.CutPrefix(p.Msg, undefinedPrefix); ok && p.Code == CodeUndefined {
				end = syntax.MakePosition(nil, int32(p.Origin.Line), int32(p.Origin.Col+utf8.RuneCountInString(name)))
			}
			p.Excerpt = draw(lines[f], p.Origin, end)
		}
	}
}

func spotOfOrigin(at problem.Origin) spot { return spot{int32(at.Line), int32(at.Col)} }

// findEnds sets, for each wanted place, where the syntax that starts there ends: a
// keyword with its value, the target of an assignment, or an element.
func findEnds(tree *syntax.File, ends map[spot]syntax.Position) {
	whole := map[spot]bool{}
	set := func(start syntax.Position, n syntax.Node, isWhole bool) {
		at := spotOf(start)
		end, isWanted := ends[at]
		if !isWanted || whole[at] {
			return
		}
		if next := syntax.End(n); isWhole || after(next, end) {
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
}

func after(a, b syntax.Position) bool {
	return a.Line > b.Line || a.Line == b.Line && a.Col > b.Col
}

// draw returns the three lines of an excerpt.
func draw(lines []string, at problem.Origin, end syntax.Position) string {
	if at.Line > len(lines) {
		return ""
	}
	line := []rune(lines[at.Line-1])
	for i, r := range line {
		switch {
		case r == '\t':
			line[i] = ' '
		case !unicode.IsPrint(r):
			line[i] = unicode.ReplacementChar
		}
	}
	from := min(max(at.Col-1, 0), len(line))
	to := from + 1
	switch {
	case int(end.Line) == at.Line:
		to = max(int(end.Col)-1, to)
	case int(end.Line) > at.Line:
		to = max(len([]rune(strings.TrimRight(string(line), " "))), to)
	}
	left, right := 0, len(line)
	if right > widest {
		left = max(0, from-widest/4)
		right = min(right, left+widest)
	}
	to = min(to, max(right, from+1))
	text, carets := string(line[left:right]), strings.Repeat(" ", from-left)+strings.Repeat("^", to-from)
	if left > 0 {
		text, carets = "…"+text, " "+carets
	}
	if right < len(line) {
		text += "…"
	}
	number := fmt.Sprint(at.Line)
	margin := strings.Repeat(" ", len(number)+2) + "|"
	text = strings.TrimRight(" "+number+" | "+text, " ")
	return margin + "\n" + text + "\n" + margin + " " + carets
}
