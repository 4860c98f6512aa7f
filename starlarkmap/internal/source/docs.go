// Sources: the documentation in a file.

package source

import (
	"strings"

	"go.starlark.net/syntax"
)

// Written returns the text of a node that is on one line.
func Written(lines []string, n syntax.Node) string {
	start, end := n.Span()
	line := []rune(lines[start.Line-1])
	last := len(line)
	if end.Line == start.Line {
		last = int(end.Col) - 1
	}
	return string(line[start.Col-1 : last])
}

// Docstring returns the text that a file or function begins with.
func Docstring(body []syntax.Stmt) string {
	if len(body) == 0 {
		return ""
	}
	stmt, ok := body[0].(*syntax.ExprStmt)
	if !ok {
		return ""
	}
	lit, ok := stmt.X.(*syntax.Literal)
	if !ok || lit.Token != syntax.STRING {
		return ""
	}
	lines := strings.Split(strings.TrimSpace(lit.Value.(string)), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(strings.TrimPrefix(line, "    "), " ")
	}
	return strings.Join(lines, "\n")
}
