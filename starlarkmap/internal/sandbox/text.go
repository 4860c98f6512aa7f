// Sandbox: values as text, within limits.

package sandbox

import (
	"errors"
	"slices"
	"strings"

	"go.starlark.net/starlark"
)

// deepestText is how deep a value that is written as text may be nested.
const deepestText = 200

var (
	errTextSize  = errors.New("the text of the value is too large")
	errTextDepth = errors.New("the value is nested too deep to be written as text")
)

// TextOf writes v as str() does, in at most limit bytes. A value that contains
// itself is written with "...".
func TextOf(v starlark.Value, limit int) (string, error) {
	if s, ok := v.(starlark.String); ok {
		if len(s) > limit {
			return "", errTextSize
		}
		return string(s), nil
	}
	w := &textWriter{limit: limit}
	if err := w.write(v); err != nil {
		return "", err
	}
	return w.out.String(), nil
}

// shortText returns v as a short text for messages.
func shortText(v starlark.Value) string {
	s, err := TextOf(v, LongestMessage)
	if err != nil {
		return v.Type() + "(...)"
	}
	return s
}

type textWriter struct {
	out   strings.Builder
	limit int
	path  []starlark.Value // the lists, dicts and records being written
}

func (w *textWriter) put(s string) error {
	if w.out.Len()+len(s) > w.limit {
		return errTextSize
	}
	w.out.WriteString(s)
	return nil
}

func (w *textWriter) write(v starlark.Value) error {
	if len(w.path) >= deepestText {
		return errTextDepth
	}
	switch v := v.(type) {
	case starlark.String:
		if w.out.Len()+len(v) > w.limit {
			return errTextSize // before quoting it
		}
		return w.put(v.String())
	case *starlark.List:
		return w.nested(v, "[", "]", v.Len(), func(i int) error { return w.write(v.Index(i)) })
	case starlark.Tuple:
		end := ")"
		if len(v) == 1 {
			end = ",)"
		}
		return w.nested(v, "(", end, len(v), func(i int) error { return w.write(v[i]) })
	case *starlark.Set:
		items := slices.Collect(v.Elements())
		return w.nested(v, "set([", "])", len(items), func(i int) error { return w.write(items[i]) })
	case *starlark.Dict:
		items := v.Items()
		return w.nested(v, "{", "}", len(items), func(i int) error {
			return w.entry(items[i][0], ": ", items[i][1])
		})
	case *Record:
		return w.nested(v, "struct(", ")", len(v.names), func(i int) error {
			if err := w.put(v.names[i] + " = "); err != nil {
				return err
			}
			return w.write(v.fields[v.names[i]])
		})
	case starlark.Bytes:
		if w.out.Len()+len(v) > w.limit {
			return errTextSize
		}
	}
	return w.put(v.String())
}

func (w *textWriter) entry(key starlark.Value, sep string, value starlark.Value) error {
	if err := w.write(key); err != nil {
		return err
	}
	if err := w.put(sep); err != nil {
		return err
	}
	return w.write(value)
}

// nested writes the n parts of v between open and end.
func (w *textWriter) nested(v starlark.Value, open, end string, n int, part func(int) error) error {
	if err := w.put(open); err != nil {
		return err
	}
	if w.inside(v) {
		return w.put("..." + end)
	}
	w.path = append(w.path, v)
	for i := range n {
		if i > 0 {
			if err := w.put(", "); err != nil {
				return err
			}
		}
		if err := part(i); err != nil {
			return err
		}
	}
	w.path = w.path[:len(w.path)-1]
	return w.put(end)
}

// inside reports whether v is already being written. Tuples are left out: they cannot
// contain themselves, and Go cannot compare them.
func (w *textWriter) inside(v starlark.Value) bool {
	if _, ok := v.(starlark.Tuple); ok {
		return false
	}
	for _, p := range w.path {
		if _, ok := p.(starlark.Tuple); !ok && p == v {
			return true
		}
	}
	return false
}

// LongestMessage is the length at which messages that quote values of a program are
// cut.
const LongestMessage = 2000

// ClipMessage cuts a message at [LongestMessage].
func ClipMessage(msg string) string { return Clip(msg, LongestMessage) }

// Clip cuts a text of more than most bytes, never inside a character.
func Clip(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}
