// Starlark modules: the files that every map program can load.

// Package stdlib holds Starlark modules of pure functions that ship with dmap:
//
//	load("@stdlib//units.star", "bytes")
//
// The modules belong to the version of dmap: a map that needs other ones keeps its
// own copy beside itself. This package holds files and knows nothing about them;
// package starlarkmap loads them, and the tests beside them run with dmap test.
package stdlib

import (
	"embed"
	"io/fs"
)

// files are the modules; their tests stay out.
//
//go:embed dicts.star env.star health.star instances.star lists.star paths.star ports.star units.star
var files embed.FS

// FS returns the modules, each a file at the top: "units.star".
func FS() fs.FS { return files }
