// Sandbox: the values of struct().

package sandbox

import (
	"fmt"
	"slices"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"github.com/dmap-dev/dmap/engine/problem"
)

// Record is the value of struct(): named fields that cannot be reassigned. Unlike the
// interpreter's own struct, it can be printed even if it contains itself.
type Record struct {
	names  []string // sorted
	fields map[string]starlark.Value
	frozen bool
}

// NewRecord returns a record of fields; the map then belongs to it.
func NewRecord(fields map[string]starlark.Value) *Record {
	r := &Record{fields: fields}
	for name := range fields {
		r.names = append(r.names, name)
	}
	slices.Sort(r.names)
	return r
}

func (r *Record) Type() string         { return "struct" }
func (r *Record) Truth() starlark.Bool { return true }
func (r *Record) AttrNames() []string  { return slices.Clone(r.names) }
func (r *Record) String() string       { return shortText(r) }

func (r *Record) Attr(name string) (starlark.Value, error) {
	return r.fields[name], nil // nil if there is no such field
}

func (r *Record) Freeze() {
	if r.frozen {
		return
	}
	r.frozen = true
	for _, name := range r.names {
		r.fields[name].Freeze()
	}
}

func (r *Record) Hash() (uint32, error) {
	h := uint32(2166136261)
	for _, name := range r.names {
		key, err := starlark.String(name).Hash()
		if err != nil {
			return 0, err
		}
		value, err := r.fields[name].Hash()
		if err != nil {
			return 0, err
		}
		h = (h^key)*16777619 ^ value
	}
	return h, nil
}

func (r *Record) CompareSameType(op syntax.Token, y starlark.Value, depth int) (bool, error) {
	other := y.(*Record)
	same := slices.Equal(r.names, other.names)
	for _, name := range r.names {
		if !same {
			break
		}
		var err error
		same, err = starlark.EqualDepth(r.fields[name], other.fields[name], depth-1)
		if err != nil {
			return false, err
		}
	}
	return SameOrNot(op, "struct", same)
}

// makeRecord is struct(**fields).
func makeRecord(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) > 0 {
		return nil, problem.New(problem.CodeUsage, "write struct(name = value, …)", "struct takes keywords only")
	}
	fields := make(map[string]starlark.Value, len(kwargs))
	for _, kw := range kwargs {
		name := string(kw[0].(starlark.String))
		if _, twice := fields[name]; twice {
			return nil, problem.New(problem.CodeUsage, "", "struct: field %q is given twice", name)
		}
		fields[name] = kw[1]
	}
	return NewRecord(fields), nil
}

// SameOrNot returns the result of == or !=, the only comparisons that these types have.
func SameOrNot(op syntax.Token, kind string, same bool) (bool, error) {
	switch op {
	case syntax.EQL:
		return same, nil
	case syntax.NEQ:
		return !same, nil
	}
	return false, fmt.Errorf("%s %s %s is not possible: they have no order", kind, op, kind)
}
