// Resolve, across containers: what a container mounts because it uses others.

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

// mounts is what a container has mounted, by path.
type mounts map[string]mounted

// mounted is one thing at one path. source identifies it: the same thing reached in two
// ways is no clash. by is the container that mounts it itself, by its name in the map.
type mounted struct{ source, by string }

// mostMounts limits how many mounts of used containers are examined for one map: in a
// long chain of uses each container has the mounts of all those behind it, so the
// number grows with the square of the length. Beyond the limit nothing is reported, and
// the last mount wins, as in Docker.
const mostMounts = 200_000

// mountJudge works out what containers mount, once for each.
type mountJudge struct {
	r      *resolver
	of     map[string]mounts
	looked int
}

// clashes reports different things at one path, of which Docker would silently take the
// last (row 57). [model.ContainerMap.Validate] has compared the properties; here the
// options of all containers involved are taken into account. What the options of n
// itself mount never clashes: it is meant to override (row 98).
func (j *mountJudge) clashes(n *Node) problem.Problems {
	var problems problem.Problems
	// What n mounts by its properties takes part; what it mounts by its options is meant
	// to hide whatever comes from the containers it uses.
	seen, overridden := mounts{}, mounts{}
	properties := j.propertyPaths(n)
	for at, m := range j.ownMounts(n) {
		if properties[at] {
			seen[at] = m
		} else {
			overridden[at] = m
		}
	}
	for _, from := range n.Spec.HostConfig.VolumesFrom {
		// In the order of VolumesFrom: Docker lets the last one win.
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

// propertyPaths returns the paths of n at which its properties mount something.
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

// mounts returns what a container has mounted, itself and by using others.
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
		// In the order of VolumesFrom: Docker lets the last one win.
		used := j.r.d.nodes[sourceOf(from)]
		if used == nil || j.looked > mostMounts {
			continue
		}
		brought := j.mounts(used)
		j.looked += len(brought)
		maps.Copy(all, brought)
	}
	maps.Copy(all, j.ownMounts(n))
	for at := range n.Spec.Volumes { // that only asks for some volume there
		if at = path.Clean(at); all[at].by == "" {
			all[at] = mounted{"a volume of " + n.Ref(), n.Ref()}
		}
	}
	return all
}

// ownMounts returns what a request itself mounts, without anonymous volumes.
func (j *mountJudge) ownMounts(n *Node) mounts {
	own := mounts{}
	add := func(at, source string) { own[path.Clean(at)] = mounted{source, n.Ref()} }
	for _, b := range n.Spec.HostConfig.Binds {
		if parts := strings.Split(b, ":"); len(parts) > 1 { // one part alone is an anonymous volume
			add(parts[1], sourceText(parts[0]))
		}
	}
	for _, m := range n.Spec.HostConfig.Mounts {
		add(m.Target, mountSource(m, n))
	}
	return own
}

// sourceText says in words what a bind mounts: a host path has a slash, the name of a
// volume has none.
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
