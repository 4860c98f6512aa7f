// Docker vocabulary: which parts of a container can be changed in place.

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

// Updatable reports whether a field, named as by [ContainerSpec.Fields], can be given
// another value in place. Whether its limit can also be lifted is another matter: see
// [ContainerSpec.Update].
func Updatable(name string) bool {
	f, _ := field.Find(name)
	return f.Change == field.Update
}

// Update returns the change that gives the container `is` the named fields of s. ok is
// false if no update call can do that: because a field is not [Updatable]; because s
// does not have a limit, which no update lifts; because the container has the other
// kind of processor limit; or because one of the two has unlimited swap.
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
		case f.Follows != "" && all[f.Follows] != nil: // derived below
		default:
			return change, false
		}
	}
	text, err := json.Marshal(some)
	if err != nil || json.Unmarshal(text, &change) != nil {
		return change, false
	}
	// An engine that creates a container sets the swap limit together with the memory
	// limit, and later refuses a memory limit above it. So the two are always sent
	// together.
	if slices.Contains(fields, memory) || slices.Contains(fields, memorySwap) {
		change.MemorySwap = s.HostConfig.MemorySwap
		if change.MemorySwap == 0 {
			change.MemorySwap = swapFor(s.HostConfig.Memory)
		}
	}
	has := is.HostConfig
	switch {
	case change.NanoCPUs > 0 && (has.CPUPeriod > 0 || has.CPUQuota > 0), has.NanoCPUs > 0 && (change.CPUPeriod > 0 || change.CPUQuota > 0):
		return change, false // engines refuse to mix the two kinds
	case slices.Contains(fields, memorySwap) && (change.MemorySwap < 0 || is.Unlimited(memorySwap)):
		return change, false // engines warn and do nothing, or cannot limit swap at all
	}
	return change, true
}

// swapFor returns the limit on memory and swap together that an engine sets if only a
// memory limit is asked for.
func swapFor(memory int64) int64 { return 2 * memory }

// Dropped reports whether a limit that the container was created with is missing from
// it. An engine whose kernel lacks the limit warns once, on creation, and goes on
// without it: comparing such a limit would find a difference that no update and no
// replacement removes. Limits that an update call can lift are never reported, since
// one of them may be gone because somebody lifted it.
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

// Unlimited reports whether the container shows, for a limit, the value that asks for
// no limit: "-1" for swap. An engine that cannot limit swap shows it for every
// container.
func (c ContainerInfo) Unlimited(limit string) bool {
	return limit == memorySwap && c.HostConfig.MemorySwap < 0
}

// Limits returns the [Updatable] fields that are set on the container, sorted, without
// those that merely follow from another one.
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
