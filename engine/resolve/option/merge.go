// Options, merging: how a new value is combined with the existing one.

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

// overwrite is the rule of single values: the new one wins, even an empty one (row
// 106). It is also the rule of lists that count as single values: command, entrypoint
// (row 108).
func overwrite[T any](read func(*reader, item) T, at func(*docker.ContainerSpec) *T) rule {
	return func(r *reader, it item) change {
		v := read(r, it)
		return func(s *docker.ContainerSpec) { *at(s) = v }
	}
}

// overwritePointer is overwrite for fields that distinguish "not set" from zero.
func overwritePointer[T any](read func(*reader, item) T, at func(*docker.ContainerSpec) **T) rule {
	return func(r *reader, it item) change {
		v := read(r, it)
		return func(s *docker.ContainerSpec) { *at(s) = &v }
	}
}

// extend is the rule of lists: an element with the key of an existing one replaces it,
// others are appended (row 108). The same key twice in one value is a problem, unless
// what, the name of an element in messages, is "".
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

// extendTexts is extend for strings: one that is already in the list is left out.
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

// unique reports elements that have the same key as an earlier one.
func unique[T any](r *reader, elements []element[T], what string, key func(T) string) {
	first := map[string]item{}
	for _, e := range elements {
		k := key(e.value)
		if k == "" {
			continue // reported before
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

// mergeMap is the rule of dictionaries: values of matching keys are replaced, others
// are kept (row 107).
func mergeMap[T any](what string, read func(*reader, item) []element[named[T]], at func(*docker.ContainerSpec) *map[string]T) rule {
	return func(r *reader, it item) change {
		elements := read(r, it)
		unique(r, elements, what, func(n named[T]) string { return n.name })
		return func(s *docker.ContainerSpec) { *at(s) = withEntries(*at(s), elements) }
	}
}

// withEntries returns a new map with the entries of old and the elements; nil if it
// would be empty.
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
