// Order: dependencies before what needs them, always the same way.

// Package dag sorts the nodes of a dependency graph. It knows names only; resolve
// and plan give them a meaning.
package dag

import "slices"

// Order returns roots and everything they need, each name once and after all the names
// that it needs. Where the graph leaves a choice, names keep the order of roots and of
// needs, so the same input always gives the same order. If the graph has a cycle, order
// is nil and cycle is its path, with the first name repeated at the end. Order does not
// recurse, so long chains are safe.
func Order(roots []string, needs func(name string) []string) (order, cycle []string) {
	type frame struct {
		name string
		rest []string
	}
	const open, done = 1, 2
	state := map[string]int{}
	for _, root := range roots {
		if state[root] == done {
			continue
		}
		state[root] = open
		stack := []frame{{root, needs(root)}}
		for len(stack) > 0 {
			top := &stack[len(stack)-1]
			if len(top.rest) == 0 {
				state[top.name] = done
				order = append(order, top.name)
				stack = stack[:len(stack)-1]
				continue
			}
			next := top.rest[0]
			top.rest = top.rest[1:]
			switch state[next] {
			case open:
				i := slices.IndexFunc(stack, func(f frame) bool { return f.name == next })
				for _, f := range stack[i:] {
					cycle = append(cycle, f.name)
				}
				return nil, append(cycle, next)
			case 0:
				state[next] = open
				stack = append(stack, frame{next, needs(next)})
			}
		}
	}
	return order, nil
}

// Reverse returns the graph with every edge reversed: for each name, the names that
// need it, in the order of names.
func Reverse(names []string, needs func(name string) []string) map[string][]string {
	users := make(map[string][]string, len(names))
	for _, name := range names {
		for _, need := range needs(name) {
			users[need] = append(users[need], name)
		}
	}
	return users
}
