// Import of docker-map files: what this room is.

// Package dockermap reads the YAML map files of docker-map, the Python project
// whose concepts dmap took over, and writes them as a Starlark map: [Convert].
//
// A file is read the way its own reader did: scalars by YAML 1.1 as PyYAML has it,
// anchors, aliases and merge keys, the tags !path and !path_lazy. What a map says
// is then written in dmap's words: properties of docker-map's later versions become
// options where there is one that means the same, and inheritance is written out.
// Everything else is refused, all of it at once, each with its place; nothing is
// dropped in silence. With [Options.Partial] what dmap has no word for is left out
// and listed. Comments stay with what they stand at.
//
// A value of !path becomes an expression: !path "$DATA/x" is env("DATA") + "/x". The
// original leaves a variable that is not set as it is written, and looks for a "~"
// again in the value of a variable; the Starlark map refuses the one and does not do
// the other.
//
// It never talks to Docker, and reads no file, clock or environment: the caller
// brings the text. cmd/dmap calls it; so may any Go program that has such files.
package dockermap
