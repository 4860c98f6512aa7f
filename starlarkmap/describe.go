// Program text to model: what a file offers to the files that load it.

package starlarkmap

import (
	"strings"

	"go.starlark.net/syntax"

	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/starlarkmap/internal/source"
)

// FileDoc describes a file for people who load it.
type FileDoc struct {
	// Doc is the text at the start of the file; "" if there is none.
	Doc string
	// Functions are those that other files can load, in the order of the file.
	Functions []FunctionDoc
}

// FunctionDoc describes one function.
type FunctionDoc struct {
	Name string
	// Origin is where the function's name is.
	Origin problem.Origin
	// Signature is the name with the parameters, as written.
	Signature string
	// Doc is the text at the start of the function, without its indentation.
	Doc string
}

// Describe reads the functions of a file and their documentation; it runs nothing. If
// two functions have the same name, it returns both. The error is a [problem.Problems].
func Describe(name string, src []byte) (*FileDoc, error) {
	limits := Limits{}.WithDefaults()
	s := source.New(name, source.Limits{Nesting: limits.Nesting, Clauses: limits.Clauses}, nil)
	f, p := s.Add(name, src)
	if p != nil {
		return nil, problem.Problems{p}.Err(s)
	}
	tree, err := s.Parse(f)
	if err != nil {
		return nil, s.Problems(err, nil).Err(s)
	}
	lines := strings.Split(f.Text, "\n")
	out := &FileDoc{Doc: source.Docstring(tree.Stmts)}
	for _, stmt := range tree.Stmts {
		def, ok := stmt.(*syntax.DefStmt)
		if !ok || strings.HasPrefix(def.Name.Name, "_") {
			continue
		}
		var params []string
		for _, p := range def.Params {
			params = append(params, source.Written(lines, p))
		}
		out.Functions = append(out.Functions, FunctionDoc{
			Name:      def.Name.Name,
			Origin:    source.OriginOf(def.Name.NamePos),
			Signature: def.Name.Name + "(" + strings.Join(params, ", ") + ")",
			Doc:       source.Docstring(def.Body),
		})
	}
	return out, nil
}
