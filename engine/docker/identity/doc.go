// Docker vocabulary: what dmap's things are called, and how it knows them again.

// Package identity is the one place that joins and cuts the names of what dmap makes
// on an engine, and that writes and reads its labels. Whoever asks whose a container
// or volume is, or whether a volume is the record of another, asks a [Mark].
//
// It is functions over text, imports nothing, and is used from model to run. What it
// writes stays as it is for good: engines are full of it, see testdata/compat.
package identity
