// Docker adapter: test of pulling, by the real engine from a registry that lives in the test.

package dockerd_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/client"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/dockerd"
	"github.com/dmap-dev/dmap/engine/docker/dockertest"
)

func digestOf(data []byte) string {
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}

func asJSON(t *testing.T, v any) []byte {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// layer is a tar with one file, and the same zipped.
func layer(t *testing.T) (plain, zipped []byte) {
	t.Helper()
	var files, out bytes.Buffer
	w := tar.NewWriter(&files)
	if err := w.WriteHeader(&tar.Header{Name: "file", Mode: 0o644, Size: 4}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte("text")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	z := gzip.NewWriter(&out)
	if _, err := z.Write(files.Bytes()); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return files.Bytes(), out.Bytes()
}

// registry serves one image under any name with the tag "1", if it is private to those with the login me:secret. The
// layer of the name "cut" is never sent. An engine calls the image by its configuration, or, with the image store of
// containerd, by its manifest.
func registry(t *testing.T, private bool) (host string, imageIDs []string) {
	t.Helper()
	plain, zipped := layer(t)
	config := asJSON(t, map[string]any{"architecture": runtime.GOARCH, "os": "linux", "config": map[string]any{"Cmd": []string{"x"}},
		"rootfs": map[string]any{"type": "layers", "diff_ids": []string{digestOf(plain)}}})
	const prefix = "application/vnd.docker."
	manifest := asJSON(t, map[string]any{"schemaVersion": 2, "mediaType": prefix + "distribution.manifest.v2+json",
		"config": map[string]any{"mediaType": prefix + "container.image.v1+json", "size": len(config), "digest": digestOf(config)},
		"layers": []any{map[string]any{"mediaType": prefix + "image.rootfs.diff.tar.gzip", "size": len(zipped), "digest": digestOf(zipped)}}})
	fail := func(w http.ResponseWriter, status int, code string) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"errors":[{"code":%q,"message":%q}]}`, code, strings.ToLower(strings.ReplaceAll(code, "_", " ")))
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Docker-Distribution-Api-Version", "registry/2.0")
		path := strings.TrimPrefix(r.URL.Path, "/v2/")
		user, password, _ := r.BasicAuth()
		if private && (user != "me" || password != "secret") {
			w.Header().Set("Www-Authenticate", `Basic realm="test"`)
			fail(w, http.StatusUnauthorized, "UNAUTHORIZED")
			return
		}
		serve := func(kind string, data []byte) {
			w.Header().Set("Content-Type", kind)
			w.Header().Set("Docker-Content-Digest", digestOf(data))
			w.Header().Set("Content-Length", fmt.Sprint(len(data)))
			if _, err := w.Write(data); err != nil && r.Method != http.MethodHead {
				t.Log(err)
			}
		}
		switch {
		case path == "":
			fmt.Fprint(w, "{}")
		case strings.HasSuffix(path, "/manifests/1"), strings.HasSuffix(path, "/manifests/"+digestOf(manifest)):
			serve(prefix+"distribution.manifest.v2+json", manifest)
		case strings.Contains(path, "/manifests/"):
			fail(w, http.StatusNotFound, "MANIFEST_UNKNOWN")
		case strings.HasSuffix(path, digestOf(config)):
			serve("application/octet-stream", config)
		case strings.HasSuffix(path, digestOf(zipped)) && !strings.HasPrefix(path, "cut/"):
			serve("application/octet-stream", zipped)
		default:
			fail(w, http.StatusNotFound, "BLOB_UNKNOWN")
		}
	}))
	t.Cleanup(s.Close)
	return s.Listener.Addr().String(), []string{digestOf(config), digestOf(manifest)}
}

// login is the config.json of somebody who has logged in.
func login(host, user, password string) string {
	return fmt.Sprintf(`{"auths":{%q:{"auth":%q}}}`, host, base64.StdEncoding.EncodeToString([]byte(user+":"+password)))
}

func TestPullFromARegistry(t *testing.T) {
	engine, ok := dockertest.Open(t).(*dockerd.Client)
	if !ok || !strings.HasPrefix(engine.Host, "unix://") {
		t.Skip("the registry of this test is reached by an engine on this machine only")
	}
	host, imageIDs := registry(t, false)
	private, _ := registry(t, true)
	helpers := t.TempDir()
	writeFile(t, filepath.Join(helpers, "docker-credential-dmaptest"), `#!/bin/sh
read server
test "$1 $server" = "get `+private+`" || exit 1
echo '{"ServerURL":"'$server'","Username":"me","Secret":"secret"}'
`)
	if err := os.Chmod(filepath.Join(helpers, "docker-credential-dmaptest"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", helpers+":"+os.Getenv("PATH"))
	t.Setenv("DOCKER_AUTH_CONFIG", "")
	for _, row := range []struct {
		name, ref, config string
		pull, ask         docker.Kind
	}{
		{"public", host + "/public:1", "{}", "", ""},
		{"public, no such tag", host + "/public:2", "{}", docker.ImageMissing, docker.ImageMissing},
		{"public, latest", host + "/public", "{}", docker.ImageMissing, docker.ImageMissing},
		{"public, no such digest", host + "/public@sha256:" + strings.Repeat("a", 64), "{}", docker.ImageMissing, docker.ImageMissing},
		{"layer that is not there", host + "/cut:1", "{}", docker.Internal, ""},
		{"private, no login", private + "/app:1", "{}", docker.Denied, docker.Denied},
		{"private, wrong password", private + "/app:1", login(private, "me", "wrong"), docker.Denied, docker.Denied},
		{"private, login elsewhere", private + "/app:1", login("elsewhere.example.com", "me", "secret"), docker.Denied, docker.Denied},
		{"private, login", private + "/app:1", login(private, "me", "secret"), "", ""},
		{"private, login of a helper", private + "/app:1", fmt.Sprintf(`{"credHelpers":{%q:"dmaptest"}}`, private), "", ""},
		{"private, login of a store", private + "/app:1", `{"credsStore":"dmaptest"}`, "", ""},
		{"helper that is not there", host + "/public:1", `{"credsStore":"dmapnowhere"}`, docker.Denied, docker.Denied},
		{"broken configuration", host + "/public:1", `{"auths":`, docker.Denied, docker.Denied},
	} {
		configDir := t.TempDir()
		writeFile(t, filepath.Join(configDir, "config.json"), row.config)
		c, err := dockerd.Open(t.Context(), dockerd.Options{Host: engine.Host, ConfigDir: configDir})
		if err != nil {
			t.Fatal(err)
		}
		err = c.RemoteImage(t.Context(), row.ref)
		if docker.KindOf(err) != row.ask {
			t.Errorf("%s: ask: got kind %q, want %q: %v", row.name, docker.KindOf(err), row.ask, err)
		}
		err = c.PullImage(t.Context(), row.ref, nil)
		if docker.KindOf(err) != row.pull {
			t.Errorf("%s: pull: got kind %q, want %q: %v", row.name, docker.KindOf(err), row.pull, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the password is in: %v", row.name, err)
		}
		found, err := c.Image(t.Context(), row.ref)
		if row.pull == "" && (err != nil || !slices.Contains(imageIDs, found.ID)) {
			t.Errorf("%s: the image is %q, want one of %q: %v", row.name, found.ID, imageIDs, err)
		}
		if row.pull != "" && docker.KindOf(err) != docker.ImageMissing {
			t.Errorf("%s: the image is there: %v", row.name, err)
		}
		forget(t, engine.Host, row.ref)
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
}

// forget removes an image. The library is used for it, for our own interface never does that.
func forget(t *testing.T, host, ref string) {
	t.Helper()
	api, err := client.NewClientWithOpts(client.WithHost(host), client.WithAPIVersionNegotiation())
	if err != nil {
		t.Fatal(err)
	}
	defer api.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if _, err := api.ImageRemove(ctx, ref, image.RemoveOptions{}); err != nil && !strings.Contains(err.Error(), "No such image") {
		t.Errorf("cannot clean up: %v", err)
	}
}

// What is sent for a pull, without an engine.
func TestPullSendsReferenceAndLogin(t *testing.T) {
	for _, row := range []struct{ ref, config, query, user string }{
		{"nginx", "{}", "fromImage=docker.io%2Flibrary%2Fnginx&tag=latest", ""},
		{"nginx:1.2", login("https://index.docker.io/v1/", "me", "pw"), "fromImage=docker.io%2Flibrary%2Fnginx&tag=1.2", "me"},
		{"me/app", login("registry.example.com", "other", "pw"), "fromImage=docker.io%2Fme%2Fapp&tag=latest", ""},
		{"registry.example.com:5000/a/b:c", login("registry.example.com:5000", "me", "pw"), "fromImage=registry.example.com%3A5000%2Fa%2Fb&tag=c", "me"},
		{"localhost/x", "{}", "fromImage=localhost%2Fx&tag=latest", ""},
		{"x:1@sha256:" + strings.Repeat("a", 64), "{}", "fromImage=docker.io%2Flibrary%2Fx&tag=sha256%3A" + strings.Repeat("a", 64), ""},
	} {
		configDir := t.TempDir()
		writeFile(t, filepath.Join(configDir, "config.json"), row.config)
		path := socketPath(t, "s")
		query, user := "", ""
		serve(t, path, ping("1.41", func(w http.ResponseWriter, r *http.Request) {
			query = r.URL.RawQuery
			var auth struct{ Username string }
			if text, err := base64.URLEncoding.DecodeString(r.Header.Get("X-Registry-Auth")); err != nil {
				t.Error(err)
			} else if len(text) > 0 {
				if err := json.Unmarshal(text, &auth); err != nil {
					t.Error(err)
				}
			}
			user = auth.Username
			fmt.Fprint(w, `{"status":"done"}`)
		}))
		c, err := dockerd.Open(t.Context(), dockerd.Options{Host: "unix://" + path, Env: noEnv, ConfigDir: configDir})
		if err != nil {
			t.Fatal(err)
		}
		if err := c.PullImage(t.Context(), row.ref, nil); err != nil {
			t.Errorf("%s: %v", row.ref, err)
		}
		if query != row.query || user != row.user {
			t.Errorf("%s: got query %s and user %q, want %s and %q", row.ref, query, user, row.query, row.user)
		}
	}
}

func TestHangingCredentialHelperIsLeft(t *testing.T) {
	helpers, configDir := t.TempDir(), t.TempDir()
	started := filepath.Join(helpers, "started")
	writeFile(t, filepath.Join(helpers, "docker-credential-dmaphang"), "#!/bin/sh\necho $$ > "+started+"\nexec sleep 5\n")
	if err := os.Chmod(filepath.Join(helpers, "docker-credential-dmaphang"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", helpers+":"+os.Getenv("PATH"))
	t.Setenv("DOCKER_AUTH_CONFIG", "")
	writeFile(t, filepath.Join(configDir, "config.json"), `{"credsStore":"dmaphang"}`)
	path := socketPath(t, "s")
	serve(t, path, ping("1.41", func(http.ResponseWriter, *http.Request) { t.Error("something was sent") }))
	c, err := dockerd.Open(t.Context(), dockerd.Options{Host: "unix://" + path, Env: noEnv, ConfigDir: configDir})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	e := asError(t, c.PullImage(ctx, "x", nil))
	if e.Kind != docker.Cancelled || !e.NoEffect || !strings.Contains(e.Msg, "nothing was sent") {
		t.Errorf("got kind %q, %v", e.Kind, e)
	}
}
