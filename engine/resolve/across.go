// Resolve, across containers: problems that no single request has by itself.

package resolve

import (
	"fmt"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/problem"
)

// across compares the finished requests of the named containers with one another and
// with those of the other containers. It must come last: only a finished request shows
// the result of properties, options, functions and the keywords of the call together.
func (r *resolver) across(names []string) problem.Problems {
	problems := r.portClashes()
	mounts := mountJudge{r: r, of: map[string]mounts{}}
	for _, name := range names {
		n := r.d.nodes[name]
		if n.request() == nil || n.Attached {
			continue
		}
		problems = append(problems, r.nothingShared(n)...)
		problems = append(problems, mounts.clashes(n)...)
		problems = append(problems, r.deadLinks(n)...)
	}
	return append(problems, r.addressClashes()...)
}

// nothingShared reports used containers that turn out to have no volumes (row 62).
func (r *resolver) nothingShared(n *Node) problem.Problems {
	var problems problem.Problems
	for i, u := range n.config.Uses {
		_, targets, _ := r.index.UseTargets(u)
		for _, t := range targets {
			used := r.d.nodes[r.m.FullName(t.Name())]
			if used.request() == nil || sharesAnything(used.Spec) || len(r.index.Owners(u.Name)) > 0 {
				continue
			}
			field := fmt.Sprintf("uses[%d]", i)
			p := &problem.Problem{
				Code:   problem.CodeNothingShared,
				Origin: n.config.At(field),
				Path:   n.path() + " > " + field,
				Msg:    fmt.Sprintf("cannot use %q: it has no volumes", u.Name),
				Hint:   "give " + used.Config + " shares, binds, uses or attaches",
			}
			if used.Origin != (problem.Origin{}) {
				p.Related = []problem.Related{{Origin: used.Origin, Msg: used.Config + " defined"}}
			}
			problems = append(problems, p)
		}
	}
	return problems
}

func sharesAnything(s *docker.ContainerSpec) bool {
	h := s.HostConfig
	return len(s.Volumes)+len(h.Binds)+len(h.Mounts)+len(h.VolumesFrom) > 0
}
