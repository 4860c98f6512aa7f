// Part of the simulated engine: the stream of events.

package sim

import (
	"context"
	"encoding/json"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/filter"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/refs"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// How many events are remembered, and how many one slow reader may be behind before it misses some.
const (
	eventRing  = 256
	eventQueue = 1024
)

// event is one thing that happened.
type event struct {
	At         time.Time
	Type       string
	Action     string
	ID         string
	Attributes map[string]string
}

// journal is what happened lately, with those who read along.
type journal struct {
	st       *state
	watchers map[*watcher]struct{}
}

// watcher is one reader of the stream.
type watcher struct {
	queue []event
}

// take gives what happened that the reader has not read yet.
func (r *watcher) take() []event {
	batch := r.queue
	r.queue = nil
	return batch
}

// waits reports whether there is something to read.
func (r *watcher) waits() bool { return len(r.queue) > 0 }

func newJournal(st *state) *journal { return &journal{st: st, watchers: map[*watcher]struct{}{}} }

// since gives a reader of what happened from an instant on, as far as it is remembered.
func (j *journal) since(at time.Time) *watcher {
	r := &watcher{}
	for _, ev := range j.st.Events {
		if !ev.At.Before(at) {
			r.queue = append(r.queue, ev)
		}
	}
	return r
}

// admit lets a reader see what happens from now on.
func (j *journal) admit(r *watcher) { j.watchers[r] = struct{}{} }

// dismiss forgets a reader.
func (j *journal) dismiss(r *watcher) { delete(j.watchers, r) }

// readers is how many read along.
func (j *journal) readers() int { return len(j.watchers) }

// forget forgets all that happened, and all readers, as the end of the daemon does.
func (j *journal) forget() {
	j.watchers = map[*watcher]struct{}{}
	j.st.Events = nil
}

// emit reports that something happened. The lock is held.
func (j *journal) emit(kind, action, id string, attributes map[string]string) {
	ev := event{At: j.st.Now, Type: kind, Action: action, ID: id, Attributes: attributes}
	// Events of one instant keep their order by a nanosecond each.
	if n := len(j.st.Events); n > 0 && !ev.At.After(j.st.Events[n-1].At) {
		ev.At = j.st.Events[n-1].At.Add(time.Nanosecond)
	}
	if len(j.st.Events) >= eventRing {
		j.st.Events = append([]event(nil), j.st.Events[len(j.st.Events)-eventRing+1:]...)
	}
	j.st.Events = append(j.st.Events, ev)
	for w := range j.watchers {
		if len(w.queue) < eventQueue {
			w.queue = append(w.queue, ev)
		}
	}
}

func (j *journal) emitContainer(c *container, action string, more map[string]string) {
	attributes := map[string]string{}
	for k, v := range c.Config.Labels {
		attributes[k] = v
	}
	for k, v := range more {
		attributes[k] = v
	}
	attributes["image"], attributes["name"] = c.Config.Image, c.Name
	j.emit("container", action, c.ID, attributes)
}

// emitImage reports what happened to an image, which is known by its id or by a name.
func (j *journal) emitImage(id, name, action string) {
	attributes := map[string]string{}
	im := j.st.Images[id]
	if im == nil {
		im = j.st.imageTagged(id)
	}
	if im != nil {
		maps.Copy(attributes, im.Config.Labels)
	}
	attributes["name"] = name
	j.emit("image", action, id, attributes)
}

func (j *journal) emitVolume(name, action string, attributes map[string]string) {
	j.emit("volume", action, name, attributes)
}

// eventDocument is an event as the stream shows it.
func eventDocument(ev event) wire.Object {
	doc := wire.Object{
		"Type": ev.Type, "Action": ev.Action, "Actor": wire.Object{"ID": ev.ID, "Attributes": ev.Attributes}, "scope": "local",
		"time": ev.At.Unix(), "timeNano": ev.At.UnixNano(),
	}
	switch ev.Type {
	case "container":
		doc["status"], doc["id"], doc["from"] = ev.Action, ev.ID, ev.Attributes["image"]
	case "image":
		doc["status"], doc["id"] = ev.Action, ev.ID
	}
	return doc
}

// wanted applies the filters of a reader. A name that it does not know lets everything through.
func wanted(ev event, f filter.Set) bool {
	if len(f["event"]) > 0 && !doing(ev, f["event"]) || !f.Has("type", ev.Type) || !f.Has("scope", "local") {
		return false
	}
	for _, want := range f["label"] {
		if !filter.HasLabel(ev.Attributes, want) {
			return false
		}
	}
	for _, kind := range []string{"daemon", "container", "plugin", "volume", "network", "service", "node", "secret", "config"} {
		if !f.Prefix(kind, ev.ID) && !f.Prefix(kind, ev.Attributes["name"]) {
			return false
		}
	}
	return len(f["image"]) == 0 || ofImage(ev, f["image"])
}

// doing tells whether the action of an event is one of those; three of them are known by their beginning.
func doing(ev event, actions []string) bool {
	if slices.Contains(actions, "health_status") || slices.Contains(actions, "exec_create") || slices.Contains(actions, "exec_start") {
		return slices.ContainsFunc(actions, func(action string) bool { return strings.HasPrefix(ev.Action, action) })
	}
	return slices.Contains(actions, ev.Action)
}

// ofImage tells whether an event is about one of the images, or about a container of one, with the tag given or without.
func ofImage(ev event, names []string) bool {
	name := ev.Attributes["image"]
	if ev.Type == "image" {
		name = ev.Attributes["name"]
	}
	for _, known := range []string{ev.ID, name} {
		short := known
		if ref, err := refs.Parse(known); err == nil {
			short = ref.Name
		}
		if slices.Contains(names, known) || slices.Contains(names, short) {
			return true
		}
	}
	return false
}

func events(w *world, q *wire.Request) (wire.Reply, error) {
	f, err := filter.Read(q)
	if err != nil {
		return wire.Reply{}, err
	}
	since, hasSince, err := wire.Instant(q.Query.Get("since"))
	if err != nil {
		return wire.Reply{}, err
	}
	until, hasUntil, err := wire.Instant(q.Query.Get("until"))
	if err != nil {
		return wire.Reply{}, err
	}
	if hasSince && hasUntil && until.Before(since) {
		return wire.Reply{}, wire.BadRequest("`since` time (%s) cannot be after `until` time (%s)", q.Query.Get("since"), q.Query.Get("until"))
	}
	reader := &watcher{}
	if hasSince {
		reader = w.journal.since(since)
	}
	if hasUntil && !until.After(w.st.Now) {
		return pastEvents(reader, f, until)
	}
	w.journal.admit(reader)
	return wire.Reply{
		Header: map[string]string{"Content-Type": "application/json"},
		Stream: func(out io.Writer) error { return streamEvents(w, q, reader, f, until, hasUntil, out) },
	}, nil
}

// pastEvents answers with events that all have happened already.
func pastEvents(reader *watcher, f filter.Set, until time.Time) (wire.Reply, error) {
	var text []byte
	for _, ev := range reader.take() {
		if ev.At.After(until) || !wanted(ev, f) {
			continue
		}
		line, err := json.Marshal(eventDocument(ev))
		if err != nil {
			return wire.Reply{}, wire.Failure("%v", err)
		}
		text = append(append(text, line...), '\n')
	}
	return wire.Reply{Raw: text, Header: map[string]string{"Content-Type": "application/json"}}, nil
}

// streamEvents writes events as they happen, until the client goes, the daemon restarts, or the time is up.
func streamEvents(w *world, q *wire.Request, reader *watcher, f filter.Set, until time.Time, hasUntil bool, out io.Writer) error {
	defer func() {
		w.Lock()
		w.journal.dismiss(reader)
		w.Unlock()
	}()
	ctx := q.Ctx
	if hasUntil && w.clock.mode == ClockReal {
		limited, cancel := context.WithTimeout(ctx, until.Sub(w.now()))
		defer cancel()
		ctx = limited
	}
	for {
		w.Lock()
		over := func() bool { return hasUntil && !w.st.Now.Before(until) }
		if hasUntil && w.clock.mode == ClockJump {
			w.clock.advanceTo(until)
		}
		err := w.clock.until(ctx, false, func() bool { return reader.waits() || over() })
		batch, ended := reader.take(), over()
		w.Unlock()
		for _, ev := range batch {
			if !wanted(ev, f) || hasUntil && ev.At.After(until) {
				continue
			}
			line, encodeErr := json.Marshal(eventDocument(ev))
			if encodeErr != nil {
				return encodeErr
			}
			if _, err := out.Write(append(line, '\n')); err != nil {
				return err
			}
		}
		if err != nil || ended {
			return err
		}
	}
}
