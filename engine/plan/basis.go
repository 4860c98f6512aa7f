// Plan: what decided a plan, so that it can be carried out later only if that is still so.

package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/resolve"
	"github.com/dmap-dev/dmap/engine/state"
)

// Basis is what decided a plan: who was asked for what, and the facts of the engine
// that another decision could follow from. The lists are sorted by name.
type Basis struct {
	// Engine is the engine's id.
	Engine string `json:"engine"`
	// Program is the file that the map came from, for people; "" if nobody said it.
	Program string `json:"program,omitempty"`
	// Asked are the targets as they were asked for; none for the whole map.
	Asked      []string        `json:"asked,omitempty"`
	Containers []ContainerFact `json:"containers,omitempty"`
	Volumes    []VolumeFact    `json:"volumes,omitempty"`
	Images     []ImageFact     `json:"images,omitempty"`
}

// ContainerFact is a container as it was. What else is known of it cannot change as
// long as it has its id.
type ContainerFact struct {
	Name   string `json:"name"`
	Absent bool   `json:"absent,omitempty"`
	ID     string `json:"id,omitempty"`
	// State is that of the engine; a restarting container counts as running.
	State string `json:"state,omitempty"`
	// ExitCode is set where it counted.
	ExitCode *int `json:"exitCode,omitempty"`
	// Live is a digest of its limits, restart policy, links and networks, for update.
	Live string `json:"live,omitempty"`
	// Started is since when it runs, for restart: a second one needs a new plan.
	Started string `json:"started,omitempty"`
	// Foreign: dmap did not make it for this map.
	Foreign bool `json:"foreign,omitempty"`
}

// VolumeFact is a volume as it was.
type VolumeFact struct {
	Name   string `json:"name"`
	Absent bool   `json:"absent,omitempty"`
	// Run is the run that made it, Created when it was made if no run of dmap did
	// and its driver tells.
	Run     string `json:"run,omitempty"`
	Created string `json:"created,omitempty"`
	// Foreign: dmap did not make it for this map.
	Foreign bool `json:"foreign,omitempty"`
}

// ImageFact is an image as it was, by the reference that something is made from.
type ImageFact struct {
	Name   string `json:"name"`
	Absent bool   `json:"absent,omitempty"`
	ID     string `json:"id,omitempty"`
}

// basis states the facts that the plan depends on: how each container stands that
// takes part or may have to, and those that they need; for actions that may create,
// their volumes and whoever owns these; and the images of what is created.
func (b *builder) basis(sel *Selection) *Basis {
	containers, volumes := map[string]bool{}, map[string]bool{}
	for _, name := range slices.Concat(sel.All, sel.Followers) {
		n := b.d.Node(name)
		containers[name] = true
		if b.req.Action.down() {
			continue
		}
		for _, need := range n.Needs {
			containers[need.Name] = true
		}
		if b.req.Action.up() {
			b.volumeBasis(n, containers, volumes)
		}
	}
	f := facts{b.plan, b.s, b.req.Targets}
	images := map[string]bool{}
	for ref := range b.neededImages() {
		images[ref] = true
	}
	for name := range containers {
		if n := b.d.Node(name); b.req.Action == Update && n != nil { // it compares them
			images[n.Image] = true
		}
	}
	return &Basis{
		Engine:     b.s.Engine,
		Asked:      slices.Clone(b.req.Targets),
		Containers: each(f.withFound(containers), f.container),
		Volumes:    each(volumes, f.volume),
		Images:     each(images, f.image),
	}
}

// volumeBasis adds the volumes that a container owns, with their records, and all
// containers that own them: whether they ran decides too.
func (b *builder) volumeBasis(n *resolve.Node, containers, volumes map[string]bool) {
	for _, name := range n.Owns {
		v := b.d.Volume(name)
		volumes[name] = true
		if v.Prepared() != "" {
			volumes[identity.Record(name)] = true
		}
		for _, owner := range b.owners[name] {
			containers[owner.Name] = true
		}
	}
}

// facts reads a snapshot for a plan.
type facts struct {
	plan  *Plan
	s     *state.Snapshot
	asked []string // targets
}

// withFound adds the containers of the snapshot that decide although no part of the
// map is called so: leftovers of interrupted runs, orphans, and for cleanup all.
func (f facts) withFound(names map[string]bool) map[string]bool {
	for name, c := range f.s.Containers {
		switch f.plan.Action {
		case Create, Restart, Pull:
		case Cleanup:
			names[name] = true
		default:
			mark := identity.Read(c.Labels)
			orphan := len(f.asked) == 0 && (f.plan.Action == Update || f.plan.Action == Shutdown)
			if mark.IsHelper(f.plan.Map) || orphan && mark.IsOf(f.plan.Map) {
				names[name] = true
			}
		}
	}
	return names
}

func (f facts) container(name string) ContainerFact {
	c, ok := f.s.Containers[name]
	if !ok {
		return ContainerFact{Name: name, Absent: true}
	}
	fact := ContainerFact{Name: name, ID: c.ID, State: c.State, Foreign: !identity.Read(c.Labels).IsOf(f.plan.Map)}
	if c.State == docker.StateRestarting {
		fact.State = docker.StateRunning
	}
	switch {
	case c.Info == nil:
	case f.plan.Action == Update:
		fact.Live = live(c.Info)
	case f.plan.Action == Startup && c.State == docker.StateExited:
		fact.ExitCode = &c.Info.State.ExitCode
	case f.plan.Action == Restart && c.State == docker.StateRunning:
		fact.Started = c.Info.State.StartedAt.UTC().Format(timeForm)
	}
	return fact
}

// live is a digest of what can change of a container while it exists, and what update
// compares: limits, restart policy, links and networks.
func live(info *docker.ContainerInfo) string {
	networks := map[string]docker.EndpointSpec{}
	for name, e := range info.Networks {
		e.MacAddress = "" // only shown while it runs
		networks[name] = e.EndpointSpec
	}
	text, _ := json.Marshal([]any{info.HostConfig.Resources, info.HostConfig.RestartPolicy, info.HostConfig.Links, networks}) // decoded from JSON
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:6])
}

// timeForm is RFC 3339, in UTC.
const timeForm = "2006-01-02T15:04:05.999999999Z"

func (f facts) volume(name string) VolumeFact {
	v, ok := f.s.Volumes[name]
	if !ok {
		return VolumeFact{Name: name, Absent: true}
	}
	mark := identity.Read(v.Labels)
	fact := VolumeFact{Name: name, Run: mark.Run, Foreign: !mark.IsOf(f.plan.Map)}
	if fact.Run == "" && !v.CreatedAt.IsZero() {
		fact.Created = v.CreatedAt.UTC().Format(timeForm)
	}
	return fact
}

func (f facts) image(ref string) ImageFact {
	id := f.s.Images[ref].ID
	return ImageFact{Name: ref, Absent: id == "", ID: id}
}

// each states one kind of fact for all names, in their order.
func each[F, V any](names map[string]V, fact func(string) F) []F {
	var list []F
	for _, name := range slices.Sorted(maps.Keys(names)) {
		list = append(list, fact(name))
	}
	return list
}
