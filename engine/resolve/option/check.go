// Options, check: whether the engine has what a spec needs.

package option

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	api "github.com/dmap-dev/dmap/engine/docker/field"
	"github.com/dmap-dev/dmap/engine/problem"
)

// Check reports the parts of a spec that an engine with the given API version ("1.41")
// does not have. Engines silently ignore fields they do not know, so a caller must not
// send such a spec. value returns one of [docker.ContainerSpec.Values], nil for a field
// that is not set; it is called only for fields that not every engine has. The path of
// a problem is the name of the option. It has no origin: the caller knows where the
// option was set. Problems are sorted by path.
func Check(value func(field string) any, apiVersion string) problem.Problems {
	lacking, err := api.Lacking(apiVersion, value)
	if err != nil {
		return problem.Problems{{Code: CodeNeedsAPI, Msg: fmt.Sprintf("cannot read the API version %q of the engine", apiVersion)}}
	}
	var out problem.Problems
	for _, f := range lacking {
		o, _ := Find(f.Of())
		what := cmp.Or(partName(f.Name), fmt.Sprintf("option %q", o.Name))
		msg := fmt.Sprintf("%s needs API %s, the engine has %s", what, f.Since, apiVersion)
		if f.Until != "" {
			msg = fmt.Sprintf("%s ended with API %s, the engine has %s", what, f.Until, apiVersion)
		}
		out = append(out, &problem.Problem{Code: CodeNeedsAPI, Path: o.Name, Msg: msg, Hint: "the engine would ignore it without a word"})
	}
	slices.SortStableFunc(out, func(a, b *problem.Problem) int { return strings.Compare(a.Path, b.Path) })
	return out
}

// partName returns the name in a map of a part of an option that was added to the API
// later than the option; "" for the option itself.
func partName(field string) string {
	return map[string]string{
		"Healthcheck.StartInterval":                      "start_interval of a health check",
		"HostConfig.Mounts.BindOptions.CreateMountpoint": "create_mountpoint of a mount",
		"HostConfig.Mounts.VolumeOptions.Subpath":        "subpath of a mount",
		"NetworkingConfig.EndpointsConfig":               "more than one network",
		api.EndpointMAC:                                  "mac_address of a network",
	}[field]
}
