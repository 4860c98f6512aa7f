// Plan: which images the action pull fetches.

package plan

import "github.com/dmap-dev/dmap/engine/resolve"

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
