// Sandbox: builtins of Starlark that check sizes first.

package sandbox

import (
	"errors"
	"fmt"
	"strings"

	"go.starlark.net/starlark"

	"github.com/dmap-dev/dmap/engine/problem"
)

const (
	// longestNumber is how many digits int() reads, as in Python: converting takes
	// quadratic time.
	longestNumber = 4300
	// widestInt is the largest size of a product, in bits.
	widestInt = 1 << 16
	// deepestJSON is how deep JSON may be nested.
	deepestJSON = 200
	// widestZip is how many elements zip() may make for each of Limits.Elements.
	widestZip = 4
)

// Func is the implementation of a builtin.
type Func = func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error)

// Guards replaces the builtins with which a program could exhaust the process in a
// single step: limits on steps, time and memory take effect only between steps.
type Guards struct {
	Elements  int // limit of a range, a repeated list and what a builtin goes through at once
	TextBytes int // limit of a text that a single operation produces
}

// All returns the builtins by name.
func (g Guards) All() starlark.StringDict {
	out := starlark.StringDict{"json": g.json()}
	add := func(name string, fn Func) { out[name] = starlark.NewBuiltin(name, fn) }
	add("struct", makeRecord)
	add("range", g.rangeOf)
	add("int", g.intOf)
	add("str", g.str)
	add("repr", g.repr)
	add("fail", g.fail)
	add("getattr", g.getattr)
	for _, name := range []string{"all", "any", "bytes", "dict", "enumerate", "list", "max", "min", "reversed", "set", "sorted", "tuple", "zip"} {
		add(name, g.sequences)
	}
	add(hiddenMul, g.mul)
	add(HiddenAdd, g.add)
	add(hiddenTerm, g.term)
	add(hiddenMod, g.mod)
	add(hiddenKey, g.key)
	add(hiddenEq, g.eq)
	add(hiddenNeq, g.neq)
	add(hiddenAttr, g.attr)
	return out
}

// universal calls the interpreter's own builtin of that name, in the same frame, so
// that errors and stacks look as if there were no guard.
func universal(name string, t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return starlark.Universe[name].(*starlark.Builtin).CallInternal(t, args, kwargs)
}

// TooLarge returns the error that a value would exceed a limit; field is its name in
// starlarkmap.Limits.
func TooLarge(limit int, field, format string, args ...any) error {
	return problem.New(problem.CodeSizeLimit, Raise(field), "%s, the limit is %d", fmt.Sprintf(format, args...), limit)
}

// rangeOf is range(…). A range takes no memory, but everything that walks it takes time.
func (g Guards) rangeOf(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := universal("range", t, args, kwargs)
	if err != nil {
		return nil, err
	}
	n := starlark.Len(v)
	if n < 0 { // it overflowed
		return nil, TooLarge(g.Elements, "Elements", "range: too many elements")
	}
	if n > g.Elements {
		return nil, TooLarge(g.Elements, "Elements", "range: %d elements", n)
	}
	return v, nil
}

// intOf is int(…).
func (g Guards) intOf(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) > 0 {
		if s, ok := args[0].(starlark.String); ok && len(s) > longestNumber {
			return nil, problem.New(problem.CodeSizeLimit, "", "int: a number of %d digits, the limit is %d", len(s), longestNumber)
		}
	}
	return universal("int", t, args, kwargs)
}

// sequences guards builtins that go through whole sequences in one step.
func (g Guards) sequences(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	total := 0
	for _, arg := range args {
		n := 0
		if _, text := arg.(starlark.String); !text {
			n = max(starlark.Len(arg), 0)
		}
		if n > g.Elements {
			return nil, TooLarge(g.Elements, "Elements", "%s: %d elements", b.Name(), n)
		}
		total += n
	}
	if b.Name() == "zip" && total > widestZip*g.Elements {
		return nil, TooLarge(widestZip*g.Elements, "Elements", "zip: %d elements", total)
	}
	// NewSet makes a set with its hash table, which the interpreter's set() lacks.
	if b.Name() == "set" && len(args) == 0 && len(kwargs) == 0 {
		return starlark.NewSet(0), nil
	}
	return universal(b.Name(), t, args, kwargs)
}

// text returns v as str() writes it, or the error that it would be too long or too
// deep; name is the operation that wants it.
func (g Guards) text(name string, v starlark.Value) (string, error) {
	s, err := TextOf(v, g.TextBytes)
	switch {
	case errors.Is(err, errTextSize):
		return "", TooLarge(g.TextBytes, "TextBytes", "%s: too many bytes of text", name)
	case err != nil:
		return "", problem.New(problem.CodeSizeLimit, "", "%s: %v", name, err)
	}
	return s, nil
}

// str is str(…). Texts and bytes are as large as they are; all else is measured.
func (g Guards) str(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) != 1 || len(kwargs) > 0 {
		return universal("str", t, args, kwargs)
	}
	switch args[0].(type) {
	case starlark.String, starlark.Bytes:
		return universal("str", t, args, kwargs)
	}
	s, err := g.text("str", args[0])
	return starlark.String(s), err
}

// repr is repr(…).
func (g Guards) repr(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) != 1 || len(kwargs) > 0 {
		return universal("repr", t, args, kwargs)
	}
	if s, ok := args[0].(starlark.String); ok {
		if len(s) > g.TextBytes {
			return nil, TooLarge(g.TextBytes, "TextBytes", "repr: a string of %d bytes", len(s))
		}
		return starlark.String(s.String()), nil
	}
	s, err := g.text("repr", args[0])
	return starlark.String(s), err
}

// Message joins the arguments of print() and fail().
func (g Guards) Message(name string, args starlark.Tuple, kwargs []starlark.Tuple) (string, error) {
	sep := " "
	if err := starlark.UnpackArgs(name, nil, kwargs, "sep?", &sep); err != nil {
		return "", err
	}
	var out strings.Builder
	for i, arg := range args {
		if i > 0 {
			out.WriteString(sep)
		}
		s, err := g.text(name, arg)
		if err != nil {
			return "", err
		}
		if out.Len()+len(s)+len(sep) > g.TextBytes {
			return "", TooLarge(g.TextBytes, "TextBytes", "%s: too many bytes of text", name)
		}
		out.WriteString(s)
	}
	return out.String(), nil
}

// fail is fail(…). Its message is cut, and never empty: an error without text helps nobody.
func (g Guards) fail(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	msg, err := g.Message("fail", args, kwargs)
	if err != nil {
		return nil, err
	}
	if strings.TrimSpace(msg) == "" {
		msg = "fail() without a message"
	}
	return nil, problem.New(problem.CodeRuntime, "", "%s", ClipMessage(msg))
}

// getattr guards a costly method that is looked up by name, where the rewriting of
// x.name does not see it.
func (g Guards) getattr(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := universal("getattr", t, args, kwargs)
	if err != nil {
		return nil, err
	}
	if name, ok := starlark.AsString(args[1]); ok && costly(name) {
		v = g.guarded(args[0], name, v)
	}
	return v, nil
}
