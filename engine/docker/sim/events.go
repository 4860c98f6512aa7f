// Part of the simulated engine: the stream of events.

package sim

import (
	"context"
	"encoding/json"
	"io"
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

func (e *Engine) emitImage(id, name, action string) {
	e.emit("image", action, id, map[string]string{"name": name})
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

// wanted applies the filters of a reader.
func (ev event) wanted(f filters) bool {
	action, _, _ := strings.Cut(ev.Action, ":")
	if len(f["event"]) > 0 && !f.has("event", ev.Action) && !f.has("event", action) {
		return false
	}
	if !f.has("type", ev.Type) || !f.has("scope", "local") || !f.labels(ev.Attributes) {
		return false
	}
	for _, kind := range []string{"container", "image", "volume", "network"} {
		if len(f[kind]) > 0 && !ev.about(kind, f[kind]) {
			return false
		}
	}
	return true
}

// about tells whether an event is about one of the things that a filter names.
func (ev event) about(kind string, names []string) bool {
	for _, name := range names {
		name = strings.TrimPrefix(name, "/")
		switch {
		case kind == "image" && ev.Type == "container" && (ev.Attributes["image"] == name || strings.HasPrefix(ev.Attributes["image"], name+":")):
			return true
		case ev.Type != kind:
		case ev.ID == name, ev.Attributes["name"] == name, name != "" && strings.HasPrefix(ev.ID, name):
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
	f, err := readFilters(q, "config", "container", "daemon", "event", "image", "label", "label!", "network", "node", "plugin", "scope", "secret", "service", "type", "volume")
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
