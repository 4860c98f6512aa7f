// State: everything an engine remembers, as data.

package state

import (
	"fmt"
	"time"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/files"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/ids"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/logs"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/process"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/script"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
)

// Event is one thing that happened.
type Event struct {
	At         time.Time
	Type       string
	Action     string
	ID         string
	Attributes map[string]string
}

// State is the whole engine, as data.
type State struct {
	Start      time.Time // when the engine was made
	Now        time.Time // the virtual clock
	Serial     uint64    // last number used for an id
	LastPort   int       // last ephemeral host port given out
	NextPool   int       `json:",omitempty"` // the default address pool to try next
	Containers map[string]*Container
	Volumes    map[string]*Volume
	Networks   map[string]*Network
	Images     map[string]*Image
	Remote     map[string]*Image // images that can be pulled, by full name
	Execs      map[string]*Execution
	Host       files.Tree // directories and files of the host that bind mounts can see
	Events     []Event
}

// Container is one container.
type Container struct {
	ID, Name   string
	Serial     uint64
	Created    time.Time
	ImageID    string
	Path       string
	Args       []string
	Config     spec.Config
	HostConfig spec.HostConfig
	Mounts     map[string]*spec.MountPoint // by destination
	Endpoints  map[string]*spec.EndpointConfig
	Connected  bool        // it was once put on a network although it shares another container's
	Links      []spec.Link // legacy links, resolved when it was created
	Ports      map[string][]spec.PortBinding
	SandboxID  string
	Files      files.Tree // what the container changed
	Log        []logs.Line
	process.Life
}

// Volume is one volume.
type Volume struct {
	Name      string
	Driver    string
	Labels    map[string]string
	Options   map[string]string
	Created   time.Time
	Anonymous bool
	Files     files.Tree
	Refs      map[string]int // mounts per container id
}

// Network is one network. Who is on it is kept with the containers.
type Network struct {
	ID, Name, Driver, Scope                   string
	Created                                   time.Time
	Labels                                    map[string]string
	Options                                   map[string]string
	Internal, Attachable, EnableIPv6, Ingress bool
	IPAM                                      spec.IPAMConfig
	Predefined                                bool
	ConfigOnly                                bool   // it only holds a configuration for other networks
	ConfigFrom                                string // the network from which it takes its configuration
	AnyPool                                   bool   `json:",omitempty"` // nobody asked for its pool of IPv4 addresses
}

// Image is one image.
type Image struct {
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
	Complete    bool // Files is everything it holds: what is not in it does not exist
	Serial      uint64
	LastTagTime time.Time

	// Only for an image that was made from a container:
	Parent, Container string       `json:",omitempty"`
	ContainerConfig   *spec.Config `json:",omitempty"`
}

// Execution is one exec instance.
type Execution struct {
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

// NewID returns the next id: 64 hex digits that look random but depend only on the
// serial number.
func (s *State) NewID(kind string) string {
	s.Serial++
	return ids.Of(kind, fmt.Sprint(s.Serial))
}

// NewPid returns the next process id.
func (s *State) NewPid() int {
	s.Serial++
	return 1000 + int(s.Serial%30000)
}

// Box returns a container as its programs see it.
func (s *State) Box(c *Container) process.Box {
	b := process.Box{
		ID: c.ID, Path: c.Path, Config: &c.Config, Host: &c.HostConfig, Mounts: c.Mounts, Life: &c.Life, Written: c.Files,
		Volumes: s, HostFiles: s.Host,
	}
	if im := s.Images[c.ImageID]; im != nil {
		b.Image, b.Complete, b.Script = im.Files, im.Complete, im.Process
	}
	return b
}

// VolumeFiles returns the files of a volume; nil if there is no such volume.
func (s *State) VolumeFiles(name string) files.Tree {
	if v := s.Volumes[name]; v != nil {
		return v.Files
	}
	return nil
}

// ShortID returns the id in the form that people see.
func (c *Container) ShortID() string { return c.ID[:12] }
