// Problems: their kinds.

package problem

// Code names a kind of problem. Codes are stable: tools match codes, not texts.
type Code string

// The codes of problems in maps, which several packages report. resolve and plan have
// codes of their own.
const (
	CodeUnknownKey    Code = "unknown-key"
	CodeWrongType     Code = "wrong-type"
	CodeWrongValue    Code = "wrong-value"
	CodeUnknownName   Code = "unknown-name"
	CodeUnknownAlias  Code = "unknown-alias"
	CodeDuplicate     Code = "duplicate"
	CodeCycle         Code = "cycle"
	CodeNameSyntax    Code = "name-syntax"
	CodeMissingPath   Code = "missing-path"
	CodeNothingShared Code = "nothing-shared"
	CodeMountClash    Code = "mount-clash"
	CodePortClash     Code = "port-clash"
)

// The codes of programs that make maps.
const (
	CodeSource      Code = "source"
	CodeSyntax      Code = "syntax"
	CodeUndefined   Code = "undefined"
	CodeRuntime     Code = "runtime"
	CodeLoad        Code = "load"
	CodeLoadCycle   Code = "load-cycle"
	CodeVariable    Code = "variable"
	CodeUsage       Code = "usage"
	CodeFrozen      Code = "frozen"
	CodeOptionFunc  Code = "option-function"
	CodeStepLimit   Code = "step-limit"
	CodeTimeLimit   Code = "time-limit"
	CodeMemoryLimit Code = "memory-limit"
	CodeSizeLimit   Code = "size-limit"
	CodeCanceled    Code = "canceled"
	CodeStuck       Code = "stuck"
	CodeInternal    Code = "internal"
	CodeUnused      Code = "unused"
)
