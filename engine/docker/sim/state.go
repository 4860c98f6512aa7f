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
	Connected  bool        // it once was on a network though it shares those of another container
	Links      []spec.Link // legacy links, resolved when it was created
	Ports      map[string][]spec.PortBinding
	SandboxID  string
	Files      files.Tree // what differs from the image
	Log        []logs.Line
	life
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

// newPid gives the next process id.
func (s *state) newPid() int {
	s.Serial++
	return 1000 + int(s.Serial%30000)
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

// box gives a container as what runs in it sees it.
func (s *state) box(c *container) box {
	b := box{
		id: c.ID, path: c.Path, config: &c.Config, host: &c.HostConfig, mounts: c.Mounts, life: &c.life, written: c.Files,
		volume: s.volumeFiles, hostFiles: s.Host,
	}
	if im := s.Images[c.ImageID]; im != nil {
		b.image, b.complete, b.script = im.Files, im.Complete, im.Process
	}
	return b
}

// volumeFiles gives the files of a volume; nil if there is none.
func (s *state) volumeFiles(name string) files.Tree {
	if v := s.Volumes[name]; v != nil {
		return v.Files
	}
	return nil
}

func (c *container) shortID() string { return c.ID[:12] }
