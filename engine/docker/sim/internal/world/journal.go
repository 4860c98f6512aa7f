// World: the events, and those who read them.

package world

import (
	"maps"
	"time"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/state"
)

// How many events are kept, and how many events one slow reader may fall behind before
// it misses some.
const (
	eventRing  = 256
	eventQueue = 1024
)

// Journal is what happened lately, and those who read it.
type Journal struct {
	st       *state.State
	watchers map[*Watcher]struct{}
}

// Watcher is one reader of the stream.
type Watcher struct {
	queue []state.Event
}

// Take returns what has happened that the reader has not read yet.
func (r *Watcher) Take() []state.Event {
	batch := r.queue
	r.queue = nil
	return batch
}

// Waits reports whether there is something to read.
func (r *Watcher) Waits() bool { return len(r.queue) > 0 }

func newJournal(st *state.State) *Journal { return &Journal{st: st, watchers: map[*Watcher]struct{}{}} }

// Since returns a reader of what has happened since an instant, as far back as events
// are kept.
func (j *Journal) Since(at time.Time) *Watcher {
	r := &Watcher{}
	for _, ev := range j.st.Events {
		if !ev.At.Before(at) {
			r.queue = append(r.queue, ev)
		}
	}
	return r
}

// Admit makes a reader receive what happens from now on.
func (j *Journal) Admit(r *Watcher) { j.watchers[r] = struct{}{} }

// Dismiss forgets a reader.
func (j *Journal) Dismiss(r *Watcher) { delete(j.watchers, r) }

// Readers returns how many readers there are.
func (j *Journal) Readers() int { return len(j.watchers) }

// Forget forgets all events and readers, as the end of the daemon does.
func (j *Journal) Forget() {
	j.watchers = map[*Watcher]struct{}{}
	j.st.Events = nil
}

// Emit records that something happened. The lock is held.
func (j *Journal) Emit(kind, action, id string, attributes map[string]string) {
	ev := state.Event{At: j.st.Now, Type: kind, Action: action, ID: id, Attributes: attributes}
	// Events at the same instant are kept in order by a nanosecond each.
	if n := len(j.st.Events); n > 0 && !ev.At.After(j.st.Events[n-1].At) {
		ev.At = j.st.Events[n-1].At.Add(time.Nanosecond)
	}
	// Copied rather than resliced: a slice of the old array would keep all events
	// alive.
	if len(j.st.Events) >= eventRing {
		j.st.Events = append([]state.Event(nil), j.st.Events[len(j.st.Events)-eventRing+1:]...)
	}
	j.st.Events = append(j.st.Events, ev)
	for w := range j.watchers {
		// A reader that is too slow misses events, as with the real engine; it never
		// holds up the call that reports them.
		if len(w.queue) < eventQueue {
			w.queue = append(w.queue, ev)
		}
	}
}

// EmitContainer records that something happened to a container; the event carries its
// labels.
func (j *Journal) EmitContainer(c *state.Container, action string, more map[string]string) {
	attributes := map[string]string{}
	for k, v := range c.Config.Labels {
		attributes[k] = v
	}
	for k, v := range more {
		attributes[k] = v
	}
	attributes["image"], attributes["name"] = c.Config.Image, c.Name
	j.Emit("container", action, c.ID, attributes)
}

// EmitImage records what happened to an image, which is known by its id or by a name.
func (j *Journal) EmitImage(id, name, action string) {
	attributes := map[string]string{}
	im := j.st.Images[id]
	if im == nil {
		im = j.st.ImageTagged(id)
	}
	if im != nil {
		maps.Copy(attributes, im.Config.Labels)
	}
	attributes["name"] = name
	j.Emit("image", action, id, attributes)
}

func (j *Journal) emitVolume(name, action string, attributes map[string]string) {
	j.Emit("volume", action, name, attributes)
}
