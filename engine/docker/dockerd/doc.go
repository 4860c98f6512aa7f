// Docker adapter: what the package is.

// Package dockerd implements [docker.Client] on the Docker client library. It is the only importer of that library:
// it finds and opens an engine as the docker command does, translates our vocabulary to the Engine API and back, and
// gives every failure one of the kinds of package docker.
//
// It decides nothing, repeats nothing and sets no deadline; all that is the business of its callers: the engine
// package, the dmap command, and programs that embed dmap.
package dockerd
