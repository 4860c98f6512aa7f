// Starlark modules: the files that every map program can load.

// Package stdlib holds Starlark modules of pure functions that ship with dmap:
//
//	load("@stdlib//units.star", "bytes")
//
// The modules belong to a version of dmap: a map that needs another version of one
// keeps its own copy. This package only holds the files; package starlarkmap loads
// them, and dmap test runs the tests beside them.
package stdlib

import (
	"embed"
	"io/fs"
)

// files holds the modules, without their tests.
//
//go:embed dicts.star env.star health.star instances.star lists.star paths.star ports.star units.star
var files embed.FS

// FS returns the modules, each a file at the top level, such as "units.star".
func FS() fs.FS { return files }
