// Plan: the action update.

package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/resolve"
	"github.com/dmap-dev/dmap/engine/snapshot"
)

// Update starts, and makes existing containers match the map.
const Update Action = "update"

func update() *action {
	return &action{
		name: Update, help: "start, and make what differs match the map: in place where Docker can, else by recreating it",
		compose: "up",
		flags:   []flag{withOptions, withRecreation, withPersistent, withOrphanRemoval, withPullPolicy, withStopTimeout},
		refuse: func(r Request) error {
			if r.Pull == PullAlways {
				return &RequestError{Msg: "the action update cannot compare with images that are yet to be pulled", Hint: "pull them first, with the action pull"}
			}
			return nil
		},
		along: withNeeds, creates: true, starts: true, compares: true, renews: true, exist: Create, others: Start,
		tidies: true, orphans: true, specs: true,
		fact: func(f *ContainerFact, c snapshot.Container) { f.Live = live(c.Info) },
		decide: func(b *builder, n *resolve.Node, c snapshot.Container, exists bool) todo {
			t := resume(b, n, c, exists)
			if !exists {
				return t
			}
			return reconcile(b, n, c, t)
		},
	}
}

// reconcile makes an existing container match the map: in place if the engine can, and
// otherwise by recreating it. t is what start would do.
func reconcile(b *builder, n *resolve.Node, c snapshot.Container, t todo) todo {
	if n.Spec == nil || c.Info == nil || t.create || n.Attached && !b.ours(c.Labels) { // the data of an adopted holder would be lost
		return t
	}
	if b.req.Recreate && b.requested[n.Name] {
		return anew(c, "recreation was asked for")
	}
	if leftAlone(b, n, c) { // the notes tell
		return t
	}
	diffs := allDifferences(b, n, c)
	diffs = append(diffs, b.moved(n, c)...)
	if image := b.s.Images[n.Image]; b.otherImage(n, c) && (!n.Persistent || b.req.UpdatePersistent) && !n.Attached && !slices.ContainsFunc(diffs, ofImage) {
		diffs = append(diffs, difference{"", fmt.Sprintf("image %s is another one now (%s)", n.Image, short(image.ID))})
	}
	if len(diffs) == 0 {
		return recordAgain(b, n, c, t)
	}
	var fields, why []string
	for _, diff := range diffs {
		fields, why = append(fields, diff.field), append(why, diff.text)
	}
	change, ok := n.Spec.Update(*c.Info, fields)
	if !ok {
		t = anew(c, strings.Join(why, ", "))
	} else {
		t.update, t.change = &inPlace{change, fields}, strings.Join(why, ", ")
	}
	t.at = n.At(fields[0])
	return t
}

// recordAgain lets a container be given the limits again that it has and that nothing
// tells to be dmap's, so that there is a record of them. t is what start would do.
func recordAgain(b *builder, n *resolve.Node, c snapshot.Container, t todo) todo {
	lost := unrecorded(madeWith(n, c), setInPlace(b.s, b.d.Map, n.Name))
	if len(lost) == 0 {
		return t
	}
	if change, ok := n.Spec.Update(*c.Info, lost); ok {
		t.update, t.at = &inPlace{change, lost}, n.At(lost[0])
		t.change = "nothing records that dmap set " + strings.ReplaceAll(strings.Join(lost, ", "), "HostConfig.", "")
	}
	return t
}

// onceEnded reports whether a container is one that is started only once, and has ended.
func onceEnded(n *resolve.Node, c snapshot.Container) bool {
	return n.Persistent && (c.State == docker.StateExited || c.State == docker.StateDead)
}

// leftAlone reports whether update leaves a container as it is, although it may differ from
// the map: recreated, what is started only once would run again.
func leftAlone(b *builder, n *resolve.Node, c snapshot.Container) bool {
	return onceEnded(n, c) && !b.req.UpdatePersistent
}

func ofImage(diff difference) bool { return diff.field == "Image" }

// anew recreates an existing container. It runs afterwards, whether it did before or
// not.
func anew(c snapshot.Container, why string) todo {
	return todo{stop: c.Runs(), remove: true, create: true, start: true, why: why}
}

// otherImage reports whether the name of the image now stands for another image than
// the one from which the container was made.
func (b *builder) otherImage(n *resolve.Node, c snapshot.Container) bool {
	now := b.s.Images[n.Image].ID
	return now != "" && c.ImageID != "" && now != c.ImageID
}

// short returns an image id as people see it.
func short(id string) string {
	_, digest, ok := strings.Cut(id, ":")
	if !ok {
		digest = id
	}
	return digest[:min(12, len(digest))]
}

// moved returns which attached volumes are not mounted where the map wants them. For a
// container that has them from a holder, nothing else shows that.
func (b *builder) moved(n *resolve.Node, c snapshot.Container) []difference {
	var out []difference
	for _, name := range slices.Concat(n.Owns, n.Uses) {
		v := b.d.Volume(name)
		if v.Holder == "" || n.Attached || b.elsewhere(v) || n.Spec.HostConfig.MountsAt(v.Path) {
			continue
		}
		there := slices.ContainsFunc(c.Mounts, func(m docker.MountInfo) bool { return m.Name == name && m.Destination == v.Path })
		if !there {
			out = append(out, difference{"", fmt.Sprintf("volume %s is not mounted at %s", v.Alias, v.Path)})
		}
	}
	return out
}

// live is a digest of everything about a container that can change while it exists and
// that update compares: limits, restart policy, links and networks. An address that
// shows only while it runs is left out, or a stop would make a saved plan stale.
func live(info *docker.ContainerInfo) string {
	networks := map[string]docker.EndpointSpec{}
	for name, e := range info.Networks {
		e.MacAddress = "" // only shown while the container runs
		networks[name] = e.EndpointSpec
	}
	text, _ := json.Marshal([]any{info.HostConfig.Resources, info.HostConfig.RestartPolicy, info.HostConfig.Links, networks}) // decoded from JSON
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:6])
}
