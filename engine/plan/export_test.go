// Plan: what only its tests may see.

package plan

import "slices"

// OperationFields are the fields that steps of a kind must, or may, have.
func OperationFields(op Op) []string {
	row, _ := operations().of(op)
	return slices.Concat(row.must, row.may)
}

// Fields are the fields of a step that are set and that not all kinds have.
func Fields(st *Step) []string { return st.fields() }
