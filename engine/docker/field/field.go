// API fields, table: what a field is, and how it is found.

// Package field is a table of the fields of a create request: which API versions have each, whether it can change while its
// container exists, what its values name, and which of them mean the same. It is data: whoever compares, updates or refuses
// asks it, and keeps no list of fields of its own.
package field

import (
	"slices"
	"strings"
	"sync"
)

// Oldest is the oldest version of the Engine API that dmap works with (Docker 20.10).
const Oldest = "1.41"

// Field is one row.
type Field struct {
	// Name is that of the API: "Hostname", "HostConfig.Memory". A part of a field that has a row of its own, because it
	// came later than the field, goes on with the keys that lead to it, "*" for any:
	// "NetworkingConfig.EndpointsConfig.*.MacAddress".
	Name string
	// Since and Until are the first and the last API version that has it; "" if all of today do. Engines ignore a field
	// they do not know without a word.
	Since, Until string
	// Several: Since is not for the field, but for more than one of what it holds.
	Several bool
	// Change is the call that changes it while its container exists.
	Change Change
	// Lift is the value, as JSON, by which that call takes it away. Without one it can get another value, and never none:
	// in an update, zero means that nothing changes.
	Lift string
	// Follows names the field that an engine derives this one from where it is not set.
	Follows string
	// Record is what a label of the container keeps of a value.
	Record Record

	Meaning
	refs func(text string) (Ref, bool)
	of   string   // the field
	keys []string // that lead on to the part
}

// Change is a call of the API that changes a field while its container exists.
type Change string

// The calls. Engines pass over what a call does not change, or, as with the real-time limits, note it and do nothing until
// the next start: such fields have no call here.
const (
	Never   Change = ""        // the container must be made anew
	Update  Change = "update"  // POST /containers/ID/update
	Connect Change = "connect" // POST /networks/ID/connect and /disconnect
)

// Table returns all rows: fields in the order of the API, then parts of them. The caller owns the slice.
func Table() []Field { return slices.Clone(rows().list) }

// Find returns the row of that name. ok is false if there is none.
func Find(name string) (f Field, ok bool) {
	i, ok := rows().byName[name]
	if !ok {
		return Field{}, false
	}
	return rows().list[i], true
}

type table struct {
	list   []Field
	byName map[string]int
	dated  []Field // those that not every version has
}

// rows is built when first asked for, and never written to.
var rows = sync.OnceValue(func() table {
	t := table{list: slices.Concat(configFields(), hostFields(), resourceFields(), networkFields(), parts()), byName: map[string]int{}}
	for i := range t.list {
		f := &t.list[i]
		f.of, f.keys = split(f.Name)
		t.byName[f.Name] = i
		if f.Since != "" || f.Until != "" {
			t.dated = append(t.dated, *f)
		}
	}
	return t
})

// parts are those of fields that came later than the field.
func parts() []Field {
	return []Field{
		{Name: "Healthcheck.StartInterval", Since: "1.44"},
		{Name: "HostConfig.Mounts.BindOptions.CreateMountpoint", Since: "1.42"},
		{Name: "HostConfig.Mounts.VolumeOptions.Subpath", Since: "1.45"},
		{Name: "NetworkingConfig.EndpointsConfig", Since: "1.44", Several: true},
		{Name: EndpointMAC, Since: "1.44"},
	}
}

// EndpointMAC is the MAC address of a container in one network. The address of the container itself has no meaning where
// this one has.
const EndpointMAC = "NetworkingConfig.EndpointsConfig.*.MacAddress"

const hostPrefix = "HostConfig."

// Of is the name of the field that the row is for, or for a part of.
func (f Field) Of() string { return f.of }

// split parts the name of a row into that of the field, and the keys that lead on.
func split(name string) (field string, keys []string) {
	words := strings.Split(name, ".")
	n := 1
	if strings.HasPrefix(name, hostPrefix) {
		n = 2
	}
	return strings.Join(words[:n], "."), words[n:]
}
