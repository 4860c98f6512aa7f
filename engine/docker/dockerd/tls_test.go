// Docker adapter: test of TLS, with real handshakes.

package dockerd_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/dockerd"
)

// authority issues certificates.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) authority {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"}, IsCA: true,
		BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return authority{cert, key}
}

// issue returns a certificate for 127.0.0.1 that is good for that time, and its key.
func (a authority) issue(t *testing.T, ip string, until time.Duration) (cert, key []byte) {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "test"}, IPAddresses: []net.IP{net.ParseIP(ip)},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		NotBefore:   time.Now().Add(-2 * time.Hour), NotAfter: time.Now().Add(until)}
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &private.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	text, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: text})
}

func (a authority) pem() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})
}

// folder writes the files that DOCKER_CERT_PATH has.
func (a authority) folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	cert, key := a.issue(t, "127.0.0.1", time.Hour)
	for name, data := range map[string][]byte{"ca.pem": a.pem(), "cert.pem": cert, "key.pem": key} {
		writeFile(t, filepath.Join(dir, name), string(data))
	}
	return dir
}

// serveTLS runs an engine that wants a client certificate of that authority, and returns its port.
func serveTLS(t *testing.T, cert, key []byte, clients authority) string {
	t.Helper()
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(clients.cert)
	s := httptest.NewUnstartedServer(ping("1.41", answer(200, "[]")))
	s.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, ClientCAs: pool, ClientAuth: tls.RequireAndVerifyClientCert}
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // half of the handshakes are meant to fail
	s.StartTLS()
	t.Cleanup(s.Close)
	return fmt.Sprint(s.Listener.Addr().(*net.TCPAddr).Port)
}

func TestTLS(t *testing.T) {
	ours, others := newAuthority(t), newAuthority(t)
	cert, key := ours.issue(t, "127.0.0.1", time.Hour)
	good := "tcp://127.0.0.1:" + serveTLS(t, cert, key, ours)
	cert, key = ours.issue(t, "127.0.0.1", -time.Hour)
	expired := "tcp://127.0.0.1:" + serveTLS(t, cert, key, ours)
	cert, key = ours.issue(t, "10.9.8.7", time.Hour)
	misnamed := "tcp://127.0.0.1:" + serveTLS(t, cert, key, ours)
	plainServer := httptest.NewServer(ping("1.41", answer(200, "[]")))
	t.Cleanup(plainServer.Close)
	plain := "tcp://" + plainServer.Listener.Addr().String()

	ourDir, otherDir, caDir := ours.folder(t), others.folder(t), ours.folder(t)
	for _, name := range []string{"cert.pem", "key.pem"} {
		if err := os.Remove(filepath.Join(caDir, name)); err != nil {
			t.Fatal(err)
		}
	}
	mixed := dockerd.TLSFiles{CA: filepath.Join(ourDir, "ca.pem"), Cert: filepath.Join(otherDir, "cert.pem"), Key: filepath.Join(otherDir, "key.pem")}
	files := dockerd.TLSFiles{CA: filepath.Join(ourDir, "ca.pem"), Cert: filepath.Join(ourDir, "cert.pem"), Key: filepath.Join(ourDir, "key.pem")}
	configDir := t.TempDir()
	writeContext(t, configDir, "prod", fmt.Sprintf(`{"Host":%q,"SkipTLSVerify":false}`, good))
	contextTLS(t, configDir, "prod", ourDir)
	writeContext(t, configDir, "foreign", fmt.Sprintf(`{"Host":%q,"SkipTLSVerify":false}`, good))
	contextTLS(t, configDir, "foreign", otherDir)
	writeContext(t, configDir, "loose", fmt.Sprintf(`{"Host":%q,"SkipTLSVerify":true}`, good))
	contextTLS(t, configDir, "loose", ourDir)

	verify := func(dir string) map[string]string {
		return map[string]string{"DOCKER_CERT_PATH": dir, "DOCKER_TLS_VERIFY": "1"}
	}
	for _, row := range []struct {
		name string
		opts dockerd.Options
		env  map[string]string
		kind docker.Kind
		says string
	}{
		{"by environment", dockerd.Options{Host: good}, verify(ourDir), "", ""},
		{"by options", dockerd.Options{Host: good, TLS: &files}, nil, "", ""},
		{"by options, https", dockerd.Options{Host: strings.Replace(good, "tcp", "https", 1), TLS: &files}, nil, "", ""},
		{"by context", dockerd.Options{Context: "prod"}, nil, "", ""},
		{"context without verification, allowed", dockerd.Options{Context: "loose", InsecureTLS: true}, nil, "", ""},
		{"without verification, allowed", dockerd.Options{Host: good, InsecureTLS: true}, map[string]string{"DOCKER_CERT_PATH": ourDir}, "", ""},
		{"foreign server", dockerd.Options{Host: good}, verify(otherDir), docker.Unreachable, "unknown authority; give the ca.pem"},
		{"foreign server, insecure allowed but verification asked for", dockerd.Options{Host: good, InsecureTLS: true}, verify(otherDir), docker.Unreachable, "unknown authority"},
		{"foreign server by context", dockerd.Options{Context: "foreign"}, nil, docker.Unreachable, "unknown authority"},
		{"foreign client", dockerd.Options{Host: good, TLS: &mixed}, nil, docker.Unreachable, "refuses our certificate"},
		{"no client certificate", dockerd.Options{Host: good}, verify(caDir), docker.Unreachable, "refuses our certificate"},
		{"expired server", dockerd.Options{Host: expired}, verify(ourDir), docker.Unreachable, "expired"},
		{"server of another name", dockerd.Options{Host: misnamed}, verify(ourDir), docker.Unreachable, "10.9.8.7"},
		{"no TLS asked for", dockerd.Options{Host: good}, nil, docker.Unreachable, "the engine speaks TLS there"},
		{"TLS asked for without need", dockerd.Options{Host: plain}, verify(ourDir), docker.Unreachable, "does not speak TLS there"},
		{"plain on this machine", dockerd.Options{Host: plain}, nil, "", ""},
	} {
		if row.opts.ConfigDir == "" {
			row.opts.ConfigDir = configDir
		}
		row.opts.Env = func(name string) string { return row.env[name] }
		c, err := dockerd.Open(t.Context(), row.opts)
		if docker.KindOf(err) != row.kind || (err != nil && !strings.Contains(err.Error(), row.says)) {
			t.Errorf("%s: got kind %q, want %q: %v", row.name, docker.KindOf(err), row.kind, err)
			continue
		}
		if err != nil {
			continue
		}
		if _, err := c.Containers(t.Context(), ""); err != nil {
			t.Errorf("%s: %v", row.name, err)
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
}

// contextTLS stores the certificates of a docker context as the docker command does.
func contextTLS(t *testing.T, configDir, name, from string) {
	t.Helper()
	meta, err := filepath.Glob(filepath.Join(configDir, "contexts", "meta", "*", "meta.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range meta {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), fmt.Sprintf(`"Name":%q`, name)) {
			continue
		}
		id := filepath.Base(filepath.Dir(file))
		for _, part := range []string{"ca.pem", "cert.pem", "key.pem"} {
			data, err := os.ReadFile(filepath.Join(from, part))
			if err != nil {
				t.Fatal(err)
			}
			writeFile(t, filepath.Join(configDir, "contexts", "tls", id, "docker", part), string(data))
		}
		return
	}
	t.Fatalf("there is no context %s", name)
}

// A socket needs no TLS, whatever the environment says about other hosts.
func TestSocketIgnoresCertificatesOfTheEnvironment(t *testing.T) {
	path := socketPath(t, "s")
	serve(t, path, ping("1.41", http.NotFound))
	env := map[string]string{"DOCKER_CERT_PATH": "/nowhere", "DOCKER_TLS_VERIFY": "1"}
	c, err := dockerd.Open(t.Context(), dockerd.Options{Host: "unix://" + path, ConfigDir: t.TempDir(), Env: func(name string) string { return env[name] }})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}
