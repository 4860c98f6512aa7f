// Docker adapter: opening an engine.

package dockerd

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/versions"
	"github.com/docker/docker/client"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/calls"
	"github.com/dmap-dev/dmap/engine/docker/field"
)

// MinAPIVersion is the oldest version of the Engine API that dmap works with (Docker
// 20.10).
const MinAPIVersion = field.Oldest

// sshConnections limits the ssh connections to one engine. Each is a process here and a
// login there, and servers refuse more than ten logins at a time.
const sshConnections = 4

// Options say which engine to open, and how. The zero value opens the engine that the
// docker command would use.
type Options struct {
	// Host is the engine's URL: unix:///var/run/docker.sock, tcp://host:2376,
	// ssh://user@host.
	Host string
	// Context names a docker context. At most one of Host and Context may be given.
	// With neither, the engine is the one of DOCKER_HOST, of DOCKER_CONTEXT, of the
	// docker command's current context, or unix:///var/run/docker.sock.
	Context string
	// ConfigDir is the folder of config.json and the contexts; empty means
	// DOCKER_CONFIG, or else ~/.docker.
	ConfigDir string
	// Env looks up the DOCKER_ variables, all but DOCKER_AUTH_CONFIG, which the docker
	// command's credential store reads from the process itself. Nil means [os.Getenv].
	Env func(string) string
	// TLS names the files for a tcp host; nil means those in DOCKER_CERT_PATH if
	// DOCKER_TLS_VERIFY is set.
	TLS *TLSFiles
	// InsecureTLS allows what is otherwise refused: TLS with a server whose certificate
	// is not verified, and tcp without TLS to another machine.
	InsecureTLS bool
	// APIVersion fixes the API version; empty means DOCKER_API_VERSION, or else the
	// highest that both sides speak.
	APIVersion string
	// Times bound the first contact and the search for credentials.
	Times calls.Times
	// UserAgent is sent with every request; empty means "dmap".
	UserAgent string
	// DialContext connects to an engine that has no address, such as a simulated one.
	// With it nothing is looked up: Host is only a name in messages (empty means
	// "tcp://engine.invalid"), and Context and TLS must be empty. The network and
	// address that it is called with mean nothing.
	DialContext func(ctx context.Context, network, addr string) (net.Conn, error)
}

// TLSFiles are PEM files. An empty CA means the system's authorities. Cert and Key must
// be given together.
type TLSFiles struct {
	CA, Cert, Key string
}

// OpChoose is the Op of an error about options or settings that name no engine.
const OpChoose = "choose an engine"

// Open finds the engine, connects, and agrees with it on an API version. It fails with
// a [*docker.Error] of kind [docker.Unreachable], which says what to do, also if the
// environment makes no sense; [docker.Unsupported] if the engine is too old; or
// [docker.InvalidSpec] if the options make no sense. It takes no longer than
// [calls.Connect] allows.
func Open(ctx context.Context, opts Options) (*Client, error) {
	if opts.Env == nil {
		opts.Env = os.Getenv
	}
	at, err := opts.locate()
	if err != nil {
		kind := docker.InvalidSpec
		if errors.As(err, new(ambientError)) {
			kind = docker.Unreachable
		}
		return nil, &docker.Error{Op: OpChoose, Kind: kind, Msg: err.Error(), Err: err}
	}
	c, err := at.client(opts)
	if err != nil {
		return nil, &docker.Error{Op: opConnect, Target: at.host, Kind: docker.InvalidSpec, Msg: clean(err.Error()), Err: err}
	}
	err = c.calls.Do(ctx, calls.Call{
		Kind: calls.Connect,
		For:  "the engine at " + at.host + " to answer",
		Make: func(limited context.Context) error { return c.negotiate(limited, opts) },
	})
	if err != nil {
		c.base.CloseIdleConnections()
		return nil, c.silent(ctx, err)
	}
	return c, nil
}

// client builds a client without connecting.
func (at place) client(opts Options) (*Client, error) {
	base := &http.Transport{TLSClientConfig: at.tls, MaxIdleConns: 32, MaxIdleConnsPerHost: 32, IdleConnTimeout: 30 * time.Second}
	if isSSH(at.host) {
		base.MaxConnsPerHost = sshConnections
	}
	agent := opts.UserAgent
	if agent == "" {
		agent = "dmap"
	}
	scheme := "http"
	if at.tls != nil {
		scheme = "https"
	}
	settings := []client.Opt{
		client.WithHTTPClient(&http.Client{Transport: base}),
		client.WithHost(at.wire),
		client.WithScheme(scheme),
		client.WithUserAgent(agent),
	}
	if at.dial != nil {
		settings = append(settings, client.WithDialContext(at.dial))
	}
	if version := opts.fixedVersion(); version != "" {
		settings = append(settings, client.WithVersion(version))
	} else {
		settings = append(settings, client.WithAPIVersionNegotiation())
	}
	// The library can only configure a plain transport, so ours is wrapped around it at
	// the end.
	settings = append(settings, client.WithHTTPClient(&http.Client{Transport: recorder{base}, CheckRedirect: client.CheckRedirect}))
	api, err := client.NewClientWithOpts(settings...)
	if err != nil {
		return nil, err
	}
	return &Client{Host: at.host, Source: at.source, api: api, base: base, configDir: opts.configDir(), calls: calls.New(opts.Times)}, nil
}

func (o Options) fixedVersion() string {
	if o.APIVersion != "" {
		return o.APIVersion
	}
	return o.Env("DOCKER_API_VERSION")
}

// negotiate makes the first contact. The library alone would ignore that it fails, and
// speak an ancient API version.
func (c *Client) negotiate(ctx context.Context, opts Options) error {
	ctx, k := c.read(ctx, opConnect, c.Host)
	ping, err := c.api.Ping(ctx)
	if err != nil {
		return c.firstContact(k.fail(ctx, err))
	}
	if ping.APIVersion == "" {
		return k.refuse(docker.Unsupported, "something answers there, but not as a Docker Engine; check host and port (chosen by %s)", c.Source)
	}
	c.api.NegotiateAPIVersionPing(ping)
	c.APIVersion = c.api.ClientVersion()
	return checkVersion(k, ping, opts.fixedVersion())
}

func checkVersion(k *call, ping types.Ping, fixed string) error {
	for _, version := range []string{ping.APIVersion, fixed} {
		if version != "" && !isVersion(version) {
			return k.refuse(docker.Unsupported, "%q is not an API version such as %s", version, MinAPIVersion)
		}
	}
	switch {
	case versions.LessThan(ping.APIVersion, MinAPIVersion):
		return k.refuse(docker.Unsupported, "the engine speaks API %s, dmap needs %s (Docker 20.10) or later; update the engine", ping.APIVersion, MinAPIVersion)
	case fixed == "":
		return nil
	case versions.LessThan(fixed, MinAPIVersion):
		return k.refuse(docker.Unsupported, "API %s is asked for, dmap needs %s or later; unset DOCKER_API_VERSION", fixed, MinAPIVersion)
	case versions.GreaterThan(fixed, ping.APIVersion):
		return k.refuse(docker.Unsupported, "API %s is asked for, the engine speaks at most %s; unset DOCKER_API_VERSION", fixed, ping.APIVersion)
	}
	return nil
}

func isVersion(text string) bool {
	var major, minor int
	var rest string
	n, _ := fmt.Sscanf(text+" ", "%d.%d%s", &major, &minor, &rest)
	return n == 2 && major > 0 && minor >= 0
}

// firstContact turns a failed ping into a failure to reach the engine: a ping has no
// effect that could be unknown.
func (c *Client) firstContact(err error) error {
	var e *docker.Error
	if !errors.As(err, &e) {
		return err
	}
	tls := e.Status == 400 && speaksTLS(e.Err)
	if e.Kind != docker.Unreachable && e.Kind != docker.OutcomeUnknown && !tls {
		return err
	}
	why, fix := reason(c.Host, e.Err)
	e.Kind, e.Msg = docker.Unreachable, why+"; "+fix+" (chosen by "+c.Source+")"
	return err
}

// silent turns a first contact that took too long into a failure to reach the engine,
// unless the caller itself ran out of time: a stopped daemon, and a port at which
// nobody reads, accept connections and never answer.
func (c *Client) silent(ctx context.Context, err error) error {
	var e *docker.Error
	if ctx.Err() == nil && errors.As(err, &e) && e.Kind == docker.Cancelled {
		e.Kind = docker.Unreachable
		e.Msg += "; see whether Docker is well there (systemctl status docker), " + elsewhere + " (chosen by " + c.Source + ")"
	}
	return err
}

// place is where an engine is and how to get there.
type place struct {
	host   string      // as it is shown
	source string      // what chose it
	wire   string      // in the form that the library wants
	tls    *tls.Config // nil without TLS
	dial   func(ctx context.Context, network, addr string) (net.Conn, error)
}
