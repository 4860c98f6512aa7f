// Program text to model: what a caller can set, and what it gets back.

package starlarkmap

import (
	"io/fs"
	"math"
	"time"

	"go.starlark.net/starlark"

	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/problem"
)

// Options tell [Load] where a program comes from and what it may see. A nil *Options
// means the zero value; what a zero field means is in its comment.
type Options struct {
	// Src is the program's text, a string or []byte; nil reads the file.
	Src any
	// FS holds the main file and the files it loads; filename is a path in it. Nil
	// means the disk: load() then sees the folder of the main file and everything below
	// it, but follows no link that leads out of it.
	FS fs.FS
	// Args are the values of variables for var(). If the program never asks for one of
	// them, that is an error, so that a misspelt name is noticed.
	Args map[string]string
	// Env lists the environment variables that env() may read.
	Env []string
	// LookupEnv reads one of them; nil means os.LookupEnv.
	LookupEnv func(name string) (value string, ok bool)
	// Builtins are additional names for every file. They cannot replace the names of
	// this package. Load freezes them: values shared by concurrent calls of Load must
	// be frozen beforehand. A builtin runs inside the evaluation, without the guards
	// that protect the process from programs.
	Builtins starlark.StringDict
	// Modules are the packages of load("@name//file.star", …) by name. "stdlib" is
	// [stdlib.FS] unless it is given here; nil disables a package.
	Modules map[string]fs.FS
	// Print receives what print() writes, with the place of the call; nil discards it.
	// It is called from the goroutines that run the program or option functions, so it
	// must be safe for concurrent use. A panic in it ends the evaluation.
	Print func(at problem.Origin, msg string)
	// Limits bound what a program may use.
	Limits Limits
}

// Limits bound an evaluation. A zero field means the default in its comment, a negative
// one no limit. Time and memory limits are approximate: they are checked between the
// steps of a program.
type Limits struct {
	// Steps is for all files together: 10,000,000. A container() call takes about 50.
	Steps int64
	// Time is for all files together: 30 s.
	Time time.Duration
	// Heap is the growth of the heap of the whole process, in bytes: 512 MiB.
	Heap int64
	// Grace is how long Load waits for a program that was told to stop and cannot,
	// before it gives up and leaves the goroutine behind: 2 s.
	Grace time.Duration
	// SourceBytes is the size of one file: 4 MiB. TotalBytes is that of all files: 16
	// MiB.
	SourceBytes, TotalBytes int64
	// Files is the number of files: 256. LoadDepth is how deep load statements nest:
	// 64.
	Files, LoadDepth int
	// Nesting is the depth of expressions and statements: 1,000. Clauses is the number
	// of clauses in one comprehension: 64.
	Nesting, Clauses int
	// Elements is the length of a range, of a repeated list, and of a sequence that a
	// builtin goes through at once: 1,048,576.
	Elements int
	// TextBytes is the size of a text that a single operation produces: 4 MiB.
	TextBytes int
	// PrintBytes is how much print() writes before the rest is dropped: 1 MiB.
	PrintBytes int
	// CallSteps and CallTime bound one call of an option function: 1,000,000 and
	// 5 s.
	CallSteps int64
	CallTime  time.Duration
}

// Program is the result of an evaluation. All its Starlark values are frozen.
type Program struct {
	// Maps are in the order in which the program made them, including those made in
	// loaded files.
	Maps []*model.ContainerMap
	// Globals are the top-level names of the main file.
	Globals starlark.StringDict
	// Files lists the files that were read, in that order.
	Files []FileDigest
	// Warnings are worth reporting but stop nothing; they are sorted by place.
	Warnings problem.Problems
	// Steps is the number of steps the evaluation took.
	Steps int64

	// Source shows lines of the program in problems; its maps carry it as well.
	Source problem.Source

	main   string
	values []starlark.Value // of Maps
}

// FileDigest names a file and its content.
type FileDigest struct {
	// Name is the file's name in origins: the main file's as given by the caller,
	// others relative to the root ("lib/web.star") or with their package
	// ("@name//x.star").
	Name string
	// SHA256 is the digest of the content, in hexadecimal.
	SHA256 string
}

// WithDefaults replaces zero fields by their defaults and negative ones by values
// that are never reached.
func (l Limits) WithDefaults() Limits {
	limit(&l.Steps, 10_000_000)
	limit(&l.Time, 30*time.Second)
	limit(&l.Heap, 512<<20)
	limit(&l.Grace, 2*time.Second)
	limit(&l.SourceBytes, 4<<20)
	limit(&l.TotalBytes, 16<<20)
	limit(&l.Files, 256)
	limit(&l.LoadDepth, 64)
	limit(&l.Nesting, 1000)
	limit(&l.Clauses, 64)
	limit(&l.Elements, 1<<20)
	limit(&l.TextBytes, 4<<20)
	limit(&l.PrintBytes, 1<<20)
	limit(&l.CallSteps, 1_000_000)
	limit(&l.CallTime, 5*time.Second)
	return l
}

func limit[T int | int64 | time.Duration](value *T, standard T) {
	switch {
	case *value == 0:
		*value = standard
	case *value < 0:
		// Never reached, yet safe to add to and to multiply.
		*value = T(math.MaxInt64 >> 8)
	}
}
