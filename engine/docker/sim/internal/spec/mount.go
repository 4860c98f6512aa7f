// Spec: mounts, as the configuration of a container asks for them.

package spec

import (
	"fmt"
	"strings"
)

// Mount is one entry of HostConfig.Mounts.
type Mount struct {
	Type          string         `json:",omitempty"`
	Source        string         `json:",omitempty"`
	Target        string         `json:",omitempty"`
	ReadOnly      bool           `json:",omitempty"`
	Consistency   string         `json:",omitempty"`
	BindOptions   *BindOptions   `json:",omitempty"`
	VolumeOptions *VolumeOptions `json:",omitempty"`
	TmpfsOptions  *TmpfsOptions  `json:",omitempty"`
}

// BindOptions belong to a mount of the type bind.
type BindOptions struct {
	Propagation      string `json:",omitempty"`
	NonRecursive     bool   `json:",omitempty"`
	CreateMountpoint bool   `json:",omitempty"`
}

// VolumeOptions belong to a mount of the type volume.
type VolumeOptions struct {
	NoCopy       bool              `json:",omitempty"`
	Labels       map[string]string `json:",omitempty"`
	Subpath      string            `json:",omitempty"`
	DriverConfig *DriverConfig     `json:",omitempty"`
}

// DriverConfig is the driver that creates a volume that does not exist yet.
type DriverConfig struct {
	Name    string            `json:",omitempty"`
	Options map[string]string `json:",omitempty"`
}

// TmpfsOptions belong to a mount of the type tmpfs.
type TmpfsOptions struct {
	SizeBytes int64  `json:",omitempty"`
	Mode      uint32 `json:",omitempty"`
}

// Text returns the options of a tmpfs as one text, in the engine's order.
func (o *TmpfsOptions) Text() string {
	var words []string
	if o != nil && o.Mode != 0 {
		words = append(words, fmt.Sprintf("mode=%o", o.Mode))
	}
	if o != nil && o.SizeBytes != 0 {
		words = append(words, fmt.Sprintf("size=%d", o.SizeBytes))
	}
	return strings.Join(words, ",")
}
