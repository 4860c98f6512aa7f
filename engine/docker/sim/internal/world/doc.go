// World: what the package is.

// Package world is what acts on the state of an engine: volumes, networks, images and
// containers, a type each; the mounts and endpoints that tie them together; the
// supervisor of what runs; and the journal of what happened. A [World] holds them all
// under one lock. None of them knows a request; their errors carry the status of the
// answer.
package world
