// Docker vocabulary: what the rest of the engine knows of Docker.

// Package docker is our own vocabulary of the Docker Engine: specs of what to
// make, infos of what is there, kinds of errors, and the [Reader] and [Writer] of
// an engine. Field names and JSON names are those of the Engine API.
//
// It holds data and interfaces only. engine/docker/dockerd implements [Client] on
// the Docker client library; engine/docker/sim is a simulated engine to run that
// implementation against. No type of the client library appears here, so that a
// new version of it touches one package and no digest.
package docker
