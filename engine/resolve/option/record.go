// Options, reading: dictionaries with a fixed set of keys.

package option

import (
	"strings"

	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/problem"
)

// field is one key of a record: its name in docker-py, its name in the Engine API, and
// the function that sets its value.
type field struct {
	name, api string
	set       func(item)
}

// record reads a dictionary that may have only the given fields, under either name.
// Fields that are None are not set. what names the record in messages.
func (r *reader) record(it item, d model.Dict, what string, fields ...field) {
	given := map[string]string{}
	for _, e := range r.entries(it, d) {
		f, ok := findField(fields, e.name)
		if !ok {
			r.unknownField(e, what, fields)
			continue
		}
		if first, twice := given[f.name]; twice {
			r.add(problem.CodeDuplicate, e.keyAtValue(), "%q and %q are the same key of %s", first, e.name, what)
			continue
		}
		given[f.name] = e.name
		if e.value.Value != nil {
			f.set(e.value)
		}
	}
}

func findField(fields []field, name string) (field, bool) {
	for _, f := range fields {
		if f.name == name || f.api == name {
			return f, true
		}
	}
	return field{}, false
}

func (r *reader) unknownField(e entry, what string, fields []field) {
	p := r.add(problem.CodeUnknownKey, e.keyAtValue(), "unknown key %q of %s", e.name, what)
	var ours, api []string
	for _, f := range fields {
		ours = append(ours, f.name)
		api = append(api, f.api)
	}
	if p.Hint = didYouMean(e.name, ours, api); p.Hint == "" {
		p.Hint = "keys: " + strings.Join(ours, ", ")
	}
}
