// Part of the simulated engine: everything it remembers, as plain data, so that it can be saved and loaded.

package sim

import (
	"fmt"
	"sort"
	"time"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/files"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/ids"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/logs"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/script"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
)

// state is the whole engine as data.
type state struct {
	Start      time.Time // when the engine began to exist
	Now        time.Time // the virtual clock
	Serial     uint64    // last number used for an id
	LastPort   int       // last ephemeral host port given out
	NextPool   int       `json:",omitempty"` // the default address pool that is tried next
	Containers map[string]*container
	Volumes    map[string]*volume
	Networks   map[string]*network
	Images     map[string]*image
	Remote     map[string]*image // what can be pulled, by full name
	Execs      map[string]*execution
	Host       files.Tree // directories and files of the host that bind mounts can see
	Events     []event
}

// container is one container.
type container struct {
	ID, Name     string
	Serial       uint64
	Created      time.Time
	ImageID      string
	Path         string
	Args         []string
	Config       spec.Config
	HostConfig   spec.HostConfig
	Mounts       map[string]*spec.MountPoint // by destination
	Endpoints    map[string]*spec.EndpointConfig
	Connected    bool        // it once was on a network though it shares those of another container
	Links        []spec.Link // legacy links, resolved when it was created
	Ports        map[string][]spec.PortBinding
	SandboxID    string
	Files        files.Tree // what differs from the image
	Log          []logs.Line
	RestartCount int

	Running, Paused, Restarting, Removing, Dead bool
	ManuallyStopped                             bool // it got a signal; ends unless-stopped
	PolicyRests                                 bool // somebody wanted its end: no restart until it is started
	OOMKilled                                   bool
	Pid, ExitCode                               int
	Error                                       string
	StartedAt, FinishedAt                       time.Time
	Exits                                       int // how often it ended; waiters watch it
	Runs                                        int // how often its process began, for crash scripts
	EverStarted                                 bool

	Process   script.Process
	ExitAt    time.Time // when its process ends by itself
	KillAt    time.Time // when a stop loses patience
	RestartAt time.Time // when the restart policy acts
	Backoff   time.Duration
	Frozen    time.Time  // when it was paused
	Health    string     // "", starting, healthy, unhealthy
	HealthAt  time.Time  // when the health changes next
	ProbeFrom time.Time  // since when the probe runs: its start or when it last woke; zero: it does not
	Probes    []probeRun `json:",omitempty"` // the last probes before that
	Streak    int        `json:",omitempty"` // how many of them failed in a row, until that
	Polled    bool       // its passing state has been seen by inspect
}

// volume is one volume.
type volume struct {
	Name      string
	Driver    string
	Labels    map[string]string
	Options   map[string]string
	Created   time.Time
	Anonymous bool
	Files     files.Tree
	Refs      map[string]int // mounts per container id
}

// network is one network. Who is on it is kept with the containers.
type network struct {
	ID, Name, Driver, Scope                   string
	Created                                   time.Time
	Labels                                    map[string]string
	Options                                   map[string]string
	Internal, Attachable, EnableIPv6, Ingress bool
	IPAM                                      spec.IPAMConfig
	Predefined                                bool
	ConfigOnly                                bool   // it only holds a configuration for others
	ConfigFrom                                string // the network that holds its configuration
	AnyPool                                   bool   `json:",omitempty"` // nobody asked for its pool of IPv4 addresses
}

// image is one image.
type image struct {
	ID          string
	Tags        []string // familiar names with tag
	Digests     []string
	Config      spec.Config
	Created     time.Time
	Arch, OS    string
	Author      string
	Comment     string
	Size        int64
	Layers      []string
	Process     *script.Process
	Files       files.Tree
	Complete    bool // Files is all it holds, so that what is not in it does not exist
	Serial      uint64
	LastTagTime time.Time

	// Of an image that was made of a container:
	Parent, Container string       `json:",omitempty"`
	ContainerConfig   *spec.Config `json:",omitempty"`
}

// execution is one exec instance.
type execution struct {
	ID, Container              string
	Cmd                        []string
	Tty, Stdin, Stdout, Stderr bool
	Env                        []string
	User, WorkingDir           string
	Privileged                 bool
	Running, Started           bool
	ExitCode                   *int
	Pid                        int
	ExitAt                     time.Time
	Pending                    int // exit code it will have
}

// newID gives the next id: 64 hex digits that look like any other but depend on the serial only.
func (s *state) newID(kind string) string {
	s.Serial++
	return ids.Of(kind, fmt.Sprint(s.Serial))
}

// containers gives all containers, oldest first.
func (s *state) containers() []*container {
	list := make([]*container, 0, len(s.Containers))
	for _, c := range s.Containers {
		list = append(list, c)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Serial < list[j].Serial })
	return list
}

// sortedKeys gives the keys of m in order.
func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// status is the one-word state.
func (c *container) status() string {
	switch {
	case c.Running && c.Paused:
		return "paused"
	case c.Restarting:
		return "restarting"
	case c.Running:
		return "running"
	case c.Removing:
		return "removing"
	case c.Dead:
		return "dead"
	case c.StartedAt.IsZero():
		return "created"
	}
	return "exited"
}

func (c *container) shortID() string { return c.ID[:12] }
