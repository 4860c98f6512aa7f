// Spec: the configuration documents of the Engine API, as clients send them and inspect shows them.

// Package spec holds the documents that clients send, as data, and everything that can be said of them without an engine: what is
// refused in them, what they mean, how two of them are put together. What the checks must know of an engine and its host they
// are told, as a [Machine].
package spec

import (
	"bytes"
	"encoding/json"
)

// StringList is a list of words that JSON may also hold as one plain string, as Cmd and Entrypoint do.
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

// Config is the portable configuration of a container or an image. Fields are those of the Engine API.
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

// Healthcheck is the probe of a container. Durations are nanoseconds; zero means the engine's default.
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
	LogConfig       logConfig
	NetworkMode     string
	PortBindings    map[string][]PortBinding
	RestartPolicy   restartPolicy
	AutoRemove      bool
	VolumeDriver    string
	VolumesFrom     []string
	Mounts          []mountSpec `json:",omitempty"`
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

// Resources are the limits of a container; update changes these and the restart policy.
type Resources struct {
	CPUShares            int64 `json:"CpuShares"`
	Memory               int64
	NanoCPUs             int64 `json:"NanoCpus"`
	CgroupParent         string
	BlkioWeight          uint16
	BlkioWeightDevice    []weightDevice
	BlkioDeviceReadBps   []throttleDevice
	BlkioDeviceWriteBps  []throttleDevice
	BlkioDeviceReadIOps  []throttleDevice
	BlkioDeviceWriteIOps []throttleDevice
	CPUPeriod            int64 `json:"CpuPeriod"`
	CPUQuota             int64 `json:"CpuQuota"`
	CPURealtimePeriod    int64 `json:"CpuRealtimePeriod"`
	CPURealtimeRuntime   int64 `json:"CpuRealtimeRuntime"`
	CpusetCpus           string
	CpusetMems           string
	Devices              []device
	DeviceCgroupRules    []string
	DeviceRequests       []deviceRequest
	KernelMemory         int64
	KernelMemoryTCP      int64
	MemoryReservation    int64
	MemorySwap           int64
	MemorySwappiness     *int64
	OomKillDisable       *bool
	PidsLimit            *int64
	Ulimits              []ulimit
	CPUCount             int64 `json:"CpuCount"`
	CPUPercent           int64 `json:"CpuPercent"`
	IOMaximumIOps        uint64
	IOMaximumBandwidth   uint64
}

type logConfig struct {
	Type   string
	Config map[string]string
}

type PortBinding struct {
	HostIP   string `json:"HostIp"`
	HostPort string
}

type restartPolicy struct {
	Name              string
	MaximumRetryCount int
}

type weightDevice struct {
	Path   string
	Weight uint16
}

type throttleDevice struct {
	Path string
	Rate uint64
}

type device struct {
	PathOnHost, PathInContainer, CgroupPermissions string
}

type deviceRequest struct {
	Driver       string
	Count        int
	DeviceIDs    []string
	Capabilities [][]string
	Options      map[string]string
}

type ulimit struct {
	Name string
	Hard int64
	Soft int64
}

// mountSpec is one entry of HostConfig.Mounts.
type mountSpec struct {
	Type          string         `json:",omitempty"`
	Source        string         `json:",omitempty"`
	Target        string         `json:",omitempty"`
	ReadOnly      bool           `json:",omitempty"`
	Consistency   string         `json:",omitempty"`
	BindOptions   *bindOptions   `json:",omitempty"`
	VolumeOptions *VolumeOptions `json:",omitempty"`
	TmpfsOptions  *tmpfsOptions  `json:",omitempty"`
}

type bindOptions struct {
	Propagation      string `json:",omitempty"`
	NonRecursive     bool   `json:",omitempty"`
	CreateMountpoint bool   `json:",omitempty"`
}

type VolumeOptions struct {
	NoCopy       bool              `json:",omitempty"`
	Labels       map[string]string `json:",omitempty"`
	Subpath      string            `json:",omitempty"`
	DriverConfig *DriverConfig     `json:",omitempty"`
}

type DriverConfig struct {
	Name    string            `json:",omitempty"`
	Options map[string]string `json:",omitempty"`
}

type tmpfsOptions struct {
	SizeBytes int64  `json:",omitempty"`
	Mode      uint32 `json:",omitempty"`
}

// EndpointConfig is how a container is to sit on one network, and where it sits once it is started.
type EndpointConfig struct {
	IPAMConfig          *EndpointIPAM
	Links               []string
	Aliases             []string
	NetworkID           string
	EndpointID          string
	Gateway             string
	IPAddress           string
	IPPrefixLen         int
	IPv6Gateway         string
	GlobalIPv6Address   string
	GlobalIPv6PrefixLen int
	MacAddress          string
	DriverOpts          map[string]string
	DNSNames            []string `json:",omitempty"`
}

type EndpointIPAM struct {
	IPv4Address  string   `json:",omitempty"`
	IPv6Address  string   `json:",omitempty"`
	LinkLocalIPs []string `json:",omitempty"`
}

type NetworkingConfig struct {
	EndpointsConfig map[string]*EndpointConfig
}

// CreateBody is the request body of container create.
type CreateBody struct {
	Config
	HostConfig       *HostConfig
	NetworkingConfig *NetworkingConfig

	Memory, MemorySwap int64 // where old clients put what belongs into HostConfig
}

// IPAMConfig describes the address pools of a network.
type IPAMConfig struct {
	Driver  string
	Options map[string]string
	Config  []IPAMPool
}

type IPAMPool struct {
	Subnet     string            `json:",omitempty"`
	IPRange    string            `json:",omitempty"`
	Gateway    string            `json:",omitempty"`
	Implied    bool              `json:",omitempty"` // the gateway was not asked for, and is not shown
	AuxAddress map[string]string `json:"AuxiliaryAddresses,omitempty"`
}

// UpdateBody is the request body of container update. What else it holds is passed over, as the engine does.
type UpdateBody struct {
	Resources
	RestartPolicy restartPolicy
}
