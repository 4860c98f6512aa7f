// Docker vocabulary: what of a container can be changed in place.

package docker

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// updatable are the fields that an update call changes (API 1.41). Engines pass over
// others without a word, or, like the real-time ones, note them and do nothing until
// the next start.
var updatable = []string{
	"HostConfig.BlkioWeight", "HostConfig.CpuPeriod", "HostConfig.CpuQuota", "HostConfig.CpuShares",
	"HostConfig.CpusetCpus", "HostConfig.CpusetMems", "HostConfig.Memory", "HostConfig.MemoryReservation",
	"HostConfig.MemorySwap", "HostConfig.NanoCpus", "HostConfig.PidsLimit", "HostConfig.RestartPolicy",
}

// Updatable tells whether a field, named as by [ContainerSpec.Fields], can be changed
// in place. It can be given another value, but a limit cannot be lifted: see
// [ContainerSpec.Update].
func Updatable(field string) bool {
	_, ok := slices.BinarySearch(updatable, field)
	return ok
}

// Update is the change that gives the container is the named fields of s. ok is false if
// no change does: a field is not [Updatable], or it is a limit that s does not have, and
// none but that of processes can be lifted, or the container has the other kind of
// processor limit, or one of the two has swap without limit.
func (s ContainerSpec) Update(is ContainerInfo, fields []string) (change ContainerUpdate, ok bool) {
	all, err := s.Fields()
	if err != nil {
		return change, false
	}
	some := map[string]json.RawMessage{}
	for _, f := range fields {
		name := strings.TrimPrefix(f, "HostConfig.")
		value, set := all[f]
		switch {
		case !Updatable(f):
			return change, false
		case set:
			some[name] = value
		case f == "HostConfig.RestartPolicy":
			some[name] = json.RawMessage(`{"Name":"no"}`)
		case f == "HostConfig.PidsLimit":
			some[name] = json.RawMessage("-1")
		case f == "HostConfig.MemorySwap" && s.HostConfig.Memory > 0:
		default:
			return change, false
		}
	}
	text, err := json.Marshal(some)
	if err != nil || json.Unmarshal(text, &change) != nil {
		return change, false
	}
	// An engine that creates a container sets this limit too, and refuses a memory limit above it.
	if slices.Contains(fields, "HostConfig.Memory") || slices.Contains(fields, "HostConfig.MemorySwap") {
		change.MemorySwap = s.HostConfig.MemorySwap
		if change.MemorySwap == 0 {
			change.MemorySwap = 2 * s.HostConfig.Memory
		}
	}
	has := is.HostConfig
	switch {
	case change.NanoCPUs > 0 && (has.CPUPeriod > 0 || has.CPUQuota > 0), has.NanoCPUs > 0 && (change.CPUPeriod > 0 || change.CPUQuota > 0):
		return change, false // engines refuse that
	case slices.Contains(fields, "HostConfig.MemorySwap") && (change.MemorySwap < 0 || has.MemorySwap < 0):
		return change, false // engines note that and do nothing, or cannot limit swap at all
	}
	return change, true
}

// Dropped tells whether a limit that the container was made with is not there: an engine
// whose kernel does not have it says so once, when it creates, and goes on without. No
// update call takes a limit away, but for those of which this tells nothing.
func (c ContainerInfo) Dropped(limit string) bool {
	switch limit {
	case "HostConfig.PidsLimit", "HostConfig.RestartPolicy":
		return false
	case "HostConfig.MemorySwap":
		return c.HostConfig.MemorySwap <= 0
	}
	fields, err := c.spec().Fields()
	return err == nil && Updatable(limit) && fields[limit] == nil
}

// Limits names the [Updatable] fields that hold something, sorted. What follows from
// another of them is left out.
func (c ContainerInfo) Limits() ([]string, error) {
	fields, err := values(c.spec())
	if err != nil {
		return nil, err
	}
	maps.DeleteFunc(fields, func(name string, value any) bool {
		switch name {
		case "HostConfig.RestartPolicy":
			return covers(policy(value), policy(nil))
		case "HostConfig.PidsLimit":
			return limit(value) == ""
		case "HostConfig.MemorySwap":
			return c.HostConfig.MemorySwap < 0 || c.HostConfig.MemorySwap == 2*c.HostConfig.Memory
		}
		return !Updatable(name)
	})
	return slices.Sorted(maps.Keys(fields)), nil
}
