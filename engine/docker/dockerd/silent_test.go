// Docker adapter: tests of engines and helpers that never answer.

package dockerd_test

import (
	"context"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/calls"
	"github.com/dmap-dev/dmap/engine/docker/dockerd"
)

// soon is little time for what never comes.
var soon = calls.Times{Connect: 50 * time.Millisecond, Credentials: 50 * time.Millisecond}

// silent listens, takes connections, and neither reads nor writes.
func silent(t *testing.T) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { c.Close() })
		}
	}()
	return l.Addr().String()
}

// A stopped daemon, and a port that takes connections and says nothing, with TLS or
// without, are engines that cannot be reached; not for ever, and not an interrupt.
func TestSilentEngineIsUnreachable(t *testing.T) {
	socket := socketPath(t, "s")
	serve(t, socket, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	for _, o := range []dockerd.Options{
		{Host: "unix://" + socket},
		{Host: "tcp://" + silent(t)},
		{Host: "tcp://" + silent(t), TLS: &dockerd.TLSFiles{}},
	} {
		o.Env, o.ConfigDir, o.Times = noEnv, t.TempDir(), soon
		_, err := dockerd.Open(t.Context(), o)
		e := asError(t, err)
		if e.Kind != docker.Unreachable || !strings.Contains(e.Msg, "no answer in time from "+o.Host) || !strings.Contains(e.Msg, "systemctl status docker") {
			t.Errorf("%s: kind %q, %v", o.Host, e.Kind, e)
		}
	}
}

// Whoever waits for the first contact is told so, and for which engine.
func TestFirstContactIsWatched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []string
		ctx := calls.Watch(t.Context(), func(what string) { told = append(told, what) })
		began := time.Now()
		_, err := dockerd.Open(ctx, dockerd.Options{DialContext: func(context.Context, string, string) (net.Conn, error) {
			c, _ := net.Pipe()
			return c, nil
		}})
		if took := time.Since(began); docker.KindOf(err) != docker.Unreachable || took != 30*time.Second {
			t.Errorf("%v, after %s", err, took)
		}
		if len(told) != 1 || told[0] != "the engine at tcp://engine.invalid to answer" {
			t.Errorf("told %q", told)
		}
	})
}

// A credential helper that hangs is left behind after its time, with an error that
// names it and not the engine.
func TestSilentCredentialHelper(t *testing.T) {
	helpers, configDir := t.TempDir(), t.TempDir()
	program := filepath.Join(helpers, "docker-credential-dmapsilent")
	writeFile(t, program, "#!/bin/sh\nexec sleep 5\n")
	if err := os.Chmod(program, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", helpers+":"+os.Getenv("PATH"))
	t.Setenv("DOCKER_AUTH_CONFIG", "")
	writeFile(t, filepath.Join(configDir, "config.json"), `{"credsStore":"dmapsilent"}`)
	path := socketPath(t, "s")
	serve(t, path, ping("1.41", func(http.ResponseWriter, *http.Request) { t.Error("something was sent") }))
	c, err := dockerd.Open(t.Context(), dockerd.Options{Host: "unix://" + path, Env: noEnv, ConfigDir: configDir, Times: calls.Times{Credentials: soon.Credentials}})
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{c.RemoteImage(t.Context(), "x"), c.PullImage(t.Context(), "x", nil)} {
		if e := asError(t, err); e.Kind != docker.Denied || !strings.Contains(e.Msg, "the credential helper of the docker command does not answer") {
			t.Errorf("kind %q, %v", e.Kind, e)
		}
	}
}
