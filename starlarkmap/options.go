// Program text to model: what a caller may set, and what it gets back.

package starlarkmap

import (
	"io/fs"
	"math"
	"time"

	"go.starlark.net/starlark"

	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/problem"
)

// Options tell [Load] where a program comes from and what it may see. Nil means
// the zero value, and each zero field means what its comment says.
type Options struct {
	// Src is the program's text, a string or []byte; nil reads the file.
	Src any
	// FS holds the main file and what it loads; filename is a path in it. Nil
	// means the disk: load() then sees the folder of the main file and what is
	// below it, never through a link that leads out.
	FS fs.FS
	// Args are the values of variables for var(). A program that never asks for
	// one of them is in error, so that a misspelt name is noticed.
	Args map[string]string
	// Env are the names of environment variables that env() may read.
	Env []string
	// LookupEnv reads one of them; nil means os.LookupEnv.
	LookupEnv func(name string) (value string, ok bool)
	// Builtins are further names for every file. They cannot replace the names of
	// this package. Load freezes them: values shared by concurrent Loads must be
	// frozen before. A builtin runs inside the evaluation and is not guarded.
	Builtins starlark.StringDict
	// Modules are the packages of load("@name//file.star", …) by name. "stdlib" is
	// [stdlib.FS] unless it is given here; one that is nil is switched off.
	Modules map[string]fs.FS
	// Print receives what print() writes, with its place; nil discards it. It is
	// called from the goroutines that run the program or an option function, so it
	// must be safe for concurrent use. A panic in it ends the evaluation.
	Print func(at problem.Origin, msg string)
	// Limits bound what a program may use.
	Limits Limits
}

// Limits bound an evaluation. A zero field has the default in its comment, a
// negative one means no limit. Time and memory are approximate: they are looked at
// between the steps of a program.
type Limits struct {
	// Steps of all files together: 10,000,000. A container() call takes about 50.
	Steps int64
	// Time for all files together: 30 s.
	Time time.Duration
	// Heap is the growth of the heap of the whole process, in bytes: 512 MiB.
	Heap int64
	// Grace is how long Load waits for a program that was told to stop and cannot,
	// before it gives up and leaves the goroutine behind: 2 s.
	Grace time.Duration
	// SourceBytes is the size of one file: 4 MiB. TotalBytes that of all: 16 MiB.
	SourceBytes, TotalBytes int64
	// Files is the number of files: 256. LoadDepth how deep they load: 64.
	Files, LoadDepth int
	// Nesting is the depth of expressions and statements: 1,000. Clauses the
	// number of clauses in one comprehension: 64.
	Nesting, Clauses int
	// Elements is the length of a range, of a repeated list, and of what a builtin
	// takes at once: 1,048,576.
	Elements int
	// TextBytes is the size of a text that one operation makes: 4 MiB.
	TextBytes int
	// PrintBytes is how much print() writes before the rest is left out: 1 MiB.
	PrintBytes int
	// CallSteps and CallTime bound one call of an option function: 1,000,000 and
	// 5 s.
	CallSteps int64
	CallTime  time.Duration
}

// Program is what an evaluation made. Everything in it is frozen.
type Program struct {
	// Maps in the order in which the program made them, also in loaded files.
	Maps []*model.ContainerMap
	// Globals are the top-level names of the main file.
	Globals starlark.StringDict
	// Files are the files that were read, in the order of reading.
	Files []FileDigest
	// Warnings are worth telling but stop nothing, sorted by place.
	Warnings problem.Problems
	// Steps is how many steps the evaluation took.
	Steps int64

	// Source shows lines of the program in problems; its maps carry it as well.
	Source problem.Source

	main   string
	values []starlark.Value // of Maps
}

// FileDigest names a file and its content.
type FileDigest struct {
	// Name as it stands in origins: the main file as the caller gave it, others
	// relative to the root ("lib/web.star") or with their module ("@name//x.star").
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
		// Far away, yet safe to add to and multiply.
		*value = T(math.MaxInt64 >> 8)
	}
}
