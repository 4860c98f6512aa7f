// Plan: attached volumes and their preparation.

package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/resolve"
	"github.com/dmap-dev/dmap/engine/snapshot"
)

// volumeResource is the row of attached volumes.
func volumeResource() resource {
	return resource{
		listed: func(s *snapshot.Snapshot) bool { return s.Volumes != nil },
		facts: factsOf[VolumeFact]{
			kind:  "volume",
			list:  func(b *Basis) *[]VolumeFact { return &b.Volumes },
			now:   facts.volume,
			found: facts.withUnfinished,
		},
		decide:  (*builder).volumes,
		create:  (*builder).createVolumes,
		needs:   madeVolumes,
		foreign: foreignVolume,
		concern: volumesOf,
	}
}

// volumes finds out which volumes the plan creates and prepares: those of the
// containers that take part.
func (b *builder) volumes() {
	b.makes, b.prepares = map[string]bool{}, map[string]bool{}
	for _, n := range b.order {
		for _, name := range n.Owns {
			v := b.d.Volume(name)
			if _, exists := b.s.Volumes[name]; b.act.creates && b.part[n.Name] != nil && !exists && !b.elsewhere(v) {
				b.makes[name] = true
			}
			if b.preparesOwned(n) && b.preparedFor(v) != nil {
				b.prepares[name] = true
			}
		}
	}
}

// preparesOwned reports whether the preparation of volumes that n owns belongs with the
// steps of n: after the start if n is a holder, before it if n is an owner.
func (b *builder) preparesOwned(n *resolve.Node) bool {
	if n.Attached {
		return b.part[n.Name] != nil
	}
	return b.todo[n.Name].start || b.compares(n)
}

// compares reports whether n takes part and is made to match the map.
func (b *builder) compares(n *resolve.Node) bool {
	return b.part[n.Name] != nil && b.part[n.Name].compares
}

// createVolumes adds the attached volumes that a container owns. A holder comes before
// the owner, so it is the holder that brings its volume.
func (b *builder) createVolumes(n *resolve.Node) {
	for _, name := range n.Owns {
		v := b.d.Volume(name)
		if !b.makes[name] || b.steps[id(CreateVolume, name)] {
			continue
		}
		b.step(Step{Op: CreateVolume, Target: name, Volume: b.volumeSpec(v)}, nil, v.Origin,
			"attached by "+v.Owner, "does not exist")
	}
}

func (b *builder) volumeSpec(v *resolve.Volume) *docker.VolumeSpec {
	return &docker.VolumeSpec{Name: v.Name, Labels: markOf(b.d.Map, v, identity.RoleAttached).VolumeLabels()}
}

// markOf returns the mark of an attached volume, or of something that is made for it.
func markOf(mapName string, v *resolve.Volume, role string) identity.Mark {
	return identity.Mark{Map: mapName, Role: role, Name: v.Alias, Origin: v.Origin.String()}
}

// preparedFor returns the container that asks for the preparation of a volume, or nil
// if none is needed now. The owner's start asks for the first preparation (rows 84-91),
// update for another one if the map says something else than the record; both ask for
// it again if it was begun and did not end. If nothing shows what was done, an owner
// that has run counts as prepared, unless it is to be recreated.
func (b *builder) preparedFor(v *resolve.Volume) *resolve.Node {
	if v.Prepared() == "" || !b.act.creates || !b.act.starts || b.elsewhere(v) {
		return nil
	}
	var starts *resolve.Node
	for _, n := range b.owners[v.Name] {
		if starts == nil && b.todo[n.Name].start {
			starts = n
		}
	}
	info, exists := b.s.Volumes[v.Name]
	unfinished := b.unfinished(v, info)
	if was := b.prepared(v, info); exists && b.ours(info.Labels) && (unfinished || was != v.Prepared()) {
		for _, n := range b.owners[v.Name] {
			if b.compares(n) && (unfinished || was != "" || b.otherUser(n, v) || b.req.Recreate && b.requested[n.Name]) {
				return n
			}
		}
	}
	switch {
	case starts == nil:
		return nil
	case !exists, unfinished:
		return starts
	case b.recorded(v, info), b.ran(v):
		return nil
	}
	return starts
}

// otherUser reports whether an owner that has the volume was made for another user than the
// map says: its own labels know, also when the record of the preparation is lost. Of one
// that had no user there never was a record: that data is left alone.
func (b *builder) otherUser(n *resolve.Node, v *resolve.Volume) bool {
	c, ok := b.container(n)
	return ok && n.Spec != nil && mountsVolume(c, v.Name) && slices.Contains(madeOtherwise(n, c, b.s), differs("User", "changed"))
}

// recorded reports whether a record says that this very volume was prepared.
func (b *builder) recorded(v *resolve.Volume, info docker.VolumeInfo) bool {
	record := identity.Read(b.s.Volumes[identity.Record(v.Name)].Labels)
	return record.Records(b.d.Map, identity.Read(info.Labels))
}

// unfinished reports whether a preparation of this very volume was begun and did not
// end: then what its record says, if there is one, may no longer be true.
func (b *builder) unfinished(v *resolve.Volume, info docker.VolumeInfo) bool {
	begun := identity.Read(b.s.Volumes[identity.Unfinished(v.Name)].Labels)
	return begun.Begins(b.d.Map, identity.Read(info.Labels))
}

// prepared returns what a record of this very volume says; "" without a record.
func (b *builder) prepared(v *resolve.Volume, info docker.VolumeInfo) string {
	if !b.recorded(v, info) {
		return ""
	}
	return identity.Read(b.s.Volumes[identity.Record(v.Name)].Labels).Prepared
}

// elsewhere reports whether the data of an attached volume lies in an adopted holder,
// which a tool like dmap's predecessor made. Its containers share whatever that holds,
// its maker prepared it, and the named volume is not used.
func (b *builder) elsewhere(v *resolve.Volume) bool {
	c, ok := b.s.Containers[v.Holder]
	return ok && !b.ours(c.Labels) && !b.todo[v.Holder].create
}

// prepareOwned adds the preparation of the volumes that a container owns.
func (b *builder) prepareOwned(n *resolve.Node) {
	for _, name := range n.Owns {
		v := b.d.Volume(name)
		if !b.prepares[name] || b.steps[id(PrepareVolume, name)] {
			continue
		}
		cause := b.preparedFor(v)
		needs := b.todo.removals(identity.Helper(name))
		if b.makes[name] {
			needs = slices.Insert(needs, 0, id(CreateVolume, name))
		}
		if v.Holder != "" {
			needs = slices.Concat(needs, b.todo.creations(v.Holder), b.todo.starts(v.Holder))
		}
		for _, owner := range b.owners[name] {
			needs = append(needs, b.todo.stops(owner.Name)...)
		}
		p, why := b.prepare(v), "is not prepared"
		switch info := b.s.Volumes[name]; {
		case b.unfinished(v, info):
			why = "was being prepared by a run that did not end"
		case p.Was != "":
			why = fmt.Sprintf("was prepared as %s, the map says %s", p.Was, v.Prepared())
		}
		b.step(Step{Op: PrepareVolume, Target: name, Prepare: p}, needs, v.Origin, why, "needed by "+cause.Ref())
	}
}

// noteRecord notes what a record of another preparation, or a lost one, means, if an
// owner of the volume takes part.
func (b *builder) noteRecord(v *resolve.Volume) {
	info, exists := b.s.Volumes[v.Name]
	part := slices.ContainsFunc(b.owners[v.Name], func(n *resolve.Node) bool { return b.part[n.Name] != nil })
	unfinished := b.unfinished(v, info)
	if !exists || !part || v.Prepared() == "" && !unfinished || b.elsewhere(v) || b.preparedFor(v) != nil {
		return
	}
	const halfway = "was being prepared by a run that did not end, so its owner and mode may be wrong; "
	switch was := b.prepared(v, info); {
	case unfinished && v.Prepared() == "":
		b.note(v.Name, v.Origin, halfway+"the map does not say what they shall be")
	case unfinished:
		b.note(v.Name, v.Origin, halfway+"update prepares it as %s", v.Prepared())
	case was == "":
		if b.ran(v) {
			text := "nothing records that the volume was prepared (%s); left alone, because its owner has run already"
			if b.ours(info.Labels) {
				text += ": update --force-recreate of the owner prepares it"
			}
			b.note(v.Name, v.Origin, text, v.Prepared())
		}
	case was != v.Prepared():
		b.note(v.Name, v.Origin, "was prepared as %s, the map says %s; left alone", was, v.Prepared())
	}
}

// ran reports whether an owner was ever started with the volume: one that was made
// before the volume proves nothing about it.
func (b *builder) ran(v *resolve.Volume) bool {
	return slices.ContainsFunc(b.owners[v.Name], func(n *resolve.Node) bool {
		c, ok := b.container(n)
		return ok && c.State != docker.StateCreated && mountsVolume(c, v.Name)
	})
}

// prepare returns one temporary container for chown and one for chmod: as root, without
// a network, with an argument vector and never a shell, and with no more capabilities
// than these two need (FSETID keeps set-group-id bits).
func (b *builder) prepare(v *resolve.Volume) *Prepare {
	info, exists := b.s.Volumes[v.Name]
	record := markOf(b.d.Map, v, identity.RolePrepared)
	record.Volume, record.Prepared = v.Name, v.Prepared()
	p := &Prepare{
		Foreign: exists && !b.ours(info.Labels),
		Was:     b.prepared(v, info),
		Name:    identity.Helper(v.Name),
		Record:  docker.VolumeSpec{Name: identity.Record(v.Name), Labels: record.VolumeLabels()},
	}
	for _, argv := range [][]string{{"chown", "-R", v.Chown, v.Path}, {"chmod", "-R", v.Chmod, v.Path}} {
		if argv[2] != "" {
			p.Containers = append(p.Containers, helper(b.d, v, argv))
		}
	}
	return p
}

func helper(d *resolve.Desired, v *resolve.Volume, argv []string) docker.ContainerSpec {
	return docker.ContainerSpec{
		ContainerConfig: docker.ContainerConfig{
			Image:      d.CoreImage,
			User:       "root",
			Entrypoint: argv[:1],
			Cmd:        argv[1:],
			Labels:     markOf(d.Map, v, identity.RolePrepare).ContainerLabels(),
		},
		HostConfig: docker.HostConfig{
			NetworkMode:    "none",
			ReadonlyRootfs: true,
			CapDrop:        []string{"ALL"},
			CapAdd:         []string{"CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID"},
			SecurityOpt:    []string{"no-new-privileges"},
			// By its own name: when the step runs, another container may have the
			// holder's.
			Binds: []string{v.Name + ":" + v.Path + ":nocopy"},
		},
	}
}

// Commands returns what a preparation runs, for people.
func (p *Prepare) Commands() []string {
	var commands []string
	for _, c := range p.Containers {
		commands = append(commands, strings.Join(slices.Concat(c.Entrypoint, c.Cmd), " "))
	}
	return commands
}

// leftBehind notes the data that a container loses when it is recreated: it lies in
// anonymous volumes, for which the engine creates new ones. What a container gets from
// another that it uses is noted there.
func (b *builder) leftBehind(n *resolve.Node, c snapshot.Container) {
	for _, m := range c.Mounts {
		if anonymous(m) && !lent(b.s, n, m.Name) {
			b.note(n.Name, n.At("Volumes"), "is created anew without its data at %s, which stays behind in the volume %s", m.Destination, m.Name)
		}
	}
}

// lent reports whether a container that n needs mounts the volume.
func lent(s *snapshot.Snapshot, n *resolve.Node, volume string) bool {
	return slices.ContainsFunc(n.Needs, func(need resolve.Need) bool {
		return need.Why != resolve.Links && mountsVolume(s.Containers[need.Name], volume)
	})
}

func mountsVolume(c snapshot.Container, volume string) bool {
	return slices.ContainsFunc(c.Mounts, func(m docker.MountInfo) bool { return m.Type == "volume" && m.Name == volume })
}

// anonymous reports whether a mount is an anonymous volume.
func anonymous(m docker.MountInfo) bool {
	return m.Type == "volume" && identity.IsAnonymous(m.Name)
}

// madeVolumes returns the steps that create volumes which n mounts.
func madeVolumes(b *builder, n *resolve.Node) (steps []string) {
	for _, name := range slices.Concat(n.Owns, n.Uses) {
		if b.makes[name] {
			steps = append(steps, id(CreateVolume, name))
		}
	}
	return steps
}

// foreignVolume reports whether a volume is in the way of one that n owns, and adds
// that as a problem.
func foreignVolume(b *builder, n *resolve.Node) bool {
	for _, name := range n.Owns {
		v, ok := b.s.Volumes[name]
		if n.Attached != (b.d.Volume(name).Holder != "") {
			continue // its holder reports it
		}
		if ok && !b.ours(v.Labels) && !b.adopts(v.Labels) && b.act.creates {
			b.problem(CodeForeign, n, wayOut(v.Labels), "volume %q exists, but %s", name, b.madeBy(v.Labels))
			return true
		}
	}
	return false
}

// volumesOf adds the volumes that a container owns, with their records, and all
// containers that own them: whether those ran decides too.
func volumesOf(b *builder, n *resolve.Node, volumes, containers map[string]bool) {
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
	for _, f := range limitRecords(b.s, b.d.Map, n.Name) {
		volumes[identity.Limit(n.Name, f)] = true
	}
}

// withUnfinished adds the records which say that preparations of some volumes are under
// way, or never ended.
func (f facts) withUnfinished(volumes map[string]bool) map[string]bool {
	for _, name := range slices.Collect(maps.Keys(volumes)) {
		record := identity.Unfinished(name)
		if v, ok := f.s.Volumes[record]; ok && identity.Read(v.Labels).IsHelper(f.plan.Map) {
			volumes[record] = true
		}
	}
	return volumes
}

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

func (v VolumeFact) name() string { return v.Name }
func (v VolumeFact) mark() string { return "" }

func (v VolumeFact) text() string {
	switch {
	case v.Absent:
		return "absent"
	case v.Run != "":
		return "made by run " + v.Run + foreign(v.Foreign)
	case v.Created != "":
		return "made at " + v.Created + foreign(v.Foreign)
	}
	return "there" + foreign(v.Foreign)
}
