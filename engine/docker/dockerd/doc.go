// Docker adapter: what the package is.

// Package dockerd implements [docker.Client] with the Docker client library, and is the
// only package that imports it. It finds and opens an engine as the docker command
// does, translates our vocabulary to the Engine API and back, and maps every failure to
// one of the kinds of package docker.
//
// It decides nothing, repeats nothing and sets no deadline, except for the first
// contact and for credentials. All that is up to its callers: the engine package, the
// dmap command, and programs that embed dmap.
package dockerd
