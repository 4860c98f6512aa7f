// API fields, records: what a container's label keeps of what it was made with.

package field

import (
	"encoding/json"
	"maps"
	"slices"
)

// Record is what a label keeps of a value, for the time when the map has another one. Everybody reads labels, and many
// programs pass them on, so nothing goes there from which a secret could be confirmed, not even a digest: whoever can guess
// a password can digest his guess. What an engine shows need not be kept.
type Record string

// The records.
const (
	Shown Record = ""      // that it was set: the engine shows the value as it was asked for
	Names Record = "names" // the names in it too, of variables, labels, options: the engine shows more than was asked for
	// Digest is one of the value, which the engine may show otherwise than it was asked for, or not at all; and of what
	// most containers have, so that nobody has to inspect each to see that nothing has changed. It is for what is no
	// secret: numbers, addresses, ports, paths, users, and names of images, networks and containers.
	Digest Record = "digest"
)

// Records returns what a label keeps of each field of a request, as JSON: true, a list of names, or what digest makes of the
// value in its [Meaning.Form]. Fields that mean the same as not set are left out.
func Records(fields map[string]json.RawMessage, digest func([]byte) string) (map[string]string, error) {
	out := make(map[string]string, len(fields))
	for name, value := range fields {
		f, _ := Find(name)
		if f.Record == Shown && f.form == nil {
			out[name] = "true"
			continue
		}
		decoded, err := Decode(value)
		if err != nil {
			return nil, err
		}
		form := f.Form(decoded)
		if form == nil {
			continue
		}
		text, err := json.Marshal(f.kept(form, digest))
		if err != nil {
			return nil, err
		}
		out[name] = string(text)
	}
	return out, nil
}

// IsShown reports whether an engine shows the value of a field, so that no digest of it is kept.
func IsShown(name string) bool {
	f, _ := Find(name)
	return f.Record != Digest
}

func (f Field) kept(form any, digest func([]byte) string) any {
	switch f.Record {
	case Names:
		return f.names(form)
	case Digest:
		if f.public != nil {
			form = f.public(form)
		}
		text, _ := json.Marshal(form) // was decoded from JSON
		return digest(text)
	}
	return true
}

// names are those of the elements of a list, or of what an object holds.
func (m Meaning) names(form any) []string {
	var out []string
	for _, one := range list(form) {
		out = append(out, m.key(one))
	}
	return append(out, held(form)...)
}

// held are the names of what an object holds, objects in it included: "Config.max-size". Sorted.
func held(v any) []string {
	out := []string{}
	for _, name := range slices.Sorted(maps.Keys(object(v))) {
		inner := held(object(v)[name])
		for _, one := range inner {
			out = append(out, name+"."+one)
		}
		if len(inner) == 0 {
			out = append(out, name)
		}
	}
	return out
}
