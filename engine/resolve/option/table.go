// Options, table: the type of its rows, and look-ups.

package option

import (
	"slices"
	"strings"
	"sync"

	api "github.com/dmap-dev/dmap/engine/docker/field"
	"github.com/dmap-dev/dmap/engine/problem"
)

// CodeRefused is the code for options that are known, but that a map cannot set.
const CodeRefused problem.Code = "option-refused"

// CodeNeedsAPI is the code for options that the API version of the engine does not
// have.
const CodeNeedsAPI problem.Code = "option-needs-api"

// Option is one row of the table.
type Option struct {
	// Name is the keyword of docker-py, or one in its style for fields that docker-py
	// lacks.
	Name string `json:"name"`
	// Field is the field of the create call: "Hostname", "HostConfig.Memory". It, or
	// its last part, is accepted as a key too. "" if there is none.
	Field string `json:"field,omitempty"`
	// Of is the option for which this is another spelling; only one of them can be
	// given.
	Of string `json:"of,omitempty"`
	// Forms says in a few words which values are accepted. "" if the option is refused.
	Forms string `json:"forms,omitempty"`
	// Doc says in one line what it does.
	Doc string `json:"doc"`
	// Since is the first API version that has the field, unless all supported engines
	// do; Until is the last one, if it was dropped. Other engines silently ignore it;
	// see [Check].
	Since string `json:"since,omitempty"`
	Until string `json:"until,omitempty"`
	// Refused says why a map cannot set it; "" for options that can be set.
	Refused string `json:"refused,omitempty"`

	rule rule
}

// Table returns all options, including refused ones, sorted by name. The caller owns
// the slice.
func Table() []Option {
	all := slices.Clone(rows())
	slices.SortFunc(all, func(a, b Option) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// rows is the unsorted table, for look-ups. It is built once, when first used, because
// maps of many containers look up many keys, and is never written to.
var rows = sync.OnceValue(func() []Option {
	all := slices.Concat(configOptions(), hostOptions(), resourceOptions(), refusedOptions())
	for i := range all {
		f, _ := api.Find(all[i].Field)
		all[i].Since, all[i].Until = f.Since, f.Until
	}
	return all
})

// Names returns the names of all options that can be set, sorted, for completion.
func Names() []string {
	var out []string
	for _, o := range Table() {
		if o.Refused == "" {
			out = append(out, o.Name)
		}
	}
	return out
}

// Find returns the option that a key in a map refers to: by name, by API field, or by
// the last part of the API field. ok is false if there is none; refused options are
// found too.
func Find(key string) (o Option, ok bool) { return find(rows(), key) }

func find(table []Option, key string) (Option, bool) {
	for _, o := range table {
		if o.Name == key {
			return o, true
		}
	}
	for _, o := range table {
		if o.Of == "" && o.Field != "" && (o.Field == key || lastPart(o.Field) == key) {
			return o, true
		}
	}
	return Option{}, false
}

func lastPart(field string) string { return field[strings.LastIndex(field, ".")+1:] }

// onHost reports whether an option belongs to the host configuration.
func (o Option) onHost() bool { return strings.HasPrefix(o.Field, hostPrefix) }

const hostPrefix = "HostConfig."
