// Spec: the configuration documents of the Engine API, as clients send them and inspect
// shows them.

// Package spec holds the documents that clients send, as data, with everything that can
// be said about them without an engine: what is refused in them, what they mean, and
// how two of them are merged. What a check has to know about the engine and its host is
// handed in as a [Machine].
package spec

import (
	"bytes"
	"encoding/json"
)

// StringList is a list of words that JSON may also write as one plain string, as in Cmd
// and Entrypoint.
type StringList []string

// UnmarshalJSON reads a list, a string or null.
func (l *StringList) UnmarshalJSON(text []byte) error {
	if bytes.HasPrefix(bytes.TrimSpace(text), []byte(`"`)) {
		var word string
		if err := json.Unmarshal(text, &word); err != nil {
			return err
		}
		*l = StringList{word}
		return nil
	}
	var words []string
	if err := json.Unmarshal(text, &words); err != nil {
		return err
	}
	*l = words
	return nil
}

// Config is the portable configuration of a container or an image. Fields are those of
// the Engine API.
type Config struct {
	Hostname        string
	Domainname      string
	User            string
	AttachStdin     bool
	AttachStdout    bool
	AttachStderr    bool
	ExposedPorts    map[string]struct{} `json:",omitempty"`
	Tty             bool
	OpenStdin       bool
	StdinOnce       bool
	Env             []string
	Cmd             StringList
	Healthcheck     *Healthcheck `json:",omitempty"`
	ArgsEscaped     bool         `json:",omitempty"`
	Image           string
	Volumes         map[string]struct{}
	WorkingDir      string
	Entrypoint      StringList
	NetworkDisabled bool   `json:",omitempty"`
	MacAddress      string `json:",omitempty"`
	OnBuild         []string
	Labels          map[string]string
	StopSignal      string     `json:",omitempty"`
	StopTimeout     *int       `json:",omitempty"`
	Shell           StringList `json:",omitempty"`
}

// Healthcheck is the probe of a container. Durations are nanoseconds; zero means the
// engine's default.
type Healthcheck struct {
	Test          []string `json:",omitempty"`
	Interval      int64    `json:",omitempty"`
	Timeout       int64    `json:",omitempty"`
	StartPeriod   int64    `json:",omitempty"`
	StartInterval int64    `json:",omitempty"`
	Retries       int      `json:",omitempty"`
}

// HostConfig is the part of a container's configuration that depends on the host.
type HostConfig struct {
	Binds           []string
	ContainerIDFile string
	LogConfig       LogConfig
	NetworkMode     string
	PortBindings    map[string][]PortBinding
	RestartPolicy   RestartPolicy
	AutoRemove      bool
	VolumeDriver    string
	VolumesFrom     []string
	Mounts          []Mount `json:",omitempty"`
	CapAdd          StringList
	CapDrop         StringList
	CgroupnsMode    string
	DNS             []string `json:"Dns"`
	DNSOptions      []string `json:"DnsOptions"`
	DNSSearch       []string `json:"DnsSearch"`
	ExtraHosts      []string
	GroupAdd        []string
	IpcMode         string
	Cgroup          string
	Links           []string
	OomScoreAdj     int
	PidMode         string
	Privileged      bool
	PublishAllPorts bool
	ReadonlyRootfs  bool
	SecurityOpt     []string
	StorageOpt      map[string]string `json:",omitempty"`
	Tmpfs           map[string]string `json:",omitempty"`
	UTSMode         string
	UsernsMode      string
	ShmSize         int64
	Sysctls         map[string]string `json:",omitempty"`
	Runtime         string
	ConsoleSize     [2]uint
	Isolation       string
	Resources
	MaskedPaths   []string
	ReadonlyPaths []string
	Init          *bool `json:",omitempty"`
}

// Resources are the limits of a container: update can change these and the restart
// policy.
type Resources struct {
	CPUShares            int64 `json:"CpuShares"`
	Memory               int64
	NanoCPUs             int64 `json:"NanoCpus"`
	CgroupParent         string
	BlkioWeight          uint16
	BlkioWeightDevice    []WeightDevice
	BlkioDeviceReadBps   []ThrottleDevice
	BlkioDeviceWriteBps  []ThrottleDevice
	BlkioDeviceReadIOps  []ThrottleDevice
	BlkioDeviceWriteIOps []ThrottleDevice
	CPUPeriod            int64 `json:"CpuPeriod"`
	CPUQuota             int64 `json:"CpuQuota"`
	CPURealtimePeriod    int64 `json:"CpuRealtimePeriod"`
	CPURealtimeRuntime   int64 `json:"CpuRealtimeRuntime"`
	CpusetCpus           string
	CpusetMems           string
	Devices              []Device
	DeviceCgroupRules    []string
	DeviceRequests       []DeviceRequest
	KernelMemory         int64
	KernelMemoryTCP      int64
	MemoryReservation    int64
	MemorySwap           int64
	MemorySwappiness     *int64
	OomKillDisable       *bool
	PidsLimit            *int64
	Ulimits              []Ulimit
	CPUCount             int64 `json:"CpuCount"`
	CPUPercent           int64 `json:"CpuPercent"`
	IOMaximumIOps        uint64
	IOMaximumBandwidth   uint64
}

// LogConfig is the log driver of a container and its options.
type LogConfig struct {
	Type   string
	Config map[string]string
}

// PortBinding is a host port that is published for a port of the container.
type PortBinding struct {
	HostIP   string `json:"HostIp"`
	HostPort string
}

// RestartPolicy says when a container that ended is started again.
type RestartPolicy struct {
	Name              string
	MaximumRetryCount int
}

// WeightDevice is a container's share of the traffic of a block device.
type WeightDevice struct {
	Path   string
	Weight uint16
}

// ThrottleDevice limits the traffic of a block device.
type ThrottleDevice struct {
	Path string
	Rate uint64
}

// Device is a host device that a container sees.
type Device struct {
	PathOnHost, PathInContainer, CgroupPermissions string
}

// DeviceRequest asks a driver for devices.
type DeviceRequest struct {
	Driver       string
	Count        int
	DeviceIDs    []string
	Capabilities [][]string
	Options      map[string]string
}

// Ulimit is a limit on each process of a container.
type Ulimit struct {
	Name string
	Hard int64
	Soft int64
}

// CreateBody is the request body of container create.
type CreateBody struct {
	Config
	HostConfig       *HostConfig
	NetworkingConfig *NetworkingConfig

	Memory, MemorySwap int64 // where old clients put what belongs in HostConfig
}

// UpdateBody is the request body of container update. Other fields are ignored, as they
// are by the engine.
type UpdateBody struct {
	Resources
	RestartPolicy RestartPolicy
}
