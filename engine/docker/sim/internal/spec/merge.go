// Spec: the configurations of an image and a container, merged.

package spec

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// CheckMerged checks what is only known once the image's part has been merged in.
func CheckMerged(c *Config, h *HostConfig) error {
	if len(NonEmpty(c.Entrypoint)) == 0 && len(c.Cmd) == 0 {
		return wire.BadRequest("No command specified")
	}
	return checkLog(h.LogConfig)
}

// CloneConfig copies as much of a configuration as changes in place could reach.
func CloneConfig(c Config) Config {
	c.ExposedPorts, c.Volumes, c.Labels = maps.Clone(c.ExposedPorts), maps.Clone(c.Volumes), maps.Clone(c.Labels)
	c.Env, c.OnBuild = slices.Clone(c.Env), slices.Clone(c.OnBuild)
	return c
}

// NonEmpty drops the single empty word by which a client says "no entrypoint".
func NonEmpty(words []string) []string {
	if len(words) == 1 && words[0] == "" {
		return nil
	}
	return words
}

// Merge completes a container's configuration from its image's.
func Merge(c *Config, from Config) {
	c.User = cmp.Or(c.User, from.User)
	c.WorkingDir = cmp.Or(c.WorkingDir, from.WorkingDir)
	c.StopSignal = cmp.Or(c.StopSignal, from.StopSignal)
	c.ExposedPorts = Union(from.ExposedPorts, c.ExposedPorts)
	c.Volumes = Union(from.Volumes, c.Volumes)
	c.Labels = Union(from.Labels, c.Labels)
	c.Env = mergeEnv(c.Env, from.Env)
	if c.StopTimeout == nil {
		c.StopTimeout = from.StopTimeout
	}
	// The image's command belongs to its entrypoint: a container that sets an
	// entrypoint of its own gets neither from the image, one that clears it with [""]
	// gets the command alone. nil means that nothing was said.
	if len(c.Entrypoint) == 0 {
		if len(c.Cmd) == 0 {
			c.Cmd = from.Cmd
			c.ArgsEscaped = from.ArgsEscaped
		}
		if c.Entrypoint == nil {
			c.Entrypoint = from.Entrypoint
		}
	}
	c.Healthcheck = mergeHealth(c.Healthcheck, from.Healthcheck)
	if len(NonEmpty(c.Entrypoint)) == 0 && len(c.Entrypoint) == 1 {
		c.Entrypoint = nil
	}
}

// Union merges two maps; over wins. The result is nil only if both are empty and over
// is nil.
func Union[V any](under, over map[string]V) map[string]V {
	if len(under) == 0 {
		return over
	}
	all := make(map[string]V, len(under)+len(over))
	for k, v := range under {
		all[k] = v
	}
	for k, v := range over {
		all[k] = v
	}
	return all
}

// mergeEnv appends those of the image's variables that the container does not set. The
// container's own come first and keep their order, since both programs and inspect see
// the order.
func mergeEnv(own, image []string) []string {
	set := map[string]bool{}
	for _, pair := range own {
		key, _, _ := strings.Cut(pair, "=")
		set[key] = true
	}
	all := own
	for _, pair := range image {
		if key, _, _ := strings.Cut(pair, "="); !set[key] {
			all = append(all, pair)
		}
	}
	return all
}

// mergeHealth fills in every field that a health check leaves at zero, so that a
// container can use its image's test with another interval.
func mergeHealth(own, image *Healthcheck) *Healthcheck {
	if own == nil || image == nil {
		if own == nil {
			return image
		}
		return own
	}
	merged := *own
	if len(merged.Test) == 0 {
		merged.Test = image.Test
	}
	for _, pair := range []struct{ own, image *int64 }{
		{&merged.Interval, &image.Interval}, {&merged.Timeout, &image.Timeout},
		{&merged.StartPeriod, &image.StartPeriod}, {&merged.StartInterval, &image.StartInterval},
	} {
		if *pair.own == 0 {
			*pair.own = *pair.image
		}
	}
	if merged.Retries == 0 {
		merged.Retries = image.Retries
	}
	return &merged
}

// NotNil returns an empty map for nil, as documents show it.
func NotNil(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}
