// Docker vocabulary: what to create, in the words of the Engine API.

package docker

import (
	"encoding/json"
	"slices"
	"strings"
)

// ContainerSpec is the body of a create call (POST /containers/create). The JSON names
// are the API's, so it can be sent and stored unchanged; nil and zero fields are left
// to the engine. It never holds a value that the map did not ask for.
type ContainerSpec struct {
	ContainerConfig
	HostConfig       HostConfig        `json:"HostConfig"`
	NetworkingConfig *NetworkingConfig `json:"NetworkingConfig,omitempty"`
}

// ContainerConfig is the part of a spec that does not depend on the host.
type ContainerConfig struct {
	Hostname        string              `json:"Hostname,omitempty"`
	Domainname      string              `json:"Domainname,omitempty"`
	User            string              `json:"User,omitempty"`
	AttachStdin     bool                `json:"AttachStdin,omitempty"`
	AttachStdout    bool                `json:"AttachStdout,omitempty"`
	AttachStderr    bool                `json:"AttachStderr,omitempty"`
	ExposedPorts    map[string]struct{} `json:"ExposedPorts,omitempty"` // "80/tcp"
	Tty             bool                `json:"Tty,omitempty"`
	OpenStdin       bool                `json:"OpenStdin,omitempty"`
	StdinOnce       bool                `json:"StdinOnce,omitempty"`
	Env             []string            `json:"Env,omitempty"` // "K=V", or "K" to unset
	Cmd             []string            `json:"Cmd,omitempty"`
	Healthcheck     *Healthcheck        `json:"Healthcheck,omitempty"`
	Image           string              `json:"Image,omitempty"`
	Volumes         map[string]struct{} `json:"Volumes,omitempty"`
	WorkingDir      string              `json:"WorkingDir,omitempty"`
	Entrypoint      []string            `json:"Entrypoint,omitempty"` // [""] clears the image's
	NetworkDisabled bool                `json:"NetworkDisabled,omitempty"`
	MacAddress      string              `json:"MacAddress,omitempty"`
	Labels          map[string]string   `json:"Labels,omitempty"`
	StopSignal      string              `json:"StopSignal,omitempty"`
	StopTimeout     *int                `json:"StopTimeout,omitempty"` // seconds
	Shell           []string            `json:"Shell,omitempty"`
}

// Healthcheck says how to probe a container. Times are in nanoseconds.
type Healthcheck struct {
	Test          []string `json:"Test,omitempty"`
	Interval      int64    `json:"Interval,omitempty"`
	Timeout       int64    `json:"Timeout,omitempty"`
	StartPeriod   int64    `json:"StartPeriod,omitempty"`
	StartInterval int64    `json:"StartInterval,omitempty"`
	Retries       int      `json:"Retries,omitempty"`
}

// HostConfig is the part of a spec that depends on the host. A field is a pointer where
// zero means something to the engine and must differ from "not set".
type HostConfig struct {
	Binds           []string                 `json:"Binds,omitempty"` // source:target[:mode]
	ContainerIDFile string                   `json:"ContainerIDFile,omitempty"`
	LogConfig       *LogConfig               `json:"LogConfig,omitempty"`
	NetworkMode     string                   `json:"NetworkMode,omitempty"`
	PortBindings    map[string][]PortBinding `json:"PortBindings,omitempty"` // "80/tcp"
	RestartPolicy   *RestartPolicy           `json:"RestartPolicy,omitempty"`
	AutoRemove      bool                     `json:"AutoRemove,omitempty"`
	VolumeDriver    string                   `json:"VolumeDriver,omitempty"`
	VolumesFrom     []string                 `json:"VolumesFrom,omitempty"` // name[:ro]
	Mounts          []Mount                  `json:"Mounts,omitempty"`
	ConsoleSize     []int                    `json:"ConsoleSize,omitempty"` // height, width
	Annotations     map[string]string        `json:"Annotations,omitempty"`
	CapAdd          []string                 `json:"CapAdd,omitempty"`
	CapDrop         []string                 `json:"CapDrop,omitempty"`
	CgroupnsMode    string                   `json:"CgroupnsMode,omitempty"`
	DNS             []string                 `json:"Dns,omitempty"`
	DNSOptions      []string                 `json:"DnsOptions,omitempty"`
	DNSSearch       []string                 `json:"DnsSearch,omitempty"`
	ExtraHosts      []string                 `json:"ExtraHosts,omitempty"` // name:ip
	GroupAdd        []string                 `json:"GroupAdd,omitempty"`
	IpcMode         string                   `json:"IpcMode,omitempty"`
	Cgroup          string                   `json:"Cgroup,omitempty"`
	Links           []string                 `json:"Links,omitempty"` // container:alias
	OomScoreAdj     *int                     `json:"OomScoreAdj,omitempty"`
	PidMode         string                   `json:"PidMode,omitempty"`
	Privileged      bool                     `json:"Privileged,omitempty"`
	PublishAllPorts bool                     `json:"PublishAllPorts,omitempty"`
	ReadonlyRootfs  bool                     `json:"ReadonlyRootfs,omitempty"`
	SecurityOpt     []string                 `json:"SecurityOpt,omitempty"`
	StorageOpt      map[string]string        `json:"StorageOpt,omitempty"`
	Tmpfs           map[string]string        `json:"Tmpfs,omitempty"`
	UTSMode         string                   `json:"UTSMode,omitempty"`
	UsernsMode      string                   `json:"UsernsMode,omitempty"`
	ShmSize         int64                    `json:"ShmSize,omitempty"`
	Sysctls         map[string]string        `json:"Sysctls,omitempty"`
	Runtime         string                   `json:"Runtime,omitempty"`
	Isolation       string                   `json:"Isolation,omitempty"`
	MaskedPaths     []string                 `json:"MaskedPaths,omitempty"`
	ReadonlyPaths   []string                 `json:"ReadonlyPaths,omitempty"`
	Init            *bool                    `json:"Init,omitempty"`
	Resources
}

// HostPorts returns the host ports that are published by number, such as "8080/tcp",
// whatever their address; sorted.
func (h HostConfig) HostPorts() []string {
	var out []string
	for port, bindings := range h.PortBindings {
		_, protocol, _ := strings.Cut(port, "/")
		for _, b := range bindings {
			if b.HostPort != "" && b.HostPort != "0" {
				out = append(out, b.HostPort+"/"+protocol)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// MountsAt reports whether the config itself mounts something at a path of the
// container. Mounts that come from other containers, by VolumesFrom, do not count.
func (h HostConfig) MountsAt(path string) bool {
	_, isTmpfs := h.Tmpfs[path]
	return isTmpfs ||
		slices.ContainsFunc(h.Binds, func(b string) bool {
			parts := strings.Split(b, ":")
			return len(parts) > 1 && parts[1] == path
		}) ||
		slices.ContainsFunc(h.Mounts, func(m Mount) bool { return m.Target == path })
}

// Resources are the limits of a container.
type Resources struct {
	CPUShares            int64            `json:"CpuShares,omitempty"`
	Memory               int64            `json:"Memory,omitempty"` // bytes
	NanoCPUs             int64            `json:"NanoCpus,omitempty"`
	CgroupParent         string           `json:"CgroupParent,omitempty"`
	BlkioWeight          uint16           `json:"BlkioWeight,omitempty"`
	BlkioWeightDevice    []WeightDevice   `json:"BlkioWeightDevice,omitempty"`
	BlkioDeviceReadBps   []ThrottleDevice `json:"BlkioDeviceReadBps,omitempty"`
	BlkioDeviceWriteBps  []ThrottleDevice `json:"BlkioDeviceWriteBps,omitempty"`
	BlkioDeviceReadIOps  []ThrottleDevice `json:"BlkioDeviceReadIOps,omitempty"`
	BlkioDeviceWriteIOps []ThrottleDevice `json:"BlkioDeviceWriteIOps,omitempty"`
	CPUPeriod            int64            `json:"CpuPeriod,omitempty"`
	CPUQuota             int64            `json:"CpuQuota,omitempty"`
	CPURealtimePeriod    int64            `json:"CpuRealtimePeriod,omitempty"`
	CPURealtimeRuntime   int64            `json:"CpuRealtimeRuntime,omitempty"`
	CpusetCpus           string           `json:"CpusetCpus,omitempty"`
	CpusetMems           string           `json:"CpusetMems,omitempty"`
	Devices              []DeviceMapping  `json:"Devices,omitempty"`
	DeviceCgroupRules    []string         `json:"DeviceCgroupRules,omitempty"`
	DeviceRequests       []DeviceRequest  `json:"DeviceRequests,omitempty"`
	KernelMemory         int64            `json:"KernelMemory,omitempty"`
	KernelMemoryTCP      int64            `json:"KernelMemoryTCP,omitempty"`
	MemoryReservation    int64            `json:"MemoryReservation,omitempty"`
	MemorySwap           int64            `json:"MemorySwap,omitempty"`
	MemorySwappiness     *int64           `json:"MemorySwappiness,omitempty"`
	OomKillDisable       *bool            `json:"OomKillDisable,omitempty"`
	PidsLimit            *int64           `json:"PidsLimit,omitempty"`
	Ulimits              []Ulimit         `json:"Ulimits,omitempty"`
	CPUCount             int64            `json:"CpuCount,omitempty"`           // Windows
	CPUPercent           int64            `json:"CpuPercent,omitempty"`         // Windows
	IOMaximumIOps        uint64           `json:"IOMaximumIOps,omitempty"`      // Windows
	IOMaximumBandwidth   uint64           `json:"IOMaximumBandwidth,omitempty"` // Windows
}

// ContainerUpdate is the body of an update call (POST /containers/ID/update). Zero and
// nil fields stay unchanged. Engines silently ignore fields that they cannot change in
// place, so only those that [Updatable] accepts may be set.
type ContainerUpdate struct {
	Resources
	RestartPolicy *RestartPolicy `json:"RestartPolicy,omitempty"`
}

// PortBinding publishes a port. An empty HostIP means all addresses, an empty HostPort
// any free port.
type PortBinding struct {
	HostIP   string `json:"HostIp,omitempty"`
	HostPort string `json:"HostPort"`
}

// RestartPolicy says when the engine restarts a container.
type RestartPolicy struct {
	Name              string `json:"Name"`
	MaximumRetryCount int    `json:"MaximumRetryCount,omitempty"` // with on-failure only
}

// LogConfig chooses a log driver.
type LogConfig struct {
	Type   string            `json:"Type,omitempty"`
	Config map[string]string `json:"Config,omitempty"`
}

// Mount is a mount in the long form. Unlike a bind in the short form it never creates a
// missing host path.
type Mount struct {
	Type          string         `json:"Type"` // bind, volume, tmpfs, npipe
	Source        string         `json:"Source,omitempty"`
	Target        string         `json:"Target"`
	ReadOnly      bool           `json:"ReadOnly,omitempty"`
	Consistency   string         `json:"Consistency,omitempty"`
	BindOptions   *BindOptions   `json:"BindOptions,omitempty"`
	VolumeOptions *VolumeOptions `json:"VolumeOptions,omitempty"`
	TmpfsOptions  *TmpfsOptions  `json:"TmpfsOptions,omitempty"`
}

// BindOptions belong to a bind mount.
type BindOptions struct {
	Propagation      string `json:"Propagation,omitempty"`
	NonRecursive     bool   `json:"NonRecursive,omitempty"`
	CreateMountpoint bool   `json:"CreateMountpoint,omitempty"`
}

// VolumeOptions belong to a volume mount.
type VolumeOptions struct {
	NoCopy       bool              `json:"NoCopy,omitempty"`
	Labels       map[string]string `json:"Labels,omitempty"`
	Subpath      string            `json:"Subpath,omitempty"`
	DriverConfig *DriverConfig     `json:"DriverConfig,omitempty"`
}

// DriverConfig chooses a volume driver.
type DriverConfig struct {
	Name    string            `json:"Name,omitempty"`
	Options map[string]string `json:"Options,omitempty"`
}

// TmpfsOptions belong to a tmpfs mount.
type TmpfsOptions struct {
	SizeBytes int64  `json:"SizeBytes,omitempty"`
	Mode      uint32 `json:"Mode,omitempty"`
}

// DeviceMapping gives a container a host device.
type DeviceMapping struct {
	PathOnHost        string `json:"PathOnHost"`
	PathInContainer   string `json:"PathInContainer"`
	CgroupPermissions string `json:"CgroupPermissions"`
}

// DeviceRequest asks a device driver, such as the one for GPUs.
type DeviceRequest struct {
	Driver       string            `json:"Driver,omitempty"`
	Count        int               `json:"Count,omitempty"`
	DeviceIDs    []string          `json:"DeviceIDs,omitempty"`
	Capabilities [][]string        `json:"Capabilities,omitempty"`
	Options      map[string]string `json:"Options,omitempty"`
}

// WeightDevice is a block device with its share of I/O.
type WeightDevice struct {
	Path   string `json:"Path"`
	Weight uint16 `json:"Weight"`
}

// ThrottleDevice is a block device with a limit per second.
type ThrottleDevice struct {
	Path string `json:"Path"`
	Rate uint64 `json:"Rate"`
}

// Ulimit is one process limit.
type Ulimit struct {
	Name string `json:"Name"`
	Soft int64  `json:"Soft"`
	Hard int64  `json:"Hard"`
}

// NetworkingConfig places a new container in networks.
type NetworkingConfig struct {
	EndpointsConfig map[string]EndpointSpec `json:"EndpointsConfig,omitempty"`
}

// EndpointSpec is a new container's place in one network.
type EndpointSpec struct {
	IPAMConfig *EndpointIPAM     `json:"IPAMConfig,omitempty"`
	Links      []string          `json:"Links,omitempty"`
	Aliases    []string          `json:"Aliases,omitempty"`
	MacAddress string            `json:"MacAddress,omitempty"`
	DriverOpts map[string]string `json:"DriverOpts,omitempty"`
}

// EndpointIPAM asks for fixed addresses.
type EndpointIPAM struct {
	IPv4Address  string   `json:"IPv4Address,omitempty"`
	IPv6Address  string   `json:"IPv6Address,omitempty"`
	LinkLocalIPs []string `json:"LinkLocalIPs,omitempty"`
}

// Fields returns the spec as one JSON value per API field that is set, named as in the
// API: "Image", "HostConfig.Binds". Package field knows what they mean.
func (s ContainerSpec) Fields() (map[string]json.RawMessage, error) {
	out := map[string]json.RawMessage{}
	for _, part := range []struct {
		prefix string
		value  any
	}{
		{"", s.ContainerConfig},
		{"HostConfig.", s.HostConfig},
		{"", struct {
			NetworkingConfig *NetworkingConfig `json:",omitempty"`
		}{s.NetworkingConfig}},
	} {
		text, err := json.Marshal(part.value)
		if err != nil {
			return nil, err
		}
		var fields map[string]json.RawMessage
		if err := json.Unmarshal(text, &fields); err != nil {
			return nil, err
		}
		for name, value := range fields {
			out[part.prefix+name] = value
		}
	}
	return out, nil
}
