// Docker adapter: which engine to open, in the order of the docker command.

package dockerd

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/cli/cli/config"
	"github.com/docker/cli/cli/connhelper"
	clicontext "github.com/docker/cli/cli/context"
	contextdocker "github.com/docker/cli/cli/context/docker"
	"github.com/docker/cli/cli/context/store"
	"github.com/docker/docker/client"

	"github.com/dmap-dev/dmap/engine/problem"
)

const defaultContext = "default"

// ambientError is a fault in the environment or in Docker's files, rather than in the
// options.
type ambientError struct{ error }

func (e ambientError) Unwrap() error { return e.error }

// locate chooses the engine by, in this order, the options, DOCKER_HOST,
// DOCKER_CONTEXT, the current context and the default socket.
func (o Options) locate() (place, error) {
	switch {
	case o.DialContext != nil:
		return o.simulated()
	case o.Host != "" && o.Context != "":
		return place{}, fmt.Errorf("both host %q and docker context %q are given; give one of them", o.Host, o.Context)
	case o.Host != "":
		return o.place(o.Host, "--host")
	case o.Context != "":
		return o.context(o.Context, fmt.Sprintf("docker context %q", o.Context))
	}
	at, err := o.ambient()
	if err != nil {
		return at, ambientError{err}
	}
	return at, nil
}

// ambient chooses the engine that the environment and Docker's files name.
func (o Options) ambient() (place, error) {
	switch {
	case o.Env("DOCKER_HOST") != "":
		return o.place(o.Env("DOCKER_HOST"), "DOCKER_HOST")
	case o.Env("DOCKER_CONTEXT") != "":
		name := o.Env("DOCKER_CONTEXT")
		return o.context(name, fmt.Sprintf("docker context %q of DOCKER_CONTEXT", name))
	}
	file, err := config.Load(o.configDir())
	if err != nil {
		return place{}, fmt.Errorf("cannot read the configuration of docker: %w; correct the file, or set DOCKER_HOST", err)
	}
	if file.CurrentContext == "" {
		return o.place(client.DefaultDockerHost, "default of docker")
	}
	return o.context(file.CurrentContext, fmt.Sprintf("current docker context %q", file.CurrentContext))
}

func (o Options) configDir() string {
	if dir := cmp.Or(o.ConfigDir, o.Env("DOCKER_CONFIG")); dir != "" {
		return dir
	}
	home, err := os.UserHomeDir()
	if err != nil {
		home = string(filepath.Separator) // without a home nothing is found, as with the docker command
	}
	return filepath.Join(home, ".docker")
}

func (o Options) simulated() (place, error) {
	if o.Context != "" || o.TLS != nil {
		return place{}, errors.New("a dial function is given together with a docker context or TLS files; give one of them")
	}
	host := cmp.Or(o.Host, "tcp://engine.invalid")
	return place{host: host, source: "the dial function", wire: "tcp://engine.invalid", dial: o.DialContext}, nil
}

// context looks up a docker context. "default" is what applies without contexts.
func (o Options) context(name, source string) (place, error) {
	if name == defaultContext {
		if host := o.Env("DOCKER_HOST"); host != "" {
			return o.place(host, "DOCKER_HOST")
		}
		return o.place(client.DefaultDockerHost, source)
	}
	if err := store.ValidateContextName(name); err != nil {
		return place{}, err
	}
	contexts := store.New(filepath.Join(o.configDir(), "contexts"), store.NewConfig(
		func() any { return &map[string]any{} },
		store.EndpointTypeGetter(contextdocker.DockerEndpoint, func() any { return &contextdocker.EndpointMeta{} })))
	meta, err := contexts.GetMetadata(name)
	if cerrdefs.IsNotFound(err) {
		return place{}, fmt.Errorf("cannot use %s: there is no such context%s; see docker context ls", source, nearContext(contexts, name))
	}
	if err != nil {
		return place{}, fmt.Errorf("cannot use %s: %w; see docker context ls", source, err)
	}
	endpoint, err := contextdocker.EndpointFromContext(meta)
	if err != nil {
		return place{}, fmt.Errorf("cannot use %s: %w; see docker context inspect %s", source, err, name)
	}
	data, err := clicontext.LoadTLSData(contexts, name, contextdocker.DockerEndpoint)
	if err != nil {
		return place{}, fmt.Errorf("cannot use %s: %w", source, err)
	}
	files := certificates{skipVerify: endpoint.SkipTLSVerify}
	if data != nil {
		files.ca, files.cert, files.key = data.CA, data.Cert, data.Key
	}
	return o.reach(cmp.Or(endpoint.Host, client.DefaultDockerHost), source, func() (certificates, error) { return files, nil })
}

// nearContext returns the question whether another context is meant, or "".
func nearContext(contexts *store.ContextStore, name string) string {
	all, err := contexts.List()
	if err != nil {
		return "" // a question less
	}
	var names []string
	for _, c := range all {
		names = append(names, c.Name)
	}
	if hint := problem.DidYouMean(name, names); hint != "" {
		return ", " + hint
	}
	return ""
}

// place reads a host that comes without a context: its certificates come from the
// options and the environment.
func (o Options) place(host, source string) (place, error) {
	return o.reach(host, source, o.certificates)
}

// reach decides how to connect to a host. Certificates are only read for tcp hosts.
func (o Options) reach(host, source string, files func() (certificates, error)) (place, error) {
	host, address, err := readHost(host)
	if err != nil {
		return place{}, fmt.Errorf("cannot use the host of %s: %w", source, err)
	}
	at := place{host: host, source: source, wire: host}
	switch {
	case o.TLS != nil && address.Scheme != "tcp" && address.Scheme != "https":
		return place{}, fmt.Errorf("TLS files are given, but %s (chosen by %s) is reached without TLS; leave them out", host, source)
	case isSocket(host):
		return at, nil
	case isSSH(host):
		helper, err := connhelper.GetConnectionHelper(host)
		if err != nil {
			return place{}, fmt.Errorf("cannot use the host of %s: %w", source, err)
		}
		at.wire, at.dial = helper.Host, helper.Dialer
		return at, nil
	}
	certs, err := files()
	if err != nil {
		err = fmt.Errorf("cannot use TLS with %s (chosen by %s): %w", host, source, err)
		if o.TLS == nil {
			err = ambientError{err}
		}
		return place{}, err
	}
	return o.network(at, address, certs)
}

// network completes a host that is reached over the network. Whoever can reach an
// engine owns its machine, so an engine without TLS, or one that anybody could
// impersonate, has to be allowed explicitly.
func (o Options) network(at place, address *url.URL, certs certificates) (place, error) {
	encrypted := address.Scheme == "https" || (address.Scheme == "tcp" && certs.wanted())
	if address.Scheme == "http" && certs.wanted() {
		return place{}, fmt.Errorf("%s (chosen by %s) is without TLS, but there are certificates for it; write tcp:// or https://", at.host, at.source)
	}
	if !encrypted {
		if !o.InsecureTLS && !isLoopback(address.Hostname()) {
			return place{}, fmt.Errorf("%s (chosen by %s) is another machine and would be reached without TLS; set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH, use ssh://, or allow it with --insecure-tls", at.host, at.source)
		}
		at.wire = withPort(address, "2375")
		return at, nil
	}
	if certs.skipVerify && !o.InsecureTLS {
		return place{}, fmt.Errorf("the certificate of %s (chosen by %s) would not be verified; set DOCKER_TLS_VERIFY=1, or allow it with --insecure-tls", at.host, at.source)
	}
	conf, err := certs.config()
	if err != nil {
		return place{}, fmt.Errorf("cannot use TLS with %s (chosen by %s): %w", at.host, at.source, err)
	}
	at.tls, at.wire = conf, withPort(address, "2376")
	return at, nil
}

// readHost checks a host and returns it in its usual form. The path of a socket is
// absolute, whether it is written with two slashes or three.
func readHost(host string) (string, *url.URL, error) {
	const forms = "write it as unix:///var/run/docker.sock, tcp://host:2376 or ssh://user@host"
	scheme, rest, found := strings.Cut(host, "://")
	if !found || rest == "" {
		return "", nil, fmt.Errorf("%q is not a host; %s", host, forms)
	}
	if scheme == "unix" {
		path := "/" + strings.TrimLeft(rest, "/")
		return "unix://" + path, &url.URL{Scheme: scheme, Path: path}, nil
	}
	if scheme == "npipe" {
		return host, &url.URL{Scheme: scheme, Path: rest}, nil
	}
	address, err := url.Parse(host)
	if err != nil {
		return "", nil, fmt.Errorf("%q is not a host: it cannot be read as a URL; %s", strings.ToValidUTF8(scheme, "")+"://...", forms)
	}
	switch scheme {
	case "ssh":
		if _, secret := address.User.Password(); secret {
			return "", nil, fmt.Errorf("%q has a password in it; use a key or an ssh agent", address.Redacted())
		}
	case "tcp", "http", "https":
		if address.User != nil || address.RawQuery != "" || address.Fragment != "" {
			return "", nil, fmt.Errorf("%q has more than host, port and path; %s", address.Redacted(), forms)
		}
	default:
		return "", nil, fmt.Errorf("%q has the unknown scheme %q; %s", address.Redacted(), scheme, forms)
	}
	if address.Hostname() == "" {
		return "", nil, fmt.Errorf("%q has no host name; %s", address.Redacted(), forms)
	}
	return host, address, nil
}

// withPort returns a host in the form that the library takes: tcp, with a port.
func withPort(address *url.URL, port string) string {
	switch address.Scheme {
	case "http":
		port = "80"
	case "https":
		port = "443"
	}
	return "tcp://" + net.JoinHostPort(address.Hostname(), cmp.Or(address.Port(), port)) + address.Path
}

func isSocket(host string) bool {
	return strings.HasPrefix(host, "unix://") || strings.HasPrefix(host, "npipe://")
}

func isSSH(host string) bool { return strings.HasPrefix(host, "ssh://") }

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}
