// Model: the types a container map is made of.

package model

import (
	"context"

	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/problem"
)

// ContainerMap describes a landscape of containers. Lists keep the order in which
// a program defined things; that order breaks ties in plans. The zero value is an
// unnamed empty map, which [ContainerMap.Validate] refuses.
type ContainerMap struct {
	// Name prefixes every name in Docker: "<map>.<container>" (rows 1, 9).
	Name string
	// Repository prefixes image names that contain no slash (rows 10, 25-27).
	Repository string
	// HostRoot prefixes host paths that do not start with "/" (rows 15-18).
	HostRoot string
	// Attached says how attached volumes exist in Docker; "" is [AttachedContainer].
	Attached AttachedMode
	// BaseImage starts attached volume containers; "" is [DefaultBaseImage].
	BaseImage string
	// CoreImage runs chown and chmod in temporary containers; "" is [DefaultCoreImage].
	CoreImage string
	// DefaultTag is the tag of images written without one; "" is "latest" (row 30).
	DefaultTag string
	// Containers are the container configurations; names are unique.
	Containers []*Container
	// Volumes give aliases a path inside containers (row 11).
	Volumes []Volume
	// Host gives aliases a path on the Docker host (row 12).
	Host []HostPath
	// Origin is where the map was made; Origins is where each of its values was set
	// ("repository", "volumes.web_log", "host.app_data").
	Origin  problem.Origin
	Origins problem.Origins
	// Source shows the lines of those places in problems of the map; nil shows none.
	Source problem.Source
}

// AttachedMode says how attached volumes exist in Docker.
type AttachedMode string

const (
	// AttachedContainer makes a container "<map>.<alias>" that is started once and
	// shared by volumes-from; its volume is a named volume of the same name.
	AttachedContainer AttachedMode = "container"
	// AttachedVolume mounts the named volume directly, without a container.
	AttachedVolume AttachedMode = "volume"
)

// The images that the source document names for attached volumes and their preparation.
const (
	DefaultBaseImage = "tianon/true"
	DefaultCoreImage = "busybox"
)

// Volume gives an alias its path inside containers.
type Volume struct {
	Alias string
	Path  string
}

// HostPath gives an alias its path on the Docker host: one for all instances, or
// one for each (row 20). Exactly one of Path and Instances is set.
type HostPath struct {
	Alias     string
	Path      string
	Instances []InstancePath
}

// InstancePath is the host path of one instance. A configuration without
// instances uses the entry "default" (row 22).
type InstancePath struct {
	Instance string
	Path     string
}

// DefaultInstance is the key of per-instance paths for a configuration without
// instances (row 22).
const DefaultInstance = "default"

// Container is one container configuration; each of its instances becomes one
// container in Docker.
type Container struct {
	Name string
	// Image to instantiate; "" is Name (rows 24-30).
	Image string
	// Instances name the containers "<map>.<name>.<instance>"; empty means one
	// container without a suffix (rows 33-36).
	Instances []string
	// Shares are paths in the container that become volumes (row 38).
	Shares []string
	// Binds mount host paths (rows 40-53).
	Binds []HostShare
	// Uses give access to the volumes of other containers or to attached volumes
	// (rows 56-65).
	Uses []Use
	// Links connect to other containers (rows 67-76).
	Links []Link
	// Attaches are aliases of volumes this container owns and others may use
	// (rows 77-94).
	Attaches []string
	// User of the container and owner of its attached volumes: "u" or "u:g"
	// (rows 84-86). "" leaves both alone.
	User string
	// Permissions of its attached volumes in chmod's notation (row 87).
	Permissions string
	// CreateOptions and StartOptions are further options of the Engine API by
	// their keyword names; StartOptions win (rows 95-110).
	CreateOptions Options
	StartOptions  Options
	// Persistent containers are started once only and never cleaned up (row 101).
	Persistent bool
	// Origin is where the configuration was first made; Origins is where each of its
	// values was set.
	Origin  problem.Origin
	Origins problem.Origins
}

// HostShare mounts the host path of a volume alias (row 41).
type HostShare struct {
	Volume   string
	ReadOnly bool
}

// Link connects to another container of the map, "name" or "name.instance". An
// empty Alias means the name as written (row 73).
type Link struct {
	Container string
	Alias     string
}

// Use names a container, "name.instance", or an attached alias whose volumes are
// made available (rows 56-65).
type Use struct {
	Name     string
	ReadOnly bool
}

// Options are Engine API options: fixed values, or a function that returns them,
// never both.
type Options struct {
	Values Dict
	Func   OptionFunc
	// Text is how Func is shown to a person: "web_options at site.star:4:5".
	Text string
}

// OptionFunc returns the options of one container instance. It is called once for each
// when a plan is made, possibly from several goroutines; the result is not kept by the
// caller beyond the plan. Its error stops planning.
type OptionFunc func(ctx context.Context, call OptionCall) (Dict, error)

// OptionCall is what an [OptionFunc] is told about the instance it is called for.
type OptionCall struct {
	Map       string
	Container string
	// Instance is "" for a configuration without instances.
	Instance string
	// Name is the container's full name in Docker.
	Name string
	// Host holds the host paths of this instance by alias, root applied.
	Host map[string]string
}

// FullName returns the name in Docker of a part of the map, such as "web" or "app.one"
// (rows 9, 33, 79).
func (m *ContainerMap) FullName(part string) string { return identity.Name(m.Name, part) }

// Container returns the configuration of that name, or nil.
func (m *ContainerMap) Container(name string) *Container {
	for _, c := range m.Containers {
		if c != nil && c.Name == name {
			return c
		}
	}
	return nil
}

// VolumePath returns the path of alias inside containers.
func (m *ContainerMap) VolumePath(alias string) (path string, ok bool) {
	for _, v := range m.Volumes {
		if v.Alias == alias {
			return v.Path, true
		}
	}
	return "", false
}

// HostPath returns the entry of alias on the host.
func (m *ContainerMap) HostPath(alias string) (h HostPath, ok bool) {
	for _, h := range m.Host {
		if h.Alias == alias {
			return h, true
		}
	}
	return HostPath{}, false
}

// InstanceNames returns the instances, or one empty name if there are none.
func (c *Container) InstanceNames() []string {
	if len(c.Instances) == 0 {
		return []string{""}
	}
	return c.Instances
}

// At returns where the value at path was set, or where the container was made if that
// is not known.
func (c *Container) At(path string) problem.Origin {
	if at, ok := c.Origins.At(path); ok {
		return at
	}
	return c.Origin
}

// At returns where the value at path was set, or where the map was made if that is not
// known.
func (m *ContainerMap) At(path string) problem.Origin {
	if at, ok := m.Origins.At(path); ok {
		return at
	}
	return m.Origin
}
