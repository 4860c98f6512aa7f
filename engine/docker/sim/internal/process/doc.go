// Process: what the package is.

// Package process is what runs in a container: programs that are scripts, the life of
// the first process, health checks, and the clock that drives it all. A [Box] is the
// container as its programs see it, a [Life] the state of its first process.
//
// It knows no engine: it is handed a function that says what happens next, and the box
// holds what surrounds the container.
package process
