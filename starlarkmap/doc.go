// Program text to model: the package and its rules.

// Package starlarkmap evaluates container maps written in Starlark and returns
// plain data: [Load] reads a program, runs it within limits and hands back one
// [model.ContainerMap] for each container_map() the program made.
//
// All errors of a program are [problem.Problems] with file, line and column, the
// path to the value and, where one is known, a hint. A wrong value does not stop
// the program, so that all independent errors come at once. [problem.Write]
// prints them with the source line and a caret.
//
// A program reads no file, network, clock, randomness or environment except what
// [Options] declare: load() sees files at or below the folder of the main file and
// modules, those of package stdlib and those the caller registered, var() sees
// Options.Args, env() the names in Options.Env. Steps, time, memory and sizes are
// limited by [Limits].
//
// Functions given as create_options or start_options become [model.OptionFunc] values.
// They run later, when a plan is made, on any goroutine and within their own limits;
// everything they can reach is frozen.
//
// This package has the values that programs work with, and turns them into the model.
// internal/sandbox protects the process from programs, internal/source knows their
// files.
//
// Of this module it imports only those two, engine/model, engine/problem and stdlib:
// Starlark and Docker meet in package maptest, in cmd/dmap or in an embedder's program,
// never here. cmd/dmap and embedders call it.
package starlarkmap
