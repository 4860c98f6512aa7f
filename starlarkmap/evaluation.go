// Program text to model: the state of one evaluation.

package starlarkmap

import (
	"fmt"
	"maps"
	"strings"

	"go.starlark.net/starlark"

	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/starlarkmap/internal/sandbox"
	"github.com/dmap-dev/dmap/starlarkmap/internal/source"
)

// evaluation is one run of [Load]. Only one goroutine uses it while the program runs;
// option functions read it afterwards, when nothing writes to it any more.
type evaluation struct {
	options Options
	limits  Limits
	watch   *sandbox.Watch
	sources *source.Files
	modules *modules
	printer *printer

	predeclared starlark.StringDict
	// thread is the one running now; nil once the program has ended.
	thread *starlark.Thread

	maps      []*containerMap
	loose     []*container // made by container(), in a map or not
	functions []function
	joined    joined
	// then is what is called after the program; calling is set while it runs.
	then    *call
	calling bool
	// asked holds the names given to var().
	asked map[string]bool

	findings []finding
	dropped  map[problem.Mistake]int // findings beyond mostProblems
	steps    int64
}

// function is a callable that an option keeps.
type function struct {
	callable starlark.Callable
	set      problem.Origin
}

// finding is a problem whose path is completed later, when the name of its container is
// known: container() runs before its result is given a name.
type finding struct {
	problem   *problem.Problem
	container *container
	inMap     bool
}

// evaluationKey is the key of the evaluation in the locals of its threads. The threads
// of option functions do not have it.
const evaluationKey = "evaluation"

// here returns the place that the program has reached.
func (ev *evaluation) here() source.Site {
	t := ev.thread
	if t == nil {
		return source.Site{}
	}
	for i := range t.CallStackDepth() {
		pos := t.CallFrame(i).Pos
		if pos.Line > 0 { // frames of builtins have no line
			return source.Site{File: ev.sources.Named(pos.Filename()), Pos: pos, At: source.OriginOf(pos)}
		}
	}
	return source.Site{}
}

// probing reports whether hasattr(), or getattr() with a default, reads an attribute:
// that asks whether something exists, and must not create it.
func (ev *evaluation) probing() bool {
	if ev.thread == nil || ev.thread.CallStackDepth() == 0 {
		return false
	}
	b, ok := ev.thread.DebugFrame(0).Callable().(*starlark.Builtin)
	if !ok {
		return false
	}
	switch b.Name() {
	case "hasattr":
		return true
	case "getattr": // without a default it reads, as x.name does; what cannot be seen may have one
		call := ev.here().Call()
		return call == nil || len(call.Args) != 2
	}
	return false
}

// positionOf returns the innermost place in a program on a thread.
func positionOf(t *starlark.Thread) problem.Origin {
	for i := range t.CallStackDepth() {
		if at := source.OriginOf(t.CallFrame(i).Pos); at != (problem.Origin{}) {
			return at
		}
	}
	return problem.Origin{}
}

// register adds a map to the program; two maps of the same name are an error. Only a
// function called after the program may make several, to try out forms of one map.
func (ev *evaluation) register(m *containerMap) {
	for _, other := range ev.maps {
		if !ev.calling && other.model.Name == m.model.Name {
			p := &problem.Problem{Code: problem.CodeDuplicate, Origin: m.model.Origin, Path: "container_map",
				Msg:     fmt.Sprintf("the map %q is defined twice", m.model.Name),
				Hint:    "give one of them another name",
				Related: []problem.Related{{Origin: other.model.Origin, Msg: "first defined"}}}
			ev.keep(problem.Problems{p})
			break
		}
	}
	ev.maps = append(ev.maps, m)
}

// note records problems of a container or, if c is nil, of a map, found at the place
// that the program has reached.
func (ev *evaluation) note(ps problem.Problems, c *container, m *containerMap) {
	if len(ps) == 0 {
		return
	}
	here := ev.here()
	_, trace := ev.sources.Stack(ev.thread.CallStack())
	for _, p := range ps {
		if p.Origin == (problem.Origin{}) {
			p.Origin = here.Start()
		}
		p.Trace = trace
		ev.add(finding{problem: p, container: c, inMap: m != nil})
		owner := m
		if c != nil {
			owner = c.owner
		}
		if owner != nil && leavesHole(p, c) {
			owner.incomplete = true
		}
	}
}

// leavesHole reports whether something was left out that other parts of the map may
// refer to.
func leavesHole(p *problem.Problem, c *container) bool {
	path := p.Path
	if c == nil { // set through the map: "containers > web > binds[0]"
		parts := strings.SplitN(path, " > ", 3)
		if len(parts) < 3 {
			return true
		}
		path = parts[2]
	}
	property, _, _ := strings.Cut(path, "[")
	property, _, _ = strings.Cut(property, " ")
	switch property {
	case "instances", "shares", "attaches", "binds", "uses":
		return true
	}
	return false
}

// keep records problems whose paths are complete.
func (ev *evaluation) keep(ps problem.Problems) {
	for _, p := range ps {
		ev.add(finding{problem: p})
	}
}

// mostProblems is the number of problems that are kept.
const mostProblems = 1000

func (ev *evaluation) add(f finding) {
	if len(ev.findings) >= mostProblems {
		if ev.dropped == nil {
			ev.dropped = map[problem.Mistake]int{}
		}
		ev.dropped[f.problem.Mistake()]++
		return
	}
	ev.findings = append(ev.findings, f)
}

// problems returns what was found, and says how much was left out.
func (ev *evaluation) problems() problem.Problems {
	out := completed(ev.findings)
	dropped := maps.Clone(ev.dropped)
	for _, p := range out { // repeated problems of a line in a loop are counted there
		if n := dropped[p.Mistake()]; n > 0 && p.Mistake() != (problem.Mistake{}) {
			p.Count = 1 + n
			delete(dropped, p.Mistake())
		}
	}
	rest := 0
	for _, n := range dropped {
		rest += n
	}
	if rest > 0 {
		last := out[len(out)-1].Origin
		out = append(out, &problem.Problem{Code: problem.CodeSizeLimit, Origin: last,
			Msg: fmt.Sprintf("%d more problems are left out", rest), Hint: "mend these first"})
	}
	return out
}

// completed returns the problems of the findings with their full paths.
func completed(findings []finding) problem.Problems {
	var out problem.Problems
	for _, f := range findings {
		p := f.problem
		switch {
		case f.container != nil && f.container.owner != nil:
			problem.Problems{p}.Under("container_map > containers > " + label(f.container.name))
		case f.container != nil:
			problem.Problems{p}.Under("container")
		case f.inMap:
			problem.Problems{p}.Under("container_map")
		}
		out = append(out, p)
	}
	return out
}

// label returns a name for use in a path: unchanged, or quoted if it could be misread.
func label(name string) string {
	plain := func(r rune) bool {
		return r == '_' || r == '-' || r == '.' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
	}
	if name != "" && strings.IndexFunc(name, func(r rune) bool { return !plain(r) }) < 0 {
		return name
	}
	return model.Input{Value: name}.String()[len("string "):]
}
