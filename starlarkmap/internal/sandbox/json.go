// Sandbox: the module json, with limits on sizes.

package sandbox

import (
	"go.starlark.net/lib/json"
	"go.starlark.net/starlark"

	"github.com/dmap-dev/dmap/engine/problem"
)

// json returns the interpreter's module json with guarded functions.
func (g Guards) json() starlark.Value {
	fields := map[string]starlark.Value{}
	for name, fn := range map[string]Func{
		"encode": g.encode, "encode_indent": g.encodeIndent, "decode": g.decode, "indent": g.indent,
	} {
		fields[name] = starlark.NewBuiltin("json."+name, fn)
	}
	return NewRecord(fields)
}

func jsonFunc(name string, t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return json.Module.Members[name].(*starlark.Builtin).CallInternal(t, args, kwargs)
}

func (g Guards) encode(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if _, err := g.text("json.encode", args); err != nil {
		return nil, err
	}
	for i, arg := range args {
		if shows, ok := arg.(view); ok {
			args[i] = shows.Plain()
		}
	}
	return jsonFunc("encode", t, args, kwargs)
}

func (g Guards) encodeIndent(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	s, err := g.encode(t, b, args, nil)
	if err != nil {
		return nil, err
	}
	return g.indent(t, b, starlark.Tuple{s}, kwargs)
}

func (g Guards) decode(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if _, _, err := g.jsonShape("json.decode", args); err != nil {
		return nil, err
	}
	return jsonFunc("decode", t, args, kwargs)
}

func (g Guards) indent(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
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
		return nil, TooLarge(g.TextBytes, "TextBytes", "json.indent: %d lines, indented by up to %d", lines, step*depth)
	}
	return jsonFunc("indent", t, args, kwargs)
}

// jsonShape returns upper bounds of how deep a JSON text is nested and how many lines
// it has when indented.
func (g Guards) jsonShape(name string, args starlark.Tuple) (depth, lines int, err error) {
	if len(args) == 0 {
		return 0, 0, nil
	}
	s, _ := starlark.AsString(args[0])
	if len(s) > g.TextBytes {
		return 0, 0, TooLarge(g.TextBytes, "TextBytes", "%s: %d bytes", name, len(s))
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
		return 0, 0, problem.New(problem.CodeSizeLimit, "", "%s: nested deeper than %d", name, deepestJSON)
	}
	return depth, lines, nil
}
