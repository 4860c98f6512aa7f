// Model: the one conversion of every short form into typed values.

package model

import (
	"strconv"
	"strings"
)

// converter turns Inputs into typed values and collects what is wrong with them.
// Paths in its problems are relative to the object being set.
type converter struct {
	problems Problems
	// set receives the place of every value that was converted.
	set Origins
}

func (c *converter) note(path string, at Origin) {
	if at != (Origin{}) {
		c.set[path] = at
	}
}

// want reports a value of the wrong type or form.
func (c *converter) want(path string, in Input, forms string) *Problem {
	return c.problems.add(CodeWrongType, in.Origin, path, "want %s, got %s", forms, in)
}

func index(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

func key(path, name string) string { return path + "." + name }

// text converts a string; None is "".
func (c *converter) text(path string, in Input) string {
	c.note(path, in.Origin)
	switch v := in.Value.(type) {
	case nil:
		return ""
	case string:
		return v
	}
	c.want(path, in, "a string")
	return ""
}

// elements splits a value into the elements of a list field: None has none, a
// list its own, a dictionary one for each pair where the field takes pairs, and
// anything else is the only element (rows 36, 47, 51, 111).
func (c *converter) elements(path string, in Input, pairs bool) List {
	c.note(path, in.Origin)
	switch v := in.Value.(type) {
	case nil:
		return nil
	case List:
		return v
	case Dict:
		if !pairs {
			break
		}
		list := make(List, len(v))
		for i, e := range v {
			list[i] = Input{Value: Dict{e}, Origin: e.Key.Origin}
		}
		return list
	}
	return List{in}
}

// names converts a list of strings. Whole numbers are taken too where numbers is
// set: instances may be counted.
func (c *converter) names(path string, in Input, numbers bool) []string {
	var out []string
	for i, e := range c.elements(path, in, false) {
		at := index(path, i)
		c.note(at, e.Origin)
		switch v := e.Value.(type) {
		case string:
			out = append(out, v)
			continue
		case int64:
			if numbers {
				out = append(out, strconv.FormatInt(v, 10))
				continue
			}
		}
		c.want(at, e, "a string")
	}
	return out
}

const bindForms = `"alias", ("alias", "ro" or "rw" or bool), {"alias": "ro" or "rw" or bool} or host_share(…)`

// binds converts rows 41 to 51.
func (c *converter) binds(path string, in Input) []HostShare {
	var out []HostShare
	list := c.elements(path, in, true)
	for i, e := range list {
		at := index(path, i)
		c.note(at, e.Origin)
		if share, ok := e.Value.(HostShare); ok {
			out = append(out, share)
			continue
		}
		name, flag, ok := c.pair(at, e, bindForms)
		if !ok {
			c.hintPair(list)
			continue
		}
		out = append(out, HostShare{Volume: name, ReadOnly: c.readOnly(at, flag)})
	}
	return out
}

const useForms = `"name", ("name", "ro" or "rw" or bool) or {"name": "ro" or "rw" or bool}`

// uses converts rows 56 and 65.
func (c *converter) uses(path string, in Input) []Use {
	var out []Use
	list := c.elements(path, in, true)
	for i, e := range list {
		at := index(path, i)
		c.note(at, e.Origin)
		if use, ok := e.Value.(Use); ok {
			out = append(out, use)
			continue
		}
		name, flag, ok := c.pair(at, e, useForms)
		if !ok {
			c.hintPair(list)
			continue
		}
		out = append(out, Use{Name: name, ReadOnly: c.readOnly(at, flag)})
	}
	return out
}

const linkForms = `"container", ("container", "alias"), {"container": "alias"} or link(…)`

// links converts rows 71 to 74.
func (c *converter) links(path string, in Input) []Link {
	var out []Link
	for i, e := range c.elements(path, in, true) {
		at := index(path, i)
		c.note(at, e.Origin)
		if link, ok := e.Value.(Link); ok {
			out = append(out, link)
			continue
		}
		name, alias, ok := namedLink(e)
		if !ok {
			name, alias, ok = c.pair(at, e, linkForms)
		}
		if !ok {
			continue
		}
		switch v := alias.Value.(type) {
		case nil:
			out = append(out, Link{Container: name})
		case string:
			out = append(out, Link{Container: name, Alias: v})
		default:
			c.want(at, alias, "an alias (string or None)")
		}
	}
	return out
}

// namedLink takes {"container": name, "alias": alias} (row 72).
func namedLink(in Input) (name string, alias Input, ok bool) {
	d, isDict := in.Value.(Dict)
	if !isDict || len(d) != 2 {
		return "", Input{}, false
	}
	target, hasName := d.Get("container")
	alias, hasAlias := d.Get("alias")
	name, isText := target.Value.(string)
	return name, alias, hasName && hasAlias && isText
}

// pair takes a name alone, a list of name and value, or a dictionary of one pair.
func (c *converter) pair(path string, in Input, forms string) (name string, value Input, ok bool) {
	first := in
	switch v := in.Value.(type) {
	case List:
		if len(v) != 2 {
			c.want(path, in, forms)
			return "", Input{}, false
		}
		first, value = v[0], v[1]
	case Dict:
		if len(v) != 1 {
			c.want(path, in, forms)
			return "", Input{}, false
		}
		first, value = v[0].Key, v[0].Value
	case string:
		value = Input{Value: false, Origin: in.Origin}
		if forms == linkForms {
			value.Value = nil
		}
	}
	name, ok = first.Value.(string)
	if !ok {
		c.want(path, first, forms)
	}
	return name, value, ok
}

// hintPair explains the last problem when a pair was written where a list of
// pairs is meant: ("alias", True) (row 49).
func (c *converter) hintPair(list List) {
	if len(list) != 2 {
		return
	}
	name, isText := list[0].Value.(string)
	_, isFlag := list[1].Value.(bool)
	if isText && isFlag {
		last := c.problems[len(c.problems)-1]
		last.Hint = "a pair of its own needs brackets: [(" + strconv.Quote(name) + `, "ro")]`
	}
}

// readOnly converts a flag: the closed set of row 46.
func (c *converter) readOnly(path string, in Input) bool {
	switch v := in.Value.(type) {
	case nil:
		return false
	case bool:
		return v
	case string:
		if v == "ro" || v == "rw" {
			return v == "ro"
		}
	}
	c.problems.add(CodeWrongValue, in.Origin, path, `want "ro", "rw", True, False or None as access, got %s`, in)
	return false
}

// user converts row 86: a name or number, "user:group", or a pair of both.
func (c *converter) user(path string, in Input) string {
	c.note(path, in.Origin)
	if in.Value == nil {
		return ""
	}
	parts, isPair := in.Value.(List)
	if !isPair {
		parts = List{in}
	}
	var words []string
	for _, p := range parts {
		switch v := p.Value.(type) {
		case string:
			words = append(words, v)
			continue
		case int64:
			if v >= 0 {
				words = append(words, strconv.FormatInt(v, 10))
				continue
			}
		}
		c.want(path, p, `a user name or id, "user:group" or (user, group)`)
		return ""
	}
	if isPair && len(words) != 2 {
		c.want(path, in, `a user name or id, "user:group" or (user, group)`)
		return ""
	}
	return strings.Join(words, ":")
}

// permissions converts row 87. A number is refused: 750 and 0o750 look alike.
func (c *converter) permissions(path string, in Input) string {
	if n, ok := in.Value.(int64); ok {
		c.note(path, in.Origin)
		p := c.want(path, in, "a mode as chmod takes it")
		p.Hint = `write it as a string: "` + octal(n) + `"`
		return ""
	}
	return c.text(path, in)
}

// octal guesses which mode was meant: decimal 750 reads as 0750, an octal literal
// 0o750 (488) is written back as such.
func octal(n int64) string {
	if s := strconv.FormatInt(n, 10); !strings.ContainsAny(s, "89-") && len(s) <= 4 {
		return "0" + strings.TrimPrefix(s, "0")
	}
	return "0" + strconv.FormatInt(n, 8)
}

// flag converts persistent (row 101).
func (c *converter) flag(path string, in Input) bool {
	c.note(path, in.Origin)
	switch v := in.Value.(type) {
	case nil:
		return false
	case bool:
		return v
	case string:
		switch strings.ToLower(v) {
		case "yes", "true":
			return true
		case "no", "false", "":
			return false
		}
	}
	c.want(path, in, `True, False, "yes" or "no"`)
	return false
}

// options converts create_options and start_options (rows 95, 110).
func (c *converter) options(path string, in Input) Options {
	c.note(path, in.Origin)
	switch v := in.Value.(type) {
	case nil:
		return Options{}
	case OptionFunc:
		return Options{Func: v, Text: in.Text}
	case Dict:
		for _, e := range v {
			name, ok := e.Key.Value.(string)
			if !ok {
				c.want(path, e.Key, "the name of an option (string)")
				continue
			}
			c.note(key(path, name), e.Key.Origin)
			c.plain(key(path, name), e.Value, 0)
		}
		return Options{Values: v}
	}
	c.want(path, in, "a dict or a function that returns one")
	return Options{}
}

// plain checks that an option value is data: no functions, no typed values, not
// nested without end.
func (c *converter) plain(path string, in Input, depth int) {
	const deepest = 32
	if depth > deepest {
		c.problems.add(CodeWrongValue, in.Origin, path, "nested deeper than %d", deepest)
		return
	}
	switch v := in.Value.(type) {
	case nil, bool, int64, float64, string:
	case List:
		for i, e := range v {
			c.plain(index(path, i), e, depth+1)
		}
	case Dict:
		for _, e := range v {
			switch k := e.Key.Value.(type) {
			case string:
				c.plain(key(path, k), e.Value, depth+1)
			case int64:
				c.plain(key(path, strconv.FormatInt(k, 10)), e.Value, depth+1)
			default:
				c.want(path, e.Key, "a string or an int as key")
			}
		}
	default:
		c.want(path, in, "plain data (None, bool, int, float, string, list, dict)")
	}
}
