// Spec: what is refused in the configuration of a new container, before anything else
// is looked at.

package spec

import (
	"path"
	"slices"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/signals"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// CheckCreate refuses what the engine refuses before it looks at the image. asked is
// the version of the call. The order of the checks is the engine's: clients see only
// the first mistake.
func CheckCreate(asked wire.Version, body *CreateBody, m Machine) error {
	c, h := &body.Config, body.HostConfig
	if err := checkPlatformModes(c, h); err != nil {
		return err
	}
	if c.WorkingDir != "" && !path.IsAbs(c.WorkingDir) {
		return wire.BadRequest("the working directory '%s' is invalid, it needs to be an absolute path", c.WorkingDir)
	}
	if c.StopSignal != "" {
		if _, err := signals.Parse(c.StopSignal); err != nil {
			return err
		}
	}
	for _, pair := range c.Env {
		if key, _, _ := strings.Cut(pair, "="); key == "" {
			return wire.BadRequest("invalid environment variable: %s", pair)
		}
	}
	if err := checkHealth(c.Healthcheck); err != nil {
		return err
	}
	if err := checkHost(h, m); err != nil {
		return err
	}
	return checkNetworking(asked, body.NetworkingConfig.EndpointsConfig)
}

// checkPlatformModes refuses namespace modes that contradict each other.
func checkPlatformModes(c *Config, h *HostConfig) error {
	container := strings.HasPrefix(h.NetworkMode, "container:")
	switch {
	case h.NetworkMode == "container:":
		return wire.BadRequest("Invalid network mode: %s", h.NetworkMode)
	case container && c.Hostname != "":
		return wire.BadRequest("conflicting options: hostname and the network mode")
	case container && len(h.Links) > 0:
		return wire.BadRequest("conflicting options: container type network can't be used with links. This would result in undefined behavior")
	case h.NetworkMode == "host" && len(h.Links) > 0:
		return wire.BadRequest("conflicting options: host type networking can't be used with links. This would result in undefined behavior")
	case container && len(h.DNS) > 0:
		return wire.BadRequest("conflicting options: dns and the network mode")
	case container && len(h.ExtraHosts) > 0:
		return wire.BadRequest("conflicting options: custom host-to-IP mapping and the network mode")
	case container && (len(h.PortBindings) > 0 || h.PublishAllPorts):
		return wire.BadRequest("conflicting options: port publishing and the container type network mode")
	case container && len(c.ExposedPorts) > 0:
		return wire.BadRequest("conflicting options: port exposing and the container type network mode")
	case h.UTSMode == "host" && c.Hostname != "":
		return wire.BadRequest("conflicting options: hostname and the UTS mode")
	case h.Isolation != "" && h.Isolation != "default":
		return wire.Failure("Invalid isolation: %q - linux only supports 'default'", h.Isolation)
	case h.IOMaximumBandwidth != 0:
		return wire.Failure("Invalid QoS settings: linux does not support configuration of maximum bandwidth")
	case h.IOMaximumIOps != 0:
		return wire.Failure("Invalid QoS settings: linux does not support configuration of maximum IOPs")
	case h.CPURealtimePeriod != 0 && h.CPURealtimeRuntime > h.CPURealtimePeriod:
		return wire.Failure("cpu real-time runtime cannot be higher than cpu real-time period")
	}
	return nil
}

func checkHealth(h *Healthcheck) error {
	if h == nil {
		return nil
	}
	// Zero is the default, and so not too short.
	const shortest = 1_000_000
	for _, d := range []struct {
		name  string
		value int64
	}{{"Interval", h.Interval}, {"Timeout", h.Timeout}, {"StartPeriod", h.StartPeriod}, {"StartInterval", h.StartInterval}} {
		if d.value != 0 && d.value < shortest {
			return wire.BadRequest("%s in Healthcheck cannot be less than 1ms", d.name)
		}
	}
	if h.Retries < 0 {
		return wire.BadRequest("Retries in Healthcheck cannot be negative")
	}
	return nil
}

// CheckPlatformText refuses text that is not a platform.
func CheckPlatformText(text string) error {
	words := strings.Split(text, "/")
	switch {
	case text == "":
	case len(words) > 3:
		return wire.BadRequest("%q: cannot parse platform specifier: invalid argument", text)
	case len(words) == 1 && !slices.Contains([]string{"linux", "windows", "darwin", "freebsd"}, text):
		return wire.BadRequest("%q: unknown operating system or architecture: invalid argument", text)
	}
	return nil
}

// Warnings says what in a configuration is discarded, deprecated or dangerous.
func Warnings(h *HostConfig) []string {
	said := []string{}
	if h.OomKillDisable != nil && *h.OomKillDisable && h.Memory == 0 {
		said = append(said, "OOM killer is disabled for the container, but no memory limit is set, this can result in the system running out of resources.")
	}
	if h.KernelMemory > 0 {
		said = append(said, "Specifying a kernel memory limit is deprecated and will be removed in a future release.")
	}
	if h.CPUPercent > 0 {
		said = append(said, "linux does not support CPU percent. Percent discarded.")
	}
	return said
}
