// Spec: options of volumes.

package spec

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// VolumeRoot is where the engine keeps volumes.
const VolumeRoot = "/var/lib/docker/volumes/"

// volumeSize matches the size of a volume.
var volumeSize = regexp.MustCompile(`(?i)^([0-9]+(\.[0-9]+)*) ?([kmgtp]?i?b?)$`)

// CheckVolumeOptions checks the options of the driver local. The simulated host has no
// quota, so every size is refused.
func CheckVolumeOptions(options map[string]string) error {
	needs := map[string][]string{"device": {"type"}, "o": {"device", "type"}, "size": nil, "type": {"device"}}
	for _, name := range slices.Sorted(maps.Keys(options)) {
		if _, known := needs[name]; !known {
			return wire.BadRequest("invalid option: %q", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(options)) {
		for _, need := range needs[name] {
			if _, given := options[need]; !given {
				return wire.BadRequest("missing required option: %q", need)
			}
		}
	}
	size, given := options["size"]
	switch {
	case !given:
	case !volumeSize.MatchString(size):
		return wire.Failure("invalid size: '%s'", size)
	case strings.ContainsAny(size, "123456789"):
		return wire.BadRequest("quota size requested but no quota support")
	}
	return nil
}
