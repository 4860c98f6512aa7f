// Plan: what there is to know of an operation: a row of the table of operations.

package plan

import (
	"reflect"
	"slices"
	"strings"
)

// operation is a row of the table of operations, but for how it is carried out: that
// stands in a row of the same Op beside its executor, in engine/run.
type operation struct {
	op Op
	// sign and verb are how the text of a plan begins a line: "+ create volume". object
	// adds to the verb what only the step knows; nil: nothing.
	sign, verb string
	object     func(*Step) string
	// counted is the word of the summary: "2 to create".
	counted string
	// must and may are the fields of a step of this kind, beside those that all have.
	must, may []string
	// creator is the operation that has to be among the needs of a step which names no
	// container; "": any step may name none.
	creator Op
	// wrong says what is wrong with a step that has all its fields; nil: nothing can be.
	wrong func(*Step) string
	// ofImage: its target is an image, which belongs to no map.
	ofImage bool
	// frees: the container gives up its ports of the host and its addresses.
	frees bool
	// once: the engine does not show that it was done, so it cannot be in a saved plan.
	once bool
}

// operationTable is the table of operations, see [operations].
type operationTable []operation

// of finds the row of an operation. Of one that nobody knows, the name is all that can be
// said.
func (t operationTable) of(op Op) (row *operation, known bool) {
	i := slices.IndexFunc(t, func(row operation) bool { return row.op == op })
	if i < 0 {
		return &operation{op: op, sign: "?", verb: string(op), counted: string(op)}, false
	}
	return &t[i], true
}

// lacks names a field that a step must have and has not; "" if there is none.
func (o *operation) lacks(st *Step) string {
	set := st.fields()
	for _, f := range o.must {
		if !slices.Contains(set, f) {
			return f
		}
	}
	return ""
}

// fields lists the fields of a step that are set and that not all kinds have.
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
