// Plan: the images of what is created, and their pulls.

package plan

import (
	"maps"
	"slices"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/resolve"
)

// images adds the pulls, and reports images that are not available.
func (b *builder) images() {
	needed := b.neededImages()
	for _, ref := range slices.Sorted(maps.Keys(needed)) {
		b.image(ref, needed[ref])
	}
	for _, st := range b.plan.Steps {
		b.pulls = append(b.pulls, st.ID)
	}
}

// neededImages returns the images of what is created, or pulled for, each with a
// container that asks for it.
func (b *builder) neededImages() map[string]*resolve.Node {
	needed := map[string]*resolve.Node{}
	for _, n := range b.order {
		always := b.pullPolicy() == PullAlways && b.act.creates
		wanted := b.part[n.Name] != nil && (always || b.act.pulls)
		if needed[n.Image] == nil && (b.todo[n.Name].create || wanted) {
			needed[n.Image] = n
		}
	}
	for _, v := range b.d.Volumes {
		n := b.preparedFor(v)
		if b.act.pulls {
			n = preparable(b, v)
		}
		if n != nil && needed[b.d.CoreImage] == nil {
			needed[b.d.CoreImage] = n
		}
	}
	return needed
}

func (b *builder) image(ref string, n *resolve.Node) {
	found := b.s.Images[ref]
	if found.ID != "" && b.pullPolicy() != PullAlways || found.ID == ref {
		return // an id always means the same image
	}
	if found.ID == "" {
		hint := imageHint(b.d, ref, n)
		switch {
		case b.req.Pull == PullNever:
			b.problem(CodeImageMissing, n, hint, "image %q of %s is not on the engine, and pulling is off", ref, n.Ref())
			return
		case found.Missing != nil:
			b.problem(CodeImageMissing, n, hint, "image %q of %s is neither on the engine nor available: %s", ref, n.Ref(), reason(found.Missing))
			return
		}
	}
	b.step(Step{Op: PullImage, Target: ref}, nil, n.At("Image"), "image of "+n.Ref())
}

// imageHint says how to get an image that is missing. The tool images appear in no map,
// so whoever does not know about them cannot know what to correct.
func imageHint(d *resolve.Desired, ref string, n *resolve.Node) string {
	const make = "make it here (docker build, docker load), "
	switch {
	case n.Attached:
		return make + `name another one in base_image of the map, or write attached = "volume", which needs none`
	case ref == d.CoreImage:
		return make + "or name another one with a shell, chown and chmod in core_image of the map"
	}
	return make + "or correct its name"
}

// reason returns the engine's own message in an error, on one line.
func reason(err error) string {
	text := err.Error()
	if e, ok := err.(*docker.Error); ok {
		text = e.Msg
	}
	return strings.Join(strings.Fields(text), " ")
}

// pullPolicy is the request's, or else the one of its action: whoever asks for a pull
// wants the newest images.
func (b *builder) pullPolicy() PullPolicy {
	switch {
	case b.req.Pull != "":
		return b.req.Pull
	case b.act.pulls:
		return PullAlways
	}
	return PullMissing
}

// preparable returns a container that takes part and owns a volume which will have to
// be prepared at some time, or nil: if there is one, the helper image is needed too
// (D5).
func preparable(b *builder, v *resolve.Volume) *resolve.Node {
	if v.Prepared() == "" {
		return nil
	}
	for _, n := range b.owners[v.Name] {
		if b.part[n.Name] != nil {
			return n
		}
	}
	return nil
}
