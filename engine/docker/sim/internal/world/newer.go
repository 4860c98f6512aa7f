// World: what newer engines say otherwise, each difference once.

package world

import (
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/state"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// Where an answer changed between two engines that were looked at, it counts from the newer one on: nobody compared those between.
const (
	read     = 51 // Docker 28.5, by its source
	compared = 56 // the engine of testdata/engine, by the differential test
)

// errJoinsItself refuses the start of a container that shares its own network.
func errJoinsItself(v wire.Version) error {
	if v.At(read) {
		return wire.Failure("cannot join own network namespace")
	}
	return wire.Failure("cannot join own network")
}

// errJoinsStopped refuses the start of a container that shares the network of one that does not run; by is how it names it.
func errJoinsStopped(v wire.Version, target *state.Container, by string) error {
	if v.At(read) {
		return wire.Conflict("cannot join network namespace of a non running container: container %s is %s", target.Name, target.Status())
	}
	return wire.Conflict("cannot join network of a non running container: %s", by)
}

// errJoinsNobody refuses the start of a container that shares the network of one that there is not. The newest engines make
// that an error of their own, as if it were no fault of the request.
func errJoinsNobody(v wire.Version, err error) error {
	if v.At(compared) {
		return wire.Failure("joining network namespace of container: %v", err)
	}
	return err
}

// networkSetUp is how an engine tells an error of the networks of a container that starts.
func networkSetUp(v wire.Version, err error) error {
	if err == nil || !v.At(read) {
		return err
	}
	return wire.Prefixed("failed to set up container networking: ", err)
}

// errSharesAndJoins refuses the start of a container that shares the network of another and was connected to one itself, which
// older engines pass over.
func errSharesAndJoins(v wire.Version, c *state.Container) error {
	if len(c.Endpoints) == 0 || !v.At(read) {
		return nil
	}
	return networkSetUp(v, errSharedNetwork())
}

// errSharedNetwork refuses a network to who has that of another.
func errSharedNetwork() error {
	return wire.BadRequest("container sharing network namespace with another container or host cannot be connected to any other network")
}

// unknownOwner is what a link says to a container whose network is that of nobody.
func unknownOwner(v wire.Version) string {
	text := "Could not get container for %s: %s"
	if v.At(read) {
		return strings.ToLower(text[:1]) + text[1:]
	}
	return text
}

// errLinksApart refuses the start of a container with a link to one that is not on the default network.
func errLinksApart(v wire.Version, target, linkName string) error {
	if v.At(compared) {
		return wire.Failure("container %s not attached to default bridge network", target)
	}
	return wire.Failure("Cannot link to /%s, as it does not belong to the default network", linkName)
}

// linksFirstApart reports whether an engine looks whether linked containers are on the default network before it looks whether
// they run.
func linksFirstApart(v wire.Version) bool { return !v.At(compared) }

// failedTask is how an engine tells an error of the runtime.
func failedTask(v wire.Version, err error) string {
	const shim, process = "failed to create shim task: OCI runtime create failed: runc create failed: ", "unable to start container process: "
	if !v.At(compared) {
		return shim + err.Error()
	}
	// This runc looks for the program in the new container.
	text := strings.Replace(err.Error(), process+"exec: ", process+"error during container init: exec: ", 1)
	return "failed to create task for container: " + shim + text
}

// ErrReadOnlyDir refuses files of an archive that would give a directory in a read-only mount another owner. name is that in
// the archive, at where it falls.
func ErrReadOnlyDir(v wire.Version, name, at string, uid, gid int) error {
	if v.At(compared) {
		name = strings.TrimPrefix(name, "/")
		return wire.Failure("failed to Lchown %q for UID %d, GID %d: lchownat %s: read-only file system", name, uid, gid, name)
	}
	return wire.Failure("Error processing tar file(exit status 1): lchown %s: read-only file system", at)
}
