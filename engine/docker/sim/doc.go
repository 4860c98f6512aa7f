// Part of the test bench: what the package is.

// Package sim is a Docker Engine in memory, at the wire: an [http.Handler] that speaks
// the Engine API, so that the real client library, the docker command and dmap's own
// adapter all run on it unchanged.
//
// It runs no program, opens no file and never sleeps: processes are scripted (see
// [Process]), time is virtual (see [ClockMode]), ids and addresses are counted up. It
// has the quirks of the engine that it simulates (version 20.10, API 1.41, and the
// gates of later API versions) and repeats its status codes and the texts that clients
// match on. It can be made to fail in the ways in which a daemon and its connections
// fail (see [Fault]).
//
// Tests of the planner and the runner use it, the conformance suite compares it with
// the real engine, and the dmap command serves it to people who want to try a map
// without Docker.
package sim

// Inside, each room knows only those below it:
//
//	sim              the face: options, faults and the call log, connections, files that keep a state
//	internal/api     the calls: from a request to the world, and back to a document
//	internal/world   what acts: volumes, networks, images, containers, the supervisor of what runs
//	internal/state   what is remembered, as plain data
//	internal/process what runs in a container, and the clock it runs by
//	internal/spec    documents, and what can be said against them without an engine
//	internal/wire    requests, routes, answers and errors, which all of them speak
//
// and beside spec the small parts: files, filter, refs, archive and others.
