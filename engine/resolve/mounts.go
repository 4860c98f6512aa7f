// Resolve, across containers: what a container mounts by using others.

package resolve

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/problem"
)

// mounts is what stands at the paths of a container.
type mounts map[string]mounted

// mounted is one thing at one path. source tells things apart: what comes by two ways
// is the same. by is the container that mounts it by itself, as the map names it.
type mounted struct{ source, by string }

// mostMounts limits how many mounts of used containers are looked at for one map: in
// a long chain of uses each container has all of those before. Beyond that the last
// one wins, as Docker has it.
const mostMounts = 200_000

// mountJudge works out what containers mount, each once.
type mountJudge struct {
	r      *resolver
	of     map[string]mounts
	looked int
}

// clashes reports different things at one path of which Docker would take the last
// without a word (row 57). [model.ContainerMap.Validate] has compared what properties
// say; here the options of all containers involved have their say. What the options of
// n itself mount is no clash: it is meant to override (row 98).
func (j *mountJudge) clashes(n *Node) problem.Problems {
	var problems problem.Problems
	seen, overridden := mounts{}, mounts{}
	properties := j.propertyPaths(n)
	for at, m := range j.own(n) {
		if properties[at] {
			seen[at] = m
		} else {
			overridden[at] = m
		}
	}
	for _, from := range n.Spec.HostConfig.VolumesFrom {
		used := j.r.d.nodes[sourceOf(from)]
		if used == nil {
			continue
		}
		brought := j.mounts(used)
		for _, at := range slices.Sorted(maps.Keys(brought)) {
			m := brought[at]
			before, twice := seen[at]
			seen[at] = m
			if _, meant := overridden[at]; meant || !twice || before.source == m.source {
				continue
			}
			problems = append(problems, &problem.Problem{
				Code:   problem.CodeMountClash,
				Origin: n.At("HostConfig.VolumesFrom"),
				Path:   n.path() + " > uses",
				Msg:    fmt.Sprintf("%q is mounted twice: %s of %s and %s of %s", at, before.source, before.by, m.source, m.by),
				Hint:   "only one of them can be there: change a path, or leave one out",
			})
		}
	}
	return problems
}

// propertyPaths are the paths of n that its properties mount.
func (j *mountJudge) propertyPaths(n *Node) map[string]bool {
	paths := map[string]bool{}
	for _, b := range n.config.Binds {
		at, _ := j.r.index.VolumePath(b.Volume)
		paths[path.Clean(at)] = true
	}
	for _, name := range slices.Concat(n.Owns, n.Uses) {
		paths[path.Clean(j.r.d.volumes[name].Path)] = true
	}
	return paths
}

// mounts returns what a container has, by itself and by using others.
func (j *mountJudge) mounts(n *Node) mounts {
	if all, done := j.of[n.Name]; done {
		return all
	}
	all := mounts{}
	j.of[n.Name] = all
	if n.request() == nil {
		return all
	}
	for _, from := range n.Spec.HostConfig.VolumesFrom {
		used := j.r.d.nodes[sourceOf(from)]
		if used == nil || j.looked > mostMounts {
			continue
		}
		brought := j.mounts(used)
		j.looked += len(brought)
		maps.Copy(all, brought)
	}
	maps.Copy(all, j.own(n))
	for at := range n.Spec.Volumes { // no more than the wish for some volume there
		if at = path.Clean(at); all[at].by == "" {
			all[at] = mounted{"a volume of " + n.Ref(), n.Ref()}
		}
	}
	return all
}

// own returns what a request mounts by itself, without anonymous volumes.
func (j *mountJudge) own(n *Node) mounts {
	own := mounts{}
	add := func(at, source string) { own[path.Clean(at)] = mounted{source, n.Ref()} }
	for _, b := range n.Spec.HostConfig.Binds {
		if parts := strings.Split(b, ":"); len(parts) > 1 {
			add(parts[1], sourceText(parts[0]))
		}
	}
	for _, m := range n.Spec.HostConfig.Mounts {
		add(m.Target, mountSource(m, n))
	}
	return own
}

// sourceText says what a bind mounts: a host path has a slash, the name of a volume has none.
func sourceText(source string) string {
	if strings.HasPrefix(source, "/") {
		return "host path " + path.Clean(source)
	}
	return "volume " + source
}

func mountSource(m docker.Mount, n *Node) string {
	if m.Source == "" {
		return "a volume of " + n.Ref()
	}
	return sourceText(m.Source)
}
