// Part of the simulated engine: making one, closing it, and connecting to it without a
// socket.

package sim

import (
	"context"
	"net"
	"net/http"
	"path"
	"sync"
	"time"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/api"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/files"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/state"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/world"
)

// Options say which engine to simulate. The zero value is an empty engine of API 1.41
// whose clock starts at a fixed instant.
type Options struct {
	API   string    // highest API version, "1.41" to "1.56"; empty is 1.41
	Clock ClockMode // how virtual time passes
	Start time.Time // first instant of the clock; zero is 2024-01-01 00:00 UTC, or the present with ClockReal
	ID    string    // the engine's own id in info; empty is a fixed one
	Name  string    // host name in info; empty is "sim"
	CPUs  int       // processors in info; 0 is 2
	// Registry returns the image of a full name, such as "nginx:latest", that
	// AddRemoteImage has not added, or nil. It is called with the engine locked.
	Registry  func(name string) *Image
	HostPaths []string // directories that exist on the host; nil means the usual ones, such as /etc and /tmp, with the usual files, such as /etc/hosts
}

// Engine is a simulated Docker Engine. Make one with [New] or [Load]. Its methods are
// safe for concurrent use.
type Engine struct {
	opts    Options
	version wire.Version
	routes  []wire.Route[*world.World]
	world   *world.World

	// Guarded by the lock of the world:
	calls     []Call
	callCount int
	faults    []*faultRule
	onCall    func(Call) error

	serving sync.Once
	server  *http.Server
	inside  *insideListener
}

// New makes an engine. An API version outside 1.41 to 1.56 means the default: New
// returns no error that could say so, but the engine's version answer shows it.
func New(opts Options) *Engine {
	start := opts.Start
	if start.IsZero() && opts.Clock == ClockReal {
		start = time.Now().UTC()
	}
	if start.IsZero() {
		start = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	st := &state.State{
		Start: start, Now: start, LastPort: world.FirstEphemeralPort - 1,
		Containers: map[string]*state.Container{}, Volumes: map[string]*state.Volume{}, Networks: map[string]*state.Network{},
		Images: map[string]*state.Image{}, Remote: map[string]*state.Image{}, Execs: map[string]*state.Execution{}, Host: files.New(),
	}
	paths := opts.HostPaths
	if paths == nil {
		paths = []string{"/bin", "/dev", "/etc", "/home", "/opt", "/root", "/run", "/srv", "/tmp", "/usr", "/var/lib", "/var/log", "/var/run"}
	}
	for _, p := range paths {
		st.Host.MkdirAll(path.Clean("/" + p))
	}
	if opts.HostPaths == nil {
		for _, p := range []string{"/etc/group", "/etc/hostname", "/etc/hosts", "/etc/localtime", "/etc/os-release", "/etc/passwd", "/etc/resolv.conf", "/var/run/docker.sock"} {
			st.Host[p] = files.File{Mode: 0o644}
		}
	}
	e := newEngine(opts, st)
	e.world.Networks.AddPredefined()
	return e
}

// newEngine puts an engine around a state.
func newEngine(opts Options, st *state.State) *Engine {
	version, ok := wire.ParseVersion(opts.API)
	if !ok || !version.At(41) || version.At(57) {
		version, _ = wire.ParseVersion("1.41")
	}
	w := world.New(world.Host{Name: opts.Name, ID: opts.ID, CPUs: opts.CPUs}, opts.Clock, version, st)
	w.Images.Registry = opts.Registry
	return &Engine{opts: opts, version: version, routes: api.Routes(), world: w}
}

// Serve answers on l until ctx ends; then it cuts all connections and returns nil. It
// closes l.
func (e *Engine) Serve(ctx context.Context, l net.Listener) error {
	server := &http.Server{Handler: e, ReadHeaderTimeout: time.Minute}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	err := server.Serve(l)
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// DialContext connects to the engine within the process, whatever the network and the
// address. It fits the DialContext of an [http.Transport] and the dialer option of a
// Docker client.
func (e *Engine) DialContext(ctx context.Context, _, _ string) (net.Conn, error) {
	e.serving.Do(func() {
		e.inside = &insideListener{conns: make(chan net.Conn), done: make(chan struct{})}
		e.server = &http.Server{Handler: e, ReadHeaderTimeout: time.Minute}
		go func() { _ = e.server.Serve(e.inside) }()
	})
	client, server := net.Pipe()
	select {
	case e.inside.conns <- server:
		return client, nil
	case <-e.inside.done:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Client returns an HTTP client whose every request goes to the engine, whatever host
// its URL names.
func (e *Engine) Client() *http.Client {
	return &http.Client{Transport: &http.Transport{DialContext: e.DialContext}}
}

// Close ends all connections made with DialContext and all streams. The engine's state
// stays readable.
func (e *Engine) Close() error {
	e.world.Lock()
	e.world.Clock.Close()
	e.world.Unlock()
	e.serving.Do(func() {
		e.inside = &insideListener{conns: make(chan net.Conn), done: make(chan struct{})}
		e.server = &http.Server{Handler: e}
		e.inside.close()
	})
	return e.server.Close()
}

// insideListener hands connections that were made within the process to the server.
type insideListener struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func (l *insideListener) close() { l.once.Do(func() { close(l.done) }) }

func (l *insideListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *insideListener) Close() error {
	l.close()
	return nil
}

func (l *insideListener) Addr() net.Addr { return insideAddr{} }

type insideAddr struct{}

func (insideAddr) Network() string { return "sim" }

func (insideAddr) String() string { return "sim" }
