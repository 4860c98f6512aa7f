// Options, reading: values as written, their paths, and their problems.

package option

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/problem"
)

// change puts a converted value into a spec. It owns all memory that it puts there, and
// replaces slices and maps of the spec instead of writing to them, because the caller
// may share them with another spec.
type change func(*docker.ContainerSpec)

// rule converts the value of one option. When it has reported a problem, its result
// is not used.
type rule func(*reader, item) change

// item is a value with the path that leads to it.
type item struct {
	model.Input
	path string
}

func (it item) index(i int, in model.Input) item {
	return item{in, it.path + "[" + strconv.Itoa(i) + "]"}
}

func (it item) key(name string, in model.Input) item {
	if name == "" {
		name = `""`
	}
	if it.path == "" {
		return item{in, name}
	}
	return item{in, it.path + "." + name}
}

// reader collects the problems of one dictionary.
type reader struct {
	problems problem.Problems
	// targets holds the container paths at which this dictionary mounts something.
	targets map[string]item
}

func (r *reader) add(code problem.Code, it item, format string, args ...any) *problem.Problem {
	p := &problem.Problem{Code: code, Origin: it.Origin, Path: it.path, Msg: fmt.Sprintf(format, args...)}
	r.problems = append(r.problems, p)
	return p
}

// want reports a value of the wrong type or form.
func (r *reader) want(it item, forms string) *problem.Problem {
	p := r.add(problem.CodeWrongType, it, "want %s, got %s", forms, it.Input)
	if _, isFloat := it.Value.(float64); isFloat && (strings.Contains(forms, "port") || strings.Contains(forms, "whole number")) {
		p.Hint = model.WholeNumberHint
	}
	return p
}

// wrong reports a value of the right type that is not allowed.
func (r *reader) wrong(it item, format string, args ...any) *problem.Problem {
	return r.add(problem.CodeWrongValue, it, format, args...)
}

// plain reports whether a value is data that JSON can carry: no functions, no endless
// nesting, no text that would be changed or cut on the way.
func (r *reader) plain(it item, depth int) bool {
	const deepest = 32
	if depth > deepest {
		r.wrong(it, "nested deeper than %d", deepest)
		return false
	}
	switch v := it.Value.(type) {
	case nil, bool, int64, float64:
		return true
	case string:
		return r.cleanText(it, v)
	case model.List:
		ok := true
		for i, e := range v {
			ok = r.plain(it.index(i, e), depth+1) && ok
		}
		return ok
	case model.Dict:
		ok := true
		for _, e := range v {
			ok = r.plain(item{e.Key, it.path}, depth+1) && ok
			ok = r.plain(it.key(keyText(e.Key), e.Value), depth+1) && ok
		}
		return ok
	}
	r.want(it, "plain data (None, bool, int, float, string, list, dict)")
	return false
}

func (r *reader) cleanText(it item, s string) bool {
	for _, c := range s {
		if c == 0 {
			r.wrong(it, "a text with a NUL character: %s", it.Input)
			return false
		}
	}
	if !utf8.ValidString(s) {
		r.wrong(it, "a text that is not valid UTF-8: %s", it.Input)
		return false
	}
	return true
}

// keyText returns the key of a dictionary for a path.
func keyText(key model.Input) string {
	switch v := key.Value.(type) {
	case string:
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	}
	return "(" + key.String() + ")"
}

// elements returns the elements of a list; any other value counts as a list of one, and
// None as an empty list.
func (r *reader) elements(it item) []item {
	list, isList := it.Value.(model.List)
	if !isList {
		if it.Value == nil {
			return nil
		}
		return []item{it}
	}
	out := make([]item, len(list))
	for i, e := range list {
		out[i] = it.index(i, e)
	}
	return out
}

// entry is one key of a dictionary with its value.
type entry struct {
	name  string
	key   item
	value item
}

// entries returns the entries of a dictionary, in order. Keys that are not strings and
// keys given twice are reported and left out.
func (r *reader) entries(it item, d model.Dict) []entry {
	seen := map[string]bool{}
	var out []entry
	for _, e := range d {
		name, ok := e.Key.Value.(string)
		if !ok {
			r.want(item{e.Key, it.path}, "a string as key")
			continue
		}
		if seen[name] {
			r.add(problem.CodeDuplicate, item{e.Key, it.path}, "key %q is given twice", name)
			continue
		}
		seen[name] = true
		out = append(out, entry{name, item{e.Key, it.path}, it.key(name, e.Value)})
	}
	return out
}
