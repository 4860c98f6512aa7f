// Plan: the action pull, and pulls of images.

package plan

import (
	"slices"
)

// Pull fetches images, and leaves containers as they are.
const Pull Action = "pull"

// PullImage fetches an image.
const PullImage Op = "image.pull"

func pull() *action {
	return &action{
		name: Pull, help: "fetch the images of the named containers and of what they need; containers stay as they are",
		flags: []flag{withPullPolicy},
		refuse: func(r Request) error {
			if r.Pull == PullNever {
				return &RequestError{Msg: "the action pull cannot do its work when pulling is off", Hint: "give always or missing"}
			}
			return nil
		},
		along: withNeeds, pulls: true,
	}
}

func pullImage() operation {
	return operation{op: PullImage, sign: "v", verb: "pull", counted: "pull", ofImage: true}
}

// ChangesMap reports whether the plan changes anything of its map. Images belong to no
// map, so a plan that only pulls is in nobody's way.
func (p *Plan) ChangesMap() bool {
	return slices.ContainsFunc(p.Steps, func(st Step) bool { return st.Op != PullImage })
}

// TakesDown reports whether the plan only stops, signals and removes: it needs no space.
func (p *Plan) TakesDown() bool {
	return !slices.ContainsFunc(p.Steps, func(st Step) bool {
		return st.Op != StopContainer && st.Op != RemoveContainer && st.Op != SignalContainer
	})
}

// Pulls returns the images that the plan fetches, by reference.
func (p *Plan) Pulls() []string {
	var refs []string
	for _, st := range p.Steps {
		if st.Op == PullImage {
			refs = append(refs, st.Target)
		}
	}
	return refs
}
