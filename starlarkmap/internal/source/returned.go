// Sources: the places of the keys that a function returns.

package source

import (
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"github.com/dmap-dev/dmap/engine/problem"
)

// PairOrigin holds the places of a key and its value.
type PairOrigin struct{ Key, Value problem.Origin }

// ReturnedKeys finds the keys of the dictionaries that the function at pos returns
// as literals.
func (s *Files) ReturnedKeys(pos syntax.Position) map[string]PairOrigin {
	out := map[string]PairOrigin{}
	f := s.files[pos.Filename()]
	if f == nil {
		return out
	}
	add := func(e syntax.Expr) {
		for key, where := range f.Pairs(e) {
			name, ok := starlark.AsString(key)
			if _, known := out[name]; ok && !known {
				out[name] = PairOrigin{OriginAt(where.Key), OriginAt(where.Value)}
			}
		}
	}
	switch fn := f.nodes[spotOf(pos)].(type) {
	case *syntax.LambdaExpr:
		add(fn.Body)
	case *syntax.DefStmt:
		for _, stmt := range fn.Body {
			syntax.Walk(stmt, func(n syntax.Node) bool {
				switch n := n.(type) {
				case *syntax.ReturnStmt:
					if n.Result != nil {
						add(n.Result)
					}
				case *syntax.DefStmt, *syntax.LambdaExpr:
					return false // a nested function has returns of its own
				}
				return true
			})
		}
	}
	return out
}
