// Docker adapter: test of the kinds of errors, with the exact texts of engines.

package dockerd_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/dmap-dev/dmap/engine/docker"
)

// answers are texts measured on Docker 20.10.24, unless a row names another engine. The object is called web.
var answers = []struct {
	op     string
	status int
	msg    string
	kind   docker.Kind
}{
	{"create container", 404, "No such image: dmap-dtest-nope:latest", docker.ImageMissing},
	{"create container", 404, "No such image: sha256:" + strings.Repeat("a", 64), docker.ImageMissing},
	{"create container", 400, "invalid reference format: repository name must be lowercase", docker.InvalidSpec},
	{"create container", 409, `Conflict. The container name "/web" is already in use by container "92d7". You have to remove (or rename) that container to be able to reuse that name.`, docker.NameTaken},
	{"create container", 400, "Invalid container name (-x), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed", docker.InvalidSpec},
	{"create container", 400, "No such container: nobody", docker.InvalidSpec},
	{"create container", 400, "could not get container for nobody: No such container: nobody", docker.InvalidSpec},
	{"create container", 400, "invalid mode: xx", docker.InvalidSpec},
	{"create container", 500, "invalid mode: foo", docker.InvalidSpec},
	{"create container", 400, "Duplicate mount point: /x", docker.InvalidSpec},
	{"create container", 400, `invalid mount config for type "bind": bind source path does not exist: /tmp/x`, docker.InvalidSpec},
	{"create container", 400, "No command specified", docker.InvalidSpec},
	{"create container", 400, "can't create 'AutoRemove' container with restart policy", docker.InvalidSpec},
	{"create container", 400, "Container cannot be connected to network endpoints: x, y", docker.InvalidSpec},
	{"create container", 500, "Cannot mkdir: /bin/simproc is not a directory", docker.InvalidSpec},
	{"create container", 400, "Unknown runtime specified zz", docker.InvalidSpec},
	{"create container", 500, "no space left on device", docker.NoSpace},

	{"start container", 404, "No such container: web", docker.NotFound},
	{"start container", 404, "No such container: nobody", docker.Conflict},
	{"start container", 404, "network dmap-dtest-nonet not found", docker.Conflict},
	{"start container", 409, "cannot start a paused container, try unpause instead", docker.Conflict},
	{"start container", 409, "container is marked for removal and cannot be started", docker.RemovalInProgress},
	{"start container", 500, "driver failed programming external connectivity on endpoint web (e848): Bind for 127.0.0.1:38211 failed: port is already allocated", docker.PortTaken},
	{"start container", 500, "driver failed programming external connectivity on endpoint web (4eaa): Error starting userland proxy: listen tcp4 127.0.0.1:38211: bind: address already in use", docker.PortTaken},
	{"start container", 500, "Cannot link to a non running container: /db AS /web/db", docker.LinkTargetDown},
	{"start container", 500, "Cannot link to /db, as it does not belong to the default network", docker.Internal},
	{"start container", 400, `failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/nope": stat /nope: no such file or directory: unknown`, docker.InvalidSpec},
	{"start container", 500, "unable to find user nobodyx: no matching entries in passwd file", docker.InvalidSpec},
	{"start container", 500, "unable to find group grpx: no matching entries in group file", docker.InvalidSpec},
	{"start container", 500, `error gathering device information while adding custom device "/dev/nope": no such file or directory`, docker.InvalidSpec},
	{"start container", 500, `failed to create shim task: OCI runtime create failed: runc create failed: sysctl "kernel.bad" is not in a separate kernel namespace: unknown`, docker.InvalidSpec},
	{"start container", 500, "Invalid IPC mode: zz", docker.InvalidSpec},
	{"start container", 400, "user specified IP address is supported on user defined networks only", docker.InvalidSpec},
	{"start container", 403, "Address already in use", docker.Conflict},
	{"start container", 403, "endpoint with name web already exists in network n", docker.Conflict},

	{"remove container", 404, "No such container: web", docker.NotFound},
	{"remove container", 404, "page not found", docker.Unsupported},
	{"remove container", 409, "You cannot remove a running container 92d7. Stop the container before attempting removal or force remove", docker.Conflict},
	{"remove container", 409, "You cannot remove a paused container 92d7. Unpause and then stop the container before attempting removal or force remove", docker.Conflict},
	{"remove container", 409, "removal of container web is already in progress", docker.RemovalInProgress},
	{"rename container", 409, `Error when allocating new name: Conflict. The container name "/other" is already in use by container "92d7". You have to remove (or rename) that container to be able to reuse that name.`, docker.NameTaken},
	{"rename container", 400, "Renaming a container with the same name as its current name", docker.InvalidSpec},
	{"rename container", 404, "sandbox 1f2e not found", docker.Conflict},
	{"stop container", 404, "No such container: web", docker.NotFound},
	{"signal container", 404, "Cannot kill container: web: No such container: web", docker.NotFound},
	{"signal container", 409, "Cannot kill container: web: Container 0805a0c98447 is not running", docker.Conflict},
	{"signal container", 400, "Invalid signal: NONSENSE", docker.InvalidSpec},
	{"signal container", 500, "Cannot kill container: web: The linux daemon does not support signal 65", docker.InvalidSpec},
	{"wait for container", 404, "No such container: web", docker.NotFound},
	{"inspect container", 404, "No such container: web", docker.NotFound},

	{"inspect image", 404, "no such image: web: No such image: web:latest", docker.ImageMissing},
	{"inspect volume", 404, "get web: no such volume", docker.NotFound},
	{"remove volume", 404, "get web: no such volume", docker.NotFound},
	{"remove volume", 409, "remove web: volume is in use - [d97a]", docker.InUse},
	{"create volume", 404, `create web: error looking up volume plugin nope: plugin "nope" not found`, docker.InvalidSpec},
	{"create volume", 400, `create web: invalid option: "foo"`, docker.InvalidSpec},

	{"pull image", 500, `Get "https://registry.invalid/v2/": dial tcp: lookup registry.invalid: no such host`, docker.Internal},
	{"pull image", 404, "pull access denied for web, repository does not exist or may require 'docker login': denied: requested access to the resource is denied", docker.Denied},
	{"pull image", 404, "manifest for web:latest not found: manifest unknown: manifest unknown", docker.ImageMissing},
	{"pull image", 500, `Head "https://r.example.com/v2/web/manifests/latest": unauthorized: authentication required`, docker.Denied},
	{"pull image", 500, `Get "https://r.example.com/v2/": no basic auth credentials`, docker.Denied},
	{"ask the registry for image", 401, "errors: denied: requested access to the resource is denied", docker.Denied},
	{"ask the registry for image", 404, "manifest unknown: manifest unknown", docker.ImageMissing},

	{"list containers", 400, "client version 1.99 is too new. Maximum supported API version is 1.41", docker.Unsupported},
	{"list containers", 400, "client version 1.1 is too old. Minimum supported API version is 1.12, please upgrade your client to a newer version", docker.Unsupported},
	{"list containers", 404, "page not found", docker.Unsupported},
	{"list containers", 400, "Invalid filter 'nope'", docker.InvalidSpec},
	{"list containers", 500, "something broke", docker.Internal},
	{"list containers", 403, "authorization denied by plugin guard: no", docker.Denied},
	{"list containers", 403, "<html><body><h1>403 Forbidden</h1>", docker.Denied},
	{"list containers", 401, "who are you?", docker.Denied},
	{"list containers", 405, "", docker.Unsupported},
	{"list containers", 501, "", docker.Unsupported},
	{"list containers", 502, "", docker.Internal},

	// Docker 28, from its source
	{"start container", 500, "failed to set up container networking: driver failed programming external connectivity on endpoint web (4eaa): failed to bind host port for 0.0.0.0:80:172.17.0.2:80/tcp: address already in use", docker.PortTaken},
	{"start container", 500, "failed to set up container networking: driver failed programming external connectivity on endpoint web (4eaa): Bind for 0.0.0.0:80 failed: port is already allocated", docker.PortTaken},
	{"remove container", 409, "cannot remove container \"web\": container is running: stop the container before removing or force remove", docker.Conflict},

	// API 1.56 with the image store of containerd
	{"start container", 500, "joining network namespace of container: No such container: nobody", docker.Conflict},
	{"pull image", 500, "unknown: failed to resolve reference \"r.example.com/web:1\": unexpected status from HEAD request to https://r.example.com/v2/web/manifests/1: 401 Unauthorized", docker.Denied},
	{"pull image", 500, "unknown: failed to resolve reference \"r.example.com/web:1\": unexpected status from HEAD request to https://r.example.com/v2/web/manifests/1: 403 Forbidden", docker.Denied},
	{"pull image", 500, "unknown: failed to resolve reference \"r.example.com/web:1\": unexpected status from HEAD request to https://r.example.com/v2/web/manifests/1: 503 Service Unavailable", docker.Internal},

	// podman 4.3, from its source
	{"create container", 500, `creating container storage: the container name "web" is already in use by 92d7. You have to remove that container to be able to reuse that name: that name is already in use`, docker.NameTaken},
	{"create container", 400, "bad parameter: link is not supported", docker.InvalidSpec},
	{"create container", 404, "web: image not known", docker.ImageMissing},
	{"inspect container", 404, `no container with name or ID "web" found: no such container`, docker.NotFound},
	{"start container", 500, "rootlessport listen tcp 0.0.0.0:8080: bind: address already in use", docker.PortTaken},
	{"remove container", 500, "cannot remove container 92d7 as it is running - running or paused containers cannot be removed without force: container state improper", docker.Conflict},
	{"remove volume", 409, "volume web is being used by the following container(s): 92d7: volume is being used", docker.InUse},
	{"remove container", 404, "Not Found", docker.Unsupported},

	// names must not be mistaken for texts
	{"start container", 404, "No such container: web2", docker.Conflict},
	{"inspect container", 404, "No such container: unauthorized", docker.Conflict},
}

// Codes alone do not tell the kind of an answer: texts refine them.
func TestKindOfAnswers(t *testing.T) {
	for _, row := range answers {
		body := row.msg
		if body != "" && !strings.HasPrefix(body, "<") {
			text, err := json.Marshal(map[string]string{"message": row.msg})
			if err != nil {
				t.Fatal(err)
			}
			body = string(text)
		}
		c := stub(t, "1.41", answer(row.status, body))
		err := call(t, c, row.op, "web")
		e := asError(t, err)
		if e.Kind != row.kind || e.Status != row.status || e.Op != row.op {
			t.Errorf("%s, %d %q:\ngot %s, kind %q, status %d; want kind %q", row.op, row.status, row.msg, e, e.Kind, e.Status, row.kind)
		}
		if row.msg != "" && !strings.HasSuffix(err.Error(), ": "+row.msg) {
			t.Errorf("%s: the message of the engine is not the end of %q", row.op, err)
		}
	}
}

// A long call has its status before its work begins, so its failure comes inside the answer.
func TestKindOfReports(t *testing.T) {
	for _, row := range []struct {
		op, report string
		kind       docker.Kind
		msg        string
	}{
		{"pull image", `{"status":"Pulling"}` + "\n" + `{"errorDetail":{"code":1,"message":"manifest unknown"},"error":"manifest unknown"}`, docker.ImageMissing, "manifest unknown"},
		{"pull image", `{"errorDetail":{"message":"pull access denied for web"}}`, docker.Denied, "pull access denied for web"},
		{"pull image", `{"error":"disk full"}` + "\n" + `{"status":"after"}`, docker.Internal, "disk full"},
		{"pull image", `{"status":"Done","id":"web","progressDetail":{"current":1}}`, "", ""},
		{"pull image", ``, "", ""},
		{"pull image", `{"status":"Pulling"}` + "\n" + `{"stat`, docker.OutcomeUnknown, ""},
		{"pull image", `<html>`, docker.OutcomeUnknown, ""},
		{"load images", `{"errorDetail":{"message":"Error processing tar file(exit status 1): archive/tar: invalid tar header"},"error":"Error processing tar file(exit status 1): archive/tar: invalid tar header"}`, docker.InvalidSpec, "Error processing tar file(exit status 1): archive/tar: invalid tar header"},
		{"load images", `{"errorDetail":{"message":"open /var/lib/docker/tmp/docker-import-177082913/repositories: no such file or directory"}}`, docker.InvalidSpec, "open /var/lib/docker/tmp/docker-import-177082913/repositories: no such file or directory"},
		{"load images", `{"errorDetail":{"message":"archive/tar: invalid tar header"},"error":"archive/tar: invalid tar header"}`, docker.InvalidSpec, "archive/tar: invalid tar header"},
		{"load images", `{"errorDetail":{"message":"unrecognized image format"},"error":"unrecognized image format"}`, docker.InvalidSpec, "unrecognized image format"},
		{"load images", `{"stream":"Loaded image: web:latest\n"}`, "", ""},
		{"load images", `{"error":"no space left on device"}`, docker.NoSpace, "no space left on device"},
		{"wait for container", `{"StatusCode":0,"Error":{"Message":"something broke"}}`, docker.Internal, "something broke"},
		{"wait for container", `{"StatusCode":0,"Error":null}`, "", ""},
	} {
		err := call(t, stub(t, "1.41", answer(200, row.report)), row.op, "web")
		if docker.KindOf(err) != row.kind {
			t.Errorf("%s, %s: got kind %q, want %q; %v", row.op, row.report, docker.KindOf(err), row.kind, err)
		}
		if row.msg != "" && asError(t, err).Msg != row.msg {
			t.Errorf("%s, %s: got message %q", row.op, row.report, asError(t, err).Msg)
		}
	}
}
