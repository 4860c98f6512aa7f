// Plan: which images the action pull fetches.

package plan

import (
	"slices"

	"github.com/dmap-dev/dmap/engine/resolve"
)

// ChangesMap tells whether the plan changes anything of its map. Images are no map's:
// a plan that only pulls stands in nobody's way.
func (p *Plan) ChangesMap() bool {
	return slices.ContainsFunc(p.Steps, func(st Step) bool { return st.Op != PullImage })
}

// pullPolicy is that of the request, else the one of its action: who asks for a pull
// wants the newest images.
func (b *builder) pullPolicy() PullPolicy {
	switch {
	case b.req.Pull != "":
		return b.req.Pull
	case b.req.Action == Pull:
		return PullAlways
	}
	return PullMissing
}

// preparable returns a container that takes part and owns a volume which has to be
// prepared at some time, or nil: then the helper image is needed too (D5).
func (b *builder) preparable(v *resolve.Volume) *resolve.Node {
	if v.Prepared() == "" {
		return nil
	}
	for _, n := range b.owners[v.Name] {
		if b.part[n.Name] != "" {
			return n
		}
	}
	return nil
}
