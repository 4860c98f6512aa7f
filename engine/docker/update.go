// Docker vocabulary: what of a container can be changed in place.

package docker

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/field"
)

const (
	memory     = "HostConfig.Memory"
	memorySwap = "HostConfig.MemorySwap"
)

// Updatable tells whether a field, named as by [ContainerSpec.Fields], can be changed
// in place. It can be given another value, but not every limit can be lifted: see
// [ContainerSpec.Update].
func Updatable(name string) bool {
	f, _ := field.Find(name)
	return f.Change == field.Update
}

// Update is the change that gives the container is the named fields of s. ok is false if
// no change does: a field is not [Updatable], or it is a limit that s does not have and
// that no update lifts, or the container has the other kind of processor limit, or one
// of the two has swap without limit.
func (s ContainerSpec) Update(is ContainerInfo, fields []string) (change ContainerUpdate, ok bool) {
	all, err := s.Fields()
	if err != nil {
		return change, false
	}
	some := map[string]json.RawMessage{}
	for _, name := range fields {
		f, _ := field.Find(name)
		short := strings.TrimPrefix(name, "HostConfig.")
		value, set := all[name]
		switch {
		case f.Change != field.Update:
			return change, false
		case set:
			some[short] = value
		case f.Lift != "":
			some[short] = json.RawMessage(f.Lift)
		case f.Follows != "" && all[f.Follows] != nil: // it is derived below
		default:
			return change, false
		}
	}
	text, err := json.Marshal(some)
	if err != nil || json.Unmarshal(text, &change) != nil {
		return change, false
	}
	// An engine that creates a container sets this limit too, and refuses a memory limit above it.
	if slices.Contains(fields, memory) || slices.Contains(fields, memorySwap) {
		change.MemorySwap = s.HostConfig.MemorySwap
		if change.MemorySwap == 0 {
			change.MemorySwap = swapFor(s.HostConfig.Memory)
		}
	}
	has := is.HostConfig
	switch {
	case change.NanoCPUs > 0 && (has.CPUPeriod > 0 || has.CPUQuota > 0), has.NanoCPUs > 0 && (change.CPUPeriod > 0 || change.CPUQuota > 0):
		return change, false // engines refuse that
	case slices.Contains(fields, memorySwap) && (change.MemorySwap < 0 || is.Unlimited(memorySwap)):
		return change, false // engines note that and do nothing, or cannot limit swap at all
	}
	return change, true
}

// swapFor is the limit of memory and swap together that an engine sets where only that
// of memory is asked for.
func swapFor(memory int64) int64 { return 2 * memory }

// Dropped tells whether a limit that the container was made with is not there: an engine
// whose kernel does not have it says so once, when it creates, and goes on without. No
// update call takes a limit away, but for those of which this tells nothing.
func (c ContainerInfo) Dropped(limit string) bool {
	f, _ := field.Find(limit)
	switch {
	case f.Lift != "":
		return false
	case limit == memorySwap:
		return c.HostConfig.MemorySwap <= 0
	}
	fields, err := c.spec().Fields()
	return err == nil && f.Change == field.Update && fields[limit] == nil
}

// Unlimited reports whether the container shows of a limit what can be asked for to have
// none, "-1" for swap: an engine that cannot limit swap shows it for every container.
func (c ContainerInfo) Unlimited(limit string) bool {
	return limit == memorySwap && c.HostConfig.MemorySwap < 0
}

// Limits names the [Updatable] fields that hold something, sorted. What follows from
// another of them is left out.
func (c ContainerInfo) Limits() ([]string, error) {
	values, err := c.spec().Values()
	if err != nil {
		return nil, err
	}
	maps.DeleteFunc(values, func(name string, value any) bool {
		f, _ := field.Find(name)
		switch {
		case f.Change != field.Update || f.Form(value) == nil:
			return true
		case name == memorySwap:
			return c.Unlimited(name) || c.HostConfig.MemorySwap == swapFor(c.HostConfig.Memory)
		}
		return false
	})
	return slices.Sorted(maps.Keys(values)), nil
}
