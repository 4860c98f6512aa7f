// Command line: exit codes, and the errors that decide them.

package main

// The exit codes of the program.
const (
	exitOK          = 0
	exitFailed      = 1
	exitMap         = 3
	exitEngine      = 4
	exitStale       = 6
	exitUsage       = 64
	exitInterrupted = 130
)

// usageError says that the command line is wrong.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

// reported marks an error that was printed already.
type reported struct{ error }

func (e reported) Unwrap() error { return e.error }
