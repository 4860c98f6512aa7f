// Program text to model: what a file offers to those that load it.

package starlarkmap

import (
	"strings"

	"go.starlark.net/syntax"

	"github.com/dmap-dev/dmap/engine/problem"
)

// FileDoc describes a file for people who load it.
type FileDoc struct {
	// Doc is the text at the start of the file; "" if there is none.
	Doc string
	// Functions are those that can be loaded, in the order of the file.
	Functions []FunctionDoc
}

// FunctionDoc describes one function.
type FunctionDoc struct {
	Name string
	// Origin is where the name stands.
	Origin problem.Origin
	// Signature is the name with the parameters as they are written.
	Signature string
	// Doc is the text at the start of the function, without its indentation.
	Doc string
}

// Describe reads the functions of a file and the texts that document them; it runs
// nothing. Of two functions of one name it returns both. The error is a
// [problem.Problems].
func Describe(name string, src []byte) (*FileDoc, error) {
	s := &sources{main: name, files: map[string]*file{}}
	f, p := s.add(name, src)
	if p != nil {
		return nil, s.problemsOf(p, nil).Err(s)
	}
	tree, err := dialect().Parse(name, f.text, 0)
	if err != nil {
		return nil, s.problemsOf(err, nil).Err(s)
	}
	if p := tooDeep(tree, Limits{}.WithDefaults()); p != nil {
		return nil, s.problemsOf(p, nil).Err(s)
	}
	lines := strings.Split(f.text, "\n")
	out := &FileDoc{Doc: docstring(tree.Stmts)}
	for _, stmt := range tree.Stmts {
		def, ok := stmt.(*syntax.DefStmt)
		if !ok || strings.HasPrefix(def.Name.Name, "_") {
			continue
		}
		var params []string
		for _, p := range def.Params {
			params = append(params, written(lines, p))
		}
		out.Functions = append(out.Functions, FunctionDoc{
			Name:      def.Name.Name,
			Origin:    originOf(def.Name.NamePos),
			Signature: def.Name.Name + "(" + strings.Join(params, ", ") + ")",
			Doc:       docstring(def.Body),
		})
	}
	return out, nil
}

// written returns the text of a node that stands on one line.
func written(lines []string, n syntax.Node) string {
	start, end := n.Span()
	line := []rune(lines[start.Line-1])
	last := len(line)
	if end.Line == start.Line {
		last = int(end.Col) - 1
	}
	return string(line[start.Col-1 : last])
}

// docstring returns the text that a file or function begins with.
func docstring(body []syntax.Stmt) string {
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
