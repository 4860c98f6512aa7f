// Model: the one conversion of every short form into typed values.

package model

import (
	"cmp"
	"math"
	"strconv"
	"strings"

	"github.com/dmap-dev/dmap/engine/problem"
)

// converter turns Inputs into typed values and collects what is wrong with them.
// Paths in its problems are relative to the object being set.
type converter struct {
	problems problem.Problems
	// set receives the place of each converted value.
	set problem.Origins
	// values counts the values inside the option being converted.
	values int
}

func (c *converter) note(path string, at problem.Origin) {
	if at != (problem.Origin{}) {
		c.set[path] = at
	}
}

// want reports a value of the wrong type or form.
func (c *converter) want(path string, in Input, forms string) *problem.Problem {
	return c.problems.Add(problem.CodeWrongType, c.place(path, in.Origin), path, "want %s, got %s", forms, in)
}

// place returns at or, for a value without a place of its own, the place of the nearest
// value around it.
func (c *converter) place(path string, at problem.Origin) problem.Origin {
	if at == (problem.Origin{}) {
		at, _ = c.set.At(path)
	}
	return at
}

// keyOnce reports a key that occurs twice in a dictionary. Programs cannot write one;
// other sources could.
func (c *converter) keyOnce(path string, d Dict) {
	seen := make(map[any]problem.Origin, len(d))
	for _, e := range d {
		switch e.Key.Value.(type) {
		case string, int64:
		default:
			continue
		}
		first, twice := seen[e.Key.Value]
		if !twice {
			seen[e.Key.Value] = e.Key.Origin
			continue
		}
		p := c.problems.Add(problem.CodeDuplicate, c.place(path, e.Key.Origin), path, "the key %s is given twice", e.Key)
		p.Related = problem.RelatedAt(first, "first given")
	}
}

// dict returns the pairs of a dictionary with string keys; for None there are none.
func (c *converter) dict(path string, in Input, of string) Dict {
	c.note(path, in.Origin)
	switch v := in.Value.(type) {
	case nil:
		return nil
	case Dict:
		c.keyOnce(path, v)
		out := make(Dict, 0, len(v))
		for _, e := range v {
			e.Value.Origin = cmp.Or(e.Value.Origin, e.Key.Origin)
			if _, ok := e.Key.Value.(string); !ok {
				c.want(path, e.Key, "a string as "+of)
				continue
			}
			out = append(out, e)
		}
		return out
	}
	c.want(path, in, "a dict")
	return nil
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

// element is one element of a list field, with the path under which a problem of
// it is reported.
type element struct {
	Input
	path string
}

// elements splits a value into the elements of a list field (rows 36, 47, 51, 111):
// nothing for None, the elements of a list, the pairs of a dictionary where the field
// takes pairs; anything else is the only element.
func (c *converter) elements(path string, in Input, pairs bool) []element {
	c.note(path, in.Origin)
	switch v := in.Value.(type) {
	case nil:
		return nil
	case List:
		list := make([]element, len(v))
		for i, e := range v {
			list[i] = element{e, index(path, i)}
		}
		return list
	case Dict:
		if !pairs {
			break
		}
		list := make([]element, len(v))
		for i, e := range v {
			list[i] = element{Input{Value: Dict{e}, Origin: e.Key.Origin}, index(path, i)}
		}
		return list
	}
	return []element{{in, path}}
}

// appended adds a converted element to the list at path and notes its place under the
// index it has in that list. That index can be lower than the one the program gave it,
// because elements at fault are left out.
func appended[T any](c *converter, list []T, path string, e element, value T) []T {
	if e.path != path {
		c.note(index(path, len(list)), e.Origin)
	}
	return append(list, value)
}

// names converts a list of strings. If numbers is set, whole numbers are accepted too:
// instances may be numbered.
func (c *converter) names(path string, in Input, numbers bool) []string {
	var out []string
	for _, e := range c.elements(path, in, false) {
		if name, ok := c.name(e.path, e.Input, numbers); ok {
			out = appended(c, out, path, e, name)
		}
	}
	return out
}

// name converts one string, or a whole number if numbers is set.
func (c *converter) name(path string, in Input, numbers bool) (name string, ok bool) {
	switch v := in.Value.(type) {
	case string:
		return v, true
	case int64:
		if numbers {
			return strconv.FormatInt(v, 10), true
		}
	}
	c.want(path, in, "a string")
	return "", false
}

const bindForms = `"alias", ("alias", "ro" or "rw" or bool), {"alias": "ro" or "rw" or bool} or host_share(…)`

// binds converts rows 41 to 51.
func (c *converter) binds(path string, in Input) []HostShare {
	var out []HostShare
	list := c.elements(path, in, true)
	for _, e := range list {
		if share, ok := e.Value.(HostShare); ok {
			out = appended(c, out, path, e, share)
			continue
		}
		name, flag, ok := c.pair(e, bindForms)
		if !ok {
			c.hintPair(list)
			continue
		}
		if readOnly, ok := c.readOnly(e, flag); ok {
			out = appended(c, out, path, e, HostShare{Volume: name, ReadOnly: readOnly})
		}
	}
	return out
}

const useForms = `"name", ("name", "ro" or "rw" or bool) or {"name": "ro" or "rw" or bool}`

// uses converts rows 56 and 65.
func (c *converter) uses(path string, in Input) []Use {
	var out []Use
	list := c.elements(path, in, true)
	for _, e := range list {
		if use, ok := e.Value.(Use); ok {
			out = appended(c, out, path, e, use)
			continue
		}
		name, flag, ok := c.pair(e, useForms)
		if !ok {
			c.hintPair(list)
			continue
		}
		if readOnly, ok := c.readOnly(e, flag); ok {
			out = appended(c, out, path, e, Use{Name: name, ReadOnly: readOnly})
		}
	}
	return out
}

const linkForms = `"container", ("container", "alias"), {"container": "alias"} or link(…)`

// links converts rows 71 to 74.
func (c *converter) links(path string, in Input) []Link {
	var out []Link
	for _, e := range c.elements(path, in, true) {
		if link, ok := e.Value.(Link); ok {
			out = appended(c, out, path, e, link)
			continue
		}
		name, alias, ok := namedLink(e.Input)
		if !ok {
			name, alias, ok = c.pair(e, linkForms)
		}
		if !ok {
			continue
		}
		switch v := alias.Value.(type) {
		case nil:
			out = appended(c, out, path, e, Link{Container: name})
		case string:
			out = appended(c, out, path, e, Link{Container: name, Alias: v})
		default:
			alias.Origin = c.place(e.path, cmp.Or(alias.Origin, e.Origin))
			c.want(e.path, alias, "an alias (string or None)")
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
// A name alone has the value None.
func (c *converter) pair(e element, forms string) (name string, value Input, ok bool) {
	first := e.Input
	switch v := e.Value.(type) {
	case List:
		if len(v) != 2 {
			c.want(e.path, e.Input, forms)
			return "", Input{}, false
		}
		first, value = v[0], v[1]
	case Dict:
		if len(v) != 1 {
			c.want(e.path, e.Input, forms)
			return "", Input{}, false
		}
		first, value = v[0].Key, v[0].Value
	}
	name, ok = first.Value.(string)
	if !ok {
		first.Origin = cmp.Or(first.Origin, e.Origin)
		c.want(e.path, first, forms)
	}
	return name, value, ok
}

// hintPair adds a hint to the last problem if a single pair was written where a list of
// pairs is expected: ("alias", True) (row 49).
func (c *converter) hintPair(list []element) {
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

// readOnly converts the access flag of element e; row 46 names all values it may have.
func (c *converter) readOnly(e element, flag Input) (readOnly, ok bool) {
	switch v := flag.Value.(type) {
	case nil:
		return false, true
	case bool:
		return v, true
	case string:
		if v == "ro" || v == "rw" {
			return v == "ro", true
		}
	}
	at := c.place(e.path, cmp.Or(flag.Origin, e.Origin))
	c.problems.Add(problem.CodeWrongValue, at, e.path, `want "ro", "rw", True, False or None as access, got %s`, flag)
	return false, false
}

const userForms = `a user name or id, "user:group" or (user, group)`

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
		c.want(path, p, userForms)
		return ""
	}
	if isPair && len(words) != 2 {
		c.want(path, in, userForms)
		return ""
	}
	return strings.Join(words, ":")
}

// permissions converts row 87. A number is refused, because 750 and 0o750 are easily
// confused: read as an octal mode, the first would be 01356.
func (c *converter) permissions(path string, in Input) string {
	if n, ok := in.Value.(int64); ok {
		c.note(path, in.Origin)
		p := c.want(path, in, "a mode as chmod takes it")
		p.Hint = "write it as a string" + modeExample(n)
		return ""
	}
	return c.text(path, in)
}

// modeExample shows how to write the mode that a number was probably meant to be. The
// number may have been an octal literal (0o750, which is 488) or octal digits without
// the prefix (750); if both are possible, both are shown.
func modeExample(n int64) string {
	digits, octal := strconv.FormatInt(n, 10), strconv.FormatInt(n, 8)
	isLiteral := n >= 0 && len(octal) <= 4
	isDigits := n >= 0 && len(digits) <= 4 && !strings.ContainsAny(digits, "89") && digits != octal
	switch {
	case isLiteral && isDigits:
		return `: "0` + octal + `" for 0o` + octal + `, "0` + digits + `" for ` + digits
	case isLiteral:
		return `: "0` + octal + `"`
	case isDigits:
		return `: "0` + digits + `"`
	}
	return `, such as "0750"`
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
		if v == nil {
			return Options{}
		}
		return Options{Func: v, Text: in.Text}
	case Dict:
		return Options{Values: c.optionValues(path, v)}
	}
	c.want(path, in, "a dict or a function that returns one")
	return Options{}
}

// optionValues returns the entries that can be options, or nil if there are none.
func (c *converter) optionValues(path string, d Dict) Dict {
	c.keyOnce(path, d)
	var out Dict
	seen := make(map[string]bool, len(d))
	for _, e := range d {
		name, ok := e.Key.Value.(string)
		if !ok {
			c.want(path, e.Key, "the name of an option (string)")
			continue
		}
		before := len(c.problems)
		if !seen[name] {
			c.note(key(path, name), e.Key.Origin)
			c.values = 0
			c.plain(key(path, name), e.Value, 0)
		}
		if !seen[name] && len(c.problems) == before {
			out = append(out, e)
		}
		seen[name] = true
	}
	return out
}

// plain checks that an option value is data: no functions, no typed values, and not too
// deep. The number of values is limited as well, because lists that hold each other
// several times grow exponentially when they are written out, at little depth.
func (c *converter) plain(path string, in Input, depth int) {
	const deepest, most = 32, 100_000
	if c.values++; c.values == most {
		c.problems.Add(problem.CodeWrongValue, c.place(path, in.Origin), path, "the option holds more than %d values", most)
	}
	if c.values >= most {
		return
	}
	if depth > deepest {
		c.problems.Add(problem.CodeWrongValue, c.place(path, in.Origin), path, "nested deeper than %d", deepest)
		return
	}
	switch v := in.Value.(type) {
	case nil, bool, int64, string:
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			c.problems.Add(problem.CodeWrongValue, c.place(path, in.Origin), path, "want a finite number, got %s", in)
		}
	case List:
		for i, e := range v {
			c.plain(index(path, i), e, depth+1)
		}
	case Dict:
		c.keyOnce(path, v)
		for _, e := range v {
			if !isKey(e.Key) {
				p := c.want(path, e.Key, "a string, an int or a pair of these as key")
				if _, isFloat := e.Key.Value.(float64); isFloat {
					p.Hint = WholeNumberHint
				}
				continue
			}
			c.plain(key(path, keyText(e.Key.Value)), e.Value, depth+1)
		}
	default:
		c.want(path, in, "plain data (None, bool, int, float, string, list, dict)")
	}
}

// isKey reports whether a value may be a key inside an option: a string, an int, or a
// pair such as (53, "udp").
func isKey(in Input) bool {
	pair, ok := in.Value.(List)
	if !ok {
		pair = List{in}
	}
	for _, e := range pair {
		switch e.Value.(type) {
		case string, int64:
		default:
			return false
		}
	}
	return len(pair) == 1 && !ok || len(pair) == 2
}
