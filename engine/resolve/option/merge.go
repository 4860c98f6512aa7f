// Options, merging: how a new value meets the one that is there.

package option

import (
	"maps"
	"slices"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/problem"
)

// element is one converted element of a list or dictionary.
type element[T any] struct {
	from  item
	value T
}

// overwrite is the rule of a single value: the new one wins, also an empty one (row
// 106). It is also that of lists which are one value: command, entrypoint (row 108).
func overwrite[T any](read func(*reader, item) T, at func(*docker.ContainerSpec) *T) rule {
	return func(r *reader, it item) change {
		v := read(r, it)
		return func(s *docker.ContainerSpec) { *at(s) = v }
	}
}

// overwritePointer is overwrite for fields that tell "not set" from zero.
func overwritePointer[T any](read func(*reader, item) T, at func(*docker.ContainerSpec) **T) rule {
	return func(r *reader, it item) change {
		v := read(r, it)
		return func(s *docker.ContainerSpec) { *at(s) = &v }
	}
}

// extend is the rule of a list: an element with the key of one that is there takes
// its place, others are appended (row 108). The same key twice in one value is a
// problem, if what names the element.
func extend[T any](what string, read func(*reader, item) []element[T], key func(T) string, at func(*docker.ContainerSpec) *[]T) rule {
	return func(r *reader, it item) change {
		elements := read(r, it)
		if what != "" {
			unique(r, elements, what, key)
		}
		return func(s *docker.ContainerSpec) {
			out := slices.Clone(*at(s))
			for _, e := range elements {
				out = putKeyed(out, e.value, key)
			}
			*at(s) = out
		}
	}
}

// extendTexts is extend for texts: one that is there already is left out.
func extendTexts(read func(*reader, item) []element[string], at func(*docker.ContainerSpec) *[]string) rule {
	return func(r *reader, it item) change {
		elements := read(r, it)
		return func(s *docker.ContainerSpec) {
			out := slices.Clone(*at(s))
			for _, e := range elements {
				if !slices.Contains(out, e.value) {
					out = append(out, e.value)
				}
			}
			*at(s) = out
		}
	}
}

// putKeyed puts v in the place of the element with its key, or at the end.
func putKeyed[T any](list []T, v T, key func(T) string) []T {
	for i, old := range list {
		if key(old) == key(v) {
			list[i] = v
			return list
		}
	}
	return append(list, v)
}

// unique reports elements whose key another element has.
func unique[T any](r *reader, elements []element[T], what string, key func(T) string) {
	first := map[string]item{}
	for _, e := range elements {
		k := key(e.value)
		if k == "" {
			continue // reported already
		}
		if before, twice := first[k]; twice {
			p := r.add(problem.CodeDuplicate, e.from, "%s %q is given twice", what, k)
			p.Related = []problem.Related{{Origin: before.Origin, Msg: "first given here"}}
			continue
		}
		first[k] = e.from
	}
}

// named is a name with a value.
type named[T any] struct {
	name  string
	value T
}

// mergeMap is the rule of a dictionary: matching keys are overridden, others stay
// (row 107).
func mergeMap[T any](what string, read func(*reader, item) []element[named[T]], at func(*docker.ContainerSpec) *map[string]T) rule {
	return func(r *reader, it item) change {
		elements := read(r, it)
		unique(r, elements, what, func(n named[T]) string { return n.name })
		return func(s *docker.ContainerSpec) { *at(s) = withEntries(*at(s), elements) }
	}
}

// withEntries returns a new map of old and the elements; nil if there is nothing.
func withEntries[T any](old map[string]T, elements []element[named[T]]) map[string]T {
	if len(elements) == 0 {
		return old
	}
	out := maps.Clone(old)
	if out == nil {
		out = make(map[string]T, len(elements))
	}
	for _, e := range elements {
		out[e.value.name] = e.value.value
	}
	return out
}
