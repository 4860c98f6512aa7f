// API fields, meaning: which values of a field are the same.

package field

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// Meaning says which values of a field are the same. Values are decoded JSON, numbers as [json.Number].
type Meaning struct {
	// Kind says it for people: "text", "set of paths".
	Kind string
	// form gives a value the one form that stands for all of its spellings; nil means the same as a field that is not set.
	// Without a form a value is compared as it is.
	form func(value any) any
	// like reports whether an engine that shows has was asked for asked, both in their one form. Without it, they are equal.
	like func(asked, has any, id ID) bool
	// key is the name of an element of a list, for [Names].
	key func(any) string
	// public is a value in its one form without what can be secret, for [Digest]. Without it, nothing can.
	public func(any) any
}

// ID returns the id of the container of a name; "" for one that it does not know.
type ID func(name string) string

// Form returns a value in the form that stands for all values of the same meaning; nil if that is the meaning of a field
// that is not set. The value is not changed.
func (m Meaning) Form(value any) any {
	if m.form == nil || value == nil {
		return value
	}
	return m.form(value)
}

// HasForm reports whether there is more than one way to write a value.
func (m Meaning) HasForm() bool { return m.form != nil }

// Shows reports whether an engine that shows has was asked for asked. What engines write in another form is the same, and
// so is what they add.
func (m Meaning) Shows(asked, has any, id ID) bool {
	asked, has = m.Form(asked), m.Form(has)
	if m.like == nil {
		return equal(asked, has)
	}
	return m.like(asked, has, id)
}

// Decode decodes a value as the table takes it.
func Decode(text json.RawMessage) (any, error) {
	if len(text) > 0 && text[0] == '"' { // most are, and a decoder costs more than its text
		var s string
		err := json.Unmarshal(text, &s)
		return s, err
	}
	var v any
	in := json.NewDecoder(bytes.NewReader(text))
	in.UseNumber()
	err := in.Decode(&v)
	return v, err
}

// The meanings that are no more than their values.
func plain(kind string) Meaning { return Meaning{Kind: kind} }

// and adds that an engine shows more than it was asked for: what it adds of its own, or from the image.
func (m Meaning) and(like func(asked, has any, id ID) bool) Meaning {
	m.like = like
	return m
}

// withOthers adds to a meaning by [keyed] that an engine shows elements of other keys as well, and some of them twice.
func (m Meaning) withOthers() Meaning {
	once := func(list []any) []any { return slices.CompactFunc(list, equal) }
	m.like = func(asked, has any, _ ID) bool {
		keys := map[string]bool{}
		for _, one := range list(asked) {
			keys[m.key(one)] = true
		}
		known := slices.DeleteFunc(slices.Clone(list(has)), func(one any) bool { return !keys[m.key(one)] })
		return equal(once(slices.Clone(list(asked))), once(known))
	}
	return m
}

// withMore reports whether an engine shows all that was asked for.
func withMore(asked, has any, _ ID) bool { return covers(asked, has) }

// withAllOf reports whether an engine shows all of a list that was asked for, in any order.
func withAllOf(asked, has any, _ ID) bool {
	for _, one := range list(asked) {
		if !slices.ContainsFunc(list(has), func(h any) bool { return equal(one, h) }) {
			return false
		}
	}
	return true
}

// textOf is the meaning of a text with more than one spelling; "" means not set.
func textOf(kind string, form func(string) string) Meaning {
	return Meaning{Kind: kind, form: func(v any) any {
		if text := form(text(v)); text != "" {
			return text
		}
		return nil
	}}
}

// listOf is the meaning of a list whose order counts.
func listOf(kind string, form func(string) string) Meaning {
	return Meaning{Kind: "list of " + kind + " in their order", form: func(v any) any { return each(v, ofText(form)) }}
}

// setOf is the meaning of a list whose order does not count, nor how often it has something.
func setOf(kind string, form func(string) string) Meaning {
	return Meaning{Kind: "set of " + kind, form: func(v any) any { return set(v, form) }}
}

// keyed is the meaning of a list in which order counts only among elements of one key: an engine takes the last of them, or
// goes through them in turn.
func keyed(kind string, key func(any) string, form func(any) any) Meaning {
	return Meaning{Kind: "list of " + kind, key: key, form: func(v any) any {
		return sortedBy(each(v, form), key)
	}}
}

// sortedBy sorts a list by the keys of its elements, which keep their order where they have the same.
func sortedBy(list []any, key func(any) string) []any {
	slices.SortStableFunc(list, func(a, b any) int { return strings.Compare(key(a), key(b)) })
	return list
}

// mapOf is the meaning of a map with keys and values of more than one spelling.
func mapOf(kind string, key func(string) string, form func(any) any) Meaning {
	return Meaning{Kind: "map of " + kind, form: func(v any) any { return entries(v, key, form) }}
}

// set returns the texts of a list, each in its form and once, sorted.
func set(v any, form func(string) string) []any {
	out := sortedBy(each(v, ofText(form)), text)
	return slices.Compact(out)
}

// each returns a list of the forms of the elements of another.
func each(v any, form func(any) any) []any {
	out := make([]any, 0, len(list(v)))
	for _, one := range list(v) {
		out = append(out, form(one))
	}
	return out
}

// entries returns a map of the forms of the keys and values of another.
func entries(v any, key func(string) string, form func(any) any) map[string]any {
	out := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(object(v))) {
		out[key(name)] = form(object(v)[name])
	}
	return out
}

// forms are those of the fields of an object.
type forms map[string]func(any) any

// with returns an object without what is zero, and with the forms of some of its fields.
func with(v any, forms forms) any {
	out := map[string]any{}
	for key, value := range object(v) {
		if form := forms[key]; form != nil && value != nil {
			value = form(value)
		}
		if !zero(value) {
			out[key] = value
		}
	}
	return out
}

func ofText(form func(string) string) func(any) any {
	return func(v any) any { return form(text(v)) }
}

func same(v any) any              { return v }
func sameText(s string) string    { return s }
func list(v any) []any            { l, _ := v.([]any); return l }
func object(v any) map[string]any { o, _ := v.(map[string]any); return o }
func text(v any) string           { s, _ := v.(string); return s }

// at returns the text of a field of an object, for use as the key of [keyed].
func at(name string) func(any) string {
	return func(v any) string { return text(object(v)[name]) }
}

// equal reports whether two values are the same, where nothing and zero are.
func equal(a, b any) bool { return covers(a, b) && covers(b, a) }

// covers reports whether has holds everything that asked holds.
func covers(asked, has any) bool {
	switch a := asked.(type) {
	case map[string]any:
		h, _ := has.(map[string]any)
		if h == nil && has != nil {
			return false
		}
		for key, value := range a {
			if got, ok := h[key]; !ok || !covers(value, got) {
				return false
			}
		}
		return true
	case []any:
		return slices.EqualFunc(a, list(has), covers)
	}
	return asked == has || zero(asked) && zero(has)
}

func zero(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case bool:
		return !v
	case string:
		return v == ""
	case json.Number:
		return v == "0"
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}
