// Part of the test bench: what the package is.

// Package sim is a Docker Engine in memory, at the wire: an [http.Handler] that speaks the Engine API, so that the real
// client library, the docker command and dmap's own adapter all run on it unchanged.
//
// It runs no program, opens no file and never sleeps: processes are scripted (see [Process]), time is virtual (see
// [ClockMode]), ids and addresses are counted. It knows the quirks of the engine it stands for (version 20.10, API 1.41, and
// the gates of later API versions) and repeats its status codes and the texts that clients match on; it can be told to fail
// in the ways a daemon and its connection fail (see [Fault]).
//
// Tests of the planner and the runner use it, the conformance suite compares it with the real engine, and the dmap command
// serves it to people who want to try a map without Docker.
package sim
