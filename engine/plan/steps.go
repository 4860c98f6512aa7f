// Plan: the steps that carry the decisions out, in their order.

package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/resolve"
)

// leftovers removes temporary containers of a run that did not end in order.
func (b *builder) leftovers() {
	if b.req.Action == Create || b.req.Action == Restart {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(b.s.Containers)) {
		c := b.s.Containers[name]
		if b.ours(c.Labels) && c.Labels[docker.LabelRole] == docker.RolePrepare {
			b.step(Step{Op: RemoveContainer, Target: name, ContainerID: c.ID, Force: true}, nil, model.Origin{},
				"left behind by an interrupted run")
		}
	}
}

// cleanUp removes what ran and ended: containers of this map, also those that the
// map no longer has, but no persistent ones, and none that hold attached volumes
// (row 103). Dependents go first.
func (b *builder) cleanUp() {
	if b.req.Action != Cleanup {
		return
	}
	var order []string
	for _, name := range slices.Sorted(maps.Keys(b.s.Containers)) {
		if b.d.Node(name) == nil && len(b.req.Targets) == 0 {
			order = append(order, name)
		}
	}
	for _, n := range slices.Backward(b.d.Nodes) {
		if b.requested[n.Name] && !n.Persistent {
			order = append(order, n.Name)
		}
	}
	for _, name := range order {
		c := b.s.Containers[name]
		ended := c.State == docker.StateExited || c.State == docker.StateDead
		if !ended || !b.ours(c.Labels) || c.Labels[docker.LabelRole] != docker.RoleContainer || c.Labels[docker.LabelKeep] == "true" {
			continue
		}
		why, at, needs := "is not in the map any more", model.Origin{}, []string(nil)
		if n := b.d.Node(name); n != nil {
			why, at, needs = "ran and ended", n.Origin, b.ofUsers(n, RemoveContainer)
		}
		b.step(Step{Op: RemoveContainer, Target: name, ContainerID: c.ID}, needs, at, why)
	}
}

// takeDown adds stops and removals, dependents first. b.order has dependencies
// first for actions that build up, and dependents first for those that take down.
func (b *builder) takeDown() {
	order := slices.Clone(b.order)
	if !b.req.Action.down() {
		order = slices.Clone(b.d.Nodes)
		slices.Reverse(order)
	}
	for _, n := range order {
		t := b.todo[n.Name]
		c := b.s.Containers[n.Name]
		why := t.why
		if b.req.Action.down() {
			why = b.dependent(n)
		}
		if t.stop {
			b.step(Step{Op: StopContainer, Target: n.Name, ContainerID: c.ID, StopTimeout: b.req.StopTimeout},
				b.ofUsers(n, StopContainer), n.Origin, why)
		}
		if t.remove {
			needs := append(b.ofUsers(n, RemoveContainer), id(StopContainer, n.Name))
			b.step(Step{Op: RemoveContainer, Target: n.Name, ContainerID: c.ID, Force: b.req.Force && !t.stop},
				needs, n.Origin, why)
		}
	}
}

// ofUsers are the steps of one kind of the containers that need n.
func (b *builder) ofUsers(n *resolve.Node, op Op) []string {
	var ids []string
	for _, user := range b.users[n.Name] {
		ids = append(ids, id(op, user))
	}
	return ids
}

// dependent says why a container goes down that nobody asked for.
func (b *builder) dependent(n *resolve.Node) string {
	if b.requested[n.Name] {
		return "asked for"
	}
	for _, need := range n.Needs {
		if b.part[need.Name] != "" {
			return fmt.Sprintf("%s %s", need.Why, need.Ref)
		}
	}
	return ""
}

// buildUp adds creations, starts and preparations, dependencies first.
func (b *builder) buildUp() {
	for _, n := range b.order {
		t := b.todo[n.Name]
		if b.req.Action.up() && b.part[n.Name] != "" {
			b.createVolumes(n)
		}
		if t.create {
			b.create(n, t)
		}
		if t.start && !n.Attached {
			b.prepareOwned(n)
		}
		if t.start {
			b.start(n, t)
		}
		if n.Attached && b.part[n.Name] != "" {
			b.prepareOwned(n)
		}
	}
}

// createVolumes adds the attached volumes a container owns. A holder comes before
// the owner, so it is the one that brings its volume.
func (b *builder) createVolumes(n *resolve.Node) {
	for _, name := range n.Owns {
		v := b.d.Volume(name)
		if _, exists := b.s.Volumes[name]; exists || b.steps[id(CreateVolume, name)] {
			continue
		}
		b.step(Step{Op: CreateVolume, Target: name, Volume: b.volumeSpec(v)}, nil, v.Origin,
			"attached by "+v.Owner, "does not exist")
	}
}

func (b *builder) volumeSpec(v *resolve.Volume) *docker.VolumeSpec {
	return &docker.VolumeSpec{Name: v.Name, Labels: map[string]string{
		docker.LabelMap:    b.d.Map,
		docker.LabelRole:   docker.RoleAttached,
		docker.LabelName:   v.Alias,
		docker.LabelOrigin: v.Origin.String(),
	}}
}

// create waits until the old containers that use n are gone too: an absent user is
// made again by the next run, whatever happens now, but one that outlived the
// container it belongs to could not be told from others.
func (b *builder) create(n *resolve.Node, t todo) {
	needs := append(b.ofUsers(n, RemoveContainer), id(RemoveContainer, n.Name))
	for _, name := range slices.Concat(n.Owns, n.Uses) {
		needs = append(needs, id(CreateVolume, name))
	}
	for _, need := range n.Needs {
		needs = append(needs, id(CreateContainer, need.Name))
	}
	b.step(Step{Op: CreateContainer, Target: n.Name, Create: n.Spec}, needs, n.Origin, t.why, b.neededBy(n))
}

func (b *builder) start(n *resolve.Node, t todo) {
	needs := []string{id(CreateContainer, n.Name), id(StopContainer, n.Name)}
	for _, need := range n.Needs {
		needs = append(needs, id(StartContainer, need.Name))
	}
	if !n.Attached {
		for _, name := range slices.Concat(n.Owns, n.Uses) {
			needs = append(needs, id(PrepareVolume, name))
		}
	}
	st := Step{Op: StartContainer, Target: n.Name, Wait: n.Attached}
	why := t.why
	switch {
	case !t.create:
		st.ContainerID = b.s.Containers[n.Name].ID
	case t.remove:
		why = "is created anew"
	default:
		why = "is new"
	}
	b.step(st, needs, n.Origin, why, b.neededBy(n))
}

// neededBy names who needs a container that nobody asked for and that is not there
// for another reason.
func (b *builder) neededBy(n *resolve.Node) string {
	if b.requested[n.Name] || b.todo[n.Name].remove {
		return ""
	}
	for _, user := range b.users[n.Name] {
		if b.part[user] != "" {
			return "needed by " + b.d.Node(user).Ref()
		}
	}
	return ""
}

// preparedFor returns the container whose start asks for the preparation of a
// volume, or nil if it needs none now (rows 84-91).
func (b *builder) preparedFor(v *resolve.Volume) *resolve.Node {
	if v.Prepared() == "" || b.req.Action == Create || !b.req.Action.up() {
		return nil
	}
	var starts *resolve.Node
	for _, n := range b.owners[v.Name] {
		if starts == nil && b.todo[n.Name].start {
			starts = n
		}
	}
	info, exists := b.s.Volumes[v.Name]
	switch {
	case starts == nil:
		return nil
	case !exists:
		return starts
	case b.recorded(v, info), b.ran(v), b.adoptedHolder(v):
		return nil
	}
	return starts
}

// recorded tells whether a record says that this very volume was prepared.
func (b *builder) recorded(v *resolve.Volume, info docker.VolumeInfo) bool {
	record, ok := b.s.Volumes[v.Name+docker.PreparedSuffix]
	return ok && b.ours(record.Labels) &&
		record.Labels[docker.LabelRole] == docker.RolePrepared &&
		record.Labels[docker.LabelVolumeOf] == info.Labels[docker.LabelRun]
}

// adoptedHolder tells whether the volume comes from a tool like dmap's
// predecessor, which had prepared it when its container had run.
func (b *builder) adoptedHolder(v *resolve.Volume) bool {
	c, ok := b.s.Containers[v.Holder]
	return ok && !b.ours(c.Labels) && c.State == docker.StateExited
}

// prepareOwned adds the preparation of the volumes a container owns.
func (b *builder) prepareOwned(n *resolve.Node) {
	for _, name := range n.Owns {
		v := b.d.Volume(name)
		if b.steps[id(PrepareVolume, name)] {
			continue
		}
		cause := b.preparedFor(v)
		if cause == nil {
			b.noteRecord(n, v)
			continue
		}
		needs := []string{id(CreateVolume, name), id(RemoveContainer, name+docker.PrepareSuffix)}
		if v.Holder != "" {
			needs = append(needs, id(CreateContainer, v.Holder), id(StartContainer, v.Holder))
		}
		b.step(Step{Op: PrepareVolume, Target: name, Prepare: b.prepare(v)}, needs, v.Origin,
			"is not prepared", "needed by "+cause.Ref())
	}
}

// noteRecord tells what a record of another preparation, or a lost one, means.
func (b *builder) noteRecord(n *resolve.Node, v *resolve.Volume) {
	info, exists := b.s.Volumes[v.Name]
	if !exists || n.Attached != (v.Holder != "") || v.Prepared() == "" || b.req.Action == Create {
		return
	}
	record := b.s.Volumes[v.Name+docker.PreparedSuffix]
	switch {
	case !b.recorded(v, info):
		if !b.adoptedHolder(v) && b.ran(v) {
			b.note(v.Name, v.Origin, "nothing records that the volume was prepared (%s); left alone, because its owner has run already", v.Prepared())
		}
	case record.Labels[docker.LabelPrepared] != v.Prepared():
		b.note(v.Name, v.Origin, "was prepared as %s, the map says %s; left alone", record.Labels[docker.LabelPrepared], v.Prepared())
	}
}

// ran tells whether an owner of the volume was ever started.
func (b *builder) ran(v *resolve.Volume) bool {
	return slices.ContainsFunc(b.owners[v.Name], func(n *resolve.Node) bool {
		c, ok := b.container(n)
		return ok && c.State != docker.StateCreated
	})
}

// prepare is one temporary container for chown, one for chmod: as root, without
// network, with an argument vector and never a shell, and with no more
// capabilities than these two need (FSETID keeps set-group-id bits).
func (b *builder) prepare(v *resolve.Volume) *Prepare {
	info, exists := b.s.Volumes[v.Name]
	p := &Prepare{
		Foreign: exists && !b.ours(info.Labels),
		Name:    v.Name + docker.PrepareSuffix,
		Record: docker.VolumeSpec{Name: v.Name + docker.PreparedSuffix, Labels: map[string]string{
			docker.LabelMap:      b.d.Map,
			docker.LabelRole:     docker.RolePrepared,
			docker.LabelName:     v.Alias,
			docker.LabelVolume:   v.Name,
			docker.LabelPrepared: v.Prepared(),
		}},
	}
	for _, argv := range [][]string{{"chown", "-R", v.Chown, v.Path}, {"chmod", "-R", v.Chmod, v.Path}} {
		if argv[2] != "" {
			p.Containers = append(p.Containers, b.helper(v, argv))
		}
	}
	return p
}

func (b *builder) helper(v *resolve.Volume, argv []string) docker.ContainerSpec {
	spec := docker.ContainerSpec{
		ContainerConfig: docker.ContainerConfig{
			Image:      b.d.CoreImage,
			User:       "root",
			Entrypoint: argv[:1],
			Cmd:        argv[1:],
			Labels: map[string]string{
				docker.LabelMap:      b.d.Map,
				docker.LabelRole:     docker.RolePrepare,
				docker.LabelName:     v.Alias,
				docker.LabelInstance: "",
				docker.LabelOrigin:   v.Origin.String(),
				docker.LabelKeep:     "false",
				docker.LabelSpec:     "",
			},
		},
		HostConfig: docker.HostConfig{
			NetworkMode:    "none",
			ReadonlyRootfs: true,
			CapDrop:        []string{"ALL"},
			CapAdd:         []string{"CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID"},
			SecurityOpt:    []string{"no-new-privileges"},
		},
	}
	// By its own name: another container may have that of the holder when the step runs.
	spec.HostConfig.Binds = []string{v.Name + ":" + v.Path + ":nocopy"}
	if holder, ok := b.s.Containers[v.Holder]; ok && !b.ours(holder.Labels) {
		spec.HostConfig.Binds, spec.HostConfig.VolumesFrom = nil, []string{v.Holder} // an adopted one, with a volume of any name
	}
	return spec
}

// Commands are what a preparation runs, for people.
func (p *Prepare) Commands() []string {
	var commands []string
	for _, c := range p.Containers {
		commands = append(commands, strings.Join(slices.Concat(c.Entrypoint, c.Cmd), " "))
	}
	return commands
}
