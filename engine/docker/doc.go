// Docker vocabulary: what the rest of the engine knows of Docker.

// Package docker is our own vocabulary for the Docker Engine: specs of what to make,
// infos about what is there, kinds of errors, and the [Reader] and [Writer] of an
// engine. Field names and JSON names are those of the Engine API.
//
// It holds data and interfaces only. engine/docker/dockerd implements [Client] with the
// Docker client library; engine/docker/sim is a simulated engine against which that
// implementation runs. No type of the client library appears here, so a new version of
// the library touches one package and changes no digest.
package docker
