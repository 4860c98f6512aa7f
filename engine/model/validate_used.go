// Model: what a container mounts because it uses others.

package model

import (
	"path"
	"slices"

	"github.com/dmap-dev/dmap/engine/problem"
)

// mostUsed limits how many mounts of used containers are examined in one map. Along a
// chain of uses each container gets the mounts of all those behind it, so that without
// a limit the work grows with the square of the chain's length.
const mostUsed = 200_000

// usedMounts notes everything that comes with a used container: what it shares, binds
// and attaches, and what it gets by using others in turn (row 57). If two used
// containers have something at the same path, Docker silently takes the last one, and a
// mount of the container itself hides both; so either is reported. A path that the
// container itself shares is different: it only asks for some volume there, and a used
// container may supply it.
func (v *validator) usedMounts(c *Container, mounts mountPoints, field string, target Ref) {
	brought := map[string]bool{} // two mounts at one path of the used container are that container's own problem
	bring := func(r Ref, at, from, what, source string) {
		v.used++
		if at = path.Clean(at); brought[at] {
			return
		}
		brought[at] = true
		if mounts[at].wish {
			delete(mounts, at)
		}
		what = label(r.Name()) + " " + what
		v.mount(c, mounts, at, mountPoint{
			field:  field,
			what:   "uses " + quote(target.Name()) + " (" + what + ")",
			source: source,
			at:     problem.RelatedAt(r.Container.At(from), what),
			hint:   "only one of them can be there: change a path, or leave one out",
		})
	}
	seen := map[Ref]bool{}
	reached := []Ref{target}
	for i := 0; i < len(reached) && v.used < mostUsed; i++ {
		v.used++
		for _, r := range v.mountsOf(reached[i], bring) {
			if r.Container != c && !seen[r] {
				seen[r] = true
				reached = append(reached, r)
			}
		}
	}
	for _, r := range slices.Backward(reached) { // a nearer one gets what those behind it share: begin at the far end
		for i, share := range r.Container.Shares {
			bring(r, share, index("shares", i), "shares "+quote(share), "share "+r.Name()+" "+path.Clean(share))
		}
	}
}

// mountsOf calls bring for what one container binds and attaches and for the volumes it
// uses, and returns the containers that it uses.
func (v *validator) mountsOf(r Ref, bring func(r Ref, at, from, what, source string)) []Ref {
	c := r.Container
	for i, b := range c.Binds {
		if at, ok := v.index.VolumePath(b.Volume); ok {
			bring(r, at, index("binds", i), "binds "+quote(b.Volume), v.hostSource(b.Volume, []string{r.Instance}))
		}
	}
	for i, alias := range c.Attaches {
		if at, ok := v.index.VolumePath(alias); ok {
			bring(r, at, index("attaches", i), "attaches "+quote(alias), "volume "+alias)
		}
	}
	var used []Ref
	for i, u := range c.Uses {
		alias, targets, _ := v.index.UseTargets(u)
		if alias == "" {
			used = append(used, targets...)
			continue
		}
		if at, ok := v.index.VolumePath(alias); ok {
			bring(r, at, index("uses", i), "uses "+quote(alias), "volume "+alias)
		}
	}
	return used
}

// hostSource returns a name for the host path that the instances of one container bind,
// or "" if it is not the same for all.
func (v *validator) hostSource(alias string, instances []string) string {
	first, _ := v.index.HostPathFor(alias, instances[0])
	for _, name := range instances[1:] {
		if other, _ := v.index.HostPathFor(alias, name); other != first {
			return ""
		}
	}
	return "host " + first
}
