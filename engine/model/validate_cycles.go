// Model: cycles of containers that need one another.

package model

import (
	"slices"
	"strconv"
	"strings"

	"github.com/dmap-dev/dmap/engine/problem"
)

// need is one entry of uses or links, seen as an edge between containers.
type need struct {
	to    int
	field string
	// text is "uses" or "links to"; alias is set for an attached volume.
	text  string
	name  string
	alias bool
}

// cycles reports every circle of uses and links (row 66). It looks at configurations
// only: as all instances of one need the same, a circle of configurations is one of
// their instances too. A container that needs itself is reported where it says so.
func (v *validator) cycles() {
	w := &walk{edges: v.needs()}
	w.depth = make([]int, len(w.edges))
	w.next = make([]int, len(w.edges))
	for i := range w.edges {
		w.from(i)
	}
	for _, c := range w.circles {
		v.circle(w.edges, c)
	}
	if w.more > 0 {
		v.inMap(problem.CodeCycle, "containers", "containers need one another in %s more", count(w.more, "circle"))
	}
}

// needs returns the edges of every container, in the order they are written.
func (v *validator) needs() [][]need {
	number := make(map[*Container]int, len(v.m.Containers))
	for i, c := range v.m.Containers {
		number[c] = i
	}
	edges := make([][]need, len(v.m.Containers))
	for i, c := range v.m.Containers {
		if c == nil {
			continue
		}
		for j, u := range c.Uses {
			field := index("uses", j)
			owners := v.index.Owners(u.Name)
			for _, owner := range owners {
				edges[i] = append(edges[i], need{number[owner], field, "uses", u.Name, true})
			}
			if r, ok := v.index.refs[u.Name]; ok && len(owners) == 0 {
				edges[i] = append(edges[i], need{number[r.Container], field, "uses", u.Name, false})
			}
		}
		for j, l := range c.Links {
			if r, ok := v.index.LinkTarget(l); ok {
				edges[i] = append(edges[i], need{number[r.Container], index("links", j), "links to", l.Container, false})
			}
		}
	}
	return edges
}

// walk is a depth-first search through the containers, with a stack of its own instead
// of recursion: chains may be long.
type walk struct {
	edges [][]need
	// depth is 0 for containers not yet seen, -1 for those done, else the position on
	// the stack, counted from 1.
	depth []int
	next  []int
	stack []int
	// circles holds the first mostCircles that were found; more counts the others.
	circles []circle
	more    int
}

const mostCircles = 100

// circle is a way from a container back to itself: what was on the stack when the last
// edge closed it. Of a long one only the two ends are kept.
type circle struct {
	head, tail []int
	left       int
}

// from searches everything that root needs, directly or not. An edge to a container
// that is still on the stack closes a circle; one to a container that is done leads to
// no circle that was not found when it was searched.
func (w *walk) from(root int) {
	if w.depth[root] != 0 {
		return
	}
	w.push(root)
	for len(w.stack) > 0 {
		at := w.stack[len(w.stack)-1]
		if w.next[at] == len(w.edges[at]) {
			w.depth[at] = -1
			w.stack = w.stack[:len(w.stack)-1]
			continue
		}
		to := w.edges[at][w.next[at]].to
		w.next[at]++
		switch {
		case w.depth[to] == 0:
			w.push(to)
		case w.depth[to] > 0 && to != at && !w.seenBefore(at, to):
			w.record(w.stack[w.depth[to]-1:])
		}
	}
}

func (w *walk) record(way []int) {
	if len(w.circles) == mostCircles {
		w.more++
		return
	}
	w.circles = append(w.circles, newCircle(way))
}

func (w *walk) push(i int) {
	w.stack = append(w.stack, i)
	w.depth[i] = len(w.stack)
}

// seenBefore reports whether an earlier entry of the same container leads to the same
// place: if web both uses db and links to it, that closes one circle, not two.
func (w *walk) seenBefore(at, to int) bool {
	earlier := w.edges[at][:w.next[at]-1]
	return slices.ContainsFunc(earlier, func(n need) bool { return n.to == to })
}

// newCircle rotates the containers so that the one that comes first in the map comes
// first: the report does not depend on where the search began.
func newCircle(way []int) circle {
	const whole, end = 20, 8
	first := slices.Index(way, slices.Min(way))
	turned := slices.Concat(way[first:], way[:first])
	if len(turned) <= whole {
		return circle{head: turned}
	}
	n := len(turned)
	return circle{head: slices.Clone(turned[:end]), tail: slices.Clone(turned[n-end:]), left: n - 2*end}
}

// circle reports one circle, with the place of each step.
func (v *validator) circle(edges [][]need, c circle) {
	way := c.way()
	var names []string
	var steps []problem.Related
	for i, at := range way {
		switch {
		case at == gap:
			names = append(names, "… "+strconv.Itoa(c.left)+" more …")
			continue
		case i+1 < len(way) && way[i+1] != gap:
			steps = append(steps, v.steps(edges, at, way[i+1])...)
		}
		names = append(names, label(v.m.Containers[at].Name))
	}
	start := edges[way[0]]
	first := start[slices.IndexFunc(start, func(n need) bool { return n.to == way[1] })]
	p := v.inContainer(v.m.Containers[way[0]], problem.CodeCycle, first.field, "containers need one another: %s", strings.Join(names, " → "))
	p.Hint = "leave out one of these"
	p.Related = steps
}

// gap stands for the part of a long circle that is not shown.
const gap = -1

// way returns the containers from the first one back to it.
func (c circle) way() []int {
	way := slices.Clone(c.head)
	if c.left > 0 {
		way = append(append(way, gap), c.tail...)
	}
	return append(way, c.head[0])
}

// steps returns every entry by which one container needs another.
func (v *validator) steps(edges [][]need, from, to int) []problem.Related {
	var out []problem.Related
	c := v.m.Containers[from]
	for _, n := range edges[from] {
		if n.to != to {
			continue
		}
		msg := label(c.Name) + " " + n.text + " " + label(n.name)
		if n.alias {
			msg = label(c.Name) + " uses " + quote(n.name) + " of " + label(v.m.Containers[to].Name)
		}
		out = append(out, problem.Related{Origin: c.At(n.field), Msg: msg})
	}
	return out
}
