// Docker adapter: test of finding an engine.

package dockerd_test

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/dockerd"
)

// actEnv makes the test binary another program, see TestMain.
const actEnv = "DMAP_DOCKERD_TEST_ACT"

func TestMain(m *testing.M) {
	switch act, socket, _ := strings.Cut(os.Getenv(actEnv), " "); act {
	case "ssh": // what `ssh host docker system dial-stdio` does
		os.Exit(dialStdio(socket))
	case "open": // opens an engine as another user
		_, err := dockerd.Open(context.Background(), dockerd.Options{Host: "unix://" + socket, Env: noEnv, ConfigDir: "/"})
		fmt.Printf("%s: %v", docker.KindOf(err), err)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func dialStdio(socket string) int {
	conn, err := net.Dial("unix", socket)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	go func() {
		if _, err := io.Copy(conn, os.Stdin); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		conn.Close()
	}()
	if _, err := io.Copy(os.Stdout, conn); err != nil {
		return 1
	}
	return 0
}

// writeContext stores a docker context as the docker command does.
func writeContext(t *testing.T, configDir, name, endpoint string) {
	t.Helper()
	sum := sha256.Sum256([]byte(name))
	dir := filepath.Join(configDir, "contexts", "meta", hex.EncodeToString(sum[:]))
	writeFile(t, filepath.Join(dir, "meta.json"), fmt.Sprintf(`{"Name":%q,"Metadata":{"Description":"x"},"Endpoints":{"docker":%s}}`, name, endpoint))
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// In this order: context option, host option, DOCKER_HOST, DOCKER_CONTEXT, current context, default socket.
func TestOrderInWhichAnEngineIsChosen(t *testing.T) {
	dir := filepath.Dir(socketPath(t, "x"))
	for _, name := range []string{"option", "env", "prod", "current"} {
		serve(t, filepath.Join(dir, name), ping("1.41", answer(500, "")))
	}
	at := func(name string) string { return "unix://" + filepath.Join(dir, name) }
	configDir, plainDir := t.TempDir(), t.TempDir()
	writeFile(t, filepath.Join(configDir, "config.json"), `{"currentContext":"current"}`)
	for _, name := range []string{"prod", "current"} {
		writeContext(t, configDir, name, fmt.Sprintf(`{"Host":%q,"SkipTLSVerify":false}`, at(name)))
	}
	for _, row := range []struct {
		name         string
		opts         dockerd.Options
		env          map[string]string
		host, source string
	}{
		{"host option", dockerd.Options{Host: at("option"), ConfigDir: configDir}, map[string]string{"DOCKER_HOST": at("env"), "DOCKER_CONTEXT": "prod"}, at("option"), "--host"},
		{"context option", dockerd.Options{Context: "prod", ConfigDir: configDir}, map[string]string{"DOCKER_HOST": at("env"), "DOCKER_CONTEXT": "current"}, at("prod"), `docker context "prod"`},
		{"DOCKER_HOST", dockerd.Options{ConfigDir: configDir}, map[string]string{"DOCKER_HOST": at("env"), "DOCKER_CONTEXT": "prod"}, at("env"), "DOCKER_HOST"},
		{"DOCKER_CONTEXT", dockerd.Options{ConfigDir: configDir}, map[string]string{"DOCKER_CONTEXT": "prod"}, at("prod"), `docker context "prod" of DOCKER_CONTEXT`},
		{"current context", dockerd.Options{ConfigDir: configDir}, nil, at("current"), `current docker context "current"`},
		{"DOCKER_CONFIG", dockerd.Options{}, map[string]string{"DOCKER_CONFIG": configDir}, at("current"), `current docker context "current"`},
		{"config option before DOCKER_CONFIG", dockerd.Options{ConfigDir: configDir}, map[string]string{"DOCKER_CONFIG": plainDir}, at("current"), `current docker context "current"`},
		{"default", dockerd.Options{ConfigDir: plainDir}, nil, "unix:///var/run/docker.sock", "default of docker"},
		{"default context by option", dockerd.Options{Context: "default", ConfigDir: configDir}, nil, "unix:///var/run/docker.sock", `docker context "default"`},
		{"default context is DOCKER_HOST", dockerd.Options{Context: "default", ConfigDir: configDir}, map[string]string{"DOCKER_HOST": at("env")}, at("env"), "DOCKER_HOST"},
		{"two slashes", dockerd.Options{Host: "unix:/" + filepath.Join(dir, "option"), ConfigDir: plainDir}, nil, at("option"), "--host"},
	} {
		row.opts.Env = func(name string) string { return row.env[name] }
		c, err := dockerd.Open(t.Context(), row.opts)
		if docker.KindOf(err) == docker.Unreachable && strings.HasSuffix(row.host, "docker.sock") { // there is no engine on this machine
			if e := asError(t, err); e.Target != row.host || !strings.HasSuffix(e.Msg, "(chosen by "+row.source+")") {
				t.Errorf("%s: %v", row.name, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", row.name, err)
			continue
		}
		if c.Host != row.host || c.Source != row.source {
			t.Errorf("%s: got %s by %s, want %s by %s", row.name, c.Host, c.Source, row.host, row.source)
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestSettingsThatMakeNoSense(t *testing.T) {
	configDir, broken := t.TempDir(), t.TempDir()
	writeFile(t, filepath.Join(broken, "config.json"), `{"currentContext":`)
	writeContext(t, configDir, "remote", `{"Host":"tcp://engine.invalid:2375"}`)
	writeContext(t, configDir, "unverified", `{"Host":"tcp://engine.invalid:2376","SkipTLSVerify":true}`)
	writeContext(t, configDir, "odd", `{"Host":"gopher://x"}`)
	env := func(pairs ...string) func(string) string {
		return func(name string) string {
			for i := 0; i < len(pairs); i += 2 {
				if pairs[i] == name {
					return pairs[i+1]
				}
			}
			return ""
		}
	}
	dial := func(context.Context, string, string) (net.Conn, error) { return nil, io.EOF }
	for _, row := range []struct {
		name string
		opts dockerd.Options
		says []string
		kind docker.Kind // InvalidSpec where empty
	}{
		{"host and context", dockerd.Options{Host: "unix:///a", Context: "b"}, []string{`host "unix:///a"`, `context "b"`, "give one"}, ""},
		{"no scheme", dockerd.Options{Host: "localhost:2375"}, []string{`"localhost:2375" is not a host`, "--host", "tcp://host:2376"}, ""},
		{"a path", dockerd.Options{Host: "/var/run/docker.sock"}, []string{"is not a host", "unix:///var/run/docker.sock"}, ""},
		{"only a scheme", dockerd.Options{Host: "tcp://"}, []string{"is not a host"}, ""},
		{"no name", dockerd.Options{Host: "tcp://:2375"}, []string{"has no host name"}, ""},
		{"unknown scheme", dockerd.Options{Env: env("DOCKER_HOST", "gopher://x")}, []string{"DOCKER_HOST", `unknown scheme "gopher"`}, docker.Unreachable},
		{"fd", dockerd.Options{Host: "fd://3"}, []string{`unknown scheme "fd"`}, ""},
		{"bad port", dockerd.Options{Host: "tcp://a:b:c"}, []string{"cannot be read as a URL"}, ""},
		{"query", dockerd.Options{Host: "tcp://127.0.0.1?x=y"}, []string{"more than host, port and path"}, ""},
		{"password for ssh", dockerd.Options{Host: "ssh://me:secret@host"}, []string{"has a password in it", "me:xxxxx@host"}, ""},
		{"ssh with query", dockerd.Options{Host: "ssh://host?x=y"}, []string{"--host"}, ""},
		{"unknown context", dockerd.Options{Context: "nowhere"}, []string{`cannot use docker context "nowhere": there is no such context; see docker context ls`}, ""},
		{"bad context name", dockerd.Options{Context: "../x"}, []string{"../x"}, ""},
		{"context from the environment", dockerd.Options{Env: env("DOCKER_CONTEXT", "nowhere")}, []string{"DOCKER_CONTEXT"}, docker.Unreachable},
		{"odd context", dockerd.Options{Context: "odd"}, []string{`docker context "odd"`, "gopher"}, ""},
		{"broken configuration", dockerd.Options{ConfigDir: broken}, []string{"config.json", "correct the file"}, docker.Unreachable},
		{"remote without TLS", dockerd.Options{Host: "tcp://engine.invalid:2375"}, []string{"another machine", "without TLS", "DOCKER_TLS_VERIFY=1", "ssh://", "--insecure-tls"}, ""},
		{"remote by HTTP", dockerd.Options{Host: "http://engine.invalid"}, []string{"without TLS"}, ""},
		{"remote context without TLS", dockerd.Options{Context: "remote"}, []string{`docker context "remote"`, "without TLS"}, ""},
		{"context without verification", dockerd.Options{Context: "unverified"}, []string{"would not be verified", "--insecure-tls"}, ""},
		{"certificates without verification", dockerd.Options{Host: "tcp://127.0.0.1:1", Env: env("DOCKER_CERT_PATH", configDir)}, []string{"would not be verified", "DOCKER_TLS_VERIFY=1"}, ""},
		{"TLS without verification", dockerd.Options{Host: "tcp://127.0.0.1:1", Env: env("DOCKER_TLS", "1")}, []string{"would not be verified"}, ""},
		{"no certificates", dockerd.Options{Host: "tcp://127.0.0.1:1", Env: env("DOCKER_TLS_VERIFY", "1", "DOCKER_CERT_PATH", configDir)}, []string{"ca.pem", "no such file"}, docker.Unreachable},
		{"TLS files for a socket", dockerd.Options{Host: "unix:///a", TLS: &dockerd.TLSFiles{CA: "/x"}}, []string{"without TLS", "leave them out"}, ""},
		{"certificate without key", dockerd.Options{Host: "tcp://127.0.0.1:1", TLS: &dockerd.TLSFiles{Cert: "/x"}}, []string{"needs its key"}, ""},
		{"no authority in the file", dockerd.Options{Host: "tcp://127.0.0.1:1", TLS: &dockerd.TLSFiles{CA: filepath.Join(broken, "config.json")}}, []string{"no certificate", "ca.pem"}, ""},
		{"certificates for HTTP", dockerd.Options{Host: "http://127.0.0.1:1", Env: env("DOCKER_CERT_PATH", configDir)}, []string{"without TLS, but there are certificates"}, ""},
		{"dial function and context", dockerd.Options{Context: "remote", DialContext: dial}, []string{"dial function"}, ""},
	} {
		if row.opts.ConfigDir == "" {
			row.opts.ConfigDir = configDir
		}
		if row.opts.Env == nil {
			row.opts.Env = noEnv
		}
		_, err := dockerd.Open(t.Context(), row.opts)
		if docker.KindOf(err) != cmp.Or(row.kind, docker.InvalidSpec) {
			t.Errorf("%s: got kind %q, %v", row.name, docker.KindOf(err), err)
			continue
		}
		for _, part := range row.says {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: %q is not in: %v", row.name, part, err)
			}
		}
		if strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the password is in: %v", row.name, err)
		}
	}
}

func TestEngineThatCannotBeReached(t *testing.T) {
	refused := socketPath(t, "s")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: refused, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct{ name, host, says, fix string }{
		{"no socket", "unix:///nowhere/docker.sock", "the socket does not exist", "start Docker"},
		{"nobody listens", "unix://" + refused, "connection refused", "start Docker"},
		{"nobody listens on tcp", "tcp://127.0.0.1:1", "connection refused", "start Docker"},
		{"unknown host", "ssh://engine.invalid", "engine.invalid", "make sure that ssh reaches the host"},
	} {
		_, err := dockerd.Open(t.Context(), dockerd.Options{Host: row.host, Env: noEnv, ConfigDir: t.TempDir()})
		e := asError(t, err)
		if e.Kind != docker.Unreachable || e.Target != row.host || !strings.Contains(e.Msg, row.says) || !strings.Contains(e.Msg, row.fix) {
			t.Errorf("%s: got kind %q, %v", row.name, e.Kind, e)
		}
		if !strings.HasSuffix(e.Msg, "(chosen by --host)") {
			t.Errorf("%s: %v", row.name, e)
		}
	}
}

// A socket of another group: the error names the group, and never suggests to open the socket to everybody.
func TestSocketOfOthers(t *testing.T) {
	path := socketPath(t, "s")
	serve(t, path, ping("1.41", answer(500, "")))
	if err := os.Chmod(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(filepath.Dir(path), "program")
	self, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(program, self, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program)
	mode := os.FileMode(0) // as its owner, not even we may connect
	if os.Getuid() == 0 {
		mode = 0o660
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	cmd.Dir, cmd.Env = "/", []string{actEnv + "=open " + path}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, part := range []string{"unreachable: ", path, "permission denied", `the group "docker"`} {
		if !strings.Contains(string(out), part) {
			t.Errorf("%q is not in: %s", part, out)
		}
	}
	if strings.Contains(string(out), "chmod") || strings.Contains(string(out), "sudo") {
		t.Errorf("bad advice: %s", out)
	}
}

func TestServersThatAreNoEngineForUs(t *testing.T) {
	for _, row := range []struct {
		name    string
		handler http.HandlerFunc
		version string
		kind    docker.Kind
		says    string
	}{
		{"web server", answer(200, "hello"), "", docker.Unsupported, "not as a Docker Engine"},
		{"old engine", ping("1.40", answer(500, "")), "", docker.Unsupported, "speaks API 1.40, dmap needs 1.41"},
		{"very old engine", ping("1.9", answer(500, "")), "", docker.Unsupported, "speaks API 1.9,"},
		{"strange version", ping("one", answer(500, "")), "", docker.Unsupported, `"one" is not an API version`},
		{"version with a path", ping("1.41/../x", answer(500, "")), "", docker.Unsupported, "is not an API version"},
		{"old version asked for", ping("1.41", answer(500, "")), "1.40", docker.Unsupported, "API 1.40 is asked for"},
		{"new version asked for", ping("1.41", answer(500, "")), "1.42", docker.Unsupported, "the engine speaks at most 1.41"},
		{"no version asked for", ping("1.41", answer(500, "")), "x", docker.Unsupported, `"x" is not an API version`},
		{"locked", answer(403, "no"), "", docker.Denied, "no"},
		{"broken", answer(500, "out of order"), "", docker.Internal, ""},
		{"cut", func(w http.ResponseWriter, _ *http.Request) { hijack(t, w).Close() }, "", docker.Unreachable, "check that Docker runs there"},
	} {
		path := socketPath(t, "s")
		serve(t, path, row.handler)
		_, err := dockerd.Open(t.Context(), dockerd.Options{Host: "unix://" + path, Env: noEnv, ConfigDir: t.TempDir(), APIVersion: row.version})
		if e := asError(t, err); e.Kind != row.kind || !strings.Contains(e.Msg, row.says) {
			t.Errorf("%s: got kind %q, %v", row.name, e.Kind, e)
		}
	}
}

func TestVersionOfTheAPI(t *testing.T) {
	for _, row := range []struct{ engine, option, env, want string }{
		{"1.41", "", "", "1.41"},
		{"1.45", "", "", "1.45"},
		{"1.99", "", "", "1.51"},
		{"1.45", "1.42", "1.43", "1.42"},
		{"1.45", "", "1.43", "1.43"},
	} {
		path, asked := socketPath(t, "s"), ""
		serve(t, path, ping(row.engine, func(w http.ResponseWriter, r *http.Request) {
			asked = r.URL.Path
			answer(200, "[]")(w, r)
		}))
		c, err := dockerd.Open(t.Context(), dockerd.Options{Host: "unix://" + path, ConfigDir: t.TempDir(), APIVersion: row.option,
			Env: func(name string) string { return map[string]string{"DOCKER_API_VERSION": row.env}[name] }})
		if err != nil {
			t.Errorf("%+v: %v", row, err)
			continue
		}
		if _, err := c.Containers(t.Context(), ""); err != nil {
			t.Errorf("%+v: %v", row, err)
		}
		if c.APIVersion != row.want || asked != "/v"+row.want+"/containers/json" {
			t.Errorf("%+v: got version %s and path %s", row, c.APIVersion, asked)
		}
	}
}

func TestUserAgent(t *testing.T) {
	for option, want := range map[string]string{"": "dmap", "my-program/1": "my-program/1"} {
		path := socketPath(t, "s")
		var got atomic.Value
		serve(t, path, ping("1.41", func(w http.ResponseWriter, r *http.Request) {
			got.Store(r.UserAgent())
			answer(200, "[]")(w, r)
		}))
		c, err := dockerd.Open(t.Context(), dockerd.Options{Host: "unix://" + path, Env: noEnv, ConfigDir: t.TempDir(), UserAgent: option})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Containers(t.Context(), ""); err != nil {
			t.Error(err)
		}
		if got.Load() != want {
			t.Errorf("got %v, want %s", got.Load(), want)
		}
	}
}

// Each connection by ssh is a process and a login, and servers refuse more than ten at a time.
func TestFewConnectionsBySSH(t *testing.T) {
	path := socketPath(t, "s")
	arrived := make(chan struct{}, 64)
	release := make(chan struct{})
	serve(t, path, ping("1.41", func(w http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		<-release
		answer(200, "[]")(w, r)
	}))
	bin := t.TempDir()
	writeFile(t, filepath.Join(bin, "ssh"), fmt.Sprintf("#!/bin/sh\necho \"$@\" >> %q\nexec %q\n", filepath.Join(bin, "calls"), os.Args[0]))
	if err := os.Chmod(filepath.Join(bin, "ssh"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	t.Setenv(actEnv, "ssh "+path)
	c, err := dockerd.Open(t.Context(), dockerd.Options{Host: "ssh://me@far.invalid:2222", Env: noEnv, ConfigDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	const many = 12
	errs := make(chan error, many)
	for range many {
		go func() {
			_, err := c.Containers(t.Context(), "")
			errs <- err
		}()
	}
	for range 4 {
		<-arrived
	}
	close(release)
	for range many {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	text, err := os.ReadFile(filepath.Join(bin, "calls"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	if len(lines) != 4 {
		t.Errorf("ssh was called %d times, want 4", len(lines))
	}
	if line := lines[0]; !strings.Contains(line, "far.invalid") || !strings.Contains(line, "-p 2222") || !strings.HasSuffix(line, "docker system dial-stdio") {
		t.Errorf("ssh was called with %q", line)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

func TestDialFunction(t *testing.T) {
	path := socketPath(t, "s")
	serve(t, path, ping("1.41", func(w http.ResponseWriter, _ *http.Request) {
		if err := json.NewEncoder(w).Encode([]any{}); err != nil {
			t.Error(err)
		}
	}))
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", path)
	}
	env := func(name string) string {
		return map[string]string{"DOCKER_HOST": "unix:///nowhere", "DOCKER_CERT_PATH": "/nowhere"}[name]
	}
	for given, want := range map[string]string{"": "tcp://engine.invalid", "sim": "sim"} {
		c, err := dockerd.Open(t.Context(), dockerd.Options{Host: given, Env: env, DialContext: dial})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Containers(t.Context(), ""); err != nil || c.Host != want {
			t.Errorf("host %q, %v", c.Host, err)
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
}
