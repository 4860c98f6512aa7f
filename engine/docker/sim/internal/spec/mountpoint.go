// Spec: mounts of a container, read from binds and from mounts.

package spec

import (
	"cmp"
	"fmt"
	"path"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// MountPoint is one mount of a container.
type MountPoint struct {
	Type        string // bind, volume, tmpfs
	Name        string // of the volume
	Source      string // host path
	Destination string
	Driver      string
	Mode        string
	RW          bool
	Propagation string
	Named       bool // asked for by name: rm -v leaves it alone
	HasSource   bool // comes from Binds or Mounts; see Mounts.addVolumesFrom for what it does to reference counting
	Held        bool // counted as a reference of the volume
	Copy        bool // the image's content is copied into the volume while that is empty
	CreateHost  bool // a missing host path is created at start
}

// bindWord returns what a word in the mode of a bind is about; a mode may have at most
// one word about each thing.
func bindWord(word string) string {
	switch word {
	case "rw", "ro":
		return "access"
	case "z", "Z":
		return "label"
	case "nocopy":
		return "copy"
	case "private", "rprivate", "slave", "rslave", "shared", "rshared":
		return "propagation"
	case "cached", "consistent", "delegated":
		return "consistency"
	}
	return ""
}

// BindMode returns the words of a mode by what they are about, nil if the mode is not
// valid, and whether it allows writing.
func BindMode(mode string) (words map[string]string, readWrite bool) {
	words = map[string]string{}
	if mode == "" {
		return words, true
	}
	for word := range strings.SplitSeq(mode, ",") {
		kind := bindWord(word)
		if kind == "" || words[kind] != "" {
			return nil, false
		}
		words[kind] = word
	}
	return words, words["access"] != "ro"
}

// ParseBind reads one entry of Binds: DEST, SOURCE:DEST or SOURCE:DEST:MODE.
func ParseBind(bind string) (*MountPoint, error) {
	parts := strings.Split(bind, ":")
	wrong := fmt.Sprintf("invalid volume specification: '%s'", bind)
	if len(parts) > 3 || parts[0] == "" {
		return nil, wire.Failure("%s", wrong)
	}
	m := &MountPoint{Type: "volume", Destination: parts[0]}
	source := ""
	if len(parts) > 1 {
		source, m.Destination = parts[0], parts[1]
	}
	// "/src:ro" has no destination: a word that could be a mode is never taken for a
	// directory.
	if words, _ := BindMode(m.Destination); len(parts) == 2 && words != nil {
		return nil, wire.Failure("%s", wrong)
	}
	if len(parts) == 3 {
		m.Mode = parts[2]
	}
	words, readWrite := BindMode(m.Mode)
	if words == nil {
		return nil, wire.Failure("invalid mode: %s", m.Mode)
	}
	m.RW = readWrite
	if path.IsAbs(source) {
		m.Type = "bind"
	}
	extra := func(field string) error {
		return wire.Failure("%s: invalid mount config for type %q: field %s must not be specified", wrong, m.Type, field)
	}
	switch err := checkDestination(m.Destination, m.Type); {
	case err != nil:
		return nil, wire.Failure("%s: %s", wrong, err.Error())
	case m.Type == "bind" && words["copy"] != "":
		return nil, extra("VolumeOptions")
	case m.Type == "volume" && words["propagation"] != "":
		return nil, extra("BindOptions")
	}
	m.Destination = path.Clean(m.Destination)
	if m.Type == "bind" {
		m.Source, m.CreateHost, m.Propagation = path.Clean(source), true, cmp.Or(words["propagation"], "rprivate")
		return m, nil
	}
	// Without a name this is an anonymous volume, which gets its name later. "z" is
	// what the engine notes for a volume whose mode nobody gave.
	m.Name, m.Named, m.Copy, m.Mode = source, source != "", words["copy"] == "", cmp.Or(m.Mode, "z")
	return m, nil
}

// checkDestination refuses places at which nothing can be mounted.
func checkDestination(dest, kind string) error {
	if dest == "" {
		return fmt.Errorf("invalid mount config for type %q: field Target must not be empty", kind)
	}
	if !path.IsAbs(dest) {
		return fmt.Errorf("invalid mount config for type %q: invalid mount path: '%s' mount path must be absolute", kind, dest)
	}
	if path.Clean(dest) == "/" {
		return fmt.Errorf("invalid mount config for type %q: invalid specification: destination can't be '/'", kind)
	}
	return nil
}

// MountOf reads one entry of Mounts.
func MountOf(asked Mount, on Machine) (*MountPoint, error) {
	wrong := func(format string, args ...any) error {
		return wire.BadRequest("invalid mount config for type %q: %s", asked.Type, fmt.Sprintf(format, args...))
	}
	if err := checkDestination(asked.Target, asked.Type); err != nil {
		return nil, wire.BadRequest("%s", err.Error())
	}
	m := &MountPoint{Type: asked.Type, Destination: path.Clean(asked.Target), RW: !asked.ReadOnly}
	switch asked.Type {
	case "bind":
		return m, bindOf(asked, on, m, wrong)
	case "volume":
	case "tmpfs":
		if asked.BindOptions != nil {
			return nil, wrong("field BindOptions must not be specified")
		}
		if asked.Source != "" {
			return nil, wrong("field Source must not be specified")
		}
		return m, nil
	default:
		return nil, wrong("mount type unknown")
	}
	if asked.BindOptions != nil {
		return nil, wrong("field BindOptions must not be specified")
	}
	m.Name, m.Named, m.Mode, m.Copy = asked.Source, asked.Source != "", "z", true
	if o := asked.VolumeOptions; o != nil && o.NoCopy {
		m.Copy = false
	}
	// Nobody could ever write to such a volume.
	if asked.Source == "" && asked.ReadOnly {
		return nil, wrong("must not set ReadOnly mode when using anonymous volumes")
	}
	return m, nil
}

// bindOf completes a mount of the strict kind: its source has to exist now.
func bindOf(asked Mount, on Machine, m *MountPoint, wrong func(string, ...any) error) error {
	switch {
	case asked.Source == "":
		return wrong("field Source must not be empty")
	case asked.BindOptions != nil && asked.BindOptions.Propagation != "" && bindWord(asked.BindOptions.Propagation) != "propagation":
		return wrong("invalid propagation mode: %s", asked.BindOptions.Propagation)
	case asked.VolumeOptions != nil:
		return wrong("field VolumeOptions must not be specified")
	case !path.IsAbs(asked.Source):
		return wrong("invalid mount path: '%s' mount path must be absolute", asked.Source)
	}
	m.Source, m.Propagation = path.Clean(asked.Source), "rprivate"
	if o := asked.BindOptions; o != nil {
		m.CreateHost = o.CreateMountpoint && has(on.API, "HostConfig.Mounts.BindOptions.CreateMountpoint")
		m.Propagation = cmp.Or(o.Propagation, m.Propagation)
	}
	if !m.CreateHost && !on.Has(m.Source) {
		return wrong("bind source path does not exist: %s", asked.Source)
	}
	return nil
}
