// Docker vocabulary: what an engine answers.

package docker

import (
	"strconv"
	"time"
)

// EngineInfo describes an engine. Its ID survives restarts of the engine.
type EngineInfo struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	Version    string `json:"version"`
	APIVersion string `json:"apiVersion"`
	OSType     string `json:"osType"`
	Arch       string `json:"arch"`
	CPUs       int    `json:"cpus"`
	// Time is the engine's clock when it answered; zero if it did not say.
	Time time.Time `json:"-"`
}

// The states of a container as the engine names them.
const (
	StateCreated    = "created"
	StateRunning    = "running"
	StatePaused     = "paused"
	StateRestarting = "restarting"
	StateRemoving   = "removing"
	StateExited     = "exited"
	StateDead       = "dead"
)

// ContainerSummary is one line of a container list.
type ContainerSummary struct {
	ID      string
	Name    string // without the leading slash; the container's own, not a link's
	Image   string // as given at creation, or an id if the name has moved on
	ImageID string
	State   string
	Status  string
	Labels  map[string]string
	Mounts  []MountInfo // sorted by destination; an engine may leave out the Source of volumes
	// LinkNames are the names that links of other containers give it, "linker/alias",
	// sorted.
	LinkNames []string
	// NetworkMode is that of its making, with the id of a container that it joins.
	NetworkMode string
	// Networks are the ids of the networks that it is on, by name, "" for one that it was
	// never started in; nil if the engine does not tell.
	Networks map[string]string
	// Ports are those of the host that are published for it now, sorted.
	Ports []HostPort
}

// HostPort is a port of the host. IP is an address of it, or that of all of a family.
type HostPort struct {
	IP       string
	Port     uint16
	Protocol string // "tcp"
}

// String is the port as people write it: "127.0.0.1:8080/tcp".
func (p HostPort) String() string {
	text := strconv.Itoa(int(p.Port)) + "/" + p.Protocol
	if p.IP != "" {
		text = p.IP + ":" + text
	}
	return text
}

// ContainerInfo is what inspecting a container returns, as far as dmap reads it.
type ContainerInfo struct {
	ID           string          `json:"Id"`
	Name         string          `json:"Name"` // without the leading slash
	ImageID      string          `json:"Image"`
	RestartCount int             `json:"RestartCount"`
	State        ContainerState  `json:"State"`
	Config       ContainerConfig `json:"Config"`
	HostConfig   HostConfig      `json:"HostConfig"`
	Mounts       []MountInfo     `json:"Mounts"` // sorted by destination
	Networks     map[string]NetworkEndpoint
}

// ContainerState is the state part of an inspection. Zero times mean "never".
type ContainerState struct {
	Status     string    `json:"Status"`
	Running    bool      `json:"Running"`
	Paused     bool      `json:"Paused"`
	ExitCode   int       `json:"ExitCode"`
	Error      string    `json:"Error"`
	StartedAt  time.Time `json:"StartedAt"`
	FinishedAt time.Time `json:"FinishedAt"`
	Health     *Health   `json:"Health"`
}

// Health is the state of a health check.
type Health struct {
	Status        string `json:"Status"` // none, starting, healthy, unhealthy
	FailingStreak int    `json:"FailingStreak"`
}

// MountInfo is one mount of a container.
type MountInfo struct {
	Type        string `json:"Type"` // bind, volume, tmpfs
	Name        string `json:"Name"` // of a volume
	Source      string `json:"Source"`
	Destination string `json:"Destination"`
	RW          bool   `json:"RW"`
}

// NetworkEndpoint is a container's place in one network: what was asked for, and what
// it got.
type NetworkEndpoint struct {
	EndpointSpec
	NetworkID string `json:"NetworkID"`
	IPAddress string `json:"IPAddress"`
}

// ImageInfo is what inspecting an image returns, as far as dmap reads it.
type ImageInfo struct {
	ID       string
	RepoTags []string
	Config   ContainerConfig
}

// VolumeInfo is one volume.
type VolumeInfo struct {
	Name       string
	Driver     string
	Mountpoint string
	Labels     map[string]string
	Options    map[string]string
	CreatedAt  time.Time // by the engine's clock, in seconds; zero if the driver does not say
}

// NetworkInfo is one network. Two can have the same name.
type NetworkInfo struct {
	ID   string
	Name string
}

// VolumeSpec says which volume to create. An empty Driver is "local".
type VolumeSpec struct {
	Name       string            `json:"Name"`
	Driver     string            `json:"Driver,omitempty"`
	DriverOpts map[string]string `json:"DriverOpts,omitempty"`
	Labels     map[string]string `json:"Labels,omitempty"`
}
