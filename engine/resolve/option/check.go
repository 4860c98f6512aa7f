// Options, check: does the engine have what a spec needs.

package option

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/problem"
)

// Check reports what of a spec an engine with the given API version ("1.41") does not
// have. Engines ignore fields they do not know without a word, so a caller must not
// send such a spec. The path of a problem is the name of the option, and it has no
// origin: the caller knows where the option was set. Problems are sorted by path.
func Check(s docker.ContainerSpec, apiVersion string) problem.Problems {
	used, err := s.Fields()
	if err != nil {
		return problem.Problems{{Code: problem.CodeWrongValue, Msg: "cannot read the spec: " + err.Error(), Cause: err}}
	}
	return CheckUsed(s, func(field string) bool { _, ok := used[field]; return ok }, apiVersion)
}

// CheckUsed does the same as [Check] for a caller who knows already which fields of
// the API the spec sets ("HostConfig.Memory").
func CheckUsed(s docker.ContainerSpec, used func(field string) bool, apiVersion string) problem.Problems {
	engine, ok := parseVersion(apiVersion)
	if !ok {
		return problem.Problems{{Code: CodeNeedsAPI, Msg: fmt.Sprintf("cannot read the API version %q of the engine", apiVersion)}}
	}
	var out problem.Problems
	report := func(path, msg string) {
		out = append(out, &problem.Problem{
			Code: CodeNeedsAPI,
			Path: path,
			Msg:  msg,
			Hint: "the engine would ignore it without a word",
		})
	}
	for _, o := range dated() {
		if !used(o.Field) {
			continue
		}
		if since, ok := parseVersion(o.Since); ok && engine.before(since) {
			report(o.Name, fmt.Sprintf("option %q needs API %s, the engine has %s", o.Name, o.Since, apiVersion))
		}
		if until, ok := parseVersion(o.Until); ok && until.before(engine) {
			report(o.Name, fmt.Sprintf("option %q ended with API %s, the engine has %s", o.Name, o.Until, apiVersion))
		}
	}
	for _, p := range parts() {
		if since, _ := parseVersion(p.since); engine.before(since) && p.used(s) {
			report(p.option, fmt.Sprintf("%s needs API %s, the engine has %s", p.what, p.since, apiVersion))
		}
	}
	slices.SortStableFunc(out, func(a, b *problem.Problem) int { return strings.Compare(a.Path, b.Path) })
	return out
}

// dated are the options that not every engine has.
var dated = sync.OnceValue(func() []Option {
	return slices.DeleteFunc(Table(), func(o Option) bool { return o.Of != "" || o.Since == "" && o.Until == "" })
})

// part is a part of an option that came later than the option.
type part struct {
	option, what, since string
	used                func(docker.ContainerSpec) bool
}

func parts() []part {
	anyMount := func(match func(docker.Mount) bool) func(docker.ContainerSpec) bool {
		return func(s docker.ContainerSpec) bool { return slices.ContainsFunc(s.HostConfig.Mounts, match) }
	}
	return []part{
		{"healthcheck", "start_interval of a health check", "1.44", func(s docker.ContainerSpec) bool {
			return s.Healthcheck != nil && s.Healthcheck.StartInterval != 0
		}},
		{"mounts", "create_mountpoint of a mount", "1.42", anyMount(func(m docker.Mount) bool {
			return m.BindOptions != nil && m.BindOptions.CreateMountpoint
		})},
		{"mounts", "subpath of a mount", "1.45", anyMount(func(m docker.Mount) bool {
			return m.VolumeOptions != nil && m.VolumeOptions.Subpath != ""
		})},
		{"networking_config", "more than one network", "1.44", func(s docker.ContainerSpec) bool {
			return s.NetworkingConfig != nil && len(s.NetworkingConfig.EndpointsConfig) > 1
		}},
		{"networking_config", "mac_address of a network", "1.44", func(s docker.ContainerSpec) bool {
			if s.NetworkingConfig == nil {
				return false
			}
			for _, e := range s.NetworkingConfig.EndpointsConfig {
				if e.MacAddress != "" {
					return true
				}
			}
			return false
		}},
	}
}

// version is an API version.
type version struct{ major, minor int }

func parseVersion(s string) (version, bool) {
	major, minor, ok := strings.Cut(s, ".")
	a, errMajor := strconv.Atoi(major)
	b, errMinor := strconv.Atoi(minor)
	return version{a, b}, ok && errMajor == nil && errMinor == nil && a >= 0 && b >= 0
}

func (v version) before(w version) bool {
	return v.major < w.major || v.major == w.major && v.minor < w.minor
}
