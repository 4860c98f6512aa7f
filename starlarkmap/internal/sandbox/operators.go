// Sandbox: the builtins that stand in for operators and costly methods.

package sandbox

import (
	"fmt"
	"math/big"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"github.com/dmap-dev/dmap/engine/problem"
)

// mul is x * y. The factors may come in either order: 3 * "ab" is "ab" * 3.
func (g Guards) mul(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	x, y := args[0], args[1]
	count, isInt := y.(starlark.Int)
	sequence := x
	if first, ok := x.(starlark.Int); ok {
		if isInt && bits(first)+bits(count) > widestInt {
			return nil, problem.New(problem.CodeSizeLimit, "", "the product has more than %d bits", widestInt)
		}
		count, isInt, sequence = first, true, y
	}
	if isInt {
		if err := g.repeat(sequence, count); err != nil {
			return nil, err
		}
	}
	return starlark.Binary(syntax.STAR, x, y)
}

// bits returns the length of an int in bits: a product has at most the sum of both.
func bits(i starlark.Int) int {
	if n, ok := i.Int64(); ok {
		return big.NewInt(n).BitLen()
	}
	return i.BigInt().BitLen()
}

// repeat refuses sequence * count where the result would be too large. It divides the
// limit instead of multiplying, as the product of two large numbers could overflow.
func (g Guards) repeat(sequence starlark.Value, count starlark.Int) error {
	limit, field := g.Elements, "Elements"
	switch sequence.(type) {
	case starlark.String, starlark.Bytes:
		limit, field = g.TextBytes, "TextBytes"
	case *starlark.List, starlark.Tuple:
	default:
		return nil
	}
	n, size := int64(0), int64(starlark.Len(sequence))
	if count.Sign() > 0 {
		var ok bool
		if n, ok = count.Int64(); !ok { // far beyond any limit: one more than it will do
			n = int64(limit) + 1
		}
	}
	if size > 0 && n > int64(limit)/size {
		return TooLarge(limit, field, "repeating a %s: %d × %s", sequence.Type(), size, ClipMessage(count.String()))
	}
	return nil
}

// add is x + y.
func (g Guards) add(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	if err := g.sum(args[0], args[1]); err != nil {
		return nil, err
	}
	return starlark.Binary(syntax.PLUS, args[0], args[1])
}

// term is the y of x += y.
func (g Guards) term(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	return args[0], g.sum(args[0])
}

// sum bounds the size of strings and sequences that are joined. A chain of x + x
// doubles a value each time, so that a few dozen steps would fill the memory.
func (g Guards) sum(list ...starlark.Value) error {
	text, elements := 0, 0
	for _, v := range list {
		switch v.(type) {
		case starlark.String, starlark.Bytes:
			text += starlark.Len(v)
		case starlark.Sequence:
			elements += starlark.Len(v)
		}
	}
	switch {
	case text > g.TextBytes:
		return TooLarge(g.TextBytes, "TextBytes", "joining texts of %d bytes", text)
	case elements > g.Elements:
		return TooLarge(g.Elements, "Elements", "joining %d elements", elements)
	}
	return nil
}

// key is the k of x[k] and {k: v}. Only tuples and records can be keys and be of any
// size as text.
func (g Guards) key(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	switch args[0].(type) {
	case starlark.Tuple, *Record:
		if _, err := g.text("key", args[0]); err != nil {
			return nil, err
		}
	}
	return args[0], nil
}

// mod is x % y.
func (g Guards) mod(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	if format, ok := args[0].(starlark.String); ok {
		if err := g.formatSize("%", string(format), "%", args[1:]); err != nil {
			return nil, err
		}
	}
	return starlark.Binary(syntax.PERCENT, args[0], args[1])
}

// formatSize bounds the text that formatting produces: each marker writes at most all
// of the arguments.
func (g Guards) formatSize(name, format, marker string, args starlark.Tuple) error {
	s, err := g.text(name, args)
	if err != nil {
		return err
	}
	markers := strings.Count(format, marker)
	if len(s) > 0 && (len(format) > g.TextBytes || markers > g.TextBytes/len(s)) {
		return TooLarge(g.TextBytes, "TextBytes", "%s: %d places for %d bytes", name, markers, len(s))
	}
	return nil
}

func (g Guards) eq(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	same, err := Equal(args[0], args[1])
	return starlark.Bool(same), err
}

func (g Guards) neq(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	same, err := Equal(args[0], args[1])
	return starlark.Bool(!same), err
}

// Equal compares as == does in a program, where live lists and dictionaries also equal
// plain ones.
func Equal(x, y starlark.Value) (bool, error) {
	if l, ok := x.(listLike); ok && isPlainList(y) {
		return l.EqualList(y), nil
	}
	if l, ok := y.(listLike); ok && isPlainList(x) {
		return l.EqualList(x), nil
	}
	return starlark.Equal(shownDict(x), shownDict(y))
}

// view is a live value that shows a list or dictionary of a model.
type view interface{ Plain() starlark.Value }

// listLike is a view of a list that knows which short forms of its elements mean the
// same.
type listLike interface {
	view
	EqualList(list starlark.Value) bool
}

// shownDict returns the dictionary that v shows, or v.
func shownDict(v starlark.Value) starlark.Value {
	if shows, ok := v.(view); ok {
		if _, isList := v.(listLike); !isList {
			return shows.Plain()
		}
	}
	return v
}

// isPlainList reports whether v is a list or tuple of the interpreter.
func isPlainList(v starlark.Value) bool {
	switch v.(type) {
	case *starlark.List, starlark.Tuple:
		return true
	}
	return false
}

// attr is x.name where name is one of the costly methods.
func (g Guards) attr(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	name := string(args[1].(starlark.String)) // written by the rewriting, never by a program
	v, err := attribute(args[0], name)
	if err != nil {
		return nil, err
	}
	return g.guarded(args[0], name, v), nil
}

// attribute returns x.name as the interpreter would.
func attribute(x starlark.Value, name string) (starlark.Value, error) {
	has, ok := x.(starlark.HasAttrs)
	if !ok {
		return nil, fmt.Errorf("%s has no .%s field or method", x.Type(), name)
	}
	v, err := has.Attr(name)
	if v != nil || err != nil {
		return v, err
	}
	return nil, problem.New(problem.CodeRuntime, problem.DidYouMean(name, has.AttrNames()), "%s has no .%s field or method", x.Type(), name)
}

// guarded wraps a costly method in a guard.
func (g Guards) guarded(x starlark.Value, name string, method starlark.Value) starlark.Value {
	own, ok := method.(*starlark.Builtin)
	if !ok {
		return method
	}
	switch x.(type) {
	case starlark.String, starlark.Bytes, *starlark.List, *starlark.Set:
	default: // our own values and those of the caller: their methods look after themselves
		return method
	}
	guard := func(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if err := g.methodSize(name, x, args, kwargs); err != nil {
			return nil, err
		}
		return own.CallInternal(t, args, kwargs)
	}
	// With the receiver, it freezes and prints like the method itself.
	return starlark.NewBuiltin(name, guard).BindReceiver(x)
}

// methodSize refuses a call of a costly method whose result would be too large.
func (g Guards) methodSize(name string, x starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) error {
	switch x := x.(type) {
	case *starlark.Set:
		if len(args) != 1 { // without an argument the interpreter panics
			return problem.New(problem.CodeUsage, "", "%s: got %d values, want 1", name, len(args))
		}
		return nil
	case *starlark.List:
		return g.sum(args...) // list.extend(more)
	case starlark.Bytes:
		return g.sum(x)
	case starlark.String:
		return g.stringMethod(name, x, args, kwargs)
	}
	return nil
}

func (g Guards) stringMethod(name string, s starlark.String, args starlark.Tuple, kwargs []starlark.Tuple) error {
	switch {
	case len(s) > g.TextBytes:
		return TooLarge(g.TextBytes, "TextBytes", "%s: a string of %d bytes", name, len(s))
	case name == "format":
		for _, kw := range kwargs { // into a copy: args belong to the call
			args = append(args[:len(args):len(args)], kw[1])
		}
		return g.formatSize(name, string(s), "{", args)
	case name == "join" && len(args) == 1:
		return g.joinSize(string(s), args[0])
	case name == "replace" && len(args) >= 2:
		return g.replaceSize(string(s), args[0], args[1])
	}
	return nil
}

// joinSize bounds sep.join(list) by walking the list, which the limit ends early.
func (g Guards) joinSize(sep string, list starlark.Value) error {
	iterable, ok := list.(starlark.Iterable)
	if !ok {
		return nil
	}
	total := 0
	iter := iterable.Iterate()
	defer iter.Done()
	var v starlark.Value
	for iter.Next(&v) {
		s, _ := starlark.AsString(v)
		total += len(s) + len(sep)
		if total > g.TextBytes {
			return TooLarge(g.TextBytes, "TextBytes", "join: too many bytes of text")
		}
	}
	return nil
}

// replaceSize bounds s.replace(old, new): it can grow only if new is longer than old.
func (g Guards) replaceSize(s string, old, new starlark.Value) error {
	from, ok := starlark.AsString(old)
	to, ok2 := starlark.AsString(new)
	if !ok || !ok2 || len(to) <= len(from) {
		return nil
	}
	if n := strings.Count(s, from); n > (g.TextBytes-len(s))/(len(to)-len(from)) {
		return TooLarge(g.TextBytes, "TextBytes", "replace: %d × %d bytes", n, len(to))
	}
	return nil
}
