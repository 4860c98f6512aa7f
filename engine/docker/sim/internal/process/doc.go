// Process: what the package is.

// Package process is what runs in a container: programs that are scripts, the life of the first process, health checks, and the
// clock by which all of it happens. A [Box] is the container as programs see it, a [Life] is how its process fares.
//
// It knows no engine: what its clock lets happen is told to it as a function, and what a container has around it is in the box.
package process
