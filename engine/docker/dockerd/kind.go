// Docker adapter: the status and message of an answer -> a kind of error.

package dockerd

import (
	"strings"

	"github.com/dmap-dev/dmap/engine/docker"
)

// The names of the calls, as they appear in errors ("cannot create container ...").
const (
	opConnect        = "connect to the engine at"
	opEngine         = "ask the engine"
	opListContainers = "list containers"
	opContainer      = "inspect container"
	opImage          = "inspect image"
	opListVolumes    = "list volumes"
	opListNetworks   = "list networks"
	opVolume         = "inspect volume"
	opLogs           = "read logs of container"
	opWait           = "wait for container"
	opCreate         = "create container"
	opStart          = "start container"
	opStop           = "stop container"
	opSignal         = "signal container"
	opRemove         = "remove container"
	opRename         = "rename container"
	opUpdate         = "update container"
	opCreateVolume   = "create volume"
	opRemoveVolume   = "remove volume"
	opPull           = "pull image"
	opRemoteImage    = "ask the registry for image"
	opLoad           = "load images"
)

// textKinds are the kinds that only the message reveals: for most of them one engine or
// another answers with status 500. The texts are those of Docker 20.10 to API 1.56
// and podman 4.3, in lower case. All parts of a row must occur; the first row that matches wins.
var textKinds = []struct {
	kind  docker.Kind
	parts []string
}{
	{docker.Unsupported, []string{"client version", "is too new"}},
	{docker.Unsupported, []string{"client version", "is too old"}},
	{docker.NameTaken, []string{"name", "is already in use by"}},
	{docker.RemovalInProgress, []string{"removal of container", "is already in progress"}},
	{docker.RemovalInProgress, []string{"is marked for removal"}},
	{docker.PortTaken, []string{"port is already allocated"}},
	{docker.PortTaken, []string{"listen", ": bind: address already in use"}},
	{docker.PortTaken, []string{"host port", "address already in use"}},
	{docker.PortTaken, []string{"ports are not available"}},
	{docker.LinkTargetDown, []string{"cannot link to a non running container"}},
	{docker.InUse, []string{"volume is in use"}},
	{docker.InUse, []string{"volume is being used"}},
	{docker.InUse, []string{"is being used by the following container"}},
	{docker.Conflict, []string{"container state improper"}},
	{docker.Conflict, []string{"joining network namespace of container: "}},
	{docker.Denied, []string{"pull access denied"}},
	{docker.Denied, []string{"unauthorized: "}},
	{docker.Denied, []string{"no basic auth credentials"}},
	{docker.Denied, []string{"unexpected status from ", ": 401 unauthorized"}},
	{docker.Denied, []string{"unexpected status from ", ": 403 forbidden"}},
	{docker.Denied, []string{"denied: requested access"}},
	{docker.Denied, []string{"authorization denied by plugin"}},
	{docker.InvalidSpec, []string{"unable to find user "}},
	{docker.InvalidSpec, []string{"unable to find group "}},
	{docker.InvalidSpec, []string{"invalid mode: "}},
	{docker.InvalidSpec, []string{"invalid ipc mode: "}},
	{docker.InvalidSpec, []string{"cannot mkdir: ", "is not a directory"}},
	{docker.InvalidSpec, []string{"daemon does not support signal"}},
	{docker.InvalidSpec, []string{"error gathering device information"}},
	{docker.InvalidSpec, []string{"is not in a separate kernel namespace"}},
	{docker.NoSpace, []string{"no space left on device"}},
	{docker.NoSpace, []string{"disk quota exceeded"}},
	{docker.InvalidSpec, []string{"error processing tar file"}},
	{docker.InvalidSpec, []string{"archive/tar: invalid tar header"}},
	{docker.InvalidSpec, []string{"unrecognized image format"}},
	{docker.InvalidSpec, []string{"/repositories: no such file or directory"}},
}

// kindOfAnswer returns the kind of an engine's answer. The status may be a good one, if
// the failure was reported in the body.
func kindOfAnswer(op, target string, status int, msg string) docker.Kind {
	text := strings.ToLower(msg)
	for _, row := range textKinds {
		if containsAll(text, row.parts) {
			return row.kind
		}
	}
	switch status {
	case 400:
		return docker.InvalidSpec
	case 401:
		return docker.Denied
	case 403:
		return kindOfForbidden(text)
	case 404:
		return kindOfNotFound(op, target, text)
	case 405, 501:
		return docker.Unsupported
	case 409:
		return docker.Conflict
	}
	if aboutImage(op) && missesImage(text) {
		return docker.ImageMissing
	}
	return docker.Internal
}

// kindOfNotFound distinguishes a missing target from something else that is missing. To
// a caller, not found means "done" on a remove and "create it again" on a start, so a
// missing network, link or namespace must not look like it.
func kindOfNotFound(op, target, text string) docker.Kind {
	switch {
	case strings.Contains(text, "page not found") || text == "not found":
		return docker.Unsupported
	case aboutImage(op) && missesImage(text):
		return docker.ImageMissing
	case op == opImage, op == opPull, op == opRemoteImage:
		return docker.ImageMissing
	case op == opCreate, op == opCreateVolume, op == opLoad:
		return docker.InvalidSpec
	case op == opVolume, op == opRemoveVolume:
		return docker.NotFound
	case target == "":
		return docker.Internal
	case isMissing(text, strings.ToLower(target)):
		return docker.NotFound
	}
	return docker.Conflict
}

// isMissing reports whether the text says that the container itself is missing.
func isMissing(text, target string) bool {
	if !strings.Contains(text, "no such container") {
		return false
	}
	text = strings.TrimPrefix(text, "cannot kill container: "+target+": ")
	rest, found := strings.CutPrefix(text, "no such container: ")
	if found {
		return strings.TrimPrefix(rest, "/") == target
	}
	return strings.Contains(text, `"`+target+`"`)
}

// kindOfForbidden exists because engines use 403 also for addresses that are taken.
func kindOfForbidden(text string) docker.Kind {
	if strings.Contains(text, "address already in use") || strings.Contains(text, "already exists in network") {
		return docker.Conflict
	}
	return docker.Denied
}

func aboutImage(op string) bool {
	return op == opCreate || op == opImage || op == opPull || op == opRemoteImage
}

func missesImage(text string) bool {
	return strings.Contains(text, "no such image") || strings.Contains(text, "image not known") ||
		strings.Contains(text, "manifest unknown") || strings.Contains(text, "repository does not exist")
}

func containsAll(text string, parts []string) bool {
	for _, part := range parts {
		if !strings.Contains(text, part) {
			return false
		}
	}
	return true
}
