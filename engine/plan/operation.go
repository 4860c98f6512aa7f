// Plan: what there is to know about an operation: a row of the table of operations.

package plan

import (
	"reflect"
	"slices"
	"strings"
)

// operation is a row of the table of operations: everything but how it is carried out,
// which stands in a row of the same Op beside its executor, in engine/run.
type operation struct {
	op Op
	// sign and verb begin the line of a step in the text of a plan: "+ create volume".
	// object adds to the verb what only the step knows; nil adds nothing.
	sign, verb string
	object     func(*Step) string
	// counted is the word of the summary: "2 to create".
	counted string
	// must and may are the fields that a step of this kind has to have and can have,
	// beside those that every step has.
	must, may []string
	// creator is the operation that has to be among the needs of a step that names no
	// container id; "" if such a step needs none.
	creator Op
	// wrong says what is wrong with a step that has all its fields; nil: nothing can
	// be.
	wrong func(*Step) string
	// ofImage: its target is an image, which belongs to no map.
	ofImage bool
	// frees: the container gives up its host ports and addresses.
	frees bool
	// once: the engine does not show that it was done, so it cannot be part of a saved
	// plan, which may be applied twice.
	once bool
}

// operationTable is the table of operations, see [operations].
type operationTable []operation

// of finds the row of an operation. For an unknown operation the row holds nothing but
// its name.
func (t operationTable) of(op Op) (row *operation, known bool) {
	i := slices.IndexFunc(t, func(row operation) bool { return row.op == op })
	if i < 0 {
		return &operation{op: op, sign: "?", verb: string(op), counted: string(op)}, false
	}
	return &t[i], true
}

// lacks names a field that a step has to have and lacks; "" if there is none.
func (o *operation) lacks(st *Step) string {
	set := st.fields()
	for _, f := range o.must {
		if !slices.Contains(set, f) {
			return f
		}
	}
	return ""
}

// fields lists those fields that are set on a step and that not every kind has.
func (st *Step) fields() []string {
	var set []string
	v := reflect.ValueOf(*st)
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		if !v.Field(i).IsZero() && !slices.Contains([]string{"id", "op", "target", "needs", "why", "origin"}, name) {
			set = append(set, name)
		}
	}
	return set
}
