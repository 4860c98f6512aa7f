// World: what newer engines say otherwise, each difference once.

package world

import (
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/state"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// Where an answer changed between two engines that were looked at, it counts from the newer one on: nobody compared those between.
const (
	read     = 51 // Docker 28.5, by its source
	compared = 56 // the engine of testdata/engine, by the differential test
)

// errJoinsItself refuses the start of a container that shares its own network.
func (s *Endpoints) errJoinsItself() error {
	if s.version.At(read) {
		return wire.Failure("cannot join own network namespace")
	}
	return wire.Failure("cannot join own network")
}

// errJoinsStopped refuses the start of a container that shares the network of one that does not run; by is how it names it.
func (s *Endpoints) errJoinsStopped(target *state.Container, by string) error {
	if s.version.At(read) {
		return wire.Conflict("cannot join network namespace of a non running container: container %s is %s", target.Name, target.Status())
	}
	return wire.Conflict("cannot join network of a non running container: %s", by)
}

// errJoinsNobody refuses the start of a container that shares the network of one that there is not. The newest engines make
// that an error of their own, as if it were no fault of the request.
func (s *Endpoints) errJoinsNobody(err error) error {
	if s.version.At(compared) {
		return wire.Failure("joining network namespace of container: %v", err)
	}
	return err
}

// setUp is how an engine tells an error of the networks of a container that starts.
func (s *Endpoints) setUp(err error) error {
	if err == nil || !s.version.At(read) {
		return err
	}
	return wire.Prefixed("failed to set up container networking: ", err)
}

// errSharesAndJoins refuses the start of a container that shares the network of another and was connected to one itself, which
// older engines pass over.
func (s *Endpoints) errSharesAndJoins(c *state.Container) error {
	if len(c.Endpoints) == 0 || !s.version.At(read) {
		return nil
	}
	return s.setUp(errSharedNetwork())
}

// unknownOwner is what a link says to a container whose network is that of nobody.
func (s *Endpoints) unknownOwner() string {
	text := "Could not get container for %s: %s"
	if s.version.At(read) {
		return strings.ToLower(text[:1]) + text[1:]
	}
	return text
}

// errLinksApart refuses the start of a container with a link to one that is not on the default network.
func (s *Endpoints) errLinksApart(l spec.Link) error {
	if s.version.At(compared) {
		return wire.Failure("container %s not attached to default bridge network", l.Target)
	}
	return wire.Failure("Cannot link to /%s, as it does not belong to the default network", s.st.LinkName(l))
}

// linksFirstApart reports whether an engine looks whether linked containers are on the default network before it looks whether
// they run.
func (s *Endpoints) linksFirstApart() bool { return !s.version.At(compared) }

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
func (w *World) ErrReadOnlyDir(name, at string, uid, gid int) error {
	if w.Version.At(compared) {
		name = strings.TrimPrefix(name, "/")
		return wire.Failure("failed to Lchown %q for UID %d, GID %d: lchownat %s: read-only file system", name, uid, gid, name)
	}
	return wire.Failure("Error processing tar file(exit status 1): lchown %s: read-only file system", at)
}
