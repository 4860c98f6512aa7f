// Part of the simulated engine: the stream of events.

package sim

import (
	"context"
	"encoding/json"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
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

// watcher is one reader of the stream.
type watcher struct {
	queue []event
}

// emit reports that something happened. The lock is held.
func (e *Engine) emit(kind, action, id string, attributes map[string]string) {
	ev := event{At: e.st.Now, Type: kind, Action: action, ID: id, Attributes: attributes}
	// Events of one instant keep their order by a nanosecond each.
	if n := len(e.st.Events); n > 0 && !ev.At.After(e.st.Events[n-1].At) {
		ev.At = e.st.Events[n-1].At.Add(time.Nanosecond)
	}
	if len(e.st.Events) >= eventRing {
		e.st.Events = append([]event(nil), e.st.Events[len(e.st.Events)-eventRing+1:]...)
	}
	e.st.Events = append(e.st.Events, ev)
	for w := range e.watchers {
		if len(w.queue) < eventQueue {
			w.queue = append(w.queue, ev)
		}
	}
}

func (e *Engine) emitContainer(c *container, action string, more map[string]string) {
	attributes := map[string]string{}
	for k, v := range c.Config.Labels {
		attributes[k] = v
	}
	for k, v := range more {
		attributes[k] = v
	}
	attributes["image"], attributes["name"] = c.Config.Image, c.Name
	e.emit("container", action, c.ID, attributes)
}

// emitImage reports what happened to an image, which is known by its id or by a name.
func (e *Engine) emitImage(id, name, action string) {
	attributes := map[string]string{}
	im := e.st.Images[id]
	if im == nil {
		im = e.imageTagged(id)
	}
	if im != nil {
		maps.Copy(attributes, im.Config.Labels)
	}
	attributes["name"] = name
	e.emit("image", action, id, attributes)
}

func (e *Engine) emitVolume(name, action string, attributes map[string]string) {
	e.emit("volume", action, name, attributes)
}

// document is an event as the stream shows it.
func (ev event) document() object {
	doc := object{
		"Type": ev.Type, "Action": ev.Action, "Actor": object{"ID": ev.ID, "Attributes": ev.Attributes}, "scope": "local",
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
func (ev event) wanted(f filters) bool {
	if len(f["event"]) > 0 && !ev.doing(f["event"]) || !f.has("type", ev.Type) || !f.has("scope", "local") {
		return false
	}
	for _, want := range f["label"] {
		if !hasLabel(ev.Attributes, want) {
			return false
		}
	}
	for _, kind := range []string{"daemon", "container", "plugin", "volume", "network", "service", "node", "secret", "config"} {
		if !f.prefix(kind, ev.ID) && !f.prefix(kind, ev.Attributes["name"]) {
			return false
		}
	}
	return len(f["image"]) == 0 || ev.ofImage(f["image"])
}

// doing tells whether the action of an event is one of those; three of them are known by their beginning.
func (ev event) doing(actions []string) bool {
	if slices.Contains(actions, "health_status") || slices.Contains(actions, "exec_create") || slices.Contains(actions, "exec_start") {
		return slices.ContainsFunc(actions, func(action string) bool { return strings.HasPrefix(ev.Action, action) })
	}
	return slices.Contains(actions, ev.Action)
}

// ofImage tells whether an event is about one of the images, or about a container of one, with the tag given or without.
func (ev event) ofImage(names []string) bool {
	name := ev.Attributes["image"]
	if ev.Type == "image" {
		name = ev.Attributes["name"]
	}
	for _, known := range []string{ev.ID, name} {
		short := known
		if ref, err := parseReference(known); err == nil {
			short = ref.name
		}
		if slices.Contains(names, known) || slices.Contains(names, short) {
			return true
		}
	}
	return false
}

// instant reads a time parameter: seconds since 1970, with or without a fraction.
func instant(text string) (time.Time, bool, error) {
	if text == "" {
		return time.Time{}, false, nil
	}
	whole, fraction, _ := strings.Cut(text, ".")
	seconds, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return time.Time{}, false, failure("strconv.ParseInt: parsing %q: invalid syntax", whole)
	}
	fraction = (fraction + "000000000")[:9]
	rest, err := strconv.ParseInt(fraction, 10, 64)
	if err != nil {
		return time.Time{}, false, failure("strconv.ParseInt: parsing %q: invalid syntax", fraction)
	}
	return time.Unix(seconds, rest), true, nil
}

func (e *Engine) events(q *request) (reply, error) {
	f, err := readFilters(q)
	if err != nil {
		return reply{}, err
	}
	since, hasSince, err := instant(q.query.Get("since"))
	if err != nil {
		return reply{}, err
	}
	until, hasUntil, err := instant(q.query.Get("until"))
	if err != nil {
		return reply{}, err
	}
	if hasSince && hasUntil && until.Before(since) {
		return reply{}, badRequest("`since` time (%s) cannot be after `until` time (%s)", q.query.Get("since"), q.query.Get("until"))
	}
	w := &watcher{}
	for _, ev := range e.st.Events {
		if hasSince && !ev.At.Before(since) {
			w.queue = append(w.queue, ev)
		}
	}
	if hasUntil && !until.After(e.st.Now) {
		return e.pastEvents(w, f, until)
	}
	e.watchers[w] = struct{}{}
	return reply{
		header: map[string]string{"Content-Type": "application/json"},
		stream: func(out io.Writer) error { return e.stream(q, w, f, until, hasUntil, out) },
	}, nil
}

// pastEvents answers with events that all have happened already.
func (e *Engine) pastEvents(w *watcher, f filters, until time.Time) (reply, error) {
	var text []byte
	for _, ev := range w.queue {
		if ev.At.After(until) || !ev.wanted(f) {
			continue
		}
		line, err := json.Marshal(ev.document())
		if err != nil {
			return reply{}, failure("%v", err)
		}
		text = append(append(text, line...), '\n')
	}
	return reply{raw: text, header: map[string]string{"Content-Type": "application/json"}}, nil
}

// stream writes events as they happen, until the client goes, the daemon restarts, or the time is up.
func (e *Engine) stream(q *request, w *watcher, f filters, until time.Time, hasUntil bool, out io.Writer) error {
	defer func() {
		e.mu.Lock()
		delete(e.watchers, w)
		e.mu.Unlock()
	}()
	ctx := q.ctx
	if hasUntil && e.opts.Clock == ClockReal {
		limited, cancel := context.WithTimeout(ctx, until.Sub(e.Now()))
		defer cancel()
		ctx = limited
	}
	for {
		e.mu.Lock()
		over := func() bool { return hasUntil && !e.st.Now.Before(until) }
		if hasUntil && e.opts.Clock == ClockJump {
			e.advanceTo(until)
		}
		err := e.until(ctx, false, func() bool { return len(w.queue) > 0 || over() })
		batch, ended := w.queue, over()
		w.queue = nil
		e.mu.Unlock()
		for _, ev := range batch {
			if !ev.wanted(f) || hasUntil && ev.At.After(until) {
				continue
			}
			line, encodeErr := json.Marshal(ev.document())
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
