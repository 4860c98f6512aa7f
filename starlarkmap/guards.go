// Program text to model: builtins of Starlark with a look at sizes first.

package starlarkmap

import (
	"errors"
	"fmt"
	"math/big"
	"strings"

	"go.starlark.net/lib/json"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"github.com/dmap-dev/dmap/engine/model"
)

const (
	// longestNumber is how many digits int() reads, as in Python.
	longestNumber = 4300
	// widestInt is the size of a product, in bits.
	widestInt = 1 << 16
	// deepestJSON is how deep JSON may be nested.
	deepestJSON = 200
	// widestZip is how many elements zip() may make for each of Limits.Elements.
	widestZip = 4
)

// builtinFunc is what a builtin does.
type builtinFunc = func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error)

// guards replaces what a program could use to exhaust the process in one step,
// which no step limit, deadline or memory limit can stop.
type guards struct{ Limits }

// all returns the builtins by name.
func (g guards) all() starlark.StringDict {
	out := starlark.StringDict{"json": g.json()}
	add := func(name string, fn builtinFunc) { out[name] = starlark.NewBuiltin(name, fn) }
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
	add(hiddenAdd, g.add)
	add(hiddenTerm, g.term)
	add(hiddenMod, g.mod)
	add(hiddenEq, g.eq)
	add(hiddenNeq, g.neq)
	add(hiddenAttr, g.attr)
	return out
}

// universal calls the interpreter's own builtin of that name, in the same frame.
func universal(name string, t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return starlark.Universe[name].(*starlark.Builtin).CallInternal(t, args, kwargs)
}

func tooLarge(limit int, field, format string, args ...any) error {
	return problem(CodeSizeLimit, "raise Limits."+field, "%s, the limit is %d", fmt.Sprintf(format, args...), limit)
}

func (g guards) rangeOf(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := universal("range", t, args, kwargs)
	if err != nil {
		return nil, err
	}
	n := starlark.Len(v)
	if n < 0 { // it overflowed
		return nil, tooLarge(g.Elements, "Elements", "range: too many elements")
	}
	if n > g.Elements {
		return nil, tooLarge(g.Elements, "Elements", "range: %d elements", n)
	}
	return v, nil
}

func (g guards) intOf(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) > 0 {
		if s, ok := args[0].(starlark.String); ok && len(s) > longestNumber {
			return nil, problem(CodeSizeLimit, "", "int: a number of %d digits, the limit is %d", len(s), longestNumber)
		}
	}
	return universal("int", t, args, kwargs)
}

// sequences guards builtins that go through whole sequences at once.
func (g guards) sequences(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	total := 0
	for _, arg := range args {
		n := 0
		if _, text := arg.(starlark.String); !text {
			n = max(starlark.Len(arg), 0)
		}
		if n > g.Elements {
			return nil, tooLarge(g.Elements, "Elements", "%s: %d elements", b.Name(), n)
		}
		total += n
	}
	if b.Name() == "zip" && total > widestZip*g.Elements {
		return nil, tooLarge(widestZip*g.Elements, "Elements", "zip: %d elements", total)
	}
	if b.Name() == "set" && len(args) == 0 && len(kwargs) == 0 {
		return starlark.NewSet(0), nil
	}
	return universal(b.Name(), t, args, kwargs)
}

func (g guards) text(name string, v starlark.Value) (string, error) {
	s, err := textOf(v, g.TextBytes)
	switch {
	case errors.Is(err, errTextSize):
		return "", tooLarge(g.TextBytes, "TextBytes", "%s: too many bytes of text", name)
	case err != nil:
		return "", problem(CodeSizeLimit, "", "%s: %v", name, err)
	}
	return s, nil
}

func (g guards) str(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
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

func (g guards) repr(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) != 1 || len(kwargs) > 0 {
		return universal("repr", t, args, kwargs)
	}
	if s, ok := args[0].(starlark.String); ok {
		if len(s) > g.TextBytes {
			return nil, tooLarge(g.TextBytes, "TextBytes", "repr: a string of %d bytes", len(s))
		}
		return starlark.String(s.String()), nil
	}
	s, err := g.text("repr", args[0])
	return starlark.String(s), err
}

// message joins the arguments of print() and fail().
func (g guards) message(name string, args starlark.Tuple, kwargs []starlark.Tuple) (string, error) {
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
			return "", tooLarge(g.TextBytes, "TextBytes", "%s: too many bytes of text", name)
		}
		out.WriteString(s)
	}
	return out.String(), nil
}

func (g guards) fail(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	msg, err := g.message("fail", args, kwargs)
	if err != nil {
		return nil, err
	}
	if strings.TrimSpace(msg) == "" {
		msg = "fail() without a message"
	}
	return nil, problem(CodeRuntime, "", "%s", clipMessage(msg))
}

// mul is x * y.
func (g guards) mul(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	x, y := args[0], args[1]
	count, isInt := y.(starlark.Int)
	sequence := x
	if first, ok := x.(starlark.Int); ok {
		if isInt && bits(first)+bits(count) > widestInt {
			return nil, problem(CodeSizeLimit, "", "the product has more than %d bits", widestInt)
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

func bits(i starlark.Int) int {
	if n, ok := i.Int64(); ok {
		return big.NewInt(n).BitLen()
	}
	return i.BigInt().BitLen()
}

func (g guards) repeat(sequence starlark.Value, count starlark.Int) error {
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
		if n, ok = count.Int64(); !ok {
			n = int64(limit) + 1
		}
	}
	if size > 0 && n > int64(limit)/size {
		return tooLarge(limit, field, "repeating a %s: %d × %s", sequence.Type(), size, clipMessage(count.String()))
	}
	return nil
}

// add is x + y.
func (g guards) add(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	if err := g.sum(args[0], args[1]); err != nil {
		return nil, err
	}
	return starlark.Binary(syntax.PLUS, args[0], args[1])
}

// term is the y of x += y.
func (g guards) term(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	return args[0], g.sum(args[0])
}

// sum bounds the size of strings and sequences that are joined.
func (g guards) sum(list ...starlark.Value) error {
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
		return tooLarge(g.TextBytes, "TextBytes", "joining texts of %d bytes", text)
	case elements > g.Elements:
		return tooLarge(g.Elements, "Elements", "joining %d elements", elements)
	}
	return nil
}

// mod is x % y.
func (g guards) mod(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	if format, ok := args[0].(starlark.String); ok {
		if err := g.formatSize("%", string(format), "%", args[1:]); err != nil {
			return nil, err
		}
	}
	return starlark.Binary(syntax.PERCENT, args[0], args[1])
}

// formatSize bounds the text that formatting makes: each marker writes at most all
// of the arguments.
func (g guards) formatSize(name, format, marker string, args starlark.Tuple) error {
	s, err := g.text(name, args)
	if err != nil {
		return err
	}
	markers := strings.Count(format, marker)
	if len(s) > 0 && (len(format) > g.TextBytes || markers > g.TextBytes/len(s)) {
		return tooLarge(g.TextBytes, "TextBytes", "%s: %d places for %d bytes", name, markers, len(s))
	}
	return nil
}

func (g guards) eq(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	same, err := equal(args[0], args[1])
	return starlark.Bool(same), err
}

func (g guards) neq(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	same, err := equal(args[0], args[1])
	return starlark.Bool(!same), err
}

// equal compares as == does, and live lists and views with plain ones too.
func equal(x, y starlark.Value) (bool, error) {
	if l, ok := x.(*listView); ok && isPlainList(y) {
		return l.equal(y), nil
	}
	if l, ok := y.(*listView); ok && isPlainList(x) {
		return l.equal(x), nil
	}
	if m, ok := x.(*mapping); ok {
		x = m.dict()
	}
	if m, ok := y.(*mapping); ok {
		y = m.dict()
	}
	return starlark.Equal(x, y)
}

func isPlainList(v starlark.Value) bool {
	switch v.(type) {
	case *starlark.List, starlark.Tuple:
		return true
	}
	return false
}

// attr is x.name for the costly methods.
func (g guards) attr(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	name := string(args[1].(starlark.String))
	v, err := attribute(args[0], name)
	if err != nil {
		return nil, err
	}
	return g.guarded(args[0], name, v), nil
}

// attribute returns x.name as the interpreter does.
func attribute(x starlark.Value, name string) (starlark.Value, error) {
	has, ok := x.(starlark.HasAttrs)
	if !ok {
		return nil, fmt.Errorf("%s has no .%s field or method", x.Type(), name)
	}
	v, err := has.Attr(name)
	if v != nil || err != nil {
		return v, err
	}
	return nil, problem(CodeRuntime, model.DidYouMean(name, has.AttrNames()), "%s has no .%s field or method", x.Type(), name)
}

// guarded puts a guard before a costly method.
func (g guards) guarded(x starlark.Value, name string, method starlark.Value) starlark.Value {
	own, ok := method.(*starlark.Builtin)
	if !ok {
		return method
	}
	switch x.(type) {
	case starlark.String, starlark.Bytes, *starlark.List, *starlark.Set:
	default:
		return method
	}
	guard := func(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if err := g.methodSize(name, x, args, kwargs); err != nil {
			return nil, err
		}
		return own.CallInternal(t, args, kwargs)
	}
	// The receiver makes it freeze and print as the method itself.
	return starlark.NewBuiltin(name, guard).BindReceiver(x)
}

// methodSize refuses a call of a costly method whose result would be too large.
func (g guards) methodSize(name string, x starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) error {
	switch x := x.(type) {
	case *starlark.Set:
		if len(args) != 1 {
			return problem(CodeUsage, "", "%s: got %d values, want 1", name, len(args))
		}
		return nil
	case *starlark.List:
		return g.sum(args...)
	case starlark.Bytes:
		return g.sum(x)
	case starlark.String:
		return g.stringMethod(name, x, args, kwargs)
	}
	return nil
}

func (g guards) stringMethod(name string, s starlark.String, args starlark.Tuple, kwargs []starlark.Tuple) error {
	switch {
	case len(s) > g.TextBytes:
		return tooLarge(g.TextBytes, "TextBytes", "%s: a string of %d bytes", name, len(s))
	case name == "format":
		for _, kw := range kwargs {
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

func (g guards) joinSize(sep string, list starlark.Value) error {
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
			return tooLarge(g.TextBytes, "TextBytes", "join: too many bytes of text")
		}
	}
	return nil
}

func (g guards) replaceSize(s string, old, new starlark.Value) error {
	from, ok := starlark.AsString(old)
	to, ok2 := starlark.AsString(new)
	if !ok || !ok2 || len(to) <= len(from) {
		return nil
	}
	if n := strings.Count(s, from); n > (g.TextBytes-len(s))/(len(to)-len(from)) {
		return tooLarge(g.TextBytes, "TextBytes", "replace: %d × %d bytes", n, len(to))
	}
	return nil
}

func (g guards) getattr(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := universal("getattr", t, args, kwargs)
	if err != nil {
		return nil, err
	}
	if name, ok := starlark.AsString(args[1]); ok && costly(name) {
		v = g.guarded(args[0], name, v)
	}
	return v, nil
}

// json returns the module json: the interpreter's, with looks at sizes.
func (g guards) json() starlark.Value {
	fields := map[string]starlark.Value{}
	for name, fn := range map[string]builtinFunc{
		"encode": g.encode, "encode_indent": g.encodeIndent, "decode": g.decode, "indent": g.indent,
	} {
		fields[name] = starlark.NewBuiltin("json."+name, fn)
	}
	return newRecord(fields)
}

func jsonFunc(name string, t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return json.Module.Members[name].(*starlark.Builtin).CallInternal(t, args, kwargs)
}

func (g guards) encode(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if _, err := g.text("json.encode", args); err != nil {
		return nil, err
	}
	for i, arg := range args {
		switch v := arg.(type) {
		case *mapping:
			args[i] = v.dict()
		case *listView:
			args[i] = v.list()
		}
	}
	return jsonFunc("encode", t, args, kwargs)
}

func (g guards) encodeIndent(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	s, err := g.encode(t, b, args, nil)
	if err != nil {
		return nil, err
	}
	return g.indent(t, b, starlark.Tuple{s}, kwargs)
}

func (g guards) decode(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if _, _, err := g.jsonShape("json.decode", args); err != nil {
		return nil, err
	}
	return jsonFunc("decode", t, args, kwargs)
}

func (g guards) indent(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	depth, lines, err := g.jsonShape("json.indent", args)
	if err != nil {
		return nil, err
	}
	step := 1
	for _, kw := range kwargs {
		if s, ok := starlark.AsString(kw[1]); ok {
			step += len(s)
		}
	}
	if lines > 0 && step > g.TextBytes/(lines*(depth+1)) {
		return nil, tooLarge(g.TextBytes, "TextBytes", "json.indent: %d lines, indented by up to %d", lines, step*depth)
	}
	return jsonFunc("indent", t, args, kwargs)
}

// jsonShape returns how deep JSON text is nested and how many lines it has when
// indented, both at most.
func (g guards) jsonShape(name string, args starlark.Tuple) (depth, lines int, err error) {
	if len(args) == 0 {
		return 0, 0, nil
	}
	s, _ := starlark.AsString(args[0])
	if len(s) > g.TextBytes {
		return 0, 0, tooLarge(g.TextBytes, "TextBytes", "%s: %d bytes", name, len(s))
	}
	open, inText, escaped := 0, false, false
	for _, c := range []byte(s) {
		switch {
		case escaped:
			escaped = false
		case inText:
			escaped = c == '\\'
			inText = c != '"'
		case c == '"':
			inText = true
		case c == '[' || c == '{':
			open++
			lines += 2
		case c == ']' || c == '}':
			open--
		case c == ',':
			lines++
		}
		depth = max(depth, open)
	}
	if depth > deepestJSON {
		return 0, 0, problem(CodeSizeLimit, "", "%s: nested deeper than %d", name, deepestJSON)
	}
	return depth, lines, nil
}
