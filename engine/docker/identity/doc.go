// Docker vocabulary: what dmap's things are called, and how dmap recognizes them.

// Package identity is the only place that composes and takes apart the names of what
// dmap makes on an engine, and that writes and reads its labels. Whoever asks whose a
// container or volume is, or whether a volume is the record of another, asks a [Mark].
//
// It consists of functions over text, imports nothing, and is used from model to run.
// What it writes must never change: engines are full of it, see testdata/compat.
package identity
