// World: what only shows when a container starts.

package world

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/process"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/state"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// checkPlatform refuses an image of another platform than the one asked for.
func checkPlatform(text, name string, im *state.Image) error {
	if text == "" || im == nil {
		return nil
	}
	wanted := text
	if !strings.Contains(text, "/") {
		wanted = text + "/amd64"
	}
	if actual := im.OS + "/" + im.Arch; actual != wanted {
		return wire.NotFound("image with reference %s was found but does not match the specified platform: wanted %s, actual: %s", name, wanted, actual)
	}
	return nil
}

// checkStart refuses what only shows when a container starts: missing devices and
// users, and namespaces of others.
func (s *Supervisor) checkStart(c *state.Container) error {
	h := &c.HostConfig
	if h.CPUShares < 0 {
		return wire.Failure("shares: invalid argument")
	}
	if err := s.checkDevices(h); err != nil {
		return err
	}
	if err := s.st.Box(c).CheckUser(); err != nil {
		return err
	}
	if err := s.checkNamespaces(h); err != nil {
		return err
	}
	return spec.CheckSeccomp(h)
}

// checkDevices refuses devices that the host lacks, and those that no driver provides.
func (s *Supervisor) checkDevices(h *spec.HostConfig) error {
	for _, d := range slices.Concat(h.BlkioDeviceReadBps, h.BlkioDeviceWriteBps, h.BlkioDeviceReadIOps, h.BlkioDeviceWriteIOps) {
		if s.checkDevice(d.Path) == process.ErrNoFile {
			return wire.Failure("stat %s: %v", d.Path, process.ErrNoFile)
		}
	}
	for _, d := range h.Devices {
		if err := s.checkDevice(d.PathOnHost); err != nil {
			return wire.Failure("error gathering device information while adding custom device %q: %v", d.PathOnHost, err)
		}
	}
	for _, rule := range h.DeviceCgroupRules {
		if !spec.IsDeviceRule(rule) {
			return wire.Failure("invalid device cgroup rule format: '%s'", rule)
		}
	}
	for _, d := range h.DeviceRequests {
		return wire.Failure("could not select device driver %q with capabilities: %v", d.Driver, d.Capabilities)
	}
	return nil
}

// checkNamespaces refuses namespaces that cannot be joined at this moment.
func (s *Supervisor) checkNamespaces(h *spec.HostConfig) error {
	donor, joins := strings.CutPrefix(h.IpcMode, "container:")
	if !joins && !slices.Contains([]string{"", "none", "private", "shareable", "host"}, h.IpcMode) {
		return wire.Failure("Invalid IPC mode: %s", h.IpcMode)
	}
	if joins {
		if err := s.checkDonor(donor, true); err != nil {
			return wire.Failure("can't join IPC of container %s: %s", donor, err.Error())
		}
	}
	if donor, joins := strings.CutPrefix(h.PidMode, "container:"); joins {
		if err := s.checkDonor(donor, false); err != nil {
			return wire.Failure("%s", err.Error())
		}
	}
	return nil
}

// checkDevice refuses a device that the host lacks. The host has those that every host
// has, and those it was made with.
func (s *Supervisor) checkDevice(name string) error {
	f, ok := s.st.Host[path.Clean(name)]
	switch {
	case slices.Contains([]string{"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty", "/dev/fuse", "/dev/net/tun"}, name):
		return nil
	case !ok:
		return process.ErrNoFile
	case !f.Dir || path.Clean(name) != "/dev" && !strings.HasPrefix(path.Clean(name), "/dev/"):
		return errors.New("not a device node")
	}
	return nil
}

// checkDonor refuses to join a namespace of a container that is not running or keeps
// the namespace private.
func (s *Supervisor) checkDonor(name string, ipc bool) error {
	c, err := s.st.FindContainer(name)
	switch {
	case err != nil:
		return err
	case !c.Running:
		return fmt.Errorf("container %s is not running", c.ID)
	case c.Restarting:
		return wire.Conflict("Container %s is restarting, wait until the container is running", c.ID)
	case ipc && (c.HostConfig.IpcMode == "private" || c.HostConfig.IpcMode == "none"):
		return errors.New("non-shareable IPC (hint: use IpcMode:shareable for the donor container)")
	}
	return nil
}
