// Import of docker-map files: the package and its rules.

// Package dockermap reads the YAML map files of docker-map, the Python project
// whose concepts dmap took over, and writes them as a Starlark map: [Convert].
//
// A file is read the way docker-map read it: scalars by the rules of YAML 1.1 as in
// PyYAML, anchors, aliases and merge keys, the tags !path and !path_lazy. The map is
// then written in dmap's terms: properties of later versions of docker-map become
// options where there is an equivalent one, and inheritance is written out. Everything
// else is refused, all at once, each with its place; nothing is dropped silently. With
// [Options.Partial], what has no equivalent in dmap is left out and listed. Comments
// stay beside what they describe.
//
// A value of !path becomes an expression: !path "$DATA/x" is env("DATA") + "/x". The
// original leaves a variable that is not set unexpanded, and expands a "~" in the value
// of a variable; the Starlark map refuses the former and does not do the latter.
//
// It never talks to Docker, and reads no file, clock or environment: the caller passes
// the text. cmd/dmap calls it, and any Go program that has such files may do so.
package dockermap
